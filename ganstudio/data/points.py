"""Points in the plane, drawn from known densities: where every failure can be seen."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from ganstudio.data.base import Dataset, Samples
from ganstudio.knobs import Config, knob
from ganstudio.samples import SampleSpec

Shape = Literal["ring", "grid", "moons", "spiral", "circles", "checkerboard", "pinwheel"]

RING_MODES, RING_RADIUS, RING_STD = 8, 0.8, 0.02
GRID_SIDE, GRID_EXTENT, GRID_STD = 5, 0.8, 0.02


class PointsConfig(Config):
    """Which density, how many points of it."""

    shape: Shape = knob("ring", help="The density that the points are drawn from.")
    count: int = knob(
        16384, low=64, high=1_000_000, unit="points", log=True, help="How many points are drawn."
    )
    seed: int = knob(0, low=0, high=2**31 - 1, advanced=True, help="Of the draw.")


class Points(Dataset):
    """Points in a plane, drawn from a density that is known exactly.

    Nothing shows more plainly what a GAN does. Ring and grid are 8 and 25 small Gaussians: a
    generator that leaves some of them out has collapsed, and one that joins them with threads
    has not learned to jump. Two moons, a spiral, two circles, a checkerboard and a pinwheel
    are curved or cut instead. All points lie in the square from -1 to 1.

    The data are drawn on the spot from formulas and belong to nobody.
    """

    Config: ClassVar[type[Config]] = PointsConfig
    title = "Points"
    summary = "Seven patterns in the plane with known densities. The quickest to train."

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Points in two dimensions, without labels."""
        return SampleSpec("points", (2,))

    def load(self) -> Samples:
        """Draw all points."""
        return Samples(draw(self.config.shape, self.config.count, self.config.seed))

    def preview(self, count: int) -> Tensor:
        """A few points of the same density."""
        return draw(self.config.shape, count, self.config.seed)


def modes(shape: str) -> Tensor | None:
    """The centres of the Gaussians of a mixture, (K, 2); None for a density without modes."""
    if shape == "ring":
        angle = torch.arange(RING_MODES) * (2 * math.pi / RING_MODES)
        return torch.stack([angle.cos(), angle.sin()], dim=1) * RING_RADIUS
    if shape == "grid":
        line = torch.linspace(-GRID_EXTENT, GRID_EXTENT, GRID_SIDE)
        return torch.cartesian_prod(line, line)
    return None


def mode_std(shape: str) -> float | None:
    """Standard deviation along each axis of every Gaussian of a mixture; None without modes."""
    return {"ring": RING_STD, "grid": GRID_STD}.get(shape)


def draw(shape: str, count: int, seed: int) -> Tensor:
    """Points of one density, (count, 2) float32 in [-1, 1]; the same for the same seed.

    Raises:
        ValueError: if there is no density of this name.
    """
    makers = {
        "moons": _moons, "spiral": _spiral, "circles": _circles,
        "checkerboard": _checkerboard, "pinwheel": _pinwheel,
    }  # fmt: skip
    generator = torch.Generator().manual_seed(seed)
    centres, std = modes(shape), mode_std(shape)
    if centres is not None and std is not None:
        chosen = torch.randint(len(centres), (count,), generator=generator)
        points = centres[chosen] + std * _normal(count, generator)
    elif shape in makers:
        points = makers[shape](count, generator)
    else:
        raise ValueError(f"no density {shape!r}; there are: ring, grid, {', '.join(makers)}")
    return points.clamp_(-1, 1)


def _normal(count: int, generator: torch.Generator) -> Tensor:
    return torch.randn(count, 2, generator=generator)


def _uniform(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    pair = torch.rand(count, 2, generator=generator)
    return pair[:, 0], pair[:, 1]


def _polar(radius: Tensor, angle: Tensor) -> Tensor:
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)


def _moons(count: int, generator: torch.Generator) -> Tensor:
    along, which = _uniform(count, generator)
    side = (which < 0.5).float() * 2 - 1
    arc = _polar(torch.full((count,), 0.55), along * math.pi)
    # the lower moon is the upper one turned by half a turn about the middle of the square
    points = (arc + torch.tensor([-0.27, -0.14])) * side[:, None]
    return points + 0.03 * _normal(count, generator)


def _spiral(count: int, generator: torch.Generator) -> Tensor:
    along, which = _uniform(count, generator)
    # the square root spreads points evenly along the arms, whose length grows with the turns
    radius = along.sqrt()
    angle = radius * 3 * math.pi + (which < 0.5).float() * math.pi
    return _polar(0.05 + 0.83 * radius, angle) + 0.015 * _normal(count, generator)


def _circles(count: int, generator: torch.Generator) -> Tensor:
    around, which = _uniform(count, generator)
    radius = torch.where(which < 0.5, 0.4, 0.85)
    return _polar(radius, around * 2 * math.pi) + 0.025 * _normal(count, generator)


def _checkerboard(count: int, generator: torch.Generator) -> Tensor:
    row = torch.randint(4, (count,), generator=generator)
    column = 2 * torch.randint(2, (count,), generator=generator) + row % 2
    within = torch.rand(count, 2, generator=generator)
    return (torch.stack([column, row], dim=1) + within) / 2 - 1


def _pinwheel(count: int, generator: torch.Generator) -> Tensor:
    arm = torch.randint(5, (count,), generator=generator)
    blade = _normal(count, generator) * torch.tensor([0.11, 0.035])
    radius = 0.45 + blade[:, 0]
    across = blade[:, 1] * (0.6 + radius)
    angle = arm * (2 * math.pi / 5) + 3.2 * (radius - 0.45)
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([radius * cos - across * sin, radius * sin + across * cos], dim=1) * 1.15
