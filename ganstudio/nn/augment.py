"""Differentiable changes to what a discriminator sees, so that it cannot learn a set by heart."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ganstudio.samples import SampleKind

MOST = 0.8  # above it the changes begin to show in what G makes
SHIFT = 1 / 8  # of a side, the farthest a sample is moved
TURN = math.pi / 8  # the farthest a picture is turned
CUT = 1 / 2  # of a side, the side of what is cut out
SIGN_MEMORY = 0.75  # of the mean sign from batch to batch, about four batches


def augment(
    x: Tensor,
    kind: SampleKind,
    chance: float | Tensor,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Change samples at random, each kind of change with the same chance on its own.

    Pictures are mirrored, moved, turned, enlarged, recoloured, and lose a square; volumes are
    mirrored in x, turned about z by quarters, moved on the floor, and lose a cube. Points pass
    unchanged. Every change is linear in the sample, so gradients of any order pass through.

    Args:
        x: (N, *shape) in [-1, 1]; recoloured pictures may leave the range.
        kind: what the samples are.
        chance: of each change, 0 to 1; the number 0 returns ``x`` itself. A tensor () on the
            device of ``x`` is never waited for.
        generator: draws the changes; torch's own when None.

    Returns:
        Like ``x``, differentiable in it.

    Source: Karras et al. 2020, arXiv:2006.06676, appendix B; Zhao et al. 2020, arXiv:2006.10738.
    """
    if kind == "points" or not len(x) or (not isinstance(chance, Tensor) and chance == 0):
        return x
    dice = _Dice(x, chance, generator)
    if kind == "voxels":
        return _cut(_move_volume(x, dice), dice, -1.0)
    return _cut(_recolour(_move_picture(x, dice), dice), dice, 0.0)


class Strength:
    """The chance of being changed, steered by how sure D is of real samples.

    A D that calls nearly all real samples real has begun to know them by heart: the chance
    rises. It falls when D is less sure than wanted. The numbers stay on the device.

    Args:
        start: the chance at first.
        target: the mean sign of D's logits on real samples to hold.
        device: where the samples are.

    Attributes:
        state: (2,) float32, the chance and the running mean sign; belongs into checkpoints.

    Source: Karras et al. 2020, arXiv:2006.06676, section 3.1 and r_t of Eq. 1.
    """

    def __init__(self, start: float, target: float, device: torch.device) -> None:
        self.state = torch.tensor([min(start, MOST), target], device=device)

    @property
    def chance(self) -> Tensor:
        """The chance now, ()."""
        return self.state[0]

    @property
    def sign(self) -> Tensor:
        """The running mean of the sign of D's logits on real samples, ()."""
        return self.state[1]

    @torch.no_grad()
    def follow(self, real_logits: Tensor, target: float, kimg: float) -> None:
        """Take one step towards the target.

        Args:
            real_logits: (N, ...) of D on real samples.
            target: the mean sign to hold; 0.6 is usual.
            kimg: thousands of real samples in which the chance can go from 0 to 1.
        """
        self.sign.lerp_(real_logits.detach().float().sign().mean(), 1 - SIGN_MEMORY)
        step = len(real_logits) / (kimg * 1000)
        self.chance.add_((self.sign - target).sign() * step).clamp_(0, MOST)


class _Dice:
    """One draw for each sample at a time, and whether a change befalls it."""

    def __init__(
        self, x: Tensor, chance: float | Tensor, generator: torch.Generator | None
    ) -> None:
        self.count, self.device = len(x), x.device
        self._chance, self._generator = chance, generator

    def uniform(self, low: float, high: float) -> Tensor:
        drawn = torch.rand(self.count, device=self.device, generator=self._generator)
        return drawn * (high - low) + low

    def whole(self, below: int) -> Tensor:
        return self.uniform(0, below).floor().clamp_(max=below - 1)

    def normal(self, deviation: float) -> Tensor:
        return deviation * torch.randn(self.count, device=self.device, generator=self._generator)

    def befalls(self, change: Tensor, otherwise: float) -> Tensor:
        """The change where it happens, else what leaves a sample as it is."""
        return torch.where(self.uniform(0, 1) < self._chance, change, otherwise)


def _centred(side: int, device: torch.device) -> Tensor:
    return torch.arange(side, device=device) - (side - 1) / 2


