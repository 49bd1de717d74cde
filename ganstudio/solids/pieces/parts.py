"""What several pieces of furniture share: legs, and the dice that decide about them."""

from __future__ import annotations

import numpy as np

from ganstudio.solids.shapes import Canvas

SIDES = (-1, 1)
CORNERS = ((-1, -1), (-1, 1), (1, -1), (1, 1))


class Dice:
    """Random choices of one object, all from one seed."""

    def __init__(self, *seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def __call__(self, low: float, high: float) -> float:
        """A length or an angle, uniform between two bounds."""
        return low + (high - low) * float(self._rng.random())

    def pick(self, **weights: float) -> str:
        """One of the names, as often as its weight says."""
        point = float(self._rng.random()) * sum(weights.values())
        for name, weight in weights.items():
            point -= weight
            if point < 0:
                return name
        return name

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return float(self._rng.random()) < share

    def count(self, low: int, high: int) -> int:
        """A whole number between two bounds, both included."""
        return int(self._rng.integers(low, high + 1))


def legs(c: Canvas, x: float, y: float, thick: float, high: float) -> None:
    """Four square legs whose outer faces lie at x and y."""
    for s, t in CORNERS:
        c.box(*ends(s, x, x - thick), *ends(t, y, y - thick), 0, high)


def splayed(
    c: Canvas, x: float, y: float, high: float, foot: float, top: float, out: float
) -> None:
    """Four legs up to ``high``, thinner and further out below."""
    for s, t in CORNERS:
        c.bar((s * (x + out), t * (y + out), 0), (s * x, t * y, high), foot, top)


def ends(sign: int, outer: float, inner: float) -> tuple[float, float]:
    """The interval between two distances from the middle, on one side of it, in order."""
    return (inner, outer) if sign > 0 else (-outer, -inner)
