"""The plain residual networks of R3GAN for points, images and voxels: no norm, careful weights."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganstudio.nn.backbones.base import Backbone
from ganstudio.nn.backbones.conv import conv_misfits
from ganstudio.nn.blocks import LEAK, Conditioning, Joined, Judge, Norm, Told, halvings
from ganstudio.samples import SampleSpec

WIDEST = 8  # times ``width``: the most channels that halving a grid leads to
EXPANSION = 2  # of the channels inside a block
GROUP = 16  # channels that a grouped convolution mixes, as in the paper
LAYERS = 3  # of a block
LEAKY_GAIN = sqrt(2 / (1 + LEAK**2))

_CONV = {2: nn.Conv2d, 3: nn.Conv3d}
_CONV_UP = {2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}


class ResidualBlock(nn.Module):
    """Add to a grid what three layers make of it: widen, look around, narrow.

    Without a norm the weights must keep the scale: the last layer begins at zero, so that the
    block begins as the identity, and the others are the smaller the more blocks there are.

    Args:
        dims: of the grid; 0 for plain vectors, where every layer is fully connected.
        channels: in and out.
        blocks: how many the whole network has.

    Source: Huang et al. 2024, arXiv:2501.05441, section 3; Zhang et al. 2019, arXiv:1901.09321.
    """

    def __init__(self, dims: int, channels: int, blocks: int) -> None:
        super().__init__()
        inner = EXPANSION * channels
        self.widen = _mixing(dims, channels, inner, bias=True)
        self.around = _around(dims, inner)
        self.narrow = _mixing(dims, inner, channels, bias=False)
        gain = LEAKY_GAIN * blocks ** (-1 / (2 * LAYERS - 2))
        for layer, scale in ((self.widen, gain), (self.around, gain), (self.narrow, 0.0)):
            _scale(layer, scale)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, ...) to the same."""
        h = functional.leaky_relu(self.widen(x), LEAK)
        h = functional.leaky_relu(self.around(h), LEAK)
        return cast(Tensor, self.narrow(h) + x)  # so laid out as the weights would have it


class Transition(nn.Module):
    """From one grid to the next, twice as fine or as coarse, with other channels.

    Args:
        dims: of the grid.
        inputs: channels.
        outputs: channels.
        finer: whether the sides double; else they are halved.
    """

    def __init__(self, dims: int, inputs: int, outputs: int, finer: bool) -> None:
        super().__init__()
        self.finer = finer
        self.mix: nn.Module = nn.Identity()
        if inputs != outputs:
            self.mix = _scale(_mixing(dims, inputs, outputs, bias=False), 1.0)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, ...) to (N, outputs, ...); channels are mixed where the grid is coarse."""
        return double(self.mix(x)) if self.finer else cast(Tensor, self.mix(halve(x)))


class R3Generator(nn.Module):
    """Latent to sample: learned patterns of a coarse grid, weighted by z, refined by blocks.

    The output is linear, as in the paper, and comes to lie in [-1, 1] by learning.

    Args:
        spec: any sample; points are made by blocks of plain layers.
        z_dim: dimensions of z.
        width: channels at the sample's own resolution, up to 8 x on coarser grids; for points
            all layers have 8 x.
        blocks: residual blocks for each resolution; for points three times as many in all.
        classes: number of classes it is told; 0 for none.
        halved: leave out the blocks at the sample's own resolution, the dearest: the last layer
            doubles the grid.
    """

    def __init__(
        self,
        spec: SampleSpec,
        z_dim: int,
        width: int,
        blocks: int = 1,
        classes: int = 0,
        halved: bool = False,
    ) -> None:
        super().__init__()
        dims, base, widths = _plan(spec, width, halved)
        self.told = Told(z_dim, classes)
        self.root = _scale(nn.Linear(self.told.outputs, widths[0], bias=False), 1.0)
        self.grid = [base] * dims
        self.basis = nn.Parameter(torch.randn(widths[0], *self.grid)) if dims else None
        self.stages = _stages(dims, widths, blocks, finer=True)
        inputs, outputs = widths[-1], spec.channels
        if halved and dims:
            self.paint: nn.Module = _CONV_UP[dims](inputs, outputs, 4, 2, 1)
            gain = sqrt(outputs * 2**dims / inputs)  # only so many of its inputs meet at a place
        else:
            self.paint, gain = _mixing(dims, inputs, outputs, bias=True), 1.0
        _scale(self.paint, gain)

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """Latents (N, z_dim), classes (N,) to samples (N, *shape)."""
        h = self.root(self.told(z, c))
        if self.basis is not None:
            h = h.reshape(*h.shape, *[1] * len(self.grid)) * self.basis.to(h.dtype)
        return cast(Tensor, self.paint(self.stages(h)))


class R3Discriminator(nn.Module):
    """The generator's mirror image: blocks, coarser and coarser, learned patterns, one logit.

    Args:
        spec: any sample.
        width: as the generator's.
        blocks: as the generator's.
        classes: number of classes it is told; 0 for none.
        conditioning: how classes enter: at the logit, or beside the sample.
        halved: as the generator's; the first layer halves the grid.
    """

    def __init__(
        self,
        spec: SampleSpec,
        width: int,
        blocks: int = 1,
        classes: int = 0,
        conditioning: Conditioning = "projection",
        halved: bool = False,
    ) -> None:
        super().__init__()
        dims, base, widths = _plan(spec, width, halved)
        self.joined = Joined(classes if conditioning == "concat" else 0)
        channels = spec.channels + self.joined.classes
        if halved and dims:
            self.look: nn.Module = _CONV[dims](channels, widths[-1], 4, 2, 1)
        else:
            self.look = _mixing(dims, channels, widths[-1], bias=True)
        _scale(self.look, 1.0)
        self.stages = _stages(dims, widths[::-1], blocks, finer=False)
        shape = (widths[0], *[base] * dims)
        self.basis = nn.Parameter(torch.randn(shape) / base ** (dims / 2)) if dims else None
        self.judge = Judge(widths[0], classes - self.joined.classes)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Samples (N, *shape), classes (N,) to logits (N,)."""
        h = self.stages(self.look(self.joined(x, c))).float()
        if self.basis is not None:
            h = (h * self.basis).flatten(2).sum(2)
        return cast(Tensor, self.judge(h, c))


