"""A strip of all that was trained, with a tick for each kept moment and a knob to drag."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from ganstudio.ui import theme

HIGH_PX, EDGE_PX, KNOB_PX, GROOVE_PX, TICK_PX = 28, 9, 6, 4, 5
TIP = (
    "The kept moments of this training. Drag, or press Left and Right, to see the model as it "
    "was; Home is the first one, End is now."
)


class TimeTrack(QWidget):
    """From the start of the training on the left to now on the right.

    Signals:
        picked (object): real samples seen at the moment that was pointed at; None is now.
    """

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._moments = np.empty(0)
        self._end = 0.0
        self._at: int | None = None
        self._painted: tuple[bool, bool, float, list[int]] | None = None
        self.setAccessibleName("Kept moments of the training")
        self.setFixedHeight(HIGH_PX)
        self.setMinimumWidth(60)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(300, HIGH_PX)

    def show_state(self, moments: Sequence[int], end: float, at: int | None) -> None:
        """Show these moments up to ``end``, all in real samples seen, and stand at one."""
        self._moments = np.asarray(moments, dtype=float)
        self._end, self._at = max(end, float(moments[-1]) if moments else 0.0), at
        self.setEnabled(bool(moments))
        if self._look() != self._painted:
            self.update()

    def x_of(self, nimg: float) -> float:
        """Where a moment stands, in px."""
        return float(self._places(np.array([nimg]))[0])

    def _places(self, nimg: np.ndarray) -> np.ndarray:
        share = nimg / self._end if self._end else np.zeros_like(nimg)
        return EDGE_PX + share * (self.width() - 2 * EDGE_PX)

    def moment_at(self, x: float) -> int | None:
        """The kept moment next to this place in px; None for now, at the right end."""
        if not len(self._moments):
            return None
        places = self._places(self._moments)
        nearest = int(np.abs(places - x).argmin())
        if abs(self.x_of(self._end) - x) < abs(float(places[nearest]) - x):
            return None
        if x >= self.width() - EDGE_PX:
            return None
        return int(self._moments[nearest])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(self.moment_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.picked.emit(self.moment_at(event.position().x()))

    def event(self, event: QEvent) -> bool:
        """A tip that says which moment the mouse is at."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            there = self.moment_at(event.pos().x())
            lead = "Now" if there is None else f"{there / 1000:,.2f} kimg"
            known = len(self._moments) > 0
            text = f"{lead} of {len(self._moments)} moments\n{TIP}" if known else TIP
            if known and there is not None:
                text = f"{lead}, one of {len(self._moments)} kept moments\n{TIP}"
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _look(self) -> tuple[bool, bool, float, list[int]]:
        """Whether it is of use, whether it shows the past; places of knob and ticks in px."""
        knob = self.x_of(self._end if self._at is None else self._at) if self._end else EDGE_PX
        ticks = np.unique(np.rint(self._places(self._moments)).astype(int))
        return self.isEnabled(), self._at is not None, knob, ticks.tolist()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove, the part that lies before the moment shown, ticks, knob."""
        painter, colours = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, self._painted = self.height() / 2 - 2, self._look()
        able, past, knob, ticks = self._painted
        groove = QRectF(EDGE_PX, middle - GROOVE_PX / 2, self.width() - 2 * EDGE_PX, GROOVE_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.line))
        painter.drawRoundedRect(groove, 2, 2)
        if not able:
            return
        painter.setBrush(QColor(colours.accent if past else colours.muted))
        painter.drawRoundedRect(groove.adjusted(0, 0, knob - groove.right(), 0), 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(colours.muted), 1))
        foot = round(middle + GROOVE_PX / 2 + 2)
        for x in ticks:
            painter.drawLine(x, foot, x, foot + TICK_PX)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.surface), 2))
        painter.setBrush(QColor(colours.accent if past else colours.text))
        painter.drawEllipse(QPointF(knob, middle), KNOB_PX, KNOB_PX)
