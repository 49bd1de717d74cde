"""Convolutions that halve, double, open or close a grid, each computed the quickest way on a CPU.

All have a kernel of 4. The usual kernels are slow where the grid is small beside its channels,
where a grid has one point, and where it has three channels or one. There the same sums are done
as a product of matrices, or as an ordinary convolution that makes all corners of a doubled point
at once. Everywhere else the usual kernels are called.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import prod
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

KERNEL = 4
# out[2 m + r] is a sum over in[m - 1], in[m], in[m + 1]: which tap belongs to each, 4 for none
TAPS = ((3, 1, 4), (4, 2, 0))
THIN = 4  # channels, at most, of a grid whose corners are made at once
MOST_COLUMNS = 1 << 22  # numbers in a matrix of columns that still lie in a cache
MOST_WEIGHED = 1 << 23  # the same where the gradient of weights is taken
MANY_CHANNELS = 128  # that a larger matrix needs to be worth it
_CONV = {2: functional.conv2d, 3: functional.conv3d}
_CONV_UP = {2: functional.conv_transpose2d, 3: functional.conv_transpose3d}
_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


class Steps(NamedTuple):
    """How a kernel of 4 walks over the finer of two grids, alike on each axis."""

    stride: int
    padding: int


HALVING = Steps(2, 1)
CLOSING = Steps(1, 0)  # a grid of 4 becomes one point


class _Weigh(torch.autograd.Function):
    """Zero that owes its slope to a weight.

    Its node alone takes the gradient of the weight, so that nothing is computed where only the
    gradient of samples is wanted, as in penalties. The samples come in a tuple, as autograd would
    otherwise run through here on its way to them.
    """

    @staticmethod
    def forward(
        ctx: Any, weight: Tensor, held: tuple[Tensor], shape: list[int], steps: Steps, doubles: bool
    ) -> Tensor:
        (x,) = held
        ctx.save_for_backward(x, weight)
        ctx.steps, ctx.doubles = steps, doubles
        return x.new_zeros(()).expand(shape)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        fine, coarse = (slopes[0], x) if ctx.doubles else (x, slopes[0])
        slope = _Slope.apply(fine, coarse, weight.detach(), ctx.steps)
        return slope, None, None, None, None


class _Slope(torch.autograd.Function):
    """``_weight_slope``, which is linear in either grid."""

    @staticmethod
    def forward(ctx: Any, fine: Tensor, coarse: Tensor, weight: Tensor, steps: Steps) -> Tensor:
        ctx.save_for_backward(fine, coarse)
        ctx.steps = steps
        return _weight_slope(fine, coarse, weight, steps)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        fine, coarse = ctx.saved_tensors
        on_fine, on_coarse = ctx.needs_input_grad[:2]
        return (
            double(coarse, slopes[0], ctx.steps, fine.shape[2:]) if on_fine else None,
            halve(fine, slopes[0], ctx.steps) if on_coarse else None,
            None,
            None,
        )


class _Halve(torch.autograd.Function):
    """``halve``; the slope on its weight leaves through the zero."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, zero: Tensor, steps: Steps) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.steps, ctx.sides = steps, x.shape[2:]
        return _gather(x, weight, steps).data  # no view: a rectifier may write into it

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        (weight,) = ctx.saved_tensors
        on_x = None
        if ctx.needs_input_grad[0]:
            on_x = double(slopes[0], weight, ctx.steps, ctx.sides)
        return on_x, None, slopes[0], None


class _Double(torch.autograd.Function):
    """``double``; the slope on its weight leaves through the zero."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, zero: Tensor, steps: Steps, sides: Sequence[int]
    ) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.steps = steps
        return _spread(x, weight, steps, sides).data

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        (weight,) = ctx.saved_tensors
        on_x = halve(slopes[0], weight, ctx.steps) if ctx.needs_input_grad[0] else None
        return on_x, None, slopes[0], None, None


def halve(x: Tensor, weight: Tensor, steps: Steps = HALVING) -> Tensor:
    """What a convolution with a kernel of 4 makes, without bias.

    Args:
        x: (N, C, *sides) in 2 or 3 dimensions.
        weight: (M, C, 4, 4) or (M, C, 4, 4, 4).
        steps: stride 2 and padding 1 unless said otherwise.

    Returns:
        (N, M, *sides / 2).
    """
    x, weight = _alike(x, weight)
    shape = [len(x), len(weight), *_halved(x, steps)]
    zero = _Weigh.apply(weight, (x,), shape, steps, False)
    return cast(Tensor, _Halve.apply(x, weight, zero, steps))


def double(
    x: Tensor, weight: Tensor, steps: Steps = HALVING, sides: Sequence[int] | None = None
) -> Tensor:
    """What a transposed convolution with a kernel of 4 makes, without bias.

    Args:
        x: (N, M, *sides) in 2 or 3 dimensions.
        weight: (M, C, 4, 4) or (M, C, 4, 4, 4).
        steps: stride 2 and padding 1 unless said otherwise.
        sides: of what comes out, each one more than usual at most: odd where what was halved was.

    Returns:
        (N, C, *2 sides).
    """
    x, weight = _alike(x, weight)
    sides = _doubled(x, steps) if sides is None else sides
    zero = _Weigh.apply(weight, (x,), [len(x), weight.shape[1], *sides], steps, True)
    return cast(Tensor, _Double.apply(x, weight, zero, steps, sides))


def _halved(x: Tensor, steps: Steps) -> list[int]:
    return [(side + 2 * steps.padding - KERNEL) // steps.stride + 1 for side in x.shape[2:]]


def _doubled(x: Tensor, steps: Steps) -> list[int]:
    return [(side - 1) * steps.stride - 2 * steps.padding + KERNEL for side in x.shape[2:]]


def _alike(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Both in the number format of autocast, where it is on."""
    kind = x.device.type
    if not torch.is_autocast_enabled(kind) or x.dtype == torch.float64:  # as autocast has it
        return x, weight
    precision = torch.get_autocast_dtype(kind)
    return x.to(precision), weight.to(precision)


