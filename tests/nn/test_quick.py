"""Quick convolutions: the same numbers, the same gradients, the same names."""

import copy

import pytest
import torch
from torch import Tensor, nn

from ganstudio.nn import quick
from ganstudio.nn.equalised import EqualConv
from ganstudio.nn.quick import (
    CLOSING,
    HALVING,
    Steps,
    convolve,
    convolve_doubled,
    lay_out,
    quicken,
    transpose,
)

# kind, channels in and out, stride, padding, sides; thin, coarse, opening, closing, odd
LAYERS = [
    (nn.ConvTranspose3d, 3, 1, 2, 1, (4, 6, 4)),
    (nn.Conv3d, 1, 3, 2, 1, (4, 6, 4)),
    (nn.ConvTranspose2d, 5, 3, 2, 1, (4, 6)),
    (nn.Conv2d, 3, 5, 2, 1, (4, 6)),
    (nn.ConvTranspose2d, 7, 6, 2, 1, (4, 2)),
    (nn.Conv2d, 6, 7, 2, 1, (4, 6)),
    (nn.Conv3d, 6, 5, 2, 1, (4, 2, 4)),
    (nn.ConvTranspose3d, 6, 5, 2, 1, (2, 2, 4)),
    (nn.ConvTranspose2d, 6, 5, 1, 0, (1, 1)),
    (nn.ConvTranspose3d, 6, 5, 2, 1, (1, 1, 1)),
    (nn.Conv2d, 6, 1, 1, 0, (4, 4)),
    (nn.Conv3d, 6, 1, 2, 1, (2, 2, 2)),
    (nn.Conv2d, 6, 5, 1, 0, (6, 7)),
    (nn.Conv2d, 6, 5, 2, 1, (7, 4)),
    (nn.Conv2d, 3, 5, 2, 1, (5, 7)),
    (nn.Conv3d, 1, 5, 2, 1, (3, 2, 5)),
    (nn.ConvTranspose2d, 5, 3, 2, 1, (3, 1)),
]


def samples(channels: int, sides: tuple[int, ...]) -> Tensor:
    random = torch.Generator().manual_seed(1)
    return torch.randn((2, channels, *sides), generator=random, dtype=torch.float64)


def slopes(network: nn.Module, x: Tensor) -> list[Tensor]:
    """The sample, the slope on it, and what a penalty on that slope wants of the weights."""
    x = x.clone().requires_grad_(True)
    y = network(x)
    (slope,) = torch.autograd.grad(y.pow(3).sum(), x, create_graph=True)
    (y.sum() + slope.square().sum()).backward()
    weights = [weight.grad for weight in network.parameters()]
    return [y.detach(), slope.detach(), x.grad, *weights]


