"""A thin bar that says how far something is, or that it goes on."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar

from ganstudio.ui import theme

HIGH_PX, STEP_MS = 4, 50
STRIDE, SHARE = 0.04, 0.3  # of the bar: how far the busy part goes in a step, how long it is


class Progress(QProgressBar):
    """Paints itself: a styled bar that was busy once is animated by Qt for as long as it is at 0.

    A range of nothing, ``setRange(0, 0)``, means busy.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setTextVisible(False)
        self._at = 0.0
        self._clock = QTimer(self, interval=STEP_MS)
        self._clock.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether it only says that something goes on."""
        return self.maximum() == 0

    def set_busy(self, busy: bool) -> None:
        """Say only that something goes on, or how far it is again."""
        if busy != self.busy:
            self.setRange(0, 0 if busy else 1000)
            self._tick()

    def sizeHint(self) -> QSize:
        """Qt: thin."""
        return QSize(100, HIGH_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove and filled part."""
        painter, colours = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(0, (self.height() - HIGH_PX) / 2, self.width(), HIGH_PX)
        painter.setBrush(QColor(colours.line))
        painter.drawRoundedRect(groove, 2, 2)
        painter.setBrush(QColor(colours.accent))
        if self.busy:
            left = (self._at * (1 + SHARE) - SHARE) * groove.width()
            filled = groove.intersected(QRectF(left, groove.top(), SHARE * groove.width(), HIGH_PX))
        else:
            share = self.value() / max(self.maximum(), 1)
            filled = QRectF(0, groove.top(), max(share, 0) * groove.width(), HIGH_PX)
        if not filled.isEmpty():
            painter.drawRoundedRect(filled, 2, 2)

    def showEvent(self, event: QShowEvent) -> None:
        """Move only while it is seen."""
        super().showEvent(event)
        self._tick()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._clock.stop()

    def _tick(self) -> None:
        if self.busy and self.isVisible():
            self._clock.start()
        else:
            self._clock.stop()
        self.update()

    def _go_on(self) -> None:
        self._at = (self._at + STRIDE) % 1
        self.update()
