"""The pairs that variants can choose from: every norm, every way of telling, every kind."""

import copy

import pytest
import torch
from torch import nn

from ganstudio import registry
from ganstudio.nn.backbones.base import Backbone, backbones, usual
from ganstudio.nn.backbones.mlp import mlp_misfits
from ganstudio.nn.penalties import zero_centred
from ganstudio.samples import ConditionSpec, SampleSpec

SHAPES = {"points": (2,), "image": (3, 16, 16), "voxels": (1, 16, 16, 16)}
BUILDS = [
    (name, kind, norm)
    for name, backbone in backbones().items()
    for kind in backbone.takes
    for norm in backbone.norms
]


def build(
    name: str, kind: str, norm: str = "none", conditioning: str = "projection", classes: int = 3
) -> dict[str, nn.Module]:
    torch.manual_seed(0)
    spec = SampleSpec(kind, SHAPES[kind], ConditionSpec("classes", ("a", "b", "c")))
    pair = backbones()[name].pair
    return pair(spec, 5, 8, classes, d_norm=norm, g_norm=norm, conditioning=conditioning)


def test_plain_and_convolutional_pairs_are_found() -> None:
    assert {"conv", "mlp"} <= set(backbones())
    assert all(isinstance(backbone, Backbone) for backbone in backbones().values())


def test_the_usual_backbone_takes_every_kind() -> None:
    for kind, shape in SHAPES.items():
        spec = SampleSpec(kind, shape)
        assert kind in backbones()[usual(spec)].takes


@pytest.mark.parametrize(("name", "kind", "norm"), BUILDS)
def test_every_pair_fits_together(name: str, kind: str, norm: str) -> None:
    for conditioning in ("projection", "concat"):
        made = build(name, kind, norm, conditioning)
        z, c = torch.randn(4, 5), torch.tensor([0, 1, 2, 0])
        x = made["G"](z, c)
        assert x.shape == (4, *SHAPES[kind])
        logits = made["D"](x, c)
        assert logits.shape == (4,)
        logits.sum().backward()
        assert all(p.grad is not None for side in made.values() for p in side.parameters())


@pytest.mark.parametrize("conditioning", ["projection", "concat"])
@pytest.mark.parametrize("name", ["conv", "mlp"])
def test_the_class_changes_the_verdict(name: str, conditioning: str) -> None:
    D = build(name, "image", conditioning=conditioning)["D"]
    x = torch.randn(1, *SHAPES["image"]).expand(3, -1, -1, -1)
    logits = D(x, torch.arange(3))
    assert len(set(logits.tolist())) == 3
    torch.testing.assert_close(logits, D(x, torch.eye(3)))


@pytest.mark.parametrize("name", ["conv", "mlp"])
def test_a_spectral_pair_is_kept_copied_penalised_and_built_from_nothing(name: str) -> None:
    D = build(name, "image", "spectral", classes=0)["D"]
    x = torch.randn(4, *SHAPES["image"])
    D(x)
    state = copy.deepcopy(D.state_dict())
    twin = build(name, "image", "spectral", classes=0)["D"]
    twin.load_state_dict(state)
    assert torch.equal(D(x), twin(x))  # the iteration goes on from where it was kept
    assert torch.equal(copy.deepcopy(D).eval()(x), D.eval()(x))
    zero_centred(D.train(), x).mean().backward()
    assert all(
        torch.isfinite(p.grad).all()
        for n, p in D.named_parameters()
        if p.grad is not None and "bias" not in n
    )
    with torch.device("meta"):
        unborn = build(name, "image", "spectral", classes=0)["D"]
    unborn.load_state_dict(D.state_dict(), assign=True)
    assert torch.equal(unborn.eval()(x), D.eval()(x))


def test_a_spectral_network_keeps_its_verdict_with_channels_last_and_half_the_digits() -> None:
    D = build("conv", "image", "spectral", classes=0)["D"].eval()
    x = torch.randn(4, *SHAPES["image"])
    plain = D(x)
    D.to(memory_format=torch.channels_last)
    torch.testing.assert_close(D(x.to(memory_format=torch.channels_last)), plain)
    with torch.autocast("cpu", torch.bfloat16):
        reduced = D(x)
    assert reduced.dtype == torch.float32
    torch.testing.assert_close(reduced, plain, atol=0.02, rtol=0.05)


def test_the_bounded_discriminator_is_less_steep_than_its_layers_allow() -> None:
    D = build("mlp", "points", "spectral", classes=0)["D"]
    x = torch.rand(256, 2) * 2 - 1
    for _ in range(30):
        D(x)
    assert zero_centred(D, x).max() <= 1.02  # leaky rectifiers and three weights of norm 1


def test_old_checkpoints_keep_their_names() -> None:
    made = build("conv", "image", "batch", classes=0)
    assert {"root.weight", "root_norm.0.running_mean", "stages.0.0.weight"} <= set(
        made["G"].state_dict()
    )
    assert {"stages.0.0.bias", "stages.1.1.weight", "judge.linear.weight"} <= set(
        made["D"].state_dict()
    )


def test_plain_layers_too_large_to_train_are_refused() -> None:
    cube = SampleSpec("voxels", (1, 64, 64, 64))
    (reason,) = mlp_misfits(cube, 128)
    assert "134 million" in reason
    assert mlp_misfits(cube, 16) == []
    assert mlp_misfits(SampleSpec("voxels", (1, 32, 32, 32)), 128) == []
    for key, knobs in (("gan", {}), ("cgan", {"backbone": "mlp", "width": 128})):
        variant = registry.find("gans", key)
        classes = ConditionSpec("classes", ("one", "two"))
        spec = SampleSpec("voxels", cube.shape, classes)
        assert variant.misfits(variant.Config(**knobs), spec) == [reason]
