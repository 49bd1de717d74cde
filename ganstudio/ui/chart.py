"""A plot in the window's colours, and labelled marks that stand upright in it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ganstudio.ui import theme
from ganstudio.ui.curve_looks import pen

LABEL_POINTS = 7.5
LABEL_GAP_PX = 4
LABEL_ROWS = 3
GRID = 0.10
DOT_PX = 5
DECADES = 3  # beyond these only whole powers of ten are labelled


class Axis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis that writes plain numbers, and in powers of ten labels no more than there is room."""

    def tickValues(
        self, minVal: float, maxVal: float, size: float
    ) -> list[tuple[float | None, list[float]]]:
        """Powers of ten, and twice and five times them where few are in view."""
        if not self.logMode:
            values: list[tuple[float | None, list[float]]] = super().tickValues(
                minVal, maxVal, size
            )
            return values
        steps = (0.0,) if maxVal - minVal > DECADES else (0.0, log10(2), log10(5))
        decades = range(floor(minVal), ceil(maxVal) + 1)
        ticks = [decade + step for decade in decades for step in steps]
        return [(None, [tick for tick in ticks if minVal <= tick <= maxVal])]

    def tickStrings(self, values: list[float], scale: float, spacing: float | None) -> list[str]:
        """Six digits at most, none that say nothing."""
        shown = [10**value if self.logMode else value * scale for value in values]
        return [f"{round(value, 12):.6g}".replace("-", "−") for value in shown]


class Chart(pg.PlotWidget):  # type: ignore[misc]
    """A pyqtgraph plot without its own menus, in the palette's colours.

    Args:
        view: what takes the mouse; pyqtgraph's own where it is None.
    """

    def __init__(self, view: pg.ViewBox | None = None) -> None:
        axes = {side: Axis(side) for side in ("left", "bottom")}
        super().__init__(enableMenu=False, axisItems=axes, viewBox=view)
        self.hideButtons()
        menu = self.getPlotItem().ctrlMenu  # made without a parent, it would outlive the plot
        menu.setParent(self, menu.windowFlags())
        self.setFrameShape(self.Shape.NoFrame)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setStyle(tickLength=-4, maxTickLevel=1)
            axis.setCacheMode(axis.CacheMode.DeviceCoordinateCache)  # it seldom moves
        self.showGrid(x=True, y=True, alpha=GRID)
        self.restyle()
        theme.notifier.changed.connect(self.restyle)

    def restyle(self) -> None:
        """Take the palette's colours."""
        theme.apply_plot(self)
        for side in ("left", "bottom"):
            self.getAxis(side).setPen(theme.current().line)

    def settle(self) -> None:
        """Take a new range at once: pyqtgraph does it while it paints, and then paints again."""
        self.scene().prepareForPaint()

    def release(self) -> None:
        """Follow the palette no longer."""
        theme.notifier.changed.disconnect(self.restyle)


def new_line(dotted: bool) -> pg.GraphicsObject:
    """An empty line; one without dots is of a kind that is quicker to draw."""
    if dotted:
        return pg.PlotDataItem(symbol="o", symbolSize=DOT_PX)
    return pg.PlotCurveItem()


class Overlay(pg.GraphicsObject):  # type: ignore[misc]
    """What lies over all that is in view, and never widens the view."""

    def boundingRect(self) -> QRectF:
        """All that is in view."""
        view = self.getViewBox()
        return QRectF(view.viewRect()) if view is not None else QRectF()

    def viewTransformChanged(self) -> None:
        """The view moved, and this with it."""
        self.prepareGeometryChange()
        super().viewTransformChanged()

    def dataBounds(self, axis: int, frac: float = 1.0, orthoRange: object = None) -> None:
        """Nothing."""
        return


class Uprights(Overlay):
    """Upright lines with labels at the top: one item, however many there are.

    Labels that would run into each other go a row down; without room they are left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self._marks: list[tuple[float, str, bool]] = []
        self.setZValue(20)

    def show_marks(self, marks: Sequence[tuple[float, str, bool]]) -> None:
        """Show these: place on x, label, and whether it matters much."""
        self._marks = sorted(marks)
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Lines first, labels over them."""
        view = self.getViewBox()
        if view is None or not self._marks:
            return
        rect, colours = view.viewRect(), theme.current()
        transform = painter.worldTransform()
        painter.resetTransform()
        ends = transform.map(rect.topLeft()).y(), transform.map(rect.bottomLeft()).y()
        top, bottom = min(ends), max(ends)
        labels: list[tuple[float, str]] = []
        for x, label, strong in self._marks:
            if rect.left() <= x <= rect.right():
                at = round(transform.map(QPointF(x, rect.center().y())).x()) + 0.5
                style = Qt.PenStyle.DashLine if strong else Qt.PenStyle.DotLine
                painter.setPen(pen(colours.warn if strong else colours.muted, 0.7, style))
                painter.drawLine(QPointF(at, top), QPointF(at, bottom))
                if strong:
                    labels.append((at, label))
        self._label(painter, labels, top, transform.map(rect.topRight()).x())

    def _label(
        self, painter: QPainter, labels: list[tuple[float, str]], top: float, right: float
    ) -> None:
        """Write each label in the first row where there is room for it."""
        font, colours = QFont(painter.font()), theme.current()
        font.setPointSizeF(LABEL_POINTS)
        painter.setFont(font)
        metrics, free_from = painter.fontMetrics(), [-1e9] * LABEL_ROWS
        ground = QColor(colours.surface)
        ground.setAlpha(240)
        for at, label in labels:
            width = metrics.horizontalAdvance(label) + 2 * LABEL_GAP_PX
            start = min(at, right - width)
            row = next((i for i, free in enumerate(free_from) if start >= free), None)
            if row is None:
                continue
            free_from[row] = start + width
            y = round(top) + 2 + row * (metrics.height() + 1)
            place = QRectF(round(start) + 1, y, width, metrics.height())
            painter.fillRect(place, ground)
            painter.setPen(QColor(colours.warn))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
            painter.drawText(place, int(flags), label)
