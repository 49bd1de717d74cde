"""Samples of any kind as small pictures, volumes on a thread of their own."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from ganstudio.train.messages import Model
from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.canvas import VIEW
from ganstudio.ui.colours import Palette

SIDE_PX = 80  # twice what is shown, for crisp screens


class Minis(QObject):
    """Turns samples into small pictures.

    Args:
        name: of the thread, for the log.
        parent: who owns it.
        keep_all: every volume is drawn; else one that waits gives way to a newer one.

    Signals:
        drawn (object, list[QImage]): what the pictures were wanted for, and the pictures.
    """

    drawn = Signal(object, object)

    def __init__(self, name: str, parent: QObject, *, keep_all: bool = False) -> None:
        super().__init__(parent)
        self._worker = Background(name, self, keep_all=keep_all)
        self._worker.done.connect(lambda answer: self._tell(*answer))

    def draw(self, key: object, model: Model, samples: np.ndarray) -> None:
        """Have them drawn; ``drawn`` answers, for all but volumes before this returns."""
        if model.spec.kind == "voxels":
            self._worker.submit(partial(_solids, key, samples, theme.current()))
        elif model.spec.kind == "points":
            self.drawn.emit(key, [spot(float(x), float(y)) for x, y in samples[:, :2]])
        else:
            self._tell(key, pictures.to_bytes(samples))

    def release(self) -> None:
        """End the thread."""
        self._worker.close()

    def _tell(self, key: object, pixels: np.ndarray) -> None:
        self.drawn.emit(key, [pictures.to_qimage(picture) for picture in pixels])


def spot(x: float, y: float, side_px: int = SIDE_PX) -> QImage:
    """A point of the plane between its axes."""
    colours = theme.current()
    image = QImage(side_px, side_px, QImage.Format.Format_RGB32)
    image.fill(QColor(colours.window))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    half = side_px / 2
    painter.setPen(QPen(QColor(colours.line), 2))
    painter.drawLine(QPointF(0, half), QPointF(side_px, half))
    painter.drawLine(QPointF(half, 0), QPointF(half, side_px))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.fake))
    painter.drawEllipse(QPointF(half, half) + QPointF(x, -y) * (half / VIEW), 8, 8)
    painter.end()
    return image


def _solids(key: object, samples: np.ndarray, colours: Palette) -> tuple[object, np.ndarray]:
    return key, pictures.draw_solids(samples, SIDE_PX, colours)