def _gather(x: Tensor, weight: Tensor, steps: Steps) -> Tensor:
    """``halve``, as a product of matrices where the grid is small."""
    dims = x.dim() - 2
    sides = _halved(x, steps)
    if weight.shape[1] <= THIN or _columns(weight, len(x), sides) > MOST_COLUMNS:
        return _CONV[dims](x, weight, None, steps.stride, steps.padding)
    y = _unfold(x, steps) @ weight.movedim(1, -1).flatten(1).T
    return y.reshape(len(x), *sides, len(weight)).movedim(-1, 1)


def _spread(x: Tensor, weight: Tensor, steps: Steps, sides: Sequence[int]) -> Tensor:
    """``double``, the quick way for one point or few channels."""
    dims, channels = x.dim() - 2, weight.shape[1]
    more = [wanted - usual for wanted, usual in zip(sides, _doubled(x, steps), strict=True)]
    if any(more):
        return _CONV_UP[dims](x, weight, None, steps.stride, steps.padding, more)
    if x.shape[2:].numel() == 1:
        within = slice(steps.padding, KERNEL - steps.padding)
        taps = weight[(slice(None), slice(None), *[within] * dims)].movedim(1, -1)
        y = x.flatten(1) @ taps.flatten(1)
        return y.reshape(len(x), *taps.shape[1:]).movedim(-1, 1)
    if channels <= THIN and steps == HALVING:
        return _corners(x, weight)
    return _CONV_UP[dims](x, weight, None, steps.stride, steps.padding)


def _weight_slope(fine: Tensor, coarse: Tensor, weight: Tensor, steps: Steps) -> Tensor:
    """The gradient of the weight between two grids."""
    dims, channels, many = fine.dim() - 2, weight.shape[1], len(weight) >= MANY_CHANNELS
    size = _columns(weight, len(coarse), coarse.shape[2:])
    if channels <= THIN or size > (MOST_WEIGHED if many else MOST_COLUMNS):
        stride, padding, none = [steps.stride] * dims, [steps.padding] * dims, [0] * dims
        _, slope, _ = torch.ops.aten.convolution_backward(
            coarse, fine, weight, None, stride, padding, [1] * dims, False, none, 1,
            [False, True, False],
        )  # fmt: skip
        return cast(Tensor, slope)
    slope = coarse.movedim(1, -1).reshape(-1, len(weight)).T @ _unfold(fine, steps)
    return slope.reshape(len(weight), *weight.shape[2:], channels).movedim(-1, 1)


def _columns(weight: Tensor, count: int, sides: Sequence[int]) -> int:
    """How many numbers the matrix of columns would have."""
    return count * prod(sides) * weight[0].numel()


def _unfold(x: Tensor, steps: Steps) -> Tensor:
    """Every place of the kernel as a row: (N, C, *sides) to (N places, 4^d C)."""
    dims, edge = x.dim() - 2, steps.padding
    x = x.movedim(1, -1)
    if edge:
        x = functional.pad(x, (0, 0, *[edge, edge] * dims))
    for axis in range(1, dims + 1):
        x = x.unfold(axis, KERNEL, steps.stride)
    # (N, *places, C, *kernel) to (N, *places, *kernel, C)
    return x.movedim(dims + 1, -1).reshape(-1, KERNEL**dims * x.shape[dims + 1])


