"""Small pictures for the cards of data sets, drawn off the window's thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from ganstudio.samples import SampleKind
from ganstudio.ui import theme
from ganstudio.ui.background import Background
from ganstudio.ui.pictures import draw_solids, to_bytes
from ganstudio.ui.studio import Studio

IMAGES_A_SIDE, SOLIDS_A_SIDE, POINTS = 3, 2, 700
SIZE_PX = 192  # drawn at twice the size they are shown at, for crisp screens


@dataclass(frozen=True)
class Thumbnail:
    """What is needed to paint one card.

    Attributes:
        key: of the data set.
        kind: of its samples.
        tiles: images (N, H, W, 3) uint8, or points (N, 2) float32; None where there are none
            at once, such as before a download.
    """

    key: str
    kind: SampleKind
    tiles: np.ndarray | None


class Thumbnails(QObject):
    """Draws one data set after the other; each is told as soon as it is there.

    Attributes:
        values: knobs of the data sets by key, where they are not as at first.
        in_hand: the data set that is being drawn now, if any.

    Signals:
        drawn (Thumbnail): on the window's thread; without tiles where drawing failed.
    """

    drawn = Signal(object)

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self.studio = studio
        self.values: dict[str, Mapping[str, Any]] = {}
        self._waiting: list[str] = []
        self.in_hand: list[str] = []
        self._work = Background("thumbnails", self)
        self._work.done.connect(self._on_done)
        self._work.broken.connect(self._on_broken)

    def draw(self, keys: list[str]) -> None:
        """Draw the cards of these data sets next, in this order; others that wait follow."""
        self._waiting = [*keys, *(key for key in self._waiting if key not in keys)]
        if not self.in_hand:
            self._next()

    def close(self) -> None:
        """End the thread."""
        self._waiting.clear()
        self._work.close()

    def _next(self) -> None:
        self.in_hand, self._waiting = self._waiting[:1], self._waiting[1:]
        for key in self.in_hand:
            self._work.submit(partial(make, self.studio, key, self.values.get(key)))

    def _on_done(self, made: Thumbnail) -> None:
        self.drawn.emit(made)
        self._next()

    def _on_broken(self, error: Exception) -> None:
        self._on_done(Thumbnail(self.in_hand[0], "image", None))


def make(studio: Studio, key: str, values: Mapping[str, Any] | None = None) -> Thumbnail:
    """Compute one thumbnail, under these knobs; callable from any thread."""
    kind = studio.spec_of(key, values).kind
    counts = {"points": POINTS, "image": IMAGES_A_SIDE**2, "voxels": SOLIDS_A_SIDE**2}
    samples = studio.thumbnails(key, counts[kind], values)
    if samples is None or kind == "points":
        return Thumbnail(key, kind, samples)
    if kind == "image":
        return Thumbnail(key, kind, to_bytes(samples))
    return Thumbnail(key, kind, draw_solids(samples, SIZE_PX // SOLIDS_A_SIDE, theme.current()))


def paint(made: Thumbnail, icon: str = "import", size_px: int = SIZE_PX) -> QPixmap:
    """The picture of a card, ``size_px`` a side: a mosaic of samples, points, or else an icon."""
    pixmap = QPixmap(size_px, size_px)
    pixmap.fill(QColor(theme.current().window))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    if made.tiles is None:
        mark = size_px // 3
        pale = theme.icon(icon, theme.current().muted).pixmap(mark, mark)
        painter.drawPixmap((size_px - mark) // 2, (size_px - mark) // 2, pale)
    elif made.kind == "points":
        _scatter(painter, made.tiles, size_px)
    else:
        _mosaic(painter, made.tiles, size_px)
    painter.end()
    return pixmap


def _scatter(painter: QPainter, points: np.ndarray, size_px: int) -> None:
    colour = QColor(theme.current().real)
    colour.setAlpha(150)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    radius = size_px / 100
    for x, y in (points * (0.46, -0.46) + 0.5) * size_px:
        painter.drawEllipse(QPointF(float(x), float(y)), radius, radius)


def _mosaic(painter: QPainter, tiles: np.ndarray, size_px: int) -> None:
    side = round(len(tiles) ** 0.5)
    edge = size_px / side
    for place, tile in enumerate(tiles[: side * side]):
        height, width = tile.shape[:2]
        image = QImage(tile.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        left, top = round(place % side * edge), round(place // side * edge)
        right, bottom = round((place % side + 1) * edge), round((place // side + 1) * edge)
        smooth = Qt.TransformationMode.SmoothTransformation
        fitted = image.scaled(
            right - left, bottom - top, Qt.AspectRatioMode.IgnoreAspectRatio, smooth
        )
        painter.drawImage(left, top, fitted)
