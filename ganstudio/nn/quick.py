"""Convolutions, each computed the quickest way on a CPU.

The usual kernels are slow in two cases. Those of 4, which halve, double, open or close a grid, are
so where the grid is small beside its channels, where it has one point, and where it has three
channels or one: there the same sums are done as a product of matrices, or as an ordinary
convolution that makes all corners of a doubled point at once. And where a gradient is derived once
more, as penalties do, torch takes the gradient of the weight by a convolution whose kernel is as
large as the grid, and group by group: here it comes from the kernels that take it the first time.
A kernel of 3 after a grid was doubled by repeating its places sees each of them two or three times:
that is a transposed convolution with a kernel of 4, at less than half the cost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain, pairwise
from math import prod
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganstudio.nn.equalised import EqualConv

KERNEL = 4
# out[2 m + r] is a sum over in[m - 1], in[m], in[m + 1]: which tap belongs to each, 4 for none
TAPS = ((3, 1, 4), (4, 2, 0))
THIN = 4  # channels, at most, of a grid whose corners are made at once
MOST_COLUMNS = 1 << 22  # numbers in a matrix of columns that still lie in a cache
MOST_WEIGHED = 1 << 23  # the same where the gradient of weights is taken
MANY_CHANNELS = 128  # that a larger matrix needs to be worth it
MANY_PLACES = 512  # of a doubled grid and batch, that are worth adding taps up for
_CONV = {2: functional.conv2d, 3: functional.conv3d}
_CONV_UP = {2: functional.conv_transpose2d, 3: functional.conv_transpose3d}
_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


class Steps(NamedTuple):
    """How a kernel walks over the finer of two grids, alike on each axis."""

    stride: int
    padding: int
    groups: int = 1


HALVING = Steps(2, 1)
CLOSING = Steps(1, 0)  # a grid of 4 becomes one point


class _Weigh(torch.autograd.Function):
    """Zero that owes its slope to a weight and a bias.

    Its node alone takes their gradients, so that nothing is computed where only the gradient of
    samples is wanted, as in penalties. The samples come in a tuple, as autograd would otherwise
    run through here on its way to them.
    """

    @staticmethod
    def forward(
        ctx: Any,
        weight: Tensor,
        bias: Tensor | None,
        held: tuple[Tensor],
        shape: list[int],
        steps: Steps,
        transposed: bool,
    ) -> Tensor:
        (x,) = held
        ctx.save_for_backward(x, weight)
        ctx.steps, ctx.transposed = steps, transposed
        return x.new_zeros(()).expand(shape)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        (above,) = slopes
        on_weight = on_bias = None
        if ctx.needs_input_grad[0]:
            fine, coarse = (above, x) if ctx.transposed else (x, above)
            on_weight = _Slope.apply(fine, coarse, weight.detach(), ctx.steps)
        if ctx.needs_input_grad[1]:
            on_bias = above.sum([0, *range(2, above.dim())])
        return on_weight, on_bias, None, None, None, None


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
            transpose(coarse, slopes[0], None, ctx.steps, fine.shape[2:]) if on_fine else None,
            convolve(fine, slopes[0], None, ctx.steps) if on_coarse else None,
            None,
            None,
        )


class _Convolve(torch.autograd.Function):
    """``convolve``; the slopes on its weight and bias leave through the zero."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, zero: Tensor, steps: Steps
    ) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.steps, ctx.sides = steps, x.shape[2:]
        return _gather(x, weight, bias, steps).data  # no view: a rectifier may write into it

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        (weight,) = ctx.saved_tensors
        on_x = None
        if ctx.needs_input_grad[0]:
            on_x = transpose(slopes[0], weight, None, ctx.steps, ctx.sides)
        return on_x, None, None, slopes[0], None


class _Transpose(torch.autograd.Function):
    """``transpose``; the slopes on its weight and bias leave through the zero."""

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        zero: Tensor,
        steps: Steps,
        sides: Sequence[int],
    ) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.steps = steps
        return _spread(x, weight, bias, steps, sides).data

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        (weight,) = ctx.saved_tensors
        on_x = convolve(slopes[0], weight, None, ctx.steps) if ctx.needs_input_grad[0] else None
        return on_x, None, None, slopes[0], None, None