def _move_picture(x: Tensor, dice: _Dice) -> Tensor:
    """Mirror, move by whole pixels, turn and scale: looked up once, between four pixels each."""
    height, width = x.shape[2:]
    mirror = dice.befalls(dice.whole(2) * 2 - 1, 1.0)
    right = dice.befalls((dice.uniform(-SHIFT, SHIFT) * width).round(), 0.0)
    down = dice.befalls((dice.uniform(-SHIFT, SHIFT) * height).round(), 0.0)
    angle = dice.befalls(dice.uniform(-TURN, TURN), 0.0)
    scale = dice.befalls(dice.normal(0.2).exp2(), 1.0)
    along, across = (angle.cos() / scale)[:, None, None], (angle.sin() / scale)[:, None, None]
    i, j = _centred(height, x.device)[:, None], _centred(width, x.device)
    column = (along * j - across * i) * mirror[:, None, None] + right[:, None, None]
    row = across * j + along * i + down[:, None, None]
    return _look_up(x, row + (height - 1) / 2, column + (width - 1) / 2)


def _look_up(x: Tensor, row: Tensor, column: Tensor) -> Tensor:
    """Pictures at places (N, H, W) between their pixels, mirrored beyond the edges.

    With gathers, as torch's grid_sample has no second derivative.
    """
    count, channels, height, width = x.shape
    pixels = x.permute(0, 2, 3, 1).reshape(count, height * width, channels)
    top, left = row.floor(), column.floor()
    total = torch.zeros_like(pixels)
    for i, part_i in ((top, 1 - (row - top)), (top + 1, row - top)):
        line = _mirrored(i, height) * width
        for j, part_j in ((left, 1 - (column - left)), (left + 1, column - left)):
            index = (line + _mirrored(j, width)).long().flatten(1)[:, :, None]
            part = (part_i * part_j).flatten(1)[:, :, None]
            total = total + part * pixels.gather(1, index.expand(-1, -1, channels))
    return total.reshape(count, height, width, channels).permute(0, 3, 1, 2)


def _mirrored(index: Tensor, side: int) -> Tensor:
    return (side - 1 - (side - 1 - index.abs()).abs()).clamp(0, side - 1)


def _recolour(x: Tensor, dice: _Dice) -> Tensor:
    """Brightness is added, contrast scales about mid-grey, saturation about each pixel's grey."""
    brightness = dice.befalls(dice.normal(0.2), 0.0)[:, None, None, None]
    contrast = dice.befalls(dice.normal(0.5).exp2(), 1.0)[:, None, None, None]
    saturation = dice.befalls(dice.uniform(0, 2), 1.0)[:, None, None, None]
    x = x * contrast + brightness
    if x.shape[1] == 1:
        return x
    return torch.lerp(x.mean(1, keepdim=True).expand_as(x), x, saturation.to(x.dtype))


def _move_volume(x: Tensor, dice: _Dice) -> Tensor:
    """Mirror in x, turn about z, move in x and y: one look-up of whole columns, exact."""
    count, channels, width, depth, height = x.shape
    square = width == depth
    mirror = dice.befalls(dice.whole(2) * 2 - 1, 1.0)[:, None, None]
    quarters = dice.befalls(dice.whole(4 if square else 2) * (1 if square else 2), 0.0)
    right = dice.befalls((dice.uniform(-SHIFT, SHIFT) * width).round(), 0.0)[:, None, None]
    back = dice.befalls((dice.uniform(-SHIFT, SHIFT) * depth).round(), 0.0)[:, None, None]
    cos = (quarters * (math.pi / 2)).cos().round()[:, None, None]
    sin = (quarters * (math.pi / 2)).sin().round()[:, None, None]
    i = _centred(width, x.device)[:, None] - right
    j = _centred(depth, x.device) - back
    i, j = (cos * i - sin * j) * mirror + (width - 1) / 2, sin * i + cos * j + (depth - 1) / 2
    inside = (i >= 0) & (i < width) & (j >= 0) & (j < depth)
    index = (i.clamp(0, width - 1) * depth + j.clamp(0, depth - 1)).long().flatten(1)
    columns = x.transpose(1, 3).reshape(count, depth, width, channels, height)
    columns = columns.transpose(1, 2).reshape(count, width * depth, channels * height)
    moved = columns.gather(1, index[:, :, None].expand(-1, -1, channels * height))
    moved = torch.where(inside.flatten(1)[:, :, None], moved, -1.0)
    return moved.reshape(count, width, depth, channels, height).permute(0, 3, 1, 2, 4)


def _cut(x: Tensor, dice: _Dice, filling: float) -> Tensor:
    """Fill a square or a cube of half the side, somewhere, with one value."""
    hidden = dice.befalls(torch.ones(dice.count, device=x.device), 0.0) > 0
    inside = hidden.reshape(-1, *[1] * (x.dim() - 1))
    for axis, side in enumerate(x.shape[2:], start=2):
        shape = [1] * x.dim()
        shape[axis] = side
        place = torch.arange(side, device=x.device).reshape(shape)
        middle = dice.uniform(0, side).floor().reshape(-1, *[1] * (x.dim() - 1))
        inside = inside & ((place - middle).abs() < side * CUT / 2)
    return torch.where(inside, filling, x)
