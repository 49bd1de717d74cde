from math import sqrt

import pytest
import torch

from ganstudio.nn.backbones.r3 import (
    R3Discriminator,
    R3Generator,
    ResidualBlock,
    double,
    halve,
    r3_pair,
)
from ganstudio.samples import SampleSpec

SPECS = [
    SampleSpec("points", (2,)),
    SampleSpec("image", (3, 12, 12)),
    SampleSpec("voxels", (1, 8, 8, 8)),
]


@pytest.mark.parametrize(("dims", "shape"), [(0, ()), (2, (5, 5)), (3, (3, 3, 3))])
def test_a_fresh_block_changes_nothing_and_a_moved_one_does(
    dims: int, shape: tuple[int, ...]
) -> None:
    block, x = ResidualBlock(dims, 8, blocks=4), torch.randn(2, 8, *shape)
    assert torch.equal(block(x), x)
    torch.nn.init.constant_(block.narrow.weight, 0.1)
    assert not torch.equal(block(x), x)


def test_weights_are_the_smaller_the_more_blocks_there_are() -> None:
    alone, one_of_many = ResidualBlock(2, 64, blocks=1), ResidualBlock(2, 64, blocks=16)
    he = sqrt(2 / (1 + 0.2**2))
    assert alone.widen.weight.std().item() == pytest.approx(he / sqrt(64), rel=0.05)
    # groups of 16 channels see 16 * 9 values
    assert alone.around.weight.std().item() == pytest.approx(he / 12, rel=0.05)
    assert one_of_many.widen.weight.std().item() == pytest.approx(he / 8 / 2, rel=0.05)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_a_flat_grid_stays_flat_and_a_slope_stays_a_slope(dims: int) -> None:
    flat = torch.full((1, 2, *[6] * dims), 3.0)
    assert torch.equal(halve(flat), torch.full((1, 2, *[3] * dims), 3.0))
    assert torch.equal(double(flat), torch.full((1, 2, *[12] * dims), 3.0))
    slope = torch.arange(8.0).view(1, 1, 8)
    assert torch.equal(halve(slope)[0, 0, 1:], torch.tensor([2.0, 4.0, 6.0]))
    assert torch.equal(double(slope)[0, 0, :-1], torch.arange(15.0) / 2)


@pytest.mark.parametrize("sides", [(4,), (4, 6), (2, 4, 8)])
@pytest.mark.parametrize("function", [halve, double])
def test_filters_can_be_derived_as_often_as_one_likes(function, sides: tuple[int, ...]) -> None:
    x = torch.randn(2, 3, *sides, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(function, x)
    assert torch.autograd.gradgradcheck(function, x)


@pytest.mark.parametrize("function", [halve, double])
def test_filters_and_their_slopes_keep_channels_last(function) -> None:
    x = torch.randn(2, 3, 8, 8).contiguous(memory_format=torch.channels_last).requires_grad_()
    y = function(x)
    assert y.is_contiguous(memory_format=torch.channels_last)
    (slope,) = torch.autograd.grad(y, x, torch.ones(y.shape))  # which has channels first
    if function is halve:
        assert slope.is_contiguous(memory_format=torch.channels_last)
    wanted = torch.autograd.grad(function(x.contiguous()), x, torch.ones(y.shape))[0]
    torch.testing.assert_close(slope, wanted)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.kind)
def test_samples_are_made_and_judged_one_by_one(spec: SampleSpec) -> None:
    pair = r3_pair(spec, z_dim=5, width=4, classes=3)
    z, c = torch.randn(4, 5), torch.tensor([0, 1, 2, 0])
    x = pair["G"](z, c)
    assert x.shape == (4, *spec.shape)
    logits = pair["D"](x, c)
    assert logits.shape == (4,)
    alone = torch.cat([pair["D"](x[i : i + 1], c[i : i + 1]) for i in range(4)])
    torch.testing.assert_close(logits, alone)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.kind)
def test_without_blocks_at_full_resolution_they_are_as_large(spec: SampleSpec) -> None:
    pair = r3_pair(spec, z_dim=5, width=4, halved=True)
    x = pair["G"](torch.randn(64, 5))
    assert x.shape == (64, *spec.shape)
    assert 0.3 < x.std().item() < 3  # the weights keep the scale
    assert pair["D"](x).shape == (64,)
    whole, half = (
        sum(isinstance(part, ResidualBlock) for part in one["D"].modules())
        for one in (r3_pair(spec, 5, 4), pair)
    )
    assert half == whole - (spec.kind != "points")


def test_classes_reach_both_networks() -> None:
    spec, z = SPECS[1], torch.randn(1, 5).expand(2, 5)
    pair = r3_pair(spec, z_dim=5, width=4, classes=2)
    x = pair["G"](z, torch.tensor([0, 1]))
    assert not torch.allclose(x[0], x[1])
    same = x[:1].expand(2, *spec.shape)
    logits = pair["D"](same, torch.tensor([0, 1]))
    assert logits[0] != logits[1]


def test_a_class_beside_the_sample_reaches_the_critic_and_norms_are_refused() -> None:
    pair = r3_pair(SPECS[0], z_dim=5, width=4, classes=2, conditioning="concat")
    assert pair["D"].judge.embedding is None
    logits = pair["D"](torch.zeros(2, 2), torch.tensor([0, 1]))
    assert logits[0] != logits[1]
    with pytest.raises(ValueError, match="no norm, and batch"):
        r3_pair(SPECS[0], z_dim=5, width=4, d_norm="batch")


def test_a_fresh_critic_is_linear() -> None:
    critic, x = R3Discriminator(SPECS[1], width=4), torch.randn(2, 3, 12, 12)
    bias = critic(torch.zeros_like(x))
    torch.testing.assert_close(critic(2 * x) - bias, 2 * (critic(x) - bias), atol=1e-5, rtol=1e-4)


def test_every_weight_learns_under_a_penalty_in_half_precision() -> None:
    critic = R3Discriminator(SPECS[2], width=4)
    with torch.no_grad():
        for parameter in critic.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    x = torch.randn(2, 1, 8, 8, 8, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        logits = critic(x)
    assert logits.dtype == torch.float32
    (slope,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    (slope.square().sum() + logits.mean()).backward()
    gradients = [parameter.grad for parameter in critic.parameters()]
    assert all(g is not None and torch.isfinite(g).all() and g.any() for g in gradients)


def test_more_blocks_are_more_weights() -> None:
    counts = [
        sum(p.numel() for p in R3Generator(SPECS[0], 4, 4, blocks).parameters())
        for blocks in (1, 2)
    ]
    assert counts[1] > 1.9 * counts[0]
