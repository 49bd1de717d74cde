"""Contexts lost, drivers missing: the viewport is rebuilt, or pictures stand in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QOpenGLContext

from ganstudio.ui import theme
from ganstudio.ui.gl.still import Still
from ganstudio.ui.gl.viewport import Viewport
from ganstudio.ui.solid_controls import SolidControls
from ganstudio.ui.solid_stage import STANDS_IN, SolidStage

pytestmark = pytest.mark.timeout(600)
BOX = np.pad(np.ones((4, 4, 4), np.float32), 2)

WITHOUT = """
import sys
import numpy as np
from PySide6.QtCore import QTimer
from ganstudio.ui import app, theme
from ganstudio.ui.solid_controls import SolidControls
from ganstudio.ui.solid_stage import SolidStage
application = app.make_application()
theme.apply(application, "dark")
stage = SolidStage(SolidControls())
stage.resize(300, 240)
stage.show()
stage.raise_viewport()
def tell(shapes):
    if shapes:
        counts = [shape.voxels for shape in shapes]
        print(type(stage.view).__name__, counts, stage.missing.text(), sep="|")
        application.quit()

stage.shown.connect(tell)
stage.show_grids([np.pad(np.ones((4, 4, 4), np.float32), 2)])
QTimer.singleShot(60_000, application.quit)
application.exec()
stage.release()
"""


@pytest.fixture
def stage(qtbot: Any, qapp: Any) -> Iterator[SolidStage]:
    theme.apply(qapp, "dark")
    controls = SolidControls()
    qtbot.addWidget(controls)
    made = SolidStage(controls)
    qtbot.addWidget(made)
    made.resize(300, 240)
    made.show()
    made.raise_viewport()
    made.show_grids([BOX])
    yield made
    made.release()


def drawn(stage: SolidStage, qtbot: Any) -> Viewport:
    view = stage.view
    assert isinstance(view, Viewport)
    qtbot.waitUntil(lambda: view.frames > 0 and not view._thread.busy, timeout=60_000)
    return view


@pytest.mark.gl
def test_a_context_that_is_lost_is_made_anew(stage: SolidStage, qtbot: Any, caplog: Any) -> None:
    view = drawn(stage, qtbot)
    before, lost = view.frames, view._thread._artist._context
    view._thread._artist._context = QOpenGLContext()  # never created: it cannot be made current
    view.redraw()
    qtbot.waitUntil(lambda: view.frames > before, timeout=60_000)
    assert stage.view is view
    assert "made anew" in caplog.text
    assert lost is not None
    caplog.clear()


@pytest.mark.gl
def test_a_device_that_is_gone_leaves_pictures(stage: SolidStage, qtbot: Any, caplog: Any) -> None:
    view = drawn(stage, qtbot)
    view._thread._surface.destroy()  # nothing can be made current on it any more
    view.redraw()
    qtbot.waitUntil(lambda: isinstance(stage.view, Still), timeout=60_000)
    assert stage.missing.text().endswith(STANDS_IN)
    assert stage.missing.isVisible()
    pictures = stage.view
    assert isinstance(pictures, Still)
    qtbot.waitUntil(lambda: len(pictures._images) == 1, timeout=60_000)
    stage.raise_viewport()  # a newer model: it is not tried again and again
    assert stage.view is pictures
    caplog.clear()


@pytest.mark.gl
@pytest.mark.parametrize(
    "environment",
    [{"QT_XCB_GL_INTEGRATION": "none"}, {"LIBGL_DRIVERS_PATH": "/nonexistent"}],
    ids=["no integration", "no driver"],
)
def test_without_opengl_pictures_stand_in(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, timeout=170, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Still|[64]|OpenGL "), done.stdout + done.stderr
    assert STANDS_IN in done.stdout
