"""Dragging through training along the curves: the view that is dragged, the line that follows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ganstudio.ui import theme
from ganstudio.ui.chart import LABEL_GAP_PX, LABEL_POINTS, Overlay

TICK_PX, NEAR_PX = 5, 6


class ScrubView(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """A view whose left button drags through time; the middle one, or Shift, still pans.

    Attributes:
        scrubs: whether there is anything to drag through; without, the left button pans.

    Signals:
        scrubbed (float, bool): dragged to this place on x; whether the button was let go.
    """

    scrubbed = Signal(float, bool)

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.scrubs = False

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Tell where it was dragged to; on an axis, and with other buttons, as ever."""
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        if not (self.scrubs and plain and axis is None):
            super().mouseDragEvent(event, axis)
            return
        event.accept()
        self.scrubbed.emit(float(self.mapSceneToView(event.scenePos()).x()), event.isFinish())


class TimeLine(Overlay):
    """The upright line of the moment that is shown, and short ticks where one can go."""

    def __init__(self) -> None:
        super().__init__()
        self.x: float | None = None
        self.past = False
        self._label = ""
        self._ticks = np.empty(0)
        self.setZValue(30)

    def show_at(self, x: float | None, label: str, past: bool) -> None:
        """Stand at this place on x, or nowhere; ``past`` makes it stand out."""
        if (x, label, past) != (self.x, self._label, self.past):
            self.x, self._label, self.past = x, label, past
            self.update()

    def show_ticks(self, ticks: np.ndarray) -> None:
        """Places (N,) on x where a moment was kept."""
        if not np.array_equal(ticks, self._ticks):
            self._ticks = ticks
            self.update()

    def near(self, place: QPointF) -> bool:
        """Whether this place of the scene is on the line, with some pixels to spare."""
        view = self.getViewBox()
        if view is None or self.x is None:
            return False
        at = view.mapViewToScene(QPointF(self.x, 0)).x()
        return bool(abs(at - place.x()) <= NEAR_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Ticks along the foot, the line, its flag at the foot where no labels of marks are."""
        view = self.getViewBox()
        if view is None:
            return
        rect, colours = view.viewRect(), theme.current()
        transform = painter.worldTransform()
        painter.resetTransform()
        left, right = transform.map(rect.topLeft()).x(), transform.map(rect.topRight()).x()
        ends = transform.map(rect.topLeft()).y(), transform.map(rect.bottomLeft()).y()
        top, foot = min(ends), max(ends)
        scale = (right - left) / max(rect.width(), 1e-12)
        painter.setPen(QPen(QColor(colours.muted), 1))
        inside = self._ticks[(self._ticks >= rect.left()) & (self._ticks <= rect.right())]
        for at in np.unique(np.round(left + (inside - rect.left()) * scale)):
            painter.drawLine(QPointF(at + 0.5, foot - TICK_PX), QPointF(at + 0.5, foot))
        if self.x is not None and rect.left() <= self.x <= rect.right():
            at = round(left + (self.x - rect.left()) * scale) + 0.5
            shade = colours.accent if self.past else colours.muted
            painter.setPen(QPen(QColor(shade), 2 if self.past else 1))
            painter.drawLine(QPointF(at, top), QPointF(at, foot))
            self._flag(painter, at, foot, (left, right), shade)

    def _flag(
        self, painter: QPainter, at: float, foot: float, ends: tuple[float, float], shade: str
    ) -> None:
        """Where the line stands in words, beside it, inside the view."""
        font, colours = QFont(painter.font()), theme.current()
        font.setPointSizeF(LABEL_POINTS)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(self._label) + 2 * LABEL_GAP_PX
        start = min(max(at - width / 2, ends[0]), ends[1] - width)
        place = QRectF(round(start), foot - TICK_PX - metrics.height() - 3, width, metrics.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shade if self.past else colours.raised))
        painter.drawRoundedRect(place.adjusted(0, -1, 0, 1), 3, 3)
        painter.setPen(QColor(colours.surface if self.past else colours.muted))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
        painter.drawText(place, int(flags), self._label)