def _corners(x: Tensor, weight: Tensor) -> Tensor:
    """``double`` as one convolution, which makes the corners of each doubled point."""
    dims, channels, sides = x.dim() - 2, weight.shape[1], x.shape[2:]
    taps = torch.tensor(TAPS, device=x.device).flatten()
    corners = functional.pad(weight, (0, 1) * dims)
    for axis in range(2, 2 + 2 * dims, 2):
        corners = corners.index_select(axis, taps)
        corners = corners.reshape(*corners.shape[:axis], 2, 3, *corners.shape[axis + 1 :])
    # (M, C, corner, tap, corner, tap ...) to (2^d corners C, M, 3, 3 ...)
    first, second = range(2, 2 + 2 * dims, 2), range(3, 3 + 2 * dims, 2)
    kernel = corners.permute(*first, 1, 0, *second).flatten(0, dims)
    if x.is_contiguous(memory_format=_LAST[x.dim()]):
        kernel = kernel.contiguous(memory_format=_LAST[x.dim()])
    y = _CONV[dims](x, kernel, padding=1).movedim(1, -1)
    y = y.reshape(len(x), *sides, *[2] * dims, channels)
    # (N, *sides, *corners, C) to (N, side, corner, side, corner ..., C)
    pairs = chain.from_iterable((1 + axis, 1 + dims + axis) for axis in range(dims))
    y = y.permute(0, *pairs, 1 + 2 * dims)
    return y.reshape(len(x), *[2 * side for side in sides], channels).movedim(-1, 1)


def _is_unusual(layer: nn.Module, x: Tensor) -> bool:
    """Whether torch's own layer must do it: no batch, nothing in it, a faulty one, torch.func."""
    weight = cast(Tensor, layer.weight)
    channels = weight.shape[isinstance(layer, nn.Conv2d | nn.Conv3d)]
    fits = x.dim() == weight.dim() and x.shape[1] == channels and x.numel() > 0
    return not fits or torch._C._are_functorch_transforms_active()


def _with_bias(y: Tensor, bias: Tensor | None) -> Tensor:
    return y if bias is None else y + bias.to(y.dtype).reshape(-1, *[1] * (y.dim() - 2))


class _Down2d(nn.Conv2d):
    """A layer that computes as ``halve`` does."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, M, H / 2, W / 2)."""
        if _is_unusual(self, x):
            return super().forward(x)
        return _with_bias(halve(x, self.weight, _steps(self)), self.bias)


class _Down3d(nn.Conv3d):
    """A layer that computes as ``halve`` does."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, X, Y, Z) to (N, M, X / 2, Y / 2, Z / 2)."""
        if _is_unusual(self, x):
            return super().forward(x)
        return _with_bias(halve(x, self.weight, _steps(self)), self.bias)


class _Up2d(nn.ConvTranspose2d):
    """A layer that computes as ``double`` does."""

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """(N, M, H, W) to (N, C, 2 H, 2 W)."""
        if output_size is not None or _is_unusual(self, x):
            return super().forward(x, output_size)
        return _with_bias(double(x, self.weight, _steps(self)), self.bias)


class _Up3d(nn.ConvTranspose3d):
    """A layer that computes as ``double`` does."""

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """(N, M, X, Y, Z) to (N, C, 2 X, 2 Y, 2 Z)."""
        if output_size is not None or _is_unusual(self, x):
            return super().forward(x, output_size)
        return _with_bias(double(x, self.weight, _steps(self)), self.bias)


_QUICK: dict[type[nn.Module], type[nn.Module]] = {
    nn.Conv2d: _Down2d,
    nn.Conv3d: _Down3d,
    nn.ConvTranspose2d: _Up2d,
    nn.ConvTranspose3d: _Up3d,
}


def quicken(network: nn.Module) -> None:
    """Let the layers of a network that fit compute the quick way; their weights stay theirs."""
    for layer in network.modules():
        if type(layer) in _QUICK and _fits(cast("nn.Conv2d", layer)):
            layer.__class__ = _QUICK[type(layer)]


def lay_out(network: nn.Module) -> None:
    """Put channels last in all weights on grids, as convolutions are quickest with them."""
    for weight in network.parameters():
        if weight.dim() in _LAST:
            kind = _LAST[weight.dim()]
            # a copy, for with one channel ``contiguous`` leaves strides that torch reads as first
            weight.data = torch.empty_like(weight, memory_format=kind).copy_(weight.data)


def laid_out(x: Tensor) -> Tensor:
    """Samples on a grid with channels last."""
    return x.contiguous(memory_format=_LAST[x.dim()]) if x.dim() in _LAST else x


def _steps(layer: Any) -> Steps:
    return Steps(layer.stride[0], layer.padding[0])


def _fits(layer: nn.Conv2d) -> bool:
    dims = len(layer.kernel_size)
    alike = [(layer.stride, layer.padding) == ((s.stride,) * dims, (s.padding,) * dims)
             for s in (HALVING, CLOSING)]  # fmt: skip
    usual = layer.dilation == (1,) * dims and layer.padding_mode == "zeros" and layer.groups == 1
    kernel = layer.kernel_size == (KERNEL,) * dims
    return any(alike) and usual and kernel and layer.output_padding == (0,) * dims
