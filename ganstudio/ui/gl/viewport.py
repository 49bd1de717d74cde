"""The widget in which solids stand: mouse, turntable, and redrawing only when something changed."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QOpenGLContext,
    QShowEvent,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from ganstudio.ui.background import Background
from ganstudio.ui.gl.camera import Camera
from ganstudio.ui.gl.look import Frame, Look, RendererError, make_look
from ganstudio.ui.gl.machine import probe, surface_format
from ganstudio.ui.gl.scene import Shape, Surface, bounds, build, pick

if TYPE_CHECKING:
    from ganstudio.ui.gl.voxel_renderer import VoxelRenderer

__all__ = ["Viewport", "probe", "surface_format"]

log = logging.getLogger(__name__)

DEGREES_PER_PX = 0.4
ZOOM_PER_NOTCH = 1.15
CLICK_PX = 4
TURN_DEGREES_PER_S = 24.0
FASTEST_MS, SLOWEST_MS = 16, 80
REST_MS = 180
SAMPLES = 4
LONGEST_REASON = 200  # characters


class Viewport(QOpenGLWidget):
    """Shows solids on a floor. Make one only where ``probe().missing`` is empty.

    Left drag orbits; right, middle or shift drag pans; the wheel zooms towards the cursor;
    a double click frames everything. A machine that draws in software gets one sample a
    pixel while things move and several once they rest.

    Signals:
        shown (list[Shape]): these stand there now.
        refused (str): a grid cannot be shown, and why.
        picked (int): the object of this index was clicked.
        touched: a mouse button went down.
        unavailable (str): drawing failed for good, and why.
    """

    shown = Signal(object)
    refused = Signal(str)
    touched = Signal()
    picked = Signal(int)
    unavailable = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFormat(surface_format())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 120)
        self.camera = Camera()
        self.shapes: list[Shape] = []
        self.turn_degrees = 0.0
        self.frame_ms = 0.0
        self.frames = 0
        self._look = make_look(self.palette())
        self._grids: list[NDArray[np.generic]] = []
        self._threshold = 0.5
        self._surface: Surface = "cubes"
        self._stale = self._framed = False
        self._floor, self._box = True, False
        self._pickable = False
        self._hovered: int | None = None
        self._shortest_ms = FASTEST_MS
        self._renderer: VoxelRenderer | None = None
        self._context: QOpenGLContext | None = None
        self._broken = self._released = False
        self._pressed: QPointF | None = None
        self._mouse = QPointF()
        self._samples = 1
        self._moving = probe().software
        self._builder = Background("surfaces", self)
        self._builder.done.connect(self._take)
        self._builder.broken.connect(lambda error: self.refused.emit(str(error)))
        self._turntable = QTimer(self)
        self._turntable.timeout.connect(self._turn)
        self._turning = False
        self._turned_at = 0.0
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._refine)

    # What stands there ------------------------------------------------------------------------

    def show_grids(self, grids: Sequence[NDArray[np.generic]]) -> None:
        """Show these, each on a place of its own; they are built when the widget is visible.

        Args:
            grids: each (X, Y, Z), float in [0, 1] or bool, z up.
        """
        self._framed = self._framed and [g.shape for g in grids] == [g.shape for g in self._grids]
        self._grids = list(grids)
        self._rebuild()

    def set_threshold(self, threshold: float) -> None:
        """Voxels above it are solid, 0 to 1."""
        if threshold != self._threshold:
            self._threshold = threshold
            self._rebuild()

    def set_surface(self, surface: Surface) -> None:
        """``cubes`` or ``smooth``."""
        if surface != self._surface:
            self._surface = surface
            self._rebuild()

    def set_turntable(self, on: bool) -> None:
        """Turn the objects, not the light."""
        self._turning = on
        self._run_turntable()

    def set_bounding_box(self, on: bool) -> None:
        """Show a box around the solid voxels of each object."""
        self._box = on
        self._redraw()

    def set_floor(self, on: bool) -> None:
        """Show the ground with its grid and shadows."""
        self._floor = on
        self._redraw()

    def set_pickable(self, on: bool) -> None:
        """Whether objects light up under the mouse and can be clicked."""
        self._pickable, self._hovered = on, None
        self._redraw()

    def set_calm(self, on: bool) -> None:
        """Turn at half the rate, because something else needs the processor."""
        self._shortest_ms = 2 * FASTEST_MS + 1 if on else FASTEST_MS

    def set_look(self, look: Look) -> None:
        """Other colours than those made from the palette."""
        self._look = look
        self._redraw()

    def frame(self) -> None:
        """Show everything as large as it goes, from where one looks now."""
        self.camera.frame(*bounds(self.shapes, self._turning), self._aspect())
        self._redraw()

    def picture(self) -> QImage:
        """What the widget shows, in the best quality."""
        self._samples = SAMPLES
        return self.grabFramebuffer()

    def release(self) -> None:
        """Stop timers and threads and free what the device holds."""
        self._released, self._turning = True, False
        self._turntable.stop()
        self._rest.stop()
        self._builder.close()
        self._forget_context()

    # OpenGL -----------------------------------------------------------------------------------

    def initializeGL(self) -> None:
        """Qt: a context is there, perhaps another one than before."""
        self._context = self.context()
        self._context.aboutToBeDestroyed.connect(self._forget_context)
        try:
            version = self._context.format().version()
            if tuple(version) < (3, 3):
                raise RendererError(
                    f"OpenGL 3.3 is needed, this window got {version[0]}.{version[1]}"
                )
            self._renderer = _make_renderer()
            self._renderer.show(self.shapes)
        except Exception as error:  # the binding raises errors of its own, of many kinds
            self._fail(error)

    def paintGL(self) -> None:
        """Qt: draw now."""
        if self._renderer is None:
            return
        start = time.perf_counter()
        ratio = self.devicePixelRatioF()
        size = (round(self.width() * ratio), round(self.height() * ratio))
        samples = self._samples if self._moving else SAMPLES
        try:
            self._renderer.draw(Frame(
                self.camera, size, self.defaultFramebufferObject(), self._look, samples,
                self.turn_degrees, self._floor, self._box, self._hovered,
            ))  # fmt: skip
        except Exception as error:
            self._fail(error)
        self.frame_ms = (time.perf_counter() - start) * 1000
        self.frames += 1
        if samples < SAMPLES and not self._turntable.isActive():
            self._rest.start()

    def _forget_context(self) -> None:
        if self._context is None:
            return
        self._context.aboutToBeDestroyed.disconnect(self._forget_context)
        if self._renderer is not None:
            self.makeCurrent()
            try:
                self._renderer.release()
            except Exception:  # the device is gone, and what it held with it
                log.exception("the solid viewport could not free what it held")
            self.doneCurrent()
        self._renderer = self._context = None

    def _fail(self, error: Exception) -> None:
        """Give up, inside the handler of what was raised."""
        reason = " ".join(str(error).split())[:LONGEST_REASON] or type(error).__name__
        log.exception("the solid viewport gives up: %s", reason)
        self._renderer = None
        if not self._broken:
            self._broken = True
            # the receiver may delete this widget, which must not happen inside a paint
            QTimer.singleShot(0, self, lambda: self.unavailable.emit(reason))

    # Mouse and keys ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: a drag or a click begins."""
        self._pressed = self._mouse = event.position()
        self.touched.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: orbit or pan while a button is down, else look what is under the mouse."""
        moved, self._mouse = event.position() - self._mouse, event.position()
        if not event.buttons():
            self._hover(self._object_at(event.position()) if self._pickable else None)
            return
        pans = event.buttons() & (Qt.MouseButton.RightButton | Qt.MouseButton.MiddleButton)
        if pans or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.camera.pan(-moved.x() / self.height(), moved.y() / self.height())
        else:
            self.camera.orbit(-DEGREES_PER_PX * moved.x(), DEGREES_PER_PX * moved.y())
        self._redraw()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: a press and release in one place picks."""
        if self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        moved = event.position() - self._pressed
        self._pressed = None
        if self._pickable and abs(moved.x()) + abs(moved.y()) <= CLICK_PX:
            index = self._object_at(event.position())
            if index is not None:
                self.picked.emit(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt: frame everything."""
        self._pressed = None
        self.frame()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt: zoom towards the cursor."""
        x, y = self._unit(event.position())
        self.camera.zoom(ZOOM_PER_NOTCH ** (event.angleDelta().y() / 120), x, y, self._aspect())
        self._redraw()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: arrows orbit."""
        steps = {
            Qt.Key.Key_Left: (-8, 0), Qt.Key.Key_Right: (8, 0),
            Qt.Key.Key_Up: (0, 8), Qt.Key.Key_Down: (0, -8),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in steps:
            self.camera.orbit(*steps[key])
            self._redraw()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: nothing is under the mouse any more."""
        self._hover(None)

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

    def changeEvent(self, event: QEvent) -> None:
        """Qt: follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.set_look(make_look(self.palette()))

    def sizeHint(self) -> QSize:
        """Qt: what would be pleasant."""
        return QSize(720, 540)

    # ------------------------------------------------------------------------------------------

    def _rebuild(self) -> None:
        self._stale = not self.isVisible()
        if not self._stale and not self._released:
            wish = self._threshold, self._surface
            grids = list(self._grids)
            self._builder.submit(lambda: [build(grid, *wish) for grid in grids])

    def _take(self, shapes: list[Shape]) -> None:
        """New shapes are built: onto the device with them."""
        self.shapes = shapes
        if self._renderer is not None:
            self.makeCurrent()
            try:
                self._renderer.show(shapes)
            except Exception as error:
                self._fail(error)
            self.doneCurrent()
        if not self._framed and any(len(shape.data) for shape in shapes):
            self._framed = True
            self._go_home()
        self._redraw()
        self.shown.emit(shapes)

    def _go_home(self) -> None:
        """Look from the front and the right; at many objects from higher up."""
        several = len(self.shapes) > 1
        self.camera.azimuth, self.camera.elevation = (-68.0, 30.0) if several else (-52.0, 24.0)
        self.frame()

    def _redraw(self) -> None:
        """Something changed: soon draw, quickly if the machine is slow."""
        self._samples = 1
        self._rest.stop()
        self.update()

    def _refine(self) -> None:
        """Nothing moved for a while: draw once more, well."""
        self._samples = SAMPLES
        self.update()

    def _run_turntable(self) -> None:
        if not (self._turning and self.isVisible()):
            self._turntable.stop()
            self._redraw()
        elif not self._turntable.isActive():
            self._turned_at = time.perf_counter()
            self._turntable.start(self._shortest_ms)

    def _turn(self) -> None:
        now = time.perf_counter()
        # after a stall it goes on where it was instead of leaping
        passed = min(now - self._turned_at, 0.1)
        self._turned_at = now
        self.turn_degrees = (self.turn_degrees + TURN_DEGREES_PER_S * passed) % 360
        rate = round(min(max(2 * self.frame_ms, self._shortest_ms), SLOWEST_MS))
        if abs(rate - self._turntable.interval()) > 3:
            self._turntable.setInterval(rate)
        self._redraw()

    def _hover(self, index: int | None) -> None:
        if index != self._hovered:
            self._hovered = index
            self.setCursor(
                Qt.CursorShape.ArrowCursor if index is None else Qt.CursorShape.PointingHandCursor
            )
            self._redraw()

    def _object_at(self, position: QPointF) -> int | None:
        origin, ray = self.camera.ray(*self._unit(position), self._aspect())
        return pick(self.shapes, self.turn_degrees, origin, ray)

    def _unit(self, position: QPointF) -> tuple[float, float]:
        """-1 to 1 from left to right and from bottom to top."""
        return (
            2 * position.x() / max(self.width(), 1) - 1,
            1 - 2 * position.y() / max(self.height(), 1),
        )

    def _aspect(self) -> float:
        return self.width() / max(self.height(), 1)


def _make_renderer() -> VoxelRenderer:
    """For the context that is current; the OpenGL binding is imported only now."""
    if sys.platform == "linux":
        # the binding must ask the same library for the context as Qt does
        wayland = QGuiApplication.platformName().startswith("wayland")
        os.environ.setdefault("PYOPENGL_PLATFORM", "egl" if wayland else "glx")
    from ganstudio.ui.gl.voxel_renderer import VoxelRenderer

    return VoxelRenderer(probe().software)
