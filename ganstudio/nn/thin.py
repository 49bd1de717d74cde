"""Volumetric convolutions from and to a single channel, which the usual kernels are slow at.

Only two shapes matter: the last layer of a voxel generator, which doubles the grid and ends in
one channel, and the first layer of its discriminator, the mirror image. The gradient of either
holds the other. Where the CPU's kernels walk through 64 taps for one number, eight ordinary
convolutions of 8 taps, one for each corner of a doubled voxel, do the same sums.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.grad import conv3d_weight

KERNEL, STRIDE, PADDING = (4, 4, 4), (2, 2, 2), (1, 1, 1)
# out[2 m + r] is a sum over in[m - 1], in[m], in[m + 1]: which tap belongs to each, 4 for none
TAPS = ((3, 1, 4), (4, 2, 0))


class _Double(torch.autograd.Function):
    """``double``, whose gradient is taken by the kernels that are quick at it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return _corners(x, weight)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, Tensor | None]:
        (slope,) = slopes
        x, weight = ctx.saved_tensors
        on_x = halve(slope, weight) if ctx.needs_input_grad[0] else None
        on_weight = None
        if ctx.needs_input_grad[1]:
            on_weight = conv3d_weight(slope, weight.shape, x, STRIDE, PADDING)  # type: ignore[no-untyped-call]
        return on_x, on_weight


class _Halve(torch.autograd.Function):
    """``conv3d`` from one channel, whose gradient on its input is taken by ``double``."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return functional.conv3d(x, weight, None, STRIDE, PADDING)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, Tensor | None]:
        (slope,) = slopes
        x, weight = ctx.saved_tensors
        on_x = double(slope, weight) if ctx.needs_input_grad[0] else None
        on_weight = None
        if ctx.needs_input_grad[1]:
            on_weight = conv3d_weight(x, weight.shape, slope, STRIDE, PADDING)  # type: ignore[no-untyped-call]
        return on_x, on_weight


def double(x: Tensor, weight: Tensor) -> Tensor:
    """What ``conv_transpose3d`` with a kernel of 4, stride 2 and padding 1 makes.

    Args:
        x: (N, C, X, Y, Z).
        weight: (C, 1, 4, 4, 4).

    Returns:
        (N, 1, 2 X, 2 Y, 2 Z).
    """
    return cast(Tensor, _Double.apply(*_alike(x, weight)))


def halve(x: Tensor, weight: Tensor) -> Tensor:
    """What ``conv3d`` with a kernel of 4, stride 2 and padding 1 makes of one channel.

    Args:
        x: (N, 1, 2 X, 2 Y, 2 Z).
        weight: (C, 1, 4, 4, 4).

    Returns:
        (N, C, X, Y, Z).
    """
    return cast(Tensor, _Halve.apply(*_alike(x, weight)))


def _alike(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Both in the number format of autocast, where it is on."""
    kind = x.device.type
    if not torch.is_autocast_enabled(kind):
        return x, weight
    precision = torch.get_autocast_dtype(kind)
    return x.to(precision), weight.to(precision)


def _corners(x: Tensor, weight: Tensor) -> Tensor:
    """``double`` as one convolution, which makes the eight corners of each voxel."""
    taps = torch.tensor(TAPS, device=x.device).flatten()
    corners = functional.pad(weight, (0, 1) * 3)
    for axis in (2, 4, 6):
        corners = corners.index_select(axis, taps)
        corners = corners.reshape(*corners.shape[:axis], 2, 3, *corners.shape[axis + 1 :])
    # (C, 1, corner, tap, corner, tap, corner, tap) to (8 corners, C, 3, 3, 3)
    kernel = corners.squeeze(1).permute(1, 3, 5, 0, 2, 4, 6).flatten(0, 2)
    sides = x.shape[2:]
    y = functional.conv3d(x, kernel, padding=1).reshape(len(x), 2, 2, 2, *sides)
    y = y.permute(0, 4, 1, 5, 2, 6, 3)
    return y.reshape(len(x), 1, *[2 * side for side in sides])


class _ThinUp(nn.ConvTranspose3d):
    """A last layer that computes as ``double`` does."""

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """(N, C, X, Y, Z) to (N, 1, 2 X, 2 Y, 2 Z)."""
        y = double(x, self.weight)
        return y if self.bias is None else y + self.bias.to(y.dtype)


class _ThinDown(nn.Conv3d):
    """A first layer that computes as ``halve`` does."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, 1, 2 X, 2 Y, 2 Z) to (N, C, X, Y, Z)."""
        y = halve(x, self.weight)
        return y if self.bias is None else y + self.bias.to(y.dtype).reshape(-1, 1, 1, 1)


def quicken(network: nn.Module) -> None:
    """Let the layers of a network that fit compute the quick way; their weights stay theirs."""
    for layer in network.modules():
        if type(layer) is nn.ConvTranspose3d and layer.out_channels == 1 and _fits(layer):
            layer.__class__ = _ThinUp
        elif type(layer) is nn.Conv3d and layer.in_channels == 1 and _fits(layer):
            layer.__class__ = _ThinDown


def _fits(layer: nn.Conv3d | nn.ConvTranspose3d) -> bool:
    shape = (layer.kernel_size, layer.stride, layer.padding)
    usual = layer.dilation == (1, 1, 1) and layer.padding_mode == "zeros"
    return shape == (KERNEL, STRIDE, PADDING) and usual and layer.output_padding == (0, 0, 0)
