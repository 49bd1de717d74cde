"""Beds: a frame, a mattress, a headboard, pillows; some with a canopy, some in two storeys."""

from __future__ import annotations

from ganstudio.solids.pieces.parts import SIDES, Dice, ends, legs
from ganstudio.solids.shapes import Canvas


def make(c: Canvas, d: Dice) -> None:
    """Put one together on an empty canvas."""
    wide, deep = d(8, 13), d(13.5, 14.9)
    if d.chance(0.1):
        _bunk(c, d, min(wide, 9.0), deep)
        return
    base, mattress = d(3, 5.5), d(2.6, 4)
    top, head = base + mattress, d(13, 19)
    _bed_frame(c, d, wide, deep, base)
    c.box(0.6 - wide, wide - 0.6, -deep, deep - 0.6, base, top)
    if d.chance(0.5):  # a blanket that hangs over the sides and leaves the pillows free
        c.box(-wide, wide, d(-5, 0), deep, base - 1.5, top + 1)
    _headboard(c, d, wide, 2.3 - deep, head, top)
    if d.chance(0.4):
        c.box(-wide, wide, deep - 2.2, deep, 0, d(top + 1, top + 4))
    pillows = 2 if wide > 10 or d.chance(0.15) else 1
    half = (wide - 1) / pillows - 0.5
    for pillow in range(pillows):
        x = 0.0 if pillows == 1 else (2 * pillow - 1) * (wide - 1) / 2
        c.ellipsoid((x, 5.3 - deep, top + 0.7), (half, 2.8, 1.9), 4)
    if d.chance(0.13):
        _canopy(c, wide, deep, d(24, 27))


def _bed_frame(c: Canvas, d: Dice, wide: float, deep: float, base: float) -> None:
    style = d.pick(legs=3, block=2, plinth=1)
    if style == "legs":
        c.box(-wide, wide, -deep, deep, base - 2, base)
        legs(c, wide, deep, d(2.2, 3), base)
    elif style == "block":
        c.box(-wide, wide, -deep, deep, 0, base)
    else:
        c.box(-wide, wide, -deep, deep, base - 2, base)
        c.box(3 - wide, wide - 3, 3 - deep, deep - 3, 0, base)


def _headboard(c: Canvas, d: Dice, wide: float, y: float, high: float, low: float) -> None:
    style = d.pick(solid=4, round=1.5, bars=2)
    if style == "bars":
        for s in SIDES:
            c.box(*ends(s, wide, wide - 2.2), y - 2.3, y, 0, high)
        c.box(-wide, wide, y - 2.3, y, high - 2.4, high)
        count = int(wide / 2.6)
        for bar in range(1, count):
            x = (2 * bar / count - 1) * (wide - 1)
            c.box(x - 1.05, x + 1.05, y - 2.3, y, low - 2, high)
        return
    flat = low + 2 if style == "round" else high
    c.box(-wide, wide, y - 2.3, y, 0, flat)
    if style == "round":
        c.ellipsoid((0, y - 1.15, flat), (wide, 1.3, min(high - flat, flat)), 3)


def _canopy(c: Canvas, wide: float, deep: float, high: float) -> None:
    legs(c, wide, deep, 2.2, high)
    for s in SIDES:
        c.box(*ends(s, wide, wide - 2.2), -deep, deep, high - 2, high)
        c.box(-wide, wide, *ends(s, deep, deep - 2.2), high - 2, high)


def _bunk(c: Canvas, d: Dice, wide: float, deep: float) -> None:
    high = d(22, 26)
    legs(c, wide, deep, 2.3, high)
    for z in (d(3, 5), d(14, 15.5)):
        c.box(-wide, wide, -deep, deep, z, z + 2)
        c.box(0.6 - wide, wide - 0.6, 0.6 - deep, deep - 0.6, z + 2, z + 4)
        c.ellipsoid((0, 5 - deep, z + 4.4), (wide - 2, 2.6, 1.8), 4)
        c.box(-wide, wide, -deep, 2.2 - deep, z, z + 7)
    for z in (5.0, 9.5, 14.0, 18.5):
        c.box(2 - wide, wide - 2, deep - 2.2, deep, z, z + 2)
