"""Viewports under an X server, and what is seen in them."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.ui.gl.look import make_look
from ganstudio.ui.gl.viewport import Viewport


class Scene:
    """A viewport of 320 x 240 without a floor, and what a test asks of it."""

    def __init__(self, qtbot):
        self._qtbot = qtbot
        self.viewport = Viewport()
        qtbot.addWidget(self.viewport)
        self.viewport.resize(320, 240)
        self.viewport.set_floor(False)
        self.viewport.show()
        qtbot.waitExposed(self.viewport)

    @staticmethod
    def ball(side=24, radius=8.0):
        """Occupancy falls from the middle: the higher the threshold, the smaller the ball."""
        away = np.linalg.norm(np.indices((side,) * 3) - (side - 1) / 2, axis=0)
        return np.clip(1 - away / (2 * radius), 0, 1).astype(np.float32)

    def show(self, grids, **options):
        """Show these and wait until they are drawn."""
        viewport = self.viewport
        with self._qtbot.waitSignal(viewport.shown, timeout=20_000):
            for name, value in options.items():
                getattr(viewport, f"set_{name}")(value)
            viewport.show_grids(grids)
        self._qtbot.waitUntil(lambda: not viewport._builder.busy, timeout=20_000)
        self._qtbot.waitUntil(lambda: viewport.frames > 0, timeout=20_000)
        # pictures from before may still be on their way
        self._qtbot.waitUntil(lambda: not viewport._thread.busy, timeout=20_000)

    def colours(self):
        """(H, W, 3) of the picture, 0 to 255."""
        picture = self.viewport.picture()
        picture = picture.convertToFormat(picture.Format.Format_RGB888)
        rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), -1)
        pixels = rows[:, : 3 * picture.width()].reshape(picture.height(), picture.width(), 3)
        return pixels.astype(int)

    def covered(self):
        """(H, W) bool: where the picture differs from the background."""
        ground = np.array(make_look(self.viewport.palette()).background) * 255
        return np.abs(self.colours() - ground).max(axis=2) > 8


@pytest.fixture
def scene(qtbot):
    made = Scene(qtbot)
    yield made
    made.viewport.release()


@pytest.fixture
def viewport(scene):
    return scene.viewport
