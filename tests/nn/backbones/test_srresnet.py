"""Shrinking, enlarging, and the network that adds to it."""

import pytest
import torch

from ganstudio.nn.backbones.srresnet import SRResNet, enlarge, shrink


@pytest.mark.parametrize("scale", [2, 4])
def test_shrinking_and_enlarging_a_plain_picture_gives_it_back(scale: int) -> None:
    x = torch.linspace(-1, 1, 16).view(1, 1, 1, 16).expand(1, 3, 16, 16)
    small = shrink(x, scale)
    assert small.shape == (1, 3, 16 // scale, 16 // scale)
    back = enlarge(small, scale)
    assert back.shape == x.shape
    assert (back - x).abs().max() < 0.2


def test_shrinking_filters_what_the_small_grid_cannot_hold() -> None:
    stripes = torch.tensor([1.0, -1.0]).repeat(8).expand(1, 1, 16, 16)
    assert shrink(stripes, 4).abs().max() < 0.2


@pytest.mark.parametrize("scale", [2, 4])
def test_the_first_picture_is_the_plain_enlargement_and_it_can_move(scale: int) -> None:
    net = SRResNet(3, 4, 2, scale)
    small = torch.rand(2, 3, 4, 6) * 2 - 1
    torch.testing.assert_close(net(small), enlarge(small, scale))
    net(small).square().mean().backward()
    assert net.last.weight.grad.abs().sum() > 0
