"""A few small pictures from one end of a slider to the other, under its groove."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.ui import theme
from ganstudio.ui.pictures import fit

FRAMES = 7
LARGEST_PX, SMALLEST_PX, GAP_PX = 64, 16, 3


class Film(QWidget):
    """Frames from minus to plus, the first and the last flush with the ends.

    Signals:
        chosen (int): the person clicked this frame.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.images: list[QImage] = []
        self._hovered = -1
        self._scaled: dict[int, QPixmap] = {}
        self._size = (0, 0.0)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def side(self) -> int:
        """Of one frame, in px."""
        fitting = (self.width() - GAP_PX * (FRAMES - 1)) // FRAMES
        return max(min(fitting, LARGEST_PX), SMALLEST_PX)

    def sizeHint(self) -> QSize:
        """Qt: as high as a frame."""
        return QSize(FRAMES * SMALLEST_PX, self.side)

    def minimumSizeHint(self) -> QSize:
        """Qt: frames may shrink."""
        return QSize(FRAMES * SMALLEST_PX, SMALLEST_PX)

    def show_images(self, images: list[QImage]) -> None:
        """Show these, from minus to plus; none for quiet squares."""
        self.images = images
        self._scaled.clear()
        self.update()

    def place(self, index: int) -> QRect:
        """Where a frame is."""
        side = self.side
        x = round(index * (self.width() - side) / (FRAMES - 1))
        return QRect(x, (self.height() - side) // 2, side, side)

    def at(self, x: float) -> int:
        """The frame under this x; -1 between them."""
        found = [i for i in range(FRAMES) if self.place(i).left() <= x <= self.place(i).right()]
        return found[0] if found else -1

    def resizeEvent(self, event: object) -> None:
        """Qt: the frames fit the width, and the height follows them."""
        self.setFixedHeight(self.side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: the pictures, or quiet squares where there are none yet."""
        painter, colours = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in range(FRAMES):
            place = self.place(index)
            if index < len(self.images):
                painter.drawPixmap(place, self._pixmap(index))
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.mix(colours.surface, colours.line, 0.5)))
                painter.drawRoundedRect(place, 3, 3)
        if self._hovered >= 0:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 2))
            edge = QRectF(self.place(self._hovered)).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(edge, 2, 2)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: outline the frame under the mouse."""
        self._hover(self.at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: no frame is under the mouse."""
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: choose a frame."""
        index = self.at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self.chosen.emit(index)

    def _hover(self, index: int) -> None:
        if index != self._hovered:
            self._hovered = index
            self.update()

    def _pixmap(self, index: int) -> QPixmap:
        ratio = self.devicePixelRatioF()
        if self._size != (self.side, ratio):
            self._scaled.clear()
            self._size = (self.side, ratio)
        if index not in self._scaled:
            size = QSize(self.side, self.side) * ratio
            pixmap = QPixmap.fromImage(fit(self.images[index], size, smooth=True))
            pixmap.setDevicePixelRatio(ratio)
            self._scaled[index] = pixmap
        return self._scaled[index]


def amounts(reach: float) -> np.ndarray:
    """(FRAMES,) how far along the way each frame is, -reach to reach."""
    return np.linspace(-reach, reach, FRAMES)
