"""Shelves: cases, posts and ladders, with boards, drawers and books."""

from __future__ import annotations

from itertools import pairwise

from ganstudio.solids.pieces.parts import SIDES, Dice, ends, legs
from ganstudio.solids.shapes import Canvas


def make(c: Canvas, d: Dice) -> None:
    """Put one together on an empty canvas."""
    if d.chance(0.3):
        wide, high = d(13, 14.9), d(13, 20)
    else:
        wide, high = d(7.5, 12.5), d(26, 29.5)
    deep = d(4, 6)
    style = d.pick(case=5, posts=2, ladder=1 if high > 24 else 0)
    rows = max(2, min(round(high / d(5.2, 8)), 5))
    low = d(0, 2.5)
    step = (high - low - 2) / rows
    levels = [low + step * row for row in range(rows + 1)]
    if style == "case":
        c.box(-wide, wide, -deep, deep, levels[0], high)
        _hollow(c, d, wide, deep, levels)
        if low > 0.5:
            legs(c, wide, deep, 2.2, low + 1)
    elif style == "posts":
        legs(c, wide, deep, 2.2, high)
        for z in levels:
            c.box(-wide, wide, -deep, deep, z, z + 2)
    else:
        far = d(4, 6)
        for row, z in enumerate(levels):
            out = deep + far * (1 - row / rows)
            c.box(-wide, wide, -deep, out, z, z + 2)
        for s in SIDES:
            x = ends(s, wide, wide - 2.2)
            c.slab(*x, deep + far, 2.6, 0, high, far)
            c.box(*x, -deep, 2.2 - deep, 0, high)
    if style != "ladder" and d.chance(0.4):
        _books(c, d, wide - 2, deep, levels)


def _hollow(c: Canvas, d: Dice, wide: float, deep: float, levels: list[float]) -> None:
    open_back = d.chance(0.25)
    drawers = d.count(1, max(1, len(levels) // 2)) if d.chance(0.4) else 0
    columns = d.count(2, 3) if wide > 10 and d.chance(0.6) else 1
    back = -deep - 1 if open_back else 2 - deep
    width = (2 * wide - 2) / columns
    for row, (low, up) in enumerate(pairwise(levels)):
        for column in range(columns):
            x0 = 2 - wide + width * column
            x1 = x0 + width - 2
            if row < drawers:
                c.box(x0 - 0.4, x1 + 0.4, deep - 1, deep, low + 1.6, up + 0.4, full=False)
                c.box(x0 + 0.7, x1 - 0.7, deep - 1, deep, low + 2.7, up - 0.7)
            else:
                c.box(x0, x1, back, deep, low + 2, up, full=False)


def _books(c: Canvas, d: Dice, wide: float, deep: float, levels: list[float]) -> None:
    for low, up in pairwise(levels):
        space = up - low - 2
        if space > 3 and d.chance(0.6):
            x = -wide if d.chance(0.5) else d(-wide, wide - 6)
            end = min(wide, x + d(4, 9))
            while x < end - 2:
                thick = d(2, 3)
                c.box(x, x + thick, 2 - deep, deep - 2, low + 2, low + 2 + space * d(0.55, 0.9))
                x += thick
