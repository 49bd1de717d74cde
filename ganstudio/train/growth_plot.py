"""The picture of how time and memory grow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor, log10
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ganstudio.train.growth import AXES, Axis, Point

PANEL, GAP, LEFT, TOP = (300, 200), 70, 70, 60
PAPER, INK, FAINT, TIME, MEMORY, IDEAL = (
    "#ffffff", "#202020", "#d8d8d8", "#7b3fb5", "#1f6fb5", "#9a9a9a",
)  # fmt: skip
Values = Sequence[tuple[int, float]]


def draw(points: Sequence[Point], path: Path) -> None:
    """Four panels for time over four for memory, each with two logarithmic axes.

    The dashed line is what time would be if every sample's work cost the same.

    Args:
        points: what was measured.
        path: where the PNG goes.
    """
    there = [axis for axis in AXES if any(point.axis == axis.key for point in points)]
    width = LEFT + len(there) * (PANEL[0] + GAP)
    picture = Image.new("RGB", (width, TOP + 2 * (PANEL[1] + GAP)), PAPER)
    pen = ImageDraw.Draw(picture)
    for column, axis in enumerate(there):
        own = [point for point in points if point.axis == axis.key]
        left = LEFT + column * (PANEL[0] + GAP)
        pen.text((left, TOP - 44), axis.title, INK, _font(15))
        time = [(point.size, point.sample_ms) for point in own]
        memory = [(point.size, max(point.memory_mb, 1.0)) for point in own]
        _panel(pen, (left, TOP), "ms a sample", [(time, TIME), (_ideal(axis, time), IDEAL)])
        _panel(pen, (left, TOP + PANEL[1] + GAP), "memory, MB", [(memory, MEMORY)])
    picture.save(path)


def _ideal(axis: Axis, time: Values) -> Values:
    first, cost = time[0]
    return [(size, cost * (size / first) ** axis.power) for size, _ in time]


def _panel(
    pen: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    title: str,
    curves: Sequence[tuple[Values, str]],
) -> None:
    """One plot; a curve in grey is dashed."""
    left, top = corner
    values = [value for curve, _ in curves for _, value in curve]
    sizes = [size for size, _ in curves[0][0]]
    low, high = (
        floor(log10(min(values))),
        max(ceil(log10(max(values))), floor(log10(min(values))) + 1),
    )
    pen.text((left, top - 20), title, INK, _font(12))

    def place(size: float, value: float) -> tuple[float, float]:
        across = log10(size / sizes[0]) / max(log10(sizes[-1] / sizes[0]), 1e-9)
        up = (log10(value) - low) / (high - low)
        return left + across * PANEL[0], top + (1 - up) * PANEL[1]

    for decade in range(low, high + 1):
        y = place(sizes[0], 10.0**decade)[1]
        pen.line([(left, y), (left + PANEL[0], y)], FAINT)
        pen.text((left - 8, y), f"{10.0**decade:g}", INK, _font(12), anchor="rm")
    for size in sizes:
        x = place(size, 10.0**low)[0]
        pen.text((x, top + PANEL[1] + 8), _short(size), INK, _font(12), anchor="mt")
    for curve, colour in curves:
        spots = [place(size, value) for size, value in curve]
        for start, end in pairwise(spots):
            _stroke(pen, start, end, colour)
        if colour != IDEAL:
            for x, y in spots:
                pen.ellipse((x - 4, y - 4, x + 4, y + 4), colour)


def _stroke(
    pen: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float], colour: str
) -> None:
    if colour != IDEAL:
        pen.line([start, end], colour, 3)
        return
    dashes = 12
    steps = [
        tuple(a + (b - a) * index / (2 * dashes) for a, b in zip(start, end, strict=True))
        for index in range(2 * dashes)
    ]
    for one, other in zip(steps[::2], steps[1::2], strict=True):
        pen.line([one, other], colour, 2)


def _short(size: int) -> str:
    return (
        f"{size // 10**6} M"
        if size >= 10**6
        else f"{size // 1000} k"
        if size >= 1000
        else str(size)
    )


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
