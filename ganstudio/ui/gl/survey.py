"""A widget whose solids tell what the mouse asks: which object, which voxel, how far apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from ganstudio.ui.gl import overlay
from ganstudio.ui.gl.look import Frame, Style
from ganstudio.ui.gl.orbit import OrbitWidget
from ganstudio.ui.gl.ruler import Reading, Ruler, in_world
from ganstudio.ui.gl.scene import Shape
from ganstudio.ui.gl.sight import Hit, look_along

LEGEND_FITS_PX = 300


class SurveyWidget(OrbitWidget):
    """A click picks an object, holds the voxel that is read, or sets a point of the ruler.

    Signals:
        picked (int): the object of this index was clicked.
        read (Reading | None): the voxel under the mouse, or the one clicked; None: no more.
        measured (Ruler): another point was set.
    """

    picked = Signal(int)
    read = Signal(object)
    measured = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shapes: list[Shape] = []
        self.turn_degrees = 0.0
        self.ruler = Ruler()
        self._style, self._title = Style(), ""
        self._names: tuple[str, ...] = ()
        self._pickable = self._reads = self._measures = False
        self._hovered: int | None = None
        self._voxel: Hit | None = None  # that is read
        self._pinned = False

    def set_pickable(self, on: bool) -> None:
        """Whether objects light up under the mouse and can be clicked."""
        self._pickable, self._hovered = on, None
        self.redraw()

    def set_names(self, names: Sequence[str]) -> None:
        """Write a name over each object, in their order; none for nothing."""
        self._names = tuple(names)
        self.update()

    def set_reading(self, on: bool) -> None:
        """Whether the voxel under the mouse tells its index and value; a click holds it."""
        if on != self._reads:
            self._reads = on
            self._read(None)

    def set_measuring(self, on: bool) -> None:
        """Whether clicks set the two points of a ruler; off takes it away."""
        if on != self._measures:
            self._measures = on
            self.ruler = Ruler((), self.ruler.voxel_mm)
            self.update()

    def forget_places(self) -> None:
        """Other objects stand there: neither ruler nor voxel that is held means them."""
        self.ruler = Ruler((), self.ruler.voxel_mm)
        self._read(None)
        self.update()

    def set_voxel_mm(self, voxel_mm: float | None) -> None:
        """How long a voxel's side is, for the ruler; None if nobody knows."""
        self.ruler = replace(self.ruler, voxel_mm=voxel_mm)
        self.update()

    def hover(self, position: QPointF | None) -> None:
        """Light up an object that can be clicked, read a voxel."""
        wanted = position is not None and (self._pickable or self._reads)
        hit = self.hit(position) if position is not None and wanted else None
        if self._reads and not self._pinned:
            self._read(hit)
        hovered = hit.index if hit is not None and self._pickable else None
        if hovered != self._hovered:
            self._hovered = hovered
            self.redraw()
        cross = self._measures and position is not None
        shape = Qt.CursorShape.CrossCursor if cross else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.PointingHandCursor if hovered is not None else shape)

    def click(self, position: QPointF) -> None:
        """Set a point of the ruler, else hold the voxel, else pick the object."""
        hit = self.hit(position)
        if self._measures:
            if hit is not None:
                self.ruler = self.ruler.with_point(hit)
                self.measured.emit(self.ruler)
                self.update()
            return
        if self._reads:
            self._pinned = False
            self._read(hit)
            self._pinned = hit is not None
        if self._pickable and hit is not None:
            self.picked.emit(hit.index)

    def hit(self, position: QPointF) -> Hit | None:
        """What is under a point of the widget."""
        origin, ray = self.camera.ray(*self.unit(position), self.aspect())
        return look_along(self.shapes, self.turn_degrees, origin, ray)

    def reading(self) -> Reading | None:
        """The numbers of the voxel under the mouse, or of the one that was clicked."""
        hit = self._voxel
        if hit is None or hit.index >= len(self.shapes):
            return None
        grid, values = self.shapes[hit.index].grid, self._style.values
        if any(n >= side for n, side in zip(hit.voxel, grid.shape, strict=True)):
            return None
        told = hit.index < len(values) and values[hit.index].shape == grid.shape
        value = float(values[hit.index][hit.voxel]) if told else None
        return Reading(hit.index, hit.voxel, float(np.float32(grid[hit.voxel])), value)

    def _read(self, hit: Hit | None) -> None:
        if hit is None:
            self._pinned = False
        before, self._voxel = self._voxel, hit
        if (before is None) != (hit is None) or (before and hit and before.voxel != hit.voxel):
            self.read.emit(self.reading())
            self.update()

    def paint_over(self, painter: QPainter, frame: Frame) -> None:
        """Paint scale, ruler and voxel, where that picture has them."""
        style, palette, area = frame.style, self.palette(), QRectF(self.rect())
        if style.colouring != "plain" and self.shapes and self.width() > LEGEND_FITS_PX:
            overlay.paint_legend(painter, palette, style.colouring, *self._scale(style))
        for index, name in enumerate(self._names if len(self.shapes) > 1 else ()):
            head = self._head(frame, index)
            if head is not None:
                overlay.paint_name(painter, palette, head, name, area)
        ends = [self._at(frame, hit.index, np.array([hit.place])) for hit in self.ruler.ends]
        points = [end[0] for end in ends if end]
        if len(points) == len(self.ruler.ends) > 0:
            overlay.paint_ruler(painter, palette, points, str(self.ruler), area)
        reading = self.reading()
        if self._voxel is not None and reading is not None:
            corners = np.array(self._voxel.voxel) + overlay.CORNERS
            seen = self._at(frame, self._voxel.index, corners)
            if seen:
                overlay.paint_voxel(painter, palette, seen)
                right = max(corner.x() for corner in seen) + 14
                top = min(corner.y() for corner in seen) - 14
                overlay.paint_chip(painter, palette, QPointF(right, top), str(reading), area)

    def _head(self, frame: Frame, index: int) -> QPointF | None:
        """The middle of what lies highest of an object, on the widget."""
        if index >= len(self.shapes) or not self.shapes[index].voxels:
            return None
        low, high = self.shapes[index].low, self.shapes[index].high
        corners = self._at(frame, index, low + overlay.CORNERS * (high - low).astype(np.float64))
        if corners is None:
            return None
        middle = sum(corner.x() for corner in corners) / len(corners)
        return QPointF(middle, min(corner.y() for corner in corners))

    def _at(self, frame: Frame, index: int, points: NDArray[np.float64]) -> list[QPointF] | None:
        """Where points of an object are on the widget; None if they cannot be seen."""
        if index >= len(self.shapes):
            return None
        world = in_world(self.shapes, index, points, frame.turn_degrees)
        return overlay.on_screen(frame.camera.project(world, self.aspect()), QRectF(self.rect()))

    def _scale(self, style: Style) -> tuple[str, tuple[str, str, str]]:
        """The title of the scale of colours and the words below it."""
        if style.colouring == "height":
            return "Height", ("low", "", "high")
        if style.colouring == "density":
            return "Density", ("0", "", "1")
        title = self._title[:1].upper() + self._title[1:]
        return title, (f"−{style.limit:.2g}", "0", f"+{style.limit:.2g}")
