"""Tables: a top and what carries it."""

from __future__ import annotations

from ganstudio.solids.pieces.parts import SIDES, Dice, ends, legs, splayed
from ganstudio.solids.shapes import Canvas


def make(c: Canvas, d: Dice) -> None:
    """Put one together on an empty canvas."""
    shape = d.pick(box=6, round=2.5, oval=1)
    low = d.chance(0.3)
    high = d(9, 12) if low else d(16, 23)
    wide, thick = d(13, 14.9), d(2, 3.2)
    deep = wide if shape == "round" else wide * d(0.5, 1)
    under = high - thick
    if shape == "box":
        c.box(-wide, wide, -deep, deep, under, high)
    else:
        c.disc(0, 0, under, high, wide, deep)
    inset = 0.0 if shape == "box" else 0.3
    x, y = wide * (1 - inset) - d(0, 1.5), deep * (1 - inset) - d(0, 1.5)
    pedestal = 0.0 if low else 1.0 if shape == "box" else 5.0
    base = d.pick(square=4, tapered=3, pedestal=pedestal, panels=1, trestle=1)
    if base == "square":
        leg = d(2, 3.6)
        legs(c, x, y, leg, under + 1)
        if shape == "box":
            _table_extras(c, d, x, y, leg, under)
    elif base == "tapered":
        splayed(c, x - 2, y - 2, under + 1, d(1.1, 1.5), d(1.5, 2.2), d(-0.5, 2))
    elif base == "pedestal":
        _pedestal(c, d, min(wide, deep), under + 1)
    elif base == "panels":
        for s in SIDES:
            c.box(*ends(s, x, x - d(2, 3)), -y, y, 0, under)
        c.box(-x, x, -1.1, 1.1, under * d(0.2, 0.5), under)
    else:
        z, wide_rail = under * 0.45, y - 1.5 + (3 - y) * 0.45
        for s in SIDES:
            for t in SIDES:
                c.bar((s * (x - 2), t * (y - 1.5), 0), (s * (x - 2), t * 1.5, under), 1.2)
            c.box(*ends(s, x - 0.8, x - 3.2), -wide_rail, wide_rail, z, z + 2.2)
        c.box(2 - x, x - 2, -1.1, 1.1, z, z + 2.2)


def _table_extras(c: Canvas, d: Dice, x: float, y: float, leg: float, under: float) -> None:
    extra = d.pick(none=3, apron=2, shelf=1.5, drawers=1.5, stretcher=1)
    if extra == "apron":
        c.box(-x, x, -y, y, under - d(2, 3), under)
    elif extra == "shelf":
        z = d(2, max(3.0, under * 0.4))
        c.box(-x, x, -y, y, z, z + 2)
    elif extra == "drawers" and under > 10:
        inner = x - d(8, 10)
        c.box(inner, x, -y, y, 2, under)
        _drawers(c, inner, x, y, 2, under, d.count(2, 3))
    elif extra == "stretcher":
        z = d(2, 5)
        for s in SIDES:
            c.box(*ends(s, x - leg / 2 + 1, x - leg / 2 - 1), -y, y, z, z + 2)
        c.box(-x, x, -1.1, 1.1, z, z + 2)


def _pedestal(c: Canvas, d: Dice, reach: float, high: float) -> None:
    column = d(1.6, 3.2)
    foot = reach * d(0.5, 0.75)
    if d.chance(0.45):
        c.cylinder(0, 0, 0, d(2, 2.6), foot)
        c.cylinder(0, 0, 2, min(high, d(4, 7)), foot * 0.7, column)
    else:
        for s in SIDES:
            c.strut((0, 0, 3.2), (s * foot, 0, 1.2), 1.6, 1.2)
            c.strut((0, 0, 3.2), (0, s * foot, 1.2), 1.6, 1.2)
    c.cylinder(0, 0, 0, high, column)


def _drawers(
    c: Canvas, x0: float, x1: float, y: float, low: float, high: float, count: int
) -> None:
    """Cut grooves between drawers into a front at ``y``."""
    for row in range(1, count):
        z = low + (high - low) * row / count
        c.box(x0, x1, y - 1, y, z - 0.5, z + 0.5, full=False)