class _Blend(torch.autograd.Function):
    """Half or twice the sides by the weights (1, 2, 1): linear, so its adjoint derives it.

    Slopes are laid out as the samples were. Those of slicing and stacking would have channels
    first, and whatever meets them on the way would be slow.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, coarser: bool, first: bool, scale: float, last: bool
    ) -> Tensor:
        ctx.how, ctx.last = (coarser, first, scale), _channels_last(x)
        if coarser:
            for axis in range(2, x.dim()):
                x = _gather(x, axis, first)
            return x.mul_(scale)
        x = x * scale
        for axis in range(2, x.dim()):
            x = _spread(x, axis, first, last)
        return x

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        coarser, first, scale = ctx.how
        found = _Blend.apply(slopes[0], not coarser, first, scale, ctx.last)
        return found, None, None, None, None


def _channels_last(x: Tensor) -> bool:
    return x.stride(1) == 1


def _pairs(x: Tensor, axis: int) -> tuple[Tensor, ...]:
    """Views of the even places of an axis and of the odd ones."""
    return x.view(*x.shape[:axis], -1, 2, *x.shape[axis + 1 :]).unbind(axis + 1)


def _gather(x: Tensor, axis: int, first: bool) -> Tensor:
    """Each place with twice its even one and the odd ones beside; a border stands in for more."""
    even, odd = _pairs(x, axis)
    y = torch.add(odd, even, alpha=2)
    last = y.shape[axis] - 1
    y.narrow(axis, 1, last).add_(odd.narrow(axis, 0, last))
    border, beyond = (0, even) if first else (last, odd)
    y.narrow(axis, border, 1).add_(beyond.narrow(axis, border, 1))
    return y


def _spread(x: Tensor, axis: int, first: bool, channels_last: bool) -> Tensor:
    """The adjoint of ``_gather``."""
    shape, last = list(x.shape), x.shape[axis] - 1
    shape[axis] *= 2
    if channels_last:
        y = x.new_empty([shape[0], *shape[2:], shape[1]]).movedim(-1, 1)
    else:
        y = x.new_empty(shape)
    even, odd = _pairs(y, axis)
    torch.add(x, x, out=even)
    torch.add(x.narrow(axis, 0, last), x.narrow(axis, 1, last), out=odd.narrow(axis, 0, last))
    odd.narrow(axis, last, 1).copy_(x.narrow(axis, last, 1))
    border, beyond = (0, even) if first else (last, odd)
    beyond.narrow(axis, border, 1).add_(x.narrow(axis, border, 1))
    return y


def halve(x: Tensor) -> Tensor:
    """Halve each side of a grid after the smoothing filter (1, 2, 1) / 4; borders are repeated.

    Example:
        >>> halve(torch.tensor([[[0.0, 4.0, 0.0, 0.0]]]))
        tensor([[[1., 1.]]])
    """
    return cast(Tensor, _Blend.apply(x, True, True, 0.25 ** (x.dim() - 2), _channels_last(x)))


def double(x: Tensor) -> Tensor:
    """Double each side of a grid; new places get the mean of their neighbours.

    Example:
        >>> double(torch.tensor([[[0.0, 2.0]]]))
        tensor([[[0., 1., 2., 2.]]])
    """
    return cast(Tensor, _Blend.apply(x, False, False, 0.5 ** (x.dim() - 2), _channels_last(x)))


def r3_pair(
    spec: SampleSpec,
    z_dim: int,
    width: int,
    classes: int = 0,
    blocks: int = 1,
    *,
    d_norm: Norm = "none",
    g_norm: Norm = "none",
    conditioning: Conditioning = "projection",
    halved: bool = False,
) -> dict[str, nn.Module]:
    """A generator and its mirror image.

    Args:
        spec: any sample.
        z_dim: dimensions of z.
        width: channels of the layer nearest to the sample.
        classes: number of classes both are told; 0 for none.
        blocks: residual blocks for each resolution.
        d_norm: ``none``, as these networks know no other.
        g_norm: ``none`` too.
        conditioning: how classes enter the discriminator.
        halved: no blocks at the sample's own resolution.

    Raises:
        ValueError: if a norm is asked for.
    """
    if (d_norm, g_norm) != ("none", "none"):
        raise ValueError(f"these networks have no norm, and {d_norm} and {g_norm} were asked for")
    return {
        "G": R3Generator(spec, z_dim, width, blocks, classes, halved),
        "D": R3Discriminator(spec, width, blocks, classes, conditioning, halved),
    }


def _plan(spec: SampleSpec, width: int, halved: bool) -> tuple[int, int, list[int]]:
    """Dimensions of the grid, side of the coarsest one, channels from there to the finest."""
    if spec.kind == "points":
        return 0, 1, [WIDEST * width]
    count, base = halvings(spec.side)
    widths = [width * min(2**i, WIDEST) for i in range(count, -1, -1)]
    return len(spec.shape) - 1, base, widths[:-1] if halved else widths


def _stages(dims: int, widths: list[int], blocks: int, finer: bool) -> nn.Sequential:
    """Blocks at the first resolution, then for each further one a transition and blocks."""
    count = blocks if dims else LAYERS * blocks
    total = count * len(widths)
    parts: list[nn.Module] = [ResidualBlock(dims, widths[0], total) for _ in range(count)]
    for inputs, outputs in pairwise(widths):
        parts.append(Transition(dims, inputs, outputs, finer))
        parts.extend(ResidualBlock(dims, outputs, total) for _ in range(count))
    return nn.Sequential(*parts)


def _mixing(dims: int, inputs: int, outputs: int, bias: bool) -> nn.Module:
    """A layer that sees one place: a 1 x 1 convolution, or a plain one."""
    if dims == 0:
        return nn.Linear(inputs, outputs, bias=bias)
    return _CONV[dims](inputs, outputs, 1, bias=bias)


def _around(dims: int, channels: int) -> nn.Module:
    """A layer that sees the neighbours, in groups of channels."""
    if dims == 0:
        return nn.Linear(channels, channels)
    groups = channels // GROUP if channels % GROUP == 0 else 1
    return _CONV[dims](channels, channels, 3, padding=1, groups=groups)


def _scale(layer: nn.Module, gain: float) -> nn.Module:
    """Weights N(0, gain^2 / inputs) and biases 0.

    Source: He et al. 2015, arXiv:1502.01852, Eq. 10.
    """
    for name, parameter in layer.named_parameters():
        if name == "weight":
            nn.init.normal_(parameter, 0.0, gain / sqrt(parameter[0].numel()))
        else:
            nn.init.zeros_(parameter)
    return layer


BACKBONE = Backbone(
    r3_pair,
    ("points", "image", "voxels"),
    lambda spec, width: conv_misfits(spec),
    ("none",),
)
