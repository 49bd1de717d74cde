"""Asks the machine, before any widget is made, whether it can draw with OpenGL 3.3."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext, QSurfaceFormat

NEEDED = (3, 3)
_GL_RENDERER, _GL_VERSION = 0x1F01, 0x1F02
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "software", "swiftshader", "gdi generic")


@dataclass(frozen=True)
class Machine:
    """What there is to draw with.

    Attributes:
        renderer: the device's own name; empty where no context can be made.
        version: its version of OpenGL, as it says it.
        missing: one sentence on what is wanting; empty if all is well.
    """

    renderer: str = ""
    version: str = ""
    missing: str = ""

    @property
    def software(self) -> bool:
        """Whether the processor draws."""
        return any(word in self.renderer.lower() for word in _SOFTWARE)


def surface_format() -> QSurfaceFormat:
    """OpenGL 3.3 core with a depth buffer: the application's default format.

    It asks for one sample a pixel: the renderer makes its own samples, as many as the machine
    can take.
    """
    wanted = QSurfaceFormat()
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setVersion(*NEEDED)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    wanted.setDepthBufferSize(24)
    return wanted


@cache
def probe() -> Machine:
    """Make a context nobody sees and ask it; the answer is kept. Needs a QGuiApplication."""
    platform = QGuiApplication.platformName()
    if platform in ("offscreen", "minimal", "vnc", "linuxfb"):
        return Machine(missing=f"There is no OpenGL on the {platform!r} platform of this display.")
    if not QOpenGLContext.supportsThreadedOpenGL():
        return Machine(missing="OpenGL cannot be used on a thread of its own on this display.")
    context = QOpenGLContext()
    context.setFormat(surface_format())
    surface = QOffscreenSurface()
    surface.setFormat(surface_format())
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return Machine(missing="OpenGL 3.3 is needed, this machine offers none.")
    functions = context.functions()
    renderer, version = (_text(functions.glGetString(n)) for n in (_GL_RENDERER, _GL_VERSION))
    found = context.format().version()
    context.doneCurrent()
    if tuple(found) < NEEDED:
        return Machine(
            renderer, version,
            f"OpenGL 3.3 is needed, this machine offers {found[0]}.{found[1]} ({renderer}).",
        )  # fmt: skip
    return Machine(renderer, version)


def _text(value: object) -> str:
    """Text from what the driver says, which is bytes in some releases of PySide6."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value or "unknown")
