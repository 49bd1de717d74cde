import pytest
import torch
from torch import nn

from ganstudio.nn.blocks import (
    BatchDeviation,
    Joined,
    Judge,
    Told,
    bound_spectrum,
    down,
    halvings,
    initialise_dcgan,
    keeps_bias,
    norms,
)


@pytest.mark.parametrize(
    ("side", "found"), [(16, (2, 4)), (28, (2, 7)), (32, (3, 4)), (48, (4, 3)), (256, (6, 4))]
)
def test_sides_are_halved_to_a_coarse_grid(side: int, found: tuple[int, int]) -> None:
    assert halvings(side) == found
    assert found[1] * 2 ** found[0] == side


@pytest.mark.parametrize("side", [1, 4, 30, 31])
def test_a_side_that_cannot_be_halved_is_refused(side: int) -> None:
    with pytest.raises(ValueError, match=f"side of {side}"):
        halvings(side)


def test_weights_follow_the_paper() -> None:
    network = nn.Sequential(nn.Conv2d(64, 64, 4), nn.BatchNorm2d(4000))
    initialise_dcgan(network)
    conv, norm = network
    assert conv.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert not conv.bias.any()
    assert norm.weight.mean().item() == pytest.approx(1, abs=0.002)
    assert norm.weight.std().item() == pytest.approx(0.02, rel=0.1)


def test_classes_reach_both_ends() -> None:
    z, c = torch.zeros(3, 5), torch.tensor([0, 1, 1])
    told = Told(5, 2)(z, c)
    assert told.shape == (3, 10)
    assert not torch.equal(told[0], told[1])
    assert torch.equal(told[1], told[2])
    logits = Judge(5, 2)(torch.ones(3, 5), c)
    assert logits[0] != logits[1]
    assert torch.equal(Told(5, 0)(z, None), z)


def test_a_batch_of_copies_shows_no_deviation() -> None:
    h = torch.randn(1, 5).expand(4, 5)
    assert BatchDeviation()(h)[:, -1].max() < 1e-3
    spread = BatchDeviation()(torch.tensor([[0.0], [2.0]]))
    torch.testing.assert_close(spread, torch.tensor([[0.0, 1.0], [2.0, 1.0]]))


def test_a_score_keeps_its_digits_under_autocast() -> None:
    judge = Judge(4, 0)
    with torch.no_grad():
        judge.linear.bias.fill_(300.0)
    with torch.autocast("cpu", torch.bfloat16):
        scores = judge(torch.randn(8, 4), None)
    assert scores.dtype == torch.float32
    assert len(set(scores.tolist())) == 8


@pytest.mark.parametrize(("norm", "axes"), [("layer", (1, 2, 3)), ("instance", (2, 3))])
def test_layer_norm_takes_a_sample_and_instance_norm_a_channel(
    norm: str, axes: tuple[int, ...]
) -> None:
    (layer,) = norms(norm, 2, 4)
    x = torch.randn(3, 4, 5, 5) * 3 + 2
    y = layer(x)
    torch.testing.assert_close(y.mean(axes), torch.zeros_like(y.mean(axes)), atol=1e-5, rtol=0)
    alone = layer(x[:1])  # unlike batch norm, a sample is normed without the others
    torch.testing.assert_close(y[:1], alone)


def test_instance_norm_of_features_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a grid"):
        norms("instance", 1, 4)


@pytest.mark.parametrize("norm", ["none", "batch", "spectral", "layer", "instance"])
def test_a_bias_only_where_no_norm_shifts(norm: str) -> None:
    conv = down(2, 3, 4, norm)[0]
    assert (conv.bias is not None) == keeps_bias(norm)
    assert keeps_bias(norm) == (not norms(norm, 2, 4))


def test_every_weight_of_a_bounded_network_has_spectral_norm_1() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 4), nn.Conv3d(2, 4, 3), nn.Linear(6, 5))
    network.append(Judge(5, 3))
    initialise_dcgan(network)
    bound_spectrum(network)
    for _ in range(30):
        weights = [*(network[i].weight for i in range(3)), network[3].linear.weight]
        weights.append(network[3].embedding.weight)
    for weight in weights:
        norm = torch.linalg.matrix_norm(weight.flatten(1), 2).item()
        assert norm == pytest.approx(1, abs=0.02)


def test_a_bounded_layer_stretches_no_difference() -> None:
    torch.manual_seed(0)
    layer = nn.Linear(6, 9)
    with torch.no_grad():
        layer.weight.mul_(50)
    bound_spectrum(layer)
    x, y = torch.randn(64, 6), torch.randn(64, 6)
    for _ in range(20):
        layer(x)
    stretch = (layer(x) - layer(y)).norm(dim=1) / (x - y).norm(dim=1)
    assert stretch.max() <= 1.01


def test_a_class_lies_beside_the_sample_as_planes_of_its_own() -> None:
    joined = Joined(3)(torch.zeros(2, 1, 4, 4), torch.tensor([2, 0]))
    assert joined.shape == (2, 4, 4, 4)
    assert joined[0, 3].min() == 1
    assert joined[0, :3].max() == 0
    blended = Joined(3)(torch.zeros(1, 5), torch.tensor([[0.5, 0.5, 0.0]]))
    assert blended[0].tolist() == [0, 0, 0, 0, 0, 0.5, 0.5, 0]
    with pytest.raises(ValueError, match="told a class"):
        Joined(3)(torch.zeros(1, 5), None)
