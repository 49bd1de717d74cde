"""Sofas: cushions between arms, a long seat at one end now and then."""

from __future__ import annotations

from ganstudio.solids.pieces.parts import SIDES, Dice, ends, legs
from ganstudio.solids.shapes import Canvas


def make(c: Canvas, d: Dice) -> None:
    """Put one together on an empty canvas."""
    wide, deep = d(13, 14.9), d(6.5, 8.5)
    foot, seat = d(2, 3), d(7, 9)
    top, thick = d(14, 18), d(3, 4.5)
    seats = d.count(2, 3)
    arm = d(2.6, 4.5)
    style = d.pick(box=3, round=2, low=1, none=0.7)
    inner = wide if style == "none" else wide - arm
    legs(c, wide - 0.5, deep - 0.5, d(2.2, 3), foot + 1)
    c.box(-wide, wide, -deep, deep, foot, seat - 2)
    c.slab(-wide, wide, thick - deep, thick, seat - 2, top, d(0, 1.5))
    long = (d.count(0, 1) * 2 - 1) if d.chance(0.2) else 0
    for cushion in range(seats):
        x0 = -inner + 2 * inner * cushion / seats
        x1 = x0 + 2 * inner / seats
        middle, half = (x0 + x1) / 2, (x1 - x0) / 2 - 0.4
        out = 5.0 if long and cushion == (0 if long < 0 else seats - 1) else 0.0
        if out:
            c.box(x0 - (x0 < 0) * 0.4, x1, -deep, deep + out, foot, seat - 2)
            c.box(middle - 1.2, middle + 1.2, deep + out - 2.4, deep + out, 0, foot)
        c.box(middle - half, middle + half, thick - deep - 1, deep + out, seat - 2, seat)
        if style != "low":
            c.ellipsoid((middle, thick - deep + 1.2, (seat + top) / 2 - 0.3),
                        (half, 2.2, (top - seat) / 2 + 0.4), 5)  # fmt: skip
    if style != "none":
        _sofa_arms(c, style, wide, deep, arm, foot, seat + d(2.4, 4.5))


def _sofa_arms(
    c: Canvas, style: str, wide: float, deep: float, arm: float, foot: float, high: float
) -> None:
    for s in SIDES:
        x = ends(s, wide, wide - arm)
        c.box(*x, -deep, deep, foot, high - (arm / 2 if style == "round" else 0))
        if style == "round":
            middle = s * (wide - arm / 2)
            half = arm / 2 + 0.4
            c.strut((middle, half - deep, high - half), (middle, deep - half, high - half), half)
