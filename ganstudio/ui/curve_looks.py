"""Which colour and which strokes a curve has, by its name and those beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from ganstudio.ui import theme
from ganstudio.ui.history import MEASURED, RATE

FAINT = 0.22
ALIKE = 80  # sum of the differences of red, green and blue
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
ON_DARK = ("#ffb454", "#3fd0d8", "#ff7b7b", "#c3e66b", "#f2a6e8", "#c9a27e")
ON_LIGHT = ("#b45f06", "#00737d", "#c02626", "#566f00", "#9c2f8c", "#6e4a2c")
MOST_OTHERS = len(ON_DARK)  # runs laid over a run; with more, colours could not be told apart


def pen(colour: str, opacity: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A line of one pixel, whatever the scale; wider ones cost fifty times as much."""
    shade = QColor(colour)
    shade.setAlphaF(opacity)
    line = QPen(shade, 1, style)
    line.setCosmetic(True)
    return line


def colour(name: str, names: Sequence[str]) -> str:
    """The colour of a curve, as ``#rrggbb``.

    Args:
        name: the curve's.
        names: of all curves of the run, in the order in which they came.
    """
    colours = theme.current()
    if name.startswith(MEASURED):
        measured = [other for other in names if other.startswith(MEASURED)]
        roles = (colours.fake, colours.real, colours.disc, colours.penalty, colours.warn)
        return roles[measured.index(name) % len(roles)]
    return colours.muted if name == RATE else theme.term_colour(name)


def strokes(name: str, names: Sequence[str]) -> Qt.PenStyle:
    """Dashes, then dots, for a curve whose colour is close to an earlier one's."""
    if name.startswith(MEASURED):
        return STYLES[0]
    mine = colour(name, names)
    earlier = list(names)[: list(names).index(name)]
    like = sum(alike(colour(other, names), mine) for other in earlier)
    return STYLES[min(like, len(STYLES) - 1)]


def curve_pen(name: str, names: Sequence[str], faint: bool = False) -> QPen:
    """The line of a curve; faint for raw reports behind their average.

    Faint lines are not dashed: the many strokes of raw reports would fall to dust.
    """
    if faint:
        return pen(colour(name, names), FAINT)
    return pen(colour(name, names), 1, strokes(name, names))


def other_colour(index: int) -> str:
    """The colour of a run that is laid over the one in hand, by its place among them."""
    colours = ON_DARK if theme.current().dark else ON_LIGHT
    return colours[index % len(colours)]


def alike(one: str, other: str) -> bool:
    """Whether two colours, ``#rrggbb``, are hard to tell apart as thin lines."""
    first, second = (bytes.fromhex(shade.removeprefix("#")) for shade in (one, other))
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) < ALIKE
