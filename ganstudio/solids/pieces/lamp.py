"""Lamps: on the floor, on a table, on three legs, on a bow, on a jointed arm."""

from __future__ import annotations

import math
from itertools import pairwise

from ganstudio.solids.pieces.parts import Dice
from ganstudio.solids.shapes import Canvas


def make(c: Canvas, d: Dice) -> None:
    """Put one together on an empty canvas."""
    style = d.pick(floor=3, table=3, tripod=1.3, arc=1.3, desk=1.3)
    if style in ("floor", "table"):
        _standing_lamp(c, d, style == "table")
    elif style == "tripod":
        high, spread = d(26, 29.5), d(7, 9)
        joint = high - d(9, 11)
        for turn in (0.5, 7 / 6, 11 / 6):
            x, y = spread * math.cos(math.pi * turn), spread * math.sin(math.pi * turn)
            c.bar((x, y, 0), (0, 0, joint), 1.1)
        _shade(c, d, joint, high, d(6, 9))
    elif style == "arc":
        high, reach = d(26, 29), d(7, 10)
        c.cylinder(-reach, 0, 0, d(2, 3), d(4.5, 6))
        bow = [math.pi * step / 8 for step in range(8, -1, -1)]
        c.strut((-reach, 0, 1), (-reach, 0, high - reach), 1.25)
        points = [(reach * math.cos(a), 0.0, high - 1.3 - reach * (1 - math.sin(a))) for a in bow]
        for a, b in pairwise(points):
            c.strut(a, b, 1.25)
        low = points[-1][2]
        c.cylinder(reach, 0, low - d(5, 7), low, d(4.5, 5.5), d(1.5, 3))
    else:
        _desk_lamp(c, d)


def _standing_lamp(c: Canvas, d: Dice, table: bool) -> None:
    high = d(25.5, 28) if table else d(26, 29.5)
    tall = d(10, 13) if table else d(7, 11)
    wide = d(8, 12) if table else d(6, 9)
    joint = high - tall
    foot = d(5, 8)
    c.cylinder(0, 0, 0, d(2, 3), foot, foot * d(0.6, 1))
    c.cylinder(0, 0, 1, joint + 2, d(1.25, 1.8))
    if table:
        body = d.pick(vase=2, ball=2, block=1, cone=1.5)
        reach = d(3, 4) if body == "block" else d(4, 6)
        middle = (joint + 2) / 2
        if body == "vase":
            c.ellipsoid((0, 0, middle), (reach, reach, middle), 2.0)
        elif body == "ball":
            for z in (middle * 0.65, middle * 1.45):
                c.ellipsoid((0, 0, z), (reach * 0.8, reach * 0.8, middle * 0.5))
        elif body == "block":
            c.box(-reach, reach, -reach, reach, 0, joint - 1)
        else:
            c.cylinder(0, 0, 1, joint, reach, 1.5)
    _shade(c, d, joint, high, wide, globe=not table)


def _shade(c: Canvas, d: Dice, low: float, high: float, wide: float, globe: bool = True) -> None:
    style = d.pick(cone=3, drum=2, bell=0.7, globe=1.5 if globe else 0)
    if style == "cone":
        c.cylinder(0, 0, low, high, wide, wide * d(0.35, 0.7))
    elif style == "drum":
        c.cylinder(0, 0, low, high, wide * 0.9)
    elif style == "globe":
        half = max((high - low) / 2, 5.5)
        c.ellipsoid((0, 0, high - half), (half, half, half))
    else:
        c.cylinder(0, 0, low, low + 3, wide, wide * 0.7)
        c.cylinder(0, 0, low + 3, high, wide * 0.7, wide * 0.4)


def _desk_lamp(c: Canvas, d: Dice) -> None:
    foot, back = d(6, 8), d(5, 8)
    elbow = (0.0, -back, d(14, 18))
    head = (0.0, d(3, 6), d(23, 26))
    c.cylinder(0, 0, 0, d(2, 3), foot)
    c.strut((0, 0, 1.5), elbow, 1.3)
    c.strut(elbow, head, 1.3)
    c.ellipsoid(elbow, (2, 2, 2))
    tip = (0.0, head[1] + d(3, 5), head[2] - d(5, 7))
    c.strut(head, tip, 1.8, d(4.5, 5.5))
