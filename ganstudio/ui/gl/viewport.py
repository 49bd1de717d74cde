"""The widget in which solids stand: what they look like, and redrawing only when it changed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from operator import is_not

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from ganstudio.ui.background import Background
from ganstudio.ui.gl import view_cube
from ganstudio.ui.gl.look import Frame, Look, make_look
from ganstudio.ui.gl.machine import probe, surface_format
from ganstudio.ui.gl.render_thread import Drawn, RenderThread
from ganstudio.ui.gl.scene import WHOLE, Cuts, Shape, Surface, bounds, build
from ganstudio.ui.gl.survey import SurveyWidget
from ganstudio.ui.gl.tints import Colouring, reach

__all__ = ["Viewport", "probe", "surface_format"]

TURN_DEGREES_PER_S = 24.0
FASTEST_MS, SLOWEST_MS = 16, 80
REST_MS = 180
SAMPLES = 4
#: Azimuth and elevation at first, by how many objects there are at most.
HOMES = {1: (-52.0, 24.0), 9: (-68.0, 30.0), 1 << 30: (-78.0, 36.0)}
#: Shares of the width and height that are drawn in motion, by what a whole picture would take.
SCALES_MS = {30.0: 1.0, 200.0: 0.5, float("inf"): 1 / 3}


class Viewport(SurveyWidget):
    """Shows solids on a floor. Make one only where ``probe().missing`` is empty.

    A double click frames everything; see ``OrbitWidget`` and ``SurveyWidget`` for the mouse.
    Pictures are drawn on a thread and painted as they come. A machine that draws in software
    gets one sample a pixel while things move, at half the width and height where that is too
    slow, and several samples once they rest.

    Signals:
        shown (list[Shape]): these stand there now.
        refused (str): a grid cannot be shown, and why.
        unavailable (str): drawing failed for good, and why.
    """

    shown = Signal(object)
    refused = Signal(str)
    unavailable = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 120)
        self.frame_ms = 0.0
        self.frames = 0
        self._look = make_look(self.palette())
        self._grids: list[NDArray[np.generic]] = []
        self._sort = 0  # counts up as grids of other shapes come
        self._threshold, self._cuts = 0.5, WHOLE
        self._surface: Surface = "cubes"
        self._stale = self._framed = self._released = False
        self._shortest_ms = FASTEST_MS
        self._weak, self._calm, self._rough_ms = probe().software, False, 0.0
        self._drawn: Drawn | None = None
        self._thread = RenderThread(self)
        self._thread.drawn.connect(self._take_picture)
        self._thread.failed.connect(self.unavailable)
        self._builder = Background("surfaces", self)
        self._builder.done.connect(self._take)
        self._builder.broken.connect(lambda error: self.refused.emit(str(error)))
        self._turntable = QTimer(self)
        self._turntable.timeout.connect(self._turn)
        self._turning = False
        self._turned_at = 0.0
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(lambda: self._draw(rough=False))

    # What stands there ------------------------------------------------------------------------

    def show_grids(self, grids: Sequence[NDArray[np.generic]]) -> None:
        """Show these, each on a place of its own; they are built when the widget is visible.

        Args:
            grids: each (X, Y, Z), float in [0, 1] or bool, z up.
        """
        if [g.shape for g in grids] != [g.shape for g in self._grids]:
            self._framed = False
            self._sort += 1
        if len(grids) != len(self._grids) or any(map(is_not, grids, self._grids)):
            self.forget_places()
        self._grids = list(grids)
        self._rebuild()

    def set_threshold(self, threshold: float) -> None:
        """Voxels above it are solid, 0 to 1."""
        if threshold != self._threshold:
            self._threshold = threshold
            self._rebuild()

    def set_surface(self, surface: Surface) -> None:
        """``cubes``, ``smooth`` or ``volume``."""
        if surface != self._surface:
            self._surface = surface
            self._rebuild()

    def set_cuts(self, cuts: Cuts) -> None:
        """Which part of each axis shows, from 0 to 1; the rest is cut away."""
        if cuts != self._cuts:
            self._cuts = cuts
            self._rebuild()

    def set_colouring(self, colouring: Colouring) -> None:
        """What colours stand for: ``plain``, ``height``, ``density`` or ``values``."""
        self._restyle(colouring=colouring)

    def set_values(
        self, values: Sequence[NDArray[np.float32]] | None, title: str = "Values"
    ) -> None:
        """Numbers around zero, one for each voxel, that the colouring ``values`` shows.

        Args:
            values: one (X, Y, Z) for each grid, in their order; None for no more.
            title: what they are, for the scale.
        """
        self._title = title
        kept = tuple(np.asarray(each, dtype=np.float32) for each in values or ())
        if kept or self._style.values:
            self._restyle(values=kept, limit=reach(list(kept)))

    def set_wireframe(self, on: bool) -> None:
        """Show edges only."""
        self._restyle(wire=on)

    def set_bounding_box(self, on: bool) -> None:
        """Show a box around the solid voxels of each object."""
        self._restyle(box=on)

    def set_floor(self, on: bool) -> None:
        """Show the ground with its grid and shadows."""
        self._restyle(floor=on)

    def set_turntable(self, on: bool) -> None:
        """Turn the objects, each around its own middle, not the light."""
        self._turning = on
        self._run_turntable()

    def set_calm(self, on: bool) -> None:
        """Turn at half the rate, because something else needs the processor."""
        self._calm = on
        self._shortest_ms = 2 * FASTEST_MS + 1 if on else FASTEST_MS

    def set_look(self, look: Look) -> None:
        """Other colours than those made from the palette."""
        self._look = look
        self.redraw()

    def frame(self) -> None:
        """Show everything as large as it goes, from where one looks now."""
        self.camera.frame(*bounds(self.shapes, self._turning), self.aspect())
        self.redraw()

    def picture(self) -> QImage:
        """What the widget shows, in the best quality; waits until it is drawn."""
        drawn = self._thread.draw_now(self._wish(), self.shapes)
        if drawn is None:
            return self.grab().toImage()
        image = drawn.image().copy()
        image.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(image)
        painter.setFont(self.font())
        self.paint_over(painter, drawn.frame)
        painter.end()
        return image

    def release(self) -> None:
        """Stop timers and threads and free what the device holds."""
        self._released, self._turning = True, False
        self._turntable.stop()
        self._rest.stop()
        self._flight.stop()
        self._builder.close()
        self._thread.close()

    # Pictures ---------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: the newest picture, in the middle while the next has another size."""
        painter, ground = QPainter(self), QColor.fromRgbF(*self._look.background)
        if self._drawn is None:
            painter.fillRect(self.rect(), ground)
            return
        image = self._drawn.image()
        image.setDevicePixelRatio(self.devicePixelRatioF())
        size = image.deviceIndependentSize()
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        if left > 0 or top > 0:
            painter.fillRect(self.rect(), ground)
        painter.drawImage(QPointF(left, top), image)
        self.paint_over(painter, self._drawn.frame)
        view_cube.paint(
            painter, self._drawn.frame.camera, self.cube_area(), self.palette(), self._cube_side
        )

    def _wish(self, rough: bool = False) -> Frame:
        """What is to be seen now."""
        ratio = self.devicePixelRatioF()
        size = (max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1))
        rough = rough and self._weak
        scale = next(share for most_ms, share in SCALES_MS.items() if self._rough_ms <= most_ms)
        if self._calm:
            scale = min(scale, 0.5)
        # a volume has no edges that more samples would smooth
        samples = 1 if rough or (self._weak and self._surface == "volume") else SAMPLES
        return Frame(
            replace(self.camera), size, self._look, rough, samples,
            scale if rough else 1.0, self.turn_degrees, self._style, self._hovered,
        )  # fmt: skip

    def _take_picture(self, drawn: Drawn) -> None:
        self._drawn = drawn
        self.frame_ms = drawn.ms
        self.frames += 1
        frame = drawn.frame
        if frame.rough:
            # what the whole size would take, so that the choice does not swing
            self._rough_ms = drawn.ms / frame.scale
            if not self._turntable.isActive():
                self._rest.start()
        self.update()

    def redraw(self) -> None:
        """Something changed: soon draw, quickly if the machine is slow."""
        self._rest.stop()
        self._draw(rough=True)

    def _draw(self, rough: bool) -> None:
        if self.isVisible() and not self._released:
            self._thread.draw(self._wish(rough), self.shapes)

    def _restyle(self, **changes: object) -> None:
        style = replace(self._style, **changes)  # type: ignore[arg-type]
        if style != self._style or "values" in changes:
            self._style = style
            self.redraw()

    # Other events -----------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: build what came meanwhile, turn on."""
        super().showEvent(event)
        if self._stale:
            self._rebuild()
        self._run_turntable()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: nothing runs while nobody looks."""
        super().hideEvent(event)
        self._run_turntable()
        self._rest.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: a picture of the new size."""
        super().resizeEvent(event)
        self.redraw()

    def changeEvent(self, event: QEvent) -> None:
        """Qt: follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.set_look(make_look(self.palette()))

    def sizeHint(self) -> QSize:
        """Qt: what would be pleasant."""
        return QSize(720, 540)

    def _rebuild(self) -> None:
        self._stale = not self.isVisible()
        if not self._stale and not self._released:
            wish = self._threshold, self._surface, self._cuts
            grids = list(self._grids)
            sort = self._sort
            self._builder.submit(lambda: (sort, [build(grid, *wish) for grid in grids]))

    def _take(self, built: tuple[int, list[Shape]]) -> None:
        """New shapes are built."""
        sort, shapes = built
        if sort != self._sort:  # others wait already, and would never be framed
            return
        self.shapes = shapes
        if not self._framed and any(len(shape.data) for shape in shapes):
            self._framed = True
            self._go_home()
        self.redraw()
        self.shown.emit(shapes)

    def _go_home(self) -> None:
        """Look from the front and the right; at many objects from higher up."""
        count = len(self.shapes)
        self.camera.look_from(*next(home for most, home in HOMES.items() if count <= most))
        self.frame()

    def _run_turntable(self) -> None:
        if not (self._turning and self.isVisible()):
            self._turntable.stop()
            self.redraw()
        elif not self._turntable.isActive():
            self._turned_at = time.perf_counter()
            self._turntable.start(self._shortest_ms)

    def _turn(self) -> None:
        now = time.perf_counter()
        # after a stall it goes on where it was instead of leaping
        passed = min(now - self._turned_at, 0.1)
        self._turned_at = now
        self.turn_degrees = (self.turn_degrees + TURN_DEGREES_PER_S * passed) % 360
        # beside a training half the time at most
        rate = round(
            min(max((2 if self._calm else 1) * self.frame_ms, self._shortest_ms), SLOWEST_MS)
        )
        if abs(rate - self._turntable.interval()) > 3:
            self._turntable.setInterval(rate)
        self.redraw()
