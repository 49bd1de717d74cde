"""A plot in the window's colours, and labelled marks that stand upright in it."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ganstudio.ui import theme

LABEL_POINTS = 7.5
LABEL_GAP_PX = 6
GRID = 0.10


def pen(colour: str, opacity: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A line of one pixel, whatever the scale; wider ones cost fifty times as much."""
    shade = QColor(colour)
    shade.setAlphaF(opacity)
    return pg.mkPen(shade, width=1, style=style, cosmetic=True)


class Chart(pg.PlotWidget):
    """A pyqtgraph plot without its own menus, in the palette's colours."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.hideButtons()
        self.setFrameShape(self.Shape.NoFrame)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setStyle(tickLength=-4, maxTickLevel=1)
        self.showGrid(x=True, y=True, alpha=GRID)
        self.restyle()
        theme.notifier.changed.connect(self.restyle)

    def restyle(self) -> None:
        """Take the palette's colours."""
        theme.apply_plot(self)
        for side in ("left", "bottom"):
            self.getAxis(side).setPen(theme.current().line)

    def release(self) -> None:
        """Let go of what would keep it alive."""
        theme.notifier.changed.disconnect(self.restyle)
        self.close()


class Uprights(pg.GraphicsObject):
    """Upright lines with labels at the top: one item, however many there are.

    Labels that would run into their neighbour are left out, their lines stay.
    """

    def __init__(self) -> None:
        super().__init__()
        self._marks: list[tuple[float, str, bool]] = []
        self.setZValue(20)

    def show_marks(self, marks: Sequence[tuple[float, str, bool]]) -> None:
        """Show these: place on x, label, and whether it matters much."""
        self._marks = sorted(marks)
        self.update()

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        return QRectF(view.viewRect()) if view is not None else QRectF()

    def viewTransformChanged(self) -> None:
        self.prepareGeometryChange()
        super().viewTransformChanged()

    def dataBounds(self, axis: int, frac: float = 1.0, orthoRange: object = None) -> None:
        return None

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        view = self.getViewBox()
        if view is None or not self._marks:
            return
        rect, colours = view.viewRect(), theme.current()
        transform = painter.worldTransform()
        painter.resetTransform()
        font = QFont(painter.font())
        font.setPointSizeF(LABEL_POINTS)
        painter.setFont(font)
        metrics, free_from = painter.fontMetrics(), -1e9
        top = transform.map(QPointF(rect.left(), rect.bottom())).y()
        bottom = transform.map(QPointF(rect.left(), rect.top())).y()
        top, bottom = min(top, bottom), max(top, bottom)
        for x, label, strong in self._marks:
            if not rect.left() <= x <= rect.right():
                continue
            at = round(transform.map(QPointF(x, rect.center().y())).x()) + 0.5
            style = Qt.PenStyle.DashLine if strong else Qt.PenStyle.DotLine
            painter.setPen(pen(colours.warn if strong else colours.muted, 0.8, style))
            painter.drawLine(QPointF(at, top), QPointF(at, bottom))
            width = metrics.horizontalAdvance(label)
            if strong and at >= free_from:
                free_from = at + width + 2 * LABEL_GAP_PX
                place = QRectF(at + LABEL_GAP_PX - 3, top + 2, width + 6, metrics.height())
                ground = QColor(colours.surface)
                ground.setAlpha(215)
                painter.fillRect(place, ground)
                painter.setPen(QColor(colours.warn))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, label)
