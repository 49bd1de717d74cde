import copy

import pytest
import torch
from torch import nn

from ganstudio.nn.backbones.resnet import (
    ResNetDiscriminator,
    ResNetGenerator,
    ToldNorm,
    _attended,
    _parts,
    resnet_misfits,
)
from ganstudio.samples import SampleSpec

SPECS = [
    SampleSpec("image", (3, 16, 16)),
    SampleSpec("image", (1, 28, 28)),
    SampleSpec("image", (1, 24, 24)),
    SampleSpec("voxels", (1, 16, 16, 16)),
]
C = torch.tensor([2, 0])


def pair(
    spec: SampleSpec = SPECS[0], z_dim: int = 8, classes: int = 3, **more: object
) -> dict[str, nn.Module]:
    torch.manual_seed(0)
    return {
        "G": ResNetGenerator(spec, z_dim, 8, classes, 6, attention=True, bounded=True, **more),
        "D": ResNetDiscriminator(spec, 8, classes, attention=True),
    }


@pytest.mark.parametrize("spec", SPECS, ids=str)
@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("hierarchical", [False, True])
def test_the_pair_makes_and_judges_samples(
    spec: SampleSpec, classes: int, hierarchical: bool
) -> None:
    made = pair(spec, 7, classes, hierarchical=hierarchical)
    c = C if classes else None
    x = made["G"](torch.randn(2, 7), c)
    assert x.shape == (2, *spec.shape)
    assert x.abs().max() <= 1
    assert made["D"](x, c).shape == (2,)


def test_all_layers_are_bounded_but_the_shared_embedding() -> None:
    made = pair()
    free = [
        f"{side}.{name}"
        for side in "GD"
        for name, p in made[side].named_parameters()
        if p.dim() > 1 and not name.endswith("original")
    ]
    assert free == ["G.embedding.weight"]


def test_a_gradient_penalty_passes_through_the_discriminator() -> None:
    torch.manual_seed(0)
    D = ResNetDiscriminator(SPECS[0], 4, attention=True, norm="none")
    x = torch.randn(2, *SPECS[0].shape, requires_grad=True)
    (gradient,) = torch.autograd.grad(D(x).sum(), x, create_graph=True)
    gradient.square().sum().backward()
    assert D.stages[0].conv1.weight.grad.abs().sum() > 0


def test_each_part_of_a_hierarchical_latent_matters() -> None:
    G = pair(z_dim=7, hierarchical=True)["G"].eval()
    assert G.parts == [3, 2, 2]
    z = torch.randn(1, 7)
    for index in range(7):
        moved = z.clone()
        moved[0, index] += 1
        assert not torch.equal(G(z, C[:1]), G(moved, C[:1]))


def test_the_class_matters_and_classes_blend() -> None:
    made = pair()
    G, D, z = made["G"].eval(), made["D"].eval(), torch.randn(2, 8)
    one, other = G(z, C), G(z, 1 - C.clamp(max=1))
    assert not torch.equal(one, other)
    weights = torch.eye(3)[C]
    torch.testing.assert_close(G(z, weights), one)
    torch.testing.assert_close(D(one, weights), D(one, C))


def test_a_told_norm_bends_gain_and_shift() -> None:
    torch.manual_seed(0)
    norm = ToldNorm(2, 4, 3)
    x, y = torch.randn(8, 4, 5, 5) * 3 + 2, torch.zeros(8, 3)
    plain = norm(x, y)
    assert plain.mean().abs() < 1e-5
    assert plain.std().item() == pytest.approx(1, abs=0.01)
    assert not torch.equal(norm(x, torch.ones(8, 3)), plain)
    assert [name for name, _ in ToldNorm(2, 4, 0).named_parameters()] == [
        "norm.weight",
        "norm.bias",
    ]


def test_it_is_built_without_memory_and_copied_whole() -> None:
    with torch.device("meta"):
        empty = pair()["G"]
    G = pair()["G"].eval()
    empty.load_state_dict(G.state_dict(), assign=True)
    z = torch.randn(2, 8)
    for copied in (empty.eval(), copy.deepcopy(G)):
        assert torch.equal(copied(z, C), G(z, C))


def test_layout_and_precision_change_little() -> None:
    G, D = (player.eval() for player in pair().values())
    z = torch.randn(2, 8)
    with torch.no_grad():
        x = G(z, C)
        logits = D(x, C)
        for player in (G, D):
            player.to(memory_format=torch.channels_last)
        torch.testing.assert_close(G(z, C), x, atol=1e-5, rtol=1e-4)
        with torch.autocast("cpu", torch.bfloat16):
            reduced, judged = G(z, C), D(x, C)
    torch.testing.assert_close(reduced.float(), x, atol=0.06, rtol=0.1)
    assert judged.dtype == torch.float32
    torch.testing.assert_close(judged, logits, atol=0.05, rtol=0.05)


@pytest.mark.parametrize(
    ("shape", "grid"), [((3, 16, 16), 8), ((3, 32, 32), 16), ((3, 256, 256), 32), ((1, 28, 28), 14)]
)
def test_attention_sits_on_the_finest_grid_that_bears_it(shape: tuple[int, ...], grid: int) -> None:
    assert shape[-1] >> _attended(SampleSpec("image", shape)) == grid


def test_parts_of_z_are_as_equal_as_can_be() -> None:
    assert _parts(64, 4) == [16] * 4
    assert _parts(5, 3) == [2, 2, 1]
    assert _parts(1, 3) == [1, 0, 0]


def test_misfits_say_why() -> None:
    assert resnet_misfits(SPECS[0]) == []
    assert "points" in resnet_misfits(SampleSpec("points", (2,)))[0]
    assert "30" in resnet_misfits(SampleSpec("image", (3, 30, 30)))[0]