def convolve(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, steps: Steps = HALVING
) -> Tensor:
    """What a convolution makes.

    Args:
        x: (N, C, *sides) in 2 or 3 dimensions.
        weight: (M, C / groups, k, k) or (M, C / groups, k, k, k).
        bias: (M,).
        steps: stride 2 and padding 1 unless said otherwise.

    Returns:
        (N, M, *sides): halved with a kernel of 4 and the usual steps.
    """
    x, weight, bias = _alike(x, weight, bias)
    shape = [len(x), len(weight), *_coarser(x, weight, steps)]
    zero = _Weigh.apply(weight, bias, (x,), shape, steps, False)
    return cast(Tensor, _Convolve.apply(x, weight, bias, zero, steps))


def transpose(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    steps: Steps = HALVING,
    sides: Sequence[int] | None = None,
) -> Tensor:
    """What a transposed convolution makes.

    Args:
        x: (N, M, *sides) in 2 or 3 dimensions.
        weight: (M, C / groups, k, k) or (M, C / groups, k, k, k).
        bias: (C,).
        steps: stride 2 and padding 1 unless said otherwise.
        sides: of what comes out, each less than a stride above the usual: what is left of a grid
            whose side is no multiple of the stride.

    Returns:
        (N, C, *sides): doubled with a kernel of 4 and the usual steps.
    """
    x, weight, bias = _alike(x, weight, bias)
    sides = _finer(x, weight, steps) if sides is None else sides
    shape = [len(x), weight.shape[1] * steps.groups, *sides]
    zero = _Weigh.apply(weight, bias, (x,), shape, steps, True)
    return cast(Tensor, _Transpose.apply(x, weight, bias, zero, steps, sides))


def convolve_doubled(conv: nn.Module, x: Tensor) -> Tensor:
    """What a convolution makes of a grid whose places are repeated once on each axis.

    Args:
        conv: a layer; one of kernel 3 that ``quicken`` has been at never sees the doubled grid.
        x: (N, C, *sides), not yet doubled.

    Returns:
        (N, M, *2 sides) where the layer keeps the grid.
    """
    return _doubled(conv, x, conv)


def _doubled(conv: nn.Module, x: Tensor, usual: Callable[[Tensor], Tensor]) -> Tensor:
    many = x.numel() and len(x) * x[0, 0].numel() << (x.dim() - 2) >= MANY_PLACES
    if not many or not isinstance(conv, _Quick) or not _is_three(conv) or _is_unusual(conv, x):
        return usual(functional.interpolate(x, scale_factor=2.0, mode="nearest"))
    layer: Any = conv
    weight = layer.scaled if isinstance(conv, EqualConv) else layer.weight
    return transpose(x, _summed(weight), layer.bias)


def _summed(weight: Tensor) -> Tensor:
    """A kernel of 3 for a doubled grid, (M, C, 3, 3 ...), as one that doubles, (C, M, 4, 4 ...).

    Along each axis the taps w0, w1, w2 become w2, w1 + w2, w0 + w1, w0.
    """
    weight = weight.transpose(0, 1)
    for axis in range(2, weight.dim()):
        first, middle, last = weight.unbind(axis)
        weight = torch.stack([last, middle + last, first + middle, first], axis)
    return laid_out(weight)