def assert_quicker_is_the_same(plain: nn.Module, x: Tensor, last: bool) -> None:
    """In numbers, gradients and names; with channels last or as it comes."""
    quicker = copy.deepcopy(plain)
    quicken(quicker)
    if last:
        lay_out(quicker)
    assert type(quicker) is not type(plain)
    assert list(quicker.state_dict()) == list(plain.state_dict())
    found, wanted = (slopes(network, x) for network in (quicker, plain))
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("small", [True, False], ids=["small", "large"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("kind", "inputs", "outputs", "stride", "padding", "sides"), LAYERS)
def test_nothing_changes_but_the_time(
    kind: type[nn.Module],
    inputs: int,
    outputs: int,
    stride: int,
    padding: int,
    sides: tuple[int, ...],
    bias: bool,
    small: bool,
    last: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not small:  # what is done where a matrix of columns would be too large
        monkeypatch.setattr(quick, "MOST_COLUMNS", 0)
        monkeypatch.setattr(quick, "MOST_WEIGHED", 0)
    torch.manual_seed(0)
    plain = kind(inputs, outputs, 4, stride, padding, bias=bias).double()
    assert_quicker_is_the_same(plain, samples(inputs, sides), last)


OTHERS = [
    (nn.Conv2d, (3, 5), {"kernel_size": 1}, (4, 6)),
    (nn.Conv3d, (3, 5), {"kernel_size": 1}, (4, 2, 3)),
    (nn.Conv2d, (3, 5), {"kernel_size": 3, "padding": 1}, (4, 5)),
    (nn.Conv3d, (1, 5), {"kernel_size": 3, "padding": 1}, (4, 2, 3)),
    (nn.Conv2d, (6, 4), {"kernel_size": 3, "padding": 1, "groups": 2}, (4, 5)),
    (nn.Conv3d, (6, 6), {"kernel_size": 3, "padding": 1, "groups": 3}, (2, 4, 3)),
    (nn.Conv2d, (6, 6), {"kernel_size": 3, "stride": 2, "padding": 1, "groups": 6}, (5, 4)),
    (nn.Conv2d, (6, 4), {"kernel_size": 4, "stride": 2, "padding": 1, "groups": 2}, (4, 7)),
    (nn.Conv2d, (3, 4), {"kernel_size": 5, "stride": 3, "padding": 2}, (9, 8)),
    (nn.Conv2d, (3, 4), {"kernel_size": 4, "padding": 1}, (5, 4)),
    (EqualConv, (3, 5), {"kernel": 3}, (4, 5)),
    (EqualConv, (3, 5), {"kernel": 1}, (4, 5)),
]


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("kind", "channels", "shape", "sides"), OTHERS)
def test_nor_with_other_kernels(
    kind: type[nn.Module],
    channels: tuple[int, int],
    shape: dict[str, int],
    sides: tuple[int, ...],
    bias: bool,
    last: bool,
) -> None:
    torch.manual_seed(0)
    plain = kind(*channels, bias=bias, **shape).double()
    assert_quicker_is_the_same(plain, samples(channels[0], sides), last)


@pytest.mark.parametrize("many", [0, 1 << 30], ids=["many places", "few"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("kind", "sides"), [(nn.Conv2d, (3, 4)), (nn.Conv3d, (2, 1, 3))])
def test_nor_where_a_grid_is_doubled_before(
    kind: type[nn.Module],
    sides: tuple[int, ...],
    bias: bool,
    many: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quick, "MANY_PLACES", many)
    torch.manual_seed(0)
    layers = (nn.Upsample(scale_factor=2), kind(6, 5, 3, padding=1, bias=bias), nn.LeakyReLU(0.2))
    plain = nn.Sequential(*layers).double()
    quicker = copy.deepcopy(plain)
    quicken(quicker)
    lay_out(quicker)
    assert quicker[0](samples(6, sides)).shape[2:] == sides
    wanted = slopes(plain, samples(6, sides))
    for network in (copy.deepcopy(quicker), quicker):
        for one, other in zip(slopes(network, samples(6, sides)), wanted, strict=True):
            torch.testing.assert_close(one, other)


@pytest.mark.parametrize("quickened", [True, False])
@pytest.mark.parametrize(
    "conv", [nn.Conv2d(6, 5, 3, padding=1), nn.Conv2d(6, 5, 1), EqualConv(6, 5), EqualConv(6, 5, 1)]
)
def test_a_layer_is_told_that_its_grid_is_to_be_doubled(conv: nn.Module, quickened: bool) -> None:
    plain = copy.deepcopy(conv).double()
    quicker = copy.deepcopy(plain)
    if quickened:
        quicken(quicker)
    x = samples(6, (16, 16))
    wanted = plain(nn.functional.interpolate(x, scale_factor=2, mode="nearest"))
    torch.testing.assert_close(convolve_doubled(quicker, x), wanted)


def test_a_doubling_that_stands_in_two_places_stays_one() -> None:
    up, conv = nn.Upsample(scale_factor=2), nn.Conv2d(6, 6, 3, padding=1)
    network = nn.Sequential(up, conv, up, nn.LeakyReLU(0.2), conv).double()
    wanted = network(samples(6, (8, 8)))
    quicken(network)
    torch.testing.assert_close(network(samples(6, (8, 8))), wanted)


@pytest.mark.parametrize(
    "up", [nn.Upsample(scale_factor=3), nn.Upsample(size=(8, 8)), nn.Upsample(None, 2, "bilinear")]
)
def test_other_enlargements_are_left_alone(up: nn.Module) -> None:
    network = nn.Sequential(up, nn.Conv2d(6, 5, 3, padding=1)).double()
    wanted = network(samples(6, (4, 4)))
    quicken(network)
    assert type(up) is nn.Upsample
    torch.testing.assert_close(network(samples(6, (4, 4))), wanted)


@pytest.mark.parametrize(("kind", "inputs", "outputs", "stride", "padding", "sides"), LAYERS)
def test_what_follows_may_write_into_what_comes_out(
    kind: type[nn.Module],
    inputs: int,
    outputs: int,
    stride: int,
    padding: int,
    sides: tuple[int, ...],
) -> None:
    network = nn.Sequential(kind(inputs, outputs, 4, stride, padding, bias=False), nn.ReLU(True))
    quicken(network)
    network.double()(samples(inputs, sides).requires_grad_(True)).sum().backward()
    assert network[0].weight.grad is not None


@pytest.mark.parametrize("steps", [HALVING, CLOSING])
@pytest.mark.parametrize("function", [transpose, convolve])
def test_gradients_of_gradients_of_samples(function, steps: Steps) -> None:
    random = torch.Generator().manual_seed(0)
    side = 4 if function is convolve else 2
    x = torch.randn(1, 2, side, side, generator=random, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 2, 4, 4, generator=random, dtype=torch.float64)

    def bent(x: Tensor) -> Tensor:
        return function(x, weight, None, steps).square()

    assert torch.autograd.gradcheck(bent, x)
    assert torch.autograd.gradgradcheck(bent, x)
    assert torch.autograd.gradcheck(
        lambda w: function(x.detach(), w, None, steps), weight.requires_grad_(True)
    )


def test_the_gradient_of_weights_waits_until_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    slope = quick._weight_slope
    monkeypatch.setattr(quick, "_weight_slope", lambda *a: (taken.append(1), slope(*a))[1])
    x = samples(2, (4, 4)).requires_grad_(True)
    weight = torch.ones(3, 2, 4, 4, dtype=torch.float64, requires_grad=True)
    (found,) = torch.autograd.grad(convolve(x, weight).square().sum(), x, create_graph=True)
    assert not taken
    found.square().sum().backward()
    assert taken
    assert weight.grad is not None


@pytest.mark.parametrize("steps", [HALVING, CLOSING])
@pytest.mark.parametrize("function", [transpose, convolve])
def test_gradients_of_gradients_of_weights(function, steps: Steps) -> None:
    random = torch.Generator().manual_seed(0)
    side = 5 if function is convolve else 2
    x = torch.randn(1, 2, side, side, generator=random, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 2, 4, 4, generator=random, dtype=torch.float64, requires_grad=True)

    def slope(x: Tensor, weight: Tensor) -> Tensor:
        (found,) = torch.autograd.grad(
            function(x, weight, None, steps).pow(3).sum(), weight, create_graph=True
        )
        return found

    assert torch.autograd.gradcheck(slope, (x, weight))


@pytest.mark.parametrize("kind", [nn.Conv2d, nn.ConvTranspose2d])
@pytest.mark.parametrize("shape", [(6, 4, 4), (0, 6, 4, 4)], ids=["no batch", "none in it"])
def test_other_batches_are_taken_as_torch_takes_them(
    kind: type[nn.Module], shape: tuple[int, ...]
) -> None:
    torch.manual_seed(0)
    plain = kind(6, 5, 4, 2, 1)
    quicker = copy.deepcopy(plain)
    quicken(quicker)
    x = torch.ones(shape)
    torch.testing.assert_close(quicker(x), plain(x))
    quicker(x).sum().backward()
    assert quicker.weight.grad is not None


def test_a_wanted_size_is_heeded() -> None:
    layer = nn.ConvTranspose2d(6, 5, 4, 2, 1)
    quicken(layer)
    assert layer(torch.ones(1, 6, 4, 4), output_size=[9, 8]).shape == (1, 5, 9, 8)


def test_wrong_channels_are_named_as_torch_names_them() -> None:
    layer = nn.Conv2d(6, 5, 4, 2, 1)
    quicken(layer)
    with pytest.raises(RuntimeError, match="to have 6 channels, but got 4"):
        layer(torch.ones(1, 4, 4, 4))


def test_functions_of_torch_func_go_through() -> None:
    torch.manual_seed(0)
    plain, x = nn.Conv2d(6, 5, 4, 2, 1), torch.randn(2, 6, 4, 4)
    quicker = copy.deepcopy(plain)
    quicken(quicker)
    found, wanted = (torch.func.jacrev(layer)(x) for layer in (quicker, plain))
    torch.testing.assert_close(found, wanted)


def test_autocast_leaves_double_precision_alone() -> None:
    layer = nn.Conv2d(6, 5, 4, 2, 1).double()
    quicken(layer)
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(samples(6, (4, 4))).dtype == torch.float64


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


def test_samples_come_out_with_channels_last() -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 4, 2, 1), nn.ConvTranspose2d(8, 3, 4, 2, 1))
    quicken(network)
    lay_out(network)
    for part in network:
        assert part.weight.is_contiguous(memory_format=torch.channels_last)
    y = network(quick.laid_out(samples(3, (8, 8)).float()))
    assert y.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("dims", [2, 3])
def test_one_channel_leads_to_channels_last(dims: int) -> None:
    kind = {2: nn.Conv2d, 3: nn.Conv3d}[dims]
    network = kind(1, 8, 4, 2, 1)
    quicken(network)
    lay_out(network)
    assert network(samples(1, (8,) * dims).float()).stride(1) == 1


@pytest.mark.parametrize(
    "other",
    [
        nn.ConvTranspose2d(2, 4, 3, 1, 1),
        nn.ConvTranspose2d(2, 4, 4, 2, 1, groups=2),
        nn.Conv2d(2, 4, 4, 2, 1, dilation=2),
        nn.Conv2d(2, 4, 4, (2, 1), 1),
        nn.ConvTranspose3d(4, 1, 4, 2, 1, output_padding=1),
        nn.Conv3d(1, 4, 4, 2, 1, padding_mode="replicate"),
        nn.Conv2d(2, 4, 4, 2, padding="valid"),
    ],
)
def test_other_layers_are_left_alone(other: nn.Module) -> None:
    kind = type(other)
    quicken(other)
    assert type(other) is kind
