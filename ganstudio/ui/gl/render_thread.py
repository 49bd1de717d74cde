"""Draws on a thread of its own, so that the window never waits for the graphics device."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage, QOffscreenSurface, QOpenGLContext

from ganstudio.ui.gl.look import Abandoned, Frame, RendererError
from ganstudio.ui.gl.machine import NEEDED, probe, surface_format
from ganstudio.ui.gl.scene import Shape

if TYPE_CHECKING:
    from ganstudio.ui.gl.voxel_renderer import VoxelRenderer

log = logging.getLogger(__name__)

LOOK_MS = 6
LONGEST_REASON = 200  # characters
LONGEST_WAIT_S = 20.0


@dataclass(frozen=True)
class Drawn:
    """A picture that is ready.

    Attributes:
        frame: what it shows.
        pixels: (H, W) uint32, 0xffRRGGBB, from the top row down.
        ms: how long it took.
    """

    frame: Frame
    pixels: NDArray[np.uint32]
    ms: float

    def image(self) -> QImage:
        """The same for Qt, without a copy: keep this object as long as the image."""
        height, width = self.pixels.shape
        return QImage(self.pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)


class RenderThread(QObject):
    """Draws the newest frame it was given; those in between fall away.

    The thread owns the OpenGL context and never touches a widget: a timer on the window's
    thread, running only while a picture is awaited, looks whether it is there.

    Signals:
        drawn (Drawn): the newest picture.
        failed (str): drawing failed for good, and why.
    """

    drawn = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Condition()
        self._wanted: tuple[Frame, list[Shape]] | None = None
        self._ready: Drawn | None = None
        self._fault = ""
        self._working = self._closed = False
        self._pool: ThreadPoolExecutor | None = None
        # windows systems want surfaces to be made on the window's thread
        self._surface = QOffscreenSurface()
        self._surface.setFormat(surface_format())
        self._surface.create()
        self._artist = Artist(self._surface, probe().software)
        self._timer = QTimer(self, interval=LOOK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether a picture is awaited."""
        return self._timer.isActive()

    def draw(self, frame: Frame, shapes: list[Shape]) -> None:
        """Draw this next, instead of whatever else was waiting."""
        if self._closed or self._fault:
            return
        with self._lock:
            self._wanted = (frame, shapes)
            begin, self._working = not self._working, True
        if begin:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, thread_name_prefix="solid viewport")
            self._pool.submit(self._work)
        self._timer.start()

    def draw_now(self, frame: Frame, shapes: list[Shape]) -> Drawn | None:
        """Draw this and wait for it; None if drawing failed."""
        self.draw(frame, shapes)
        with self._lock:
            self._lock.wait_for(lambda: not self._working, LONGEST_WAIT_S)
            ready = self._ready
        return ready if ready is not None and ready.frame is frame else None

    def close(self) -> None:
        """Finish the picture in the making, free what the device holds, end the thread."""
        self._closed = True
        self._timer.stop()
        with self._lock:
            self._wanted = None
        if self._pool is not None:
            self._pool.submit(self._artist.release)
            self._pool.shutdown(wait=True)
        self._pool = None
        self._surface.destroy()

    def _work(self) -> None:
        """On the thread: draw until nothing is wanted."""
        while True:
            with self._lock:
                wanted, self._wanted = self._wanted, None
                if wanted is None:
                    self._working = False
                    self._lock.notify_all()
                    return
            try:
                drawn = self._artist.draw(*wanted, self._is_waited_for)
            except Abandoned:
                continue
            except Exception as error:  # the binding raises errors of its own, of many kinds
                reason = " ".join(str(error).split())[:LONGEST_REASON] or type(error).__name__
                log.exception("the solid viewport gives up: %s", reason)
                with self._lock:
                    self._fault, self._wanted = reason, None
                continue
            with self._lock:
                self._ready = drawn

    def _is_waited_for(self) -> bool:
        """Whether a newer picture is wanted than the one in the making."""
        return self._wanted is not None or self._closed

    def _look(self) -> None:
        with self._lock:
            ready, self._ready = self._ready, None
            if not self._working:
                self._timer.stop()
        if self._fault:
            self._timer.stop()
            self.failed.emit(self._fault)
        elif ready is not None:
            self.drawn.emit(ready)


class Artist:
    """Holds the context and the renderer. All but its making happens on one thread.

    Args:
        surface: what the context is made current on; nothing is ever drawn there.
        software: whether the processor draws.
    """

    def __init__(self, surface: QOffscreenSurface, software: bool) -> None:
        self._surface, self._software = surface, software
        self._context: QOpenGLContext | None = None
        self._renderer: VoxelRenderer | None = None
        self._shapes: list[Shape] | None = None

    def draw(
        self, frame: Frame, shapes: list[Shape], given_up: Callable[[], bool] = lambda: False
    ) -> Drawn:
        """One picture; a context that was lost meanwhile is made anew, once.

        Args:
            frame: what it shows.
            shapes: what stands there.
            given_up: asked now and then while a good picture is drawn, which takes long.

        Raises:
            RendererError: if the driver will not.
            Abandoned: if it was given up.
        """
        start = time.perf_counter()
        proven = self._shapes is not None
        try:
            pixels = self._draw(frame, shapes, given_up)
        except Abandoned:
            raise
        except Exception:
            if not proven:
                raise
            log.warning("the context of the solid viewport is made anew", exc_info=True)
            self.release()
            pixels = self._draw(frame, shapes, given_up)
        return Drawn(frame, pixels, (time.perf_counter() - start) * 1000)

    def release(self) -> None:
        """Free everything."""
        if self._renderer is not None and self._context is not None:
            try:
                if self._context.makeCurrent(self._surface):
                    self._renderer.release()
            except Exception:  # the device is gone, and what it held with it
                log.exception("the solid viewport could not free what it held")
        if self._context is not None:
            self._context.doneCurrent()
        self._renderer = self._context = self._shapes = None

    def _draw(
        self, frame: Frame, shapes: list[Shape], given_up: Callable[[], bool]
    ) -> NDArray[np.uint32]:
        if self._context is None:
            self._context = _make_context()
        if not self._context.makeCurrent(self._surface):
            raise RendererError("the OpenGL context is lost")
        if self._renderer is None:
            self._renderer = _make_renderer(self._software)
        if shapes is not self._shapes:
            self._renderer.show(shapes)
            self._shapes = shapes
        return self._renderer.draw(frame, given_up)


def _make_context() -> QOpenGLContext:
    context = QOpenGLContext()
    context.setFormat(surface_format())
    if not context.create():
        raise RendererError("no OpenGL context can be made")
    version: Any = context.format().version()
    if tuple(version) < NEEDED:
        raise RendererError(f"OpenGL 3.3 is needed, this context has {version[0]}.{version[1]}")
    return context


def _make_renderer(software: bool) -> VoxelRenderer:
    """For the context that is current; the OpenGL binding is imported only now."""
    if sys.platform == "linux":
        # the binding must ask the same library for the context as Qt does
        wayland = QGuiApplication.platformName().startswith("wayland")
        os.environ.setdefault("PYOPENGL_PLATFORM", "egl" if wayland else "glx")
    from ganstudio.ui.gl.voxel_renderer import VoxelRenderer

    return VoxelRenderer(software)