def _coarser(x: Tensor, weight: Tensor, steps: Steps) -> list[int]:
    pairs = zip(x.shape[2:], weight.shape[2:], strict=True)
    return [(side + 2 * steps.padding - kernel) // steps.stride + 1 for side, kernel in pairs]


def _finer(x: Tensor, weight: Tensor, steps: Steps) -> list[int]:
    pairs = zip(x.shape[2:], weight.shape[2:], strict=True)
    return [(side - 1) * steps.stride - 2 * steps.padding + kernel for side, kernel in pairs]


def _alike(x: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
    """All in the number format of autocast, where it is on."""
    kind = x.device.type
    if not torch.is_autocast_enabled(kind) or x.dtype == torch.float64:  # as autocast has it
        return x, weight, bias
    precision = torch.get_autocast_dtype(kind)
    return x.to(precision), weight.to(precision), None if bias is None else bias.to(precision)


def _gather(x: Tensor, weight: Tensor, bias: Tensor | None, steps: Steps) -> Tensor:
    """``convolve``, as a product of matrices where the grid is small."""
    dims, sides = x.dim() - 2, _coarser(x, weight, steps)
    columns = _columns(weight, len(x), sides)
    if not _is_four(weight, steps) or weight.shape[1] <= THIN or columns > MOST_COLUMNS:
        return _CONV[dims](x, weight, bias, steps.stride, steps.padding, 1, steps.groups)
    y = functional.linear(_unfold(x, steps), weight.movedim(1, -1).flatten(1), bias)
    return y.reshape(len(x), *sides, len(weight)).movedim(-1, 1)


def _spread(
    x: Tensor, weight: Tensor, bias: Tensor | None, steps: Steps, sides: Sequence[int]
) -> Tensor:
    """``transpose``, the quick way for one point or few channels."""
    dims, channels = x.dim() - 2, weight.shape[1]
    more = [wanted - own for wanted, own in zip(sides, _finer(x, weight, steps), strict=True)]
    if _is_four(weight, steps) and not any(more):
        if x.shape[2:].numel() == 1:
            within = slice(steps.padding, KERNEL - steps.padding)
            taps = weight[(slice(None), slice(None), *[within] * dims)].movedim(1, -1)
            y = (x.flatten(1) @ taps.flatten(1)).reshape(len(x), *taps.shape[1:])
            return (y if bias is None else y + bias).movedim(-1, 1)
        if channels <= THIN and steps == HALVING:
            return _corners(x, weight, bias)
    stride, padding, groups = steps
    return _CONV_UP[dims](x, weight, bias, stride, padding, more, groups)


def _weight_slope(fine: Tensor, coarse: Tensor, weight: Tensor, steps: Steps) -> Tensor:
    """The gradient of the weight between two grids."""
    dims, channels, many = fine.dim() - 2, weight.shape[1], len(weight) >= MANY_CHANNELS
    columns = _columns(weight, len(coarse), coarse.shape[2:])
    large = columns > (MOST_WEIGHED if many else MOST_COLUMNS)
    if not _is_four(weight, steps) or channels <= THIN or large:
        stride, padding, none = [steps.stride] * dims, [steps.padding] * dims, [0] * dims
        _, slope, _ = torch.ops.aten.convolution_backward(
            coarse, fine, weight, None, stride, padding, [1] * dims, False, none, steps.groups,
            [False, True, False],
        )  # fmt: skip
        return cast(Tensor, slope)
    slope = coarse.movedim(1, -1).reshape(-1, len(weight)).T @ _unfold(fine, steps)
    return slope.reshape(len(weight), *weight.shape[2:], channels).movedim(-1, 1)


def _is_four(weight: Tensor, steps: Steps) -> bool:
    """Whether products of matrices may do it: a kernel of 4 that walks as one does."""
    return weight.shape[-1] == KERNEL and steps in (HALVING, CLOSING)


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


def _corners(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """``transpose`` as one convolution, which makes the corners of each doubled point."""
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
    everywhere = None if bias is None else bias.repeat(2**dims)
    y = _CONV[dims](x, kernel, everywhere, padding=1).movedim(1, -1)
    y = y.reshape(len(x), *sides, *[2] * dims, channels)
    # (N, *sides, *corners, C) to (N, side, corner, side, corner ..., C)
    pairs = chain.from_iterable((1 + axis, 1 + dims + axis) for axis in range(dims))
    y = y.permute(0, *pairs, 1 + 2 * dims)
    return y.reshape(len(x), *[2 * side for side in sides], channels).movedim(-1, 1)


def _is_unusual(layer: nn.Module, x: Tensor) -> bool:
    """Whether torch's own layer must do it: no batch, nothing in it, a faulty one, torch.func."""
    conv = cast("nn.Conv2d", layer)
    fits = x.dim() == conv.weight.dim() and x.shape[1] == conv.in_channels and x.numel() > 0
    return not fits or torch._C._are_functorch_transforms_active()


class _Quick:
    """How a convolution computes as ``convolve`` does, whatever it makes of its weight before."""

    def _conv_forward(self: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if _is_unusual(self, x):
            found: Tensor = super()._conv_forward(x, weight, bias)  # type: ignore[misc]
            return found
        return convolve(x, weight, bias, _steps(self))


class _QuickUp:
    """How a transposed convolution computes as ``transpose`` does."""

    def forward(self: Any, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """(N, M, *sides) to (N, C, *2 sides)."""
        if output_size is not None or _is_unusual(self, x):
            found: Tensor = super().forward(x, output_size)  # type: ignore[misc]
            return found
        return transpose(x, self.weight, self.bias, _steps(self))


class _Conv2d(_Quick, nn.Conv2d):
    pass


class _Conv3d(_Quick, nn.Conv3d):
    pass


class _EqualConv(_Quick, EqualConv):
    pass


class _AfterDoubling2d(_Conv2d):
    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, M, 2 H, 2 W)."""
        return _doubled(self, x, super().forward)


class _AfterDoubling3d(_Conv3d):
    def forward(self, x: Tensor) -> Tensor:
        """(N, C, X, Y, Z) to (N, M, 2 X, 2 Y, 2 Z)."""
        return _doubled(self, x, super().forward)


class _LeftToConv(nn.Upsample):
    """A doubling that the convolution after it sees to."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, ...) as it is."""
        return x


class _Up2d(_QuickUp, nn.ConvTranspose2d):
    pass


class _Up3d(_QuickUp, nn.ConvTranspose3d):
    pass


_QUICK: dict[type[nn.Module], type[nn.Module]] = {
    nn.Conv2d: _Conv2d,
    nn.Conv3d: _Conv3d,
    EqualConv: _EqualConv,
    nn.ConvTranspose2d: _Up2d,
    nn.ConvTranspose3d: _Up3d,
}
_AFTER_DOUBLING: dict[type[nn.Module], type[nn.Module]] = {
    _Conv2d: _AfterDoubling2d,
    _Conv3d: _AfterDoubling3d,
}


def quicken(network: nn.Module) -> None:
    """Let the layers of a network that fit compute the quick way; their weights stay theirs."""
    for layer in network.modules():
        if type(layer) in _QUICK and _fits(cast("nn.Conv2d", layer)):
            layer.__class__ = _QUICK[type(layer)]
    uses = Counter(part for parent in network.modules() for part in parent._modules.values())
    for row in network.modules():
        for up, conv in pairwise(row) if type(row) is nn.Sequential else ():
            alone = uses[up] == uses[conv] == 1  # elsewhere they may have other neighbours
            if alone and _is_doubling(up) and type(conv) in _AFTER_DOUBLING and _is_three(conv):
                up.__class__, conv.__class__ = _LeftToConv, _AFTER_DOUBLING[type(conv)]


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


def _steps(layer: nn.Conv2d) -> Steps:
    return Steps(layer.stride[0], cast(int, layer.padding[0]), layer.groups)


def _fits(layer: nn.Conv2d) -> bool:
    """Whether it is alike on each axis and without frills; a transposed one, of kernel 4 too."""
    alike = not isinstance(layer.padding, str) and all(
        len(set(found)) == 1 for found in (layer.stride, layer.padding, layer.kernel_size)
    )
    plain = set(layer.dilation) == {1} and layer.padding_mode == "zeros"
    if not layer.transposed:
        return alike and plain
    four = alike and layer.kernel_size[0] == KERNEL and _steps(layer) in (HALVING, CLOSING)
    return four and plain and set(layer.output_padding) == {0}


def _is_three(layer: Any) -> bool:
    """Whether a layer that fits has a kernel of 3 and keeps the grid."""
    return layer.kernel_size[0] == 3 and _steps(layer) == Steps(1, 1)


def _is_doubling(layer: nn.Module) -> bool:
    """Whether it repeats each place once on each axis."""
    if type(layer) is not nn.Upsample or layer.mode != "nearest" or layer.size is not None:
        return False
    factors = layer.scale_factor
    return set(factors if isinstance(factors, tuple) else (factors,)) == {2.0}
