"""What is painted over the picture of solids: scale of colours, ruler, the voxel that is read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPalette, QPen

from ganstudio.ui.gl.camera import Vector
from ganstudio.ui.gl.tints import Colouring, shades

LEGEND_PX = (150, 8)
EDGE_PX = 16
NAME_PX = 160
CORNERS = np.array(list(np.ndindex(2, 2, 2)), dtype=np.float64)
_EDGES = [(i, j) for i in range(8) for j in range(i) if np.abs(CORNERS[i] - CORNERS[j]).sum() == 1]


def paint_legend(
    painter: QPainter, palette: QPalette, colouring: Colouring, title: str, ends: Sequence[str]
) -> None:
    """The scale of colours in the upper left corner.

    Args:
        painter: on the widget.
        palette: of the widget.
        colouring: whose colours.
        title: what they stand for.
        ends: words for the lower end, the middle and the upper end.
    """
    width, height = LEGEND_PX
    table = np.ascontiguousarray(shades(colouring))
    strip = QImage(table.data, len(table), 1, 3 * len(table), QImage.Format.Format_RGB888)
    text = palette.color(QPalette.ColorRole.WindowText)
    painter.save()
    font = _small(painter)
    line = painter.fontMetrics().height()
    painter.setFont(font)
    painter.setPen(text)
    painter.drawText(QPointF(EDGE_PX, EDGE_PX + line * 0.75), title)
    bar = QRectF(EDGE_PX, EDGE_PX + line + 2, width, height)
    painter.drawImage(bar, strip)
    text.setAlphaF(0.7)
    painter.setPen(text)
    below = QRectF(EDGE_PX, bar.bottom() + 3, width, line)
    sides = (
        Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight,
    )  # fmt: skip
    for side, word in zip(sides, ends, strict=True):
        painter.drawText(below, side | Qt.AlignmentFlag.AlignTop, word)
    painter.restore()


def paint_ruler(
    painter: QPainter, palette: QPalette, ends: Sequence[QPointF], text: str, area: QRectF
) -> None:
    """One or two points on the surface, the line between them, and its length."""
    accent = palette.color(QPalette.ColorRole.Highlight)
    ground = palette.color(QPalette.ColorRole.Window)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if len(ends) == 2:
        for colour, wide in ((ground, 4.0), (accent, 2.0)):
            painter.setPen(QPen(colour, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(ends[0], ends[1])
    painter.setPen(QPen(ground, 1.5))
    painter.setBrush(accent)
    for end in ends:
        painter.drawEllipse(end, 4.5, 4.5)
    painter.restore()
    if len(ends) == 2:
        middle = (ends[0] + ends[1]) / 2
        paint_chip(painter, palette, middle + QPointF(10, -26), text, area)


def paint_voxel(painter: QPainter, palette: QPalette, corners: Sequence[QPointF]) -> None:
    """The edges of a voxel.

    Args:
        painter: on the widget.
        palette: of the widget.
        corners: eight places on the screen, in the order of ``CORNERS``.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for role, wide in ((QPalette.ColorRole.Window, 3.0), (QPalette.ColorRole.Highlight, 1.5)):
        painter.setPen(QPen(palette.color(role), wide))
        for i, j in _EDGES:
            painter.drawLine(corners[i], corners[j])
    painter.restore()


def paint_name(
    painter: QPainter, palette: QPalette, head: QPointF, text: str, area: QRectF
) -> None:
    """A name on a plate over the middle of an object whose highest point is ``head``."""
    text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, NAME_PX)
    half = (QFontMetrics(_small(painter)).horizontalAdvance(text) + 16) / 2
    paint_chip(painter, palette, head - QPointF(half, 34), text, area)


def paint_chip(
    painter: QPainter, palette: QPalette, place: QPointF, text: str, area: QRectF
) -> None:
    """Words on a plate, moved so that it stays inside an area."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(_small(painter))
    metrics = painter.fontMetrics()
    plate = QRectF(place.x(), place.y(), metrics.horizontalAdvance(text) + 16, metrics.height() + 8)
    plate.moveLeft(max(min(plate.left(), area.right() - plate.width() - 6), area.left() + 6))
    plate.moveTop(max(min(plate.top(), area.bottom() - plate.height() - 6), area.top() + 6))
    ground = QColor(palette.color(QPalette.ColorRole.ToolTipBase))
    ground.setAlphaF(0.94)
    edge = QColor(palette.color(QPalette.ColorRole.WindowText))
    edge.setAlphaF(0.25)
    painter.setPen(QPen(edge, 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(plate, 5, 5)
    painter.setPen(palette.color(QPalette.ColorRole.ToolTipText))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def on_screen(units: Vector, area: QRectF) -> list[QPointF] | None:
    """Points of a picture, (N, 2) in -1 to 1, on the widget; None if one lies behind the eye."""
    if not np.isfinite(units).all():
        return None
    return [
        QPointF(area.left() + (x + 1) / 2 * area.width(), area.top() + (1 - y) / 2 * area.height())
        for x, y in units.tolist()
    ]


def _small(painter: QPainter) -> QFont:
    font = QFont(painter.font())
    font.setPointSizeF(max(font.pointSizeF() - 1, 7.5))
    return font
