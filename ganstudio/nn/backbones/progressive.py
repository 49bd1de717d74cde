"""A pair of networks that grows: from a coarse grid, doubled stage by stage, to the full side."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from ganstudio.nn.blocks import Told, halvings
from ganstudio.nn.equalised import (
    QUIET,
    EqualConv,
    EqualJudge,
    EqualLinear,
    activated,
    pixel_norm,
)
from ganstudio.nn.quick import convolve_doubled
from ganstudio.samples import SampleSpec

WIDEST = 8  # times ``width``: the most channels that halving a grid leads to
PARTS = 1000  # into which a fade is divided
LATENTS = 64  # whose first features are averaged for truncation


def shrink(x: Tensor, side: int) -> Tensor:
    """Pictures (N, C, H, W) averaged down to a side that divides theirs."""
    factor = x.shape[-1] // side
    return x if factor == 1 else avg_pool2d(x, factor)


def enlarge(x: Tensor, side: int) -> Tensor:
    """Pictures (N, C, H, W) repeated up to a multiple of their side."""
    factor = side // x.shape[-1]
    return x if factor == 1 else interpolate(x, scale_factor=factor, mode="nearest")


def stage_at(nimg: int, stages: int, stage_kimg: float, fade_kimg: float) -> tuple[int, float]:
    """The stage after so many real samples, and how far it has faded in, 0 to 1.

    The first stage only trains; each later one fades in, then trains; the last never ends.

    Example:
        >>> stage_at(15_000, 4, 10, 10), stage_at(25_000, 4, 10, 10)
        ((1, 0.5), (1, 1.0))

    Args:
        nimg: real samples seen.
        stages: how many there are.
        stage_kimg: thousands of samples that a stage trains.
        fade_kimg: thousands of samples in which it fades in before.
    """
    steady, fading = round(stage_kimg * 1000), round(fade_kimg * 1000)
    if nimg < steady:
        return 0, 1.0
    grown, into = divmod(nimg - steady, steady + fading)
    if grown + 2 > stages:
        return stages - 1, 1.0
    return grown + 1, 1.0 if into >= fading else round(PARTS * into / fading) / PARTS


class Growing(nn.Module):
    """What grows: it knows its stage, and how far the newest grid has faded in.

    Both are kept in a buffer of whole numbers, which checkpoints hold and averages copy; while
    training they are also plain numbers, so that a forward pass never waits for the device.

    Args:
        spec: pictures.
        width: channels at the full side; each coarser grid has twice as many, up to 8 x.

    Attributes:
        sides: of the grids, the coarsest first.
        widths: channels at these grids.
    """

    position: Tensor

    def __init__(self, spec: SampleSpec, width: int) -> None:
        super().__init__()
        count, base = halvings(spec.side)
        self.sides = tuple(base * 2**i for i in range(count + 1))
        self.widths = tuple(width * min(2**i, WIDEST) for i in reversed(range(count + 1)))
        self._now = (0, 1.0)
        self.register_buffer("position", torch.tensor([0, PARTS]))

    @property
    def now(self) -> tuple[int, float]:
        """The stage, from 0, and how far it has faded in, 0 to 1."""
        if self.training:
            return self._now
        stage, parts = self.position.tolist()
        return int(stage), parts / PARTS

    def grow(self, stage: int, alpha: float) -> None:
        """Stand at this stage, faded in so far."""
        if self._now != (stage, alpha):
            self._now = (stage, alpha)
            self.position.copy_(torch.tensor([stage, round(alpha * PARTS)]))

    def _load_from_state_dict(self, *arguments: Any) -> None:
        super()._load_from_state_dict(*arguments)
        if self.position.device.type != "meta":
            stage, parts = self.position.tolist()
            self._now = (int(stage), parts / PARTS)


class ProgressiveGenerator(Growing):
    """Latent to picture, always at the full side: repeated up while the stage is coarser.

    Args:
        spec: pictures.
        z_dim: dimensions of z.
        width: channels at the full side; each coarser grid has twice as many, up to 8 x.
        classes: number of classes it is told; 0 for none.

    Source: Karras et al. 2018, arXiv:1710.10196, Figure 2 and table 2.
    """

    def __init__(self, spec: SampleSpec, z_dim: int, width: int, classes: int = 0) -> None:
        super().__init__(spec, width)
        self.z_dim = z_dim
        self.side, base, wide = spec.side, self.sides[0], self.widths[0]
        self.told = Told(z_dim, classes)
        self.root = EqualLinear(self.told.outputs, wide * base**2)
        self.grid = (wide, base, base)
        self.first = EqualConv(wide, wide)
        self.blocks = nn.ModuleList(
            nn.ModuleList([EqualConv(a, b), EqualConv(b, b)]) for a, b in pairwise(self.widths)
        )
        self.colours = nn.ModuleList(EqualConv(w, spec.channels, 1) for w in self.widths)

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """Latents (N, z_dim), classes (N,) to pictures (N, *shape), about [-1, 1]."""
        return self.draw(self.begin(z, c))

    def begin(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """Latents (N, z_dim), classes (N,) to what the coarsest grid begins with (N, C, H, W)."""
        h = activated(self.root(pixel_norm(self.told(z, c)))).reshape(-1, *self.grid)
        return pixel_norm(h)

    def truncated(self, z: Tensor, c: Tensor | None, psi: float) -> Tensor:
        """Beginnings (N, C, H, W) drawn towards the mean one, or that of each sample's class.

        The length of z itself says nothing, as pixel norm takes it away.
        """
        fixed = torch.randn(LATENTS, self.z_dim, generator=torch.Generator().manual_seed(0))
        fixed, h = fixed.to(z), self.begin(z, c)
        told = [None] if c is None else [row.expand(LATENTS, *row.shape) for row in c]
        mean = torch.stack([self.begin(fixed, row).mean(0) for row in told])
        return torch.lerp(mean.expand_as(h), h, psi)

    def draw(self, h: Tensor) -> Tensor:
        """Beginnings (N, C, H, W) to pictures (N, *shape), about [-1, 1]."""
        stage, alpha = self.now
        h = pixel_norm(activated(self.first(h)))
        before = h
        for block in self.blocks[:stage]:
            first, second = cast(nn.ModuleList, block)
            before, h = h, pixel_norm(activated(convolve_doubled(first, h)))
            h = pixel_norm(activated(second(h)))
        x = QUIET * self.colours[stage](h).float()
        if alpha < 1:
            coarse = QUIET * self.colours[stage - 1](before).float()
            x = torch.lerp(enlarge(coarse, x.shape[-1]), x, alpha)
        return enlarge(x, self.side)


class ProgressiveDiscriminator(Growing):
    """Picture to one logit, through the grids of the stage.

    Args:
        spec: pictures.
        width: channels at the full side; each coarser grid has twice as many, up to 8 x.
        classes: number of classes it is told; 0 for none.

    Source: Karras et al. 2018, arXiv:1710.10196, Figure 2 and table 2.
    """

    def __init__(self, spec: SampleSpec, width: int, classes: int = 0) -> None:
        super().__init__(spec, width)
        self.colours = nn.ModuleList(EqualConv(spec.channels, w, 1) for w in self.widths)
        self.blocks = nn.ModuleList(
            nn.ModuleList([EqualConv(b, b), EqualConv(b, a)]) for a, b in pairwise(self.widths)
        )
        self.judge = EqualJudge(self.widths[0], self.sides[0], classes)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Pictures (N, *shape) at the full side, classes (N,) to logits (N,)."""
        return self.score(self.look(x), c)

    def look(self, x: Tensor) -> Tensor:
        """Pictures at the full side as the stage sees them: at the side of its grid."""
        return shrink(x, self.sides[self.now[0]])

    def faded(self, x: Tensor) -> Tensor:
        """Real pictures at the full side, as sharp as the generator's can be.

        While the newest grid fades in, what is finer than the grid before fades in with it; the
        generator fades its own.
        """
        stage, alpha = self.now
        if alpha == 1:
            return x
        return torch.lerp(enlarge(shrink(x, self.sides[stage - 1]), x.shape[-1]), x, alpha)

    def score(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Pictures at the side of the stage, classes (N,) to logits (N,)."""
        stage, alpha = self.now
        h = activated(self.colours[stage](x))
        for i in reversed(range(stage)):
            for conv in cast(nn.ModuleList, self.blocks[i]):
                h = activated(conv(h))
            h = avg_pool2d(h, 2)
            if i == stage - 1 and alpha < 1:
                coarse = activated(self.colours[i](avg_pool2d(x, 2)))
                h = torch.lerp(coarse, h.to(coarse.dtype), alpha)
        return cast(Tensor, self.judge(h, c))
