"""Chairs: a base, a seat, a back, arms or none."""

from __future__ import annotations

import math

from ganstudio.solids.pieces.parts import SIDES, Dice, ends, legs, splayed
from ganstudio.solids.shapes import Canvas


def make(c: Canvas, d: Dice) -> None:
    """Put one together on an empty canvas."""
    wide, deep = d(7, 9.5), d(7, 9)  # half widths
    seat, thick = d(8.5, 12.5), d(2, 3.2)
    top = d(26.5, 29.5)
    star = _chair_base(c, d, wide, deep, seat) == "star"
    if star and d.chance(0.5):  # round in front, where no legs want corners
        c.disc(0, 0, seat, seat + thick, wide, deep)
        c.box(-wide, wide, -deep, 0, seat, seat + thick)
    else:
        c.box(-wide, wide, -deep, deep, seat, seat + thick)
        if d.chance(0.2):  # a cushion
            c.box(1.2 - wide, wide - 1.2, 1.2 - deep, deep - 0.6, seat + thick, seat + thick + 2)
    if d.chance(0.4):
        _armrests(c, d, wide, deep, seat + thick)
    _chair_back(c, d, wide, deep, seat + thick, top)


def _chair_base(c: Canvas, d: Dice, wide: float, deep: float, seat: float) -> str:
    style = d.pick(square=4, tapered=3, sled=1.3, star=2, panels=0.8, cantilever=0.8)
    leg = d(2, 3)
    if style == "square":
        legs(c, wide, deep, leg, seat + 1)
        if d.chance(0.35):
            z = d(3, 6)
            for s in SIDES:
                c.box(*ends(s, wide, wide - 2), -deep, deep, z, z + 2)
    elif style == "tapered":
        splayed(c, wide - 1.8, deep - 1.8, seat + 1, d(1.1, 1.4), d(1.4, 2), d(0, 1.8))
    elif style == "sled":
        for s in SIDES:
            x = ends(s, wide, wide - leg)
            c.box(*x, -deep, deep, 0, 2.2)
            c.box(*x, -deep, 2.2 - deep, 0, seat + 1)
            c.box(*x, deep - 2.2, deep, 0, seat + 1)
    elif style == "star":
        _foot_star(c, d, min(wide, deep) + d(-0.5, 1), seat + 1)
    elif style == "panels":
        for s in SIDES:
            c.box(*ends(s, wide, wide - leg), -deep, deep, 0, seat + 1)
    else:
        for s in SIDES:
            x = ends(s, wide, wide - 2.2)
            c.box(*x, -deep, deep, 0, 2.2)
            c.box(*x, deep - 2.4, deep, 0, seat + 1)
        c.box(-wide, wide, -deep, 2.2 - deep, 0, 2.2)
    return style


def _armrests(c: Canvas, d: Dice, wide: float, deep: float, z: float) -> None:
    high, front = z + d(4, 6), deep - d(0, 3)
    solid = d.chance(0.3)
    for s in SIDES:
        x = ends(s, wide + 1.2, wide - 1.2)
        c.box(*x, -deep, front, high - 2, high)
        c.box(*x, -deep if solid else front - 2.4, front, z - 2, high)


def _chair_back(c: Canvas, d: Dice, wide: float, deep: float, z: float, top: float) -> None:
    style = d.pick(solid=3, slats=2.5, rungs=2.5, gap=1.5, oval=1)
    lean, thick, y = d(0, 3), d(2, 2.6), 2.6 - deep
    high = top - z

    def plank(x0: float, x1: float, low: float, up: float) -> None:
        # a piece of the leaning plane between two shares of its height
        c.slab(x0, x1, y - lean * low, thick, z - 1 + (high + 1) * low, z + high * up,
               lean * (up - low))  # fmt: skip

    rail = d(2, 4) / high
    if style == "solid":
        plank(-wide, wide, 0, 1)
    elif style == "oval":
        middle = (z + top) / 2
        c.ellipsoid((0, y - 1.3, middle), (wide, 1.6, high / 2 + 0.5), 4)
        plank(-2, 2, 0, 0.5)
    else:
        for s in SIDES:
            plank(*ends(s, wide, wide - 2.2), 0, 1)
        plank(-wide, wide, 1 - rail, 1)
    if style == "gap":
        plank(-wide, wide, d(0.3, 0.5), 1)
    elif style == "rungs":
        count = d.count(1, 2) if high > 11 else 1
        for rung in range(count):
            low = (rung + 0.75) / (count + 0.9) * (1 - rail)
            plank(-wide, wide, low, low + 2.1 / high)
    elif style == "slats":
        count = d.count(1, 3) if wide > 8 else d.count(1, 2)
        for slat in range(count):
            x = (2 * (slat + 1) / (count + 1) - 1) * (wide - 1)
            half = d(1.5, 3) if count == 1 else 1.05
            plank(x - half, x + half, 0, 1)


def _foot_star(c: Canvas, d: Dice, reach: float, high: float) -> None:
    c.cylinder(0, 0, 1, high, d(1.6, 2.4))
    if d.chance(0.3):
        c.cylinder(0, 0, 0, 2.2, reach)
        return
    arms = 5 if d.chance(0.3) else 4
    for arm in range(arms):
        turn = math.pi * (0.5 + 2 * arm / arms)
        c.strut((0, 0, 3), (reach * math.cos(turn), reach * math.sin(turn), 1.2), 1.5, 1.2)
