"""The U-Net keeps sizes, carries detail through its short cuts, and is quiet when it draws."""

import pytest
import torch

from ganstudio.nn.backbones.unet import UNet, unet_depth


@pytest.mark.parametrize(
    ("sides", "depth"),
    [((32, 32), 5), ((28, 28), 2), ((64, 32), 5), ((256, 256), 8), ((512, 512), 8), ((15, 16), 0)],
)
def test_depth_is_as_often_as_both_sides_halve(sides: tuple[int, int], depth: int) -> None:
    assert unet_depth(sides) == depth


@pytest.mark.parametrize("sides", [(4, 4), (16, 16), (28, 28), (32, 48)])
def test_it_keeps_the_size_and_changes_the_channels(sides: tuple[int, int]) -> None:
    net = UNet(1, 3, sides, 4, 0.5)
    x = net(torch.randn(2, 1, *sides))
    assert x.shape == (2, 3, *sides)
    assert x.abs().max() <= 1


def test_the_short_cut_carries_what_the_smallest_grid_does_not() -> None:
    net = UNet(3, 3, (16, 16), 4, 0.0).eval()
    for parameter in net.downs[-1].parameters():
        parameter.data.zero_()
    a, b = torch.randn(2, 1, 3, 16, 16).unbind()
    assert not torch.equal(net(a), net(b))


def test_dropout_is_noise_in_training_alone() -> None:
    torch.manual_seed(0)
    net, x = UNet(3, 3, (16, 16), 4, 0.5), torch.randn(2, 3, 16, 16)
    assert not torch.equal(net(x), net(x))
    net.eval()
    assert torch.equal(net(x), net(x))


def test_sides_that_cannot_be_halved_are_refused() -> None:
    with pytest.raises(ValueError, match="divisible by 4"):
        UNet(3, 3, (15, 16), 4, 0.0)
