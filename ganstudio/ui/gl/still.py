"""Stands in for the viewport where there is no OpenGL: pictures drawn without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Signal
from PySide6.QtGui import (
    QHideEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QShowEvent,
)  # fmt: skip
from PySide6.QtWidgets import QWidget

from ganstudio.solids import picture
from ganstudio.ui import pictures
from ganstudio.ui.background import Background
from ganstudio.ui.gl import overlay
from ganstudio.ui.gl.scene import WHOLE, Cuts, Shape, Surface, build, cut
from ganstudio.ui.gl.tints import Colouring

DEGREES_PER_PX = 0.6
CLICK_PX = 4
NAME_PX = 40  # of a name's foot below the top of its tile
LARGEST_PX = 480


@dataclass(frozen=True)
class _Drawn:
    """What the drawing thread hands back."""

    shapes: list[Shape]
    images: list[QImage]


class Still(QWidget):
    """Takes what ``Viewport`` takes and shows plain pictures; dragging turns the objects.

    Signals:
        shown (list[Shape]): these are drawn now.
        refused (str): a grid cannot be shown, and why.
        picked (int): the object of this index was clicked.
        touched: a mouse button went down.
    """

    shown = Signal(object)
    refused = Signal(str)
    picked = Signal(int)
    touched = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(160, 120)
        self._grids: list[NDArray[np.generic]] = []
        self._images: list[QImage] = []
        self._names: tuple[str, ...] = ()
        self._threshold, self._cuts = 0.5, WHOLE
        self._azimuth, self._elevation = -52.0, 24.0
        self._stale = self._pickable = self._released = False
        self._pressed = self._mouse = QPointF()
        self._worker = Background("still solids", self)
        self._worker.done.connect(self._take)
        self._worker.broken.connect(lambda error: self.refused.emit(str(error)))

    def show_grids(self, grids: Sequence[NDArray[np.generic]]) -> None:
        """Show these, each (X, Y, Z), float in [0, 1] or bool, z up."""
        self._grids = list(grids)
        self._draw()

    def set_threshold(self, threshold: float) -> None:
        """Voxels above it are solid, 0 to 1."""
        self._threshold = threshold
        self._draw()

    def set_names(self, names: Sequence[str]) -> None:
        """Write a name over each object, in their order; none for nothing."""
        self._names = tuple(names)
        self.update()

    def set_surface(self, surface: Surface) -> None:
        """Pictures show cubes whatever is chosen."""

    def set_cuts(self, cuts: Cuts) -> None:
        """Which part of each axis shows, from 0 to 1."""
        self._cuts = cuts
        self._draw()

    def set_colouring(self, colouring: Colouring) -> None:
        """Pictures have one colour whatever is chosen."""

    def set_values(
        self, values: Sequence[NDArray[np.float32]] | None, title: str = "Values"
    ) -> None:
        """Pictures have one colour whatever is told."""

    def set_wireframe(self, on: bool) -> None:
        """Pictures show surfaces whatever is chosen."""

    def set_orthographic(self, on: bool) -> None:
        """Pictures keep their perspective."""

    def set_view_cube(self, on: bool) -> None:
        """Pictures have no view cube."""

    def set_reading(self, on: bool) -> None:
        """Pictures cannot be read."""

    def set_measuring(self, on: bool) -> None:
        """Pictures cannot be measured."""

    def set_voxel_mm(self, voxel_mm: float | None) -> None:
        """Pictures cannot be measured."""

    def set_turntable(self, on: bool) -> None:
        """Pictures stand still whatever is chosen."""

    def set_bounding_box(self, on: bool) -> None:
        """Pictures have no box."""

    def set_floor(self, on: bool) -> None:
        """Pictures always have their floor."""

    def set_calm(self, on: bool) -> None:
        """Pictures are drawn only when something changes."""

    def set_pickable(self, on: bool) -> None:
        """Whether a click picks an object."""
        self._pickable = on

    def frame(self) -> None:
        """Look from where one looked at first."""
        self._azimuth, self._elevation = -52.0, 24.0
        self._draw()

    def picture(self) -> QImage:
        """What the widget shows."""
        return self.grab().toImage()

    def release(self) -> None:
        """End the drawing thread."""
        self._released = True
        self._worker.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: the pictures, each in its tile."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Window))
        for tile, image in zip(self._tiles(len(self._images)), self._images, strict=True):
            painter.drawImage(tile, image)
        if len(self._images) > 1:
            for tile, name in zip(self._tiles(len(self._images)), self._names, strict=False):
                head = QPointF(tile.center().x(), tile.top() + NAME_PX)
                overlay.paint_name(painter, self.palette(), head, name, QRectF(self.rect()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: a drag or a click begins."""
        self._pressed = self._mouse = event.position()
        self.touched.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: turn the objects."""
        moved, self._mouse = event.position() - self._mouse, event.position()
        if event.buttons():
            self._azimuth -= DEGREES_PER_PX * moved.x()
            self._elevation = min(max(self._elevation + DEGREES_PER_PX * moved.y(), -89.0), 89.0)
            self._draw()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: a press and release in one place picks."""
        moved = event.position() - self._pressed
        if not self._pickable or abs(moved.x()) + abs(moved.y()) > CLICK_PX:
            return
        for index, tile in enumerate(self._tiles(len(self._images))):
            if tile.contains(event.position()):
                self.picked.emit(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt: as at first."""
        self.frame()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: pictures of the new size."""
        super().resizeEvent(event)
        self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: draw what came meanwhile."""
        super().showEvent(event)
        if self._stale:
            self._draw()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: what comes now waits."""
        super().hideEvent(event)
        self._stale = True

    def changeEvent(self, event: QEvent) -> None:
        """Qt: follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        self._stale = not self.isVisible()
        if self._stale or self._released:
            return
        ground = self.palette().color(QPalette.ColorRole.Window)
        tiles = self._tiles(len(self._grids))
        size_px = min(round(tiles[0].width()) if tiles else 1, LARGEST_PX)
        looks: dict[str, Any] = {
            "azimuth_deg": self._azimuth, "elevation_deg": self._elevation, "zoom": 1.1,
            "theme": "dark" if ground.lightnessF() < 0.5 else "light",
            "background": (ground.red(), ground.green(), ground.blue()),
        }  # fmt: skip
        cuts, threshold = self._cuts, self._threshold
        grids = [cut(np.asarray(grid), cuts) for grid in self._grids]
        self._worker.submit(lambda: _draw_all(grids, threshold, size_px, looks))

    def _take(self, drawn: _Drawn) -> None:
        self._images = drawn.images
        self.update()
        self.shown.emit(drawn.shapes)

    def _tiles(self, count: int) -> list[QRectF]:
        """A square place for each picture, in rows."""
        if not count:
            return []
        width, height = self.width(), self.height()
        columns = max(range(1, count + 1), key=lambda n: min(width / n, height / ceil(count / n)))
        rows = ceil(count / columns)
        side = max(min(width / columns, height / rows), 1.0)
        left, top = (width - columns * side) / 2, (height - rows * side) / 2
        return [
            QRectF(left + i % columns * side, top + i // columns * side, side, side)
            for i in range(count)
        ]


def _draw_all(
    grids: list[NDArray[np.generic]], threshold: float, size_px: int, looks: dict[str, Any]
) -> _Drawn:
    shapes = [build(grid, threshold, "cubes") for grid in grids]
    images = [pictures.to_qimage(picture.draw(grid, size_px, threshold, **looks)) for grid in grids]
    return _Drawn(shapes, images)
