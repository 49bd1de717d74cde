"""Quick convolutions from and to one channel: the same numbers, the same gradients."""

import copy

import pytest
import torch
from torch import Tensor, nn

from ganstudio.nn.thin import double, halve, quicken

UP, DOWN = (nn.ConvTranspose3d, 3, 1), (nn.Conv3d, 1, 3)


def layer(kind: type[nn.Module], inputs: int, outputs: int, bias: bool = True) -> nn.Module:
    torch.manual_seed(0)
    return kind(inputs, outputs, 4, 2, 1, bias=bias).double()


def grid(channels: int, side: int) -> Tensor:
    random = torch.Generator().manual_seed(1)
    shape = (2, channels, side, side + 2, side)
    return torch.randn(shape, generator=random, dtype=torch.float64)


def slopes(network: nn.Module, x: Tensor) -> list[Tensor]:
    """The sample, the slope on it, and what a penalty on that slope wants of the weights."""
    x = x.clone().requires_grad_(True)
    y = network(x)
    (slope,) = torch.autograd.grad(y.square().sum(), x, create_graph=True)
    slope.square().sum().backward()
    weights = [weight.grad for weight in network.parameters() if weight.grad is not None]
    return [y.detach(), slope.detach(), x.grad, *weights]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("kind", "inputs", "outputs"), [UP, DOWN])
def test_nothing_changes_but_the_time(
    kind: type[nn.Module], inputs: int, outputs: int, bias: bool
) -> None:
    plain = layer(kind, inputs, outputs, bias)
    quick = copy.deepcopy(plain)
    quicken(quick)
    assert type(quick) is not type(plain)
    assert list(quick.state_dict()) == list(plain.state_dict())
    found, wanted = (slopes(network, grid(inputs, 4)) for network in (quick, plain))
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("function", [double, halve])
def test_gradients_of_gradients(function) -> None:
    random = torch.Generator().manual_seed(0)
    channels = 2 if function is double else 1
    x = torch.randn(1, channels, 2, 2, 2, generator=random, dtype=torch.float64)
    weight = torch.randn(2, 1, 4, 4, 4, generator=random, dtype=torch.float64)
    taken = (x.requires_grad_(True), weight.requires_grad_(True))
    assert torch.autograd.gradcheck(function, taken)
    assert torch.autograd.gradgradcheck(function, taken)


def test_autocast_is_heeded_and_a_copy_stays_quick() -> None:
    network = nn.Sequential(nn.Conv3d(1, 4, 4, 2, 1), nn.ConvTranspose3d(4, 1, 4, 2, 1))
    quicken(network)
    copied = copy.deepcopy(network)
    assert [type(part) for part in copied] == [type(part) for part in network]
    x = torch.randn(1, 1, 8, 8, 8, generator=torch.Generator().manual_seed(0))
    with torch.autocast("cpu", torch.bfloat16):
        y = copied(x)
    assert y.dtype == torch.bfloat16
    y.float().sum().backward()
    assert all(weight.grad is not None for weight in copied.parameters())


@pytest.mark.parametrize(
    "other",
    [
        nn.Conv3d(1, 4, 3, 1, 1),
        nn.Conv3d(2, 4, 4, 2, 1),
        nn.ConvTranspose3d(4, 2, 4, 2, 1),
        nn.ConvTranspose3d(4, 1, 4, 2, 1, output_padding=1),
        nn.Conv3d(1, 4, 4, 2, 1, padding_mode="replicate"),
    ],
)
def test_other_layers_are_left_alone(other: nn.Module) -> None:
    kind = type(other)
    quicken(other)
    assert type(other) is kind
