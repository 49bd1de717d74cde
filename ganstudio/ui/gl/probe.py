"""Tries OpenGL in a process of its own: ``python -m ganstudio.ui.gl.probe`` prints one line."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

VERSION, RENDERER = 0x1F02, 0x1F01  # the names that glGetString knows them by


def probe() -> dict[str, Any]:
    """Make a core profile 3.3 context on no window and ask who answers.

    Returns:
        ``version`` and ``renderer`` as the driver words them and ``number`` as
        ``[major, minor]``; or ``error`` alone.
    """
    from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext, QSurfaceFormat

    wanted = QSurfaceFormat()
    wanted.setVersion(3, 3)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    application = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.setFormat(wanted)
    surface.create()
    context.setFormat(wanted)
    if not context.create() or not context.makeCurrent(surface):
        platform = QGuiApplication.platformName()
        return {"error": f"no OpenGL context can be made on the platform {platform!r}"}
    functions, made = context.functions(), context.format()
    answer = {
        "version": _text(functions.glGetString(VERSION)),
        "renderer": _text(functions.glGetString(RENDERER)),
        "number": [made.majorVersion(), made.minorVersion()],
    }
    context.doneCurrent()
    del surface, application
    return answer


def main() -> int:
    """Print what ``probe`` finds as one line of JSON."""
    if sys.platform == "linux" and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        answer = {"error": "no display here to try it on"}
    else:
        try:
            answer = probe()
        except ImportError as error:
            answer = {"error": f"Qt cannot be loaded: {error}"}
    print(json.dumps(answer))
    return 1 if "error" in answer else 0


def _text(value: Any) -> str:
    """What glGetString gave: text, bytes or nothing, depending on the release of PySide6."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value or "unknown")


if __name__ == "__main__":
    sys.exit(main())
