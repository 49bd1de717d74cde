"""Frames per second of the solid viewport while the camera turns, beside those of pyqtgraph.

    xvfb-run -a -s "-screen 0 1600x1000x24" env QT_QPA_PLATFORM=xcb python tests/bench/viewport.py
    python tests/bench/viewport.py --seconds 5 --only 64

Each row turns the camera in a window of 1280 x 800 for a while. ``a second`` counts pictures that
reached the screen; ``size`` is the share of the width and height that was drawn (a slow machine
draws smaller while things move); ``picture`` is the time of one on its thread; ``window`` is what
one costs the window's own thread, median and 99th percentile; ``at rest`` is the best quality.
pyqtgraph draws on the window's thread, one sample a pixel, without shadow or ambient occlusion.
The figures belong to this machine and this moment; nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from scipy.ndimage import gaussian_filter

from ganstudio.solids import surface as surfaces
from ganstudio.ui import app, theme
from ganstudio.ui.gl.viewport import Viewport, probe

SIZE = (1280, 800)
SIDES = (32, 64, 128)
WALL, WALL_SIDE = 64, 32
FORMS = ("cubes", "smooth", "volume")
DEGREES = 3.0  # between two pictures
HEAD = ("solids", "drawn as", "a second", "size", "picture ms", "window ms, p99", "at rest ms")
ROW = "{:14} {:22} {:>9} {:>6} {:>11} {:>16} {:>11}"


def chair(side: int) -> np.ndarray:
    """(side, side, side) in [0, 1]: a chair with soft edges, as a generator leaves them."""
    grid = np.zeros((side,) * 3, np.float32)
    boards = [(14, 50, 14, 50, 26, 32), (14, 50, 45, 50, 32, 62)]
    boards += [(x, x + 6, y, y + 6, 0, 26) for x in (14, 44) for y in (14, 44)]
    for board in boards:
        a, b, c, d, e, f = (round(place * side / 64) for place in board)
        grid[a:b, c:d, e:f] = 1
    return gaussian_filter(grid, 0.6 * side / 64)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="counted for each row")
    parser.add_argument("--only", default="", help="rows whose name begins like this: 32, wall ...")
    asked = parser.parse_args()
    application = app.make_application()
    theme.apply(application, "dark")
    if probe().missing:
        print(probe().missing)
        return 1
    print(f"{SIZE[0]} x {SIZE[1]}, {probe().renderer}, OpenGL {probe().version}")
    print(ROW.format(*HEAD), flush=True)
    scenes = {f"{side} a side": [chair(side)] for side in SIDES}
    scenes[f"wall of {WALL}, {WALL_SIDE}"] = [chair(WALL_SIDE)] * WALL
    for name, grids in scenes.items():
        if name.startswith(asked.only):
            for form in FORMS:
                _ours(name, grids, form, asked.seconds)
            if len(grids) == 1:
                _theirs(name, grids[0], asked.seconds)
    sys.stdout.flush()
    os._exit(0)  # pyqtgraph leaves contexts behind that break an orderly end


def _ours(name: str, grids: list[np.ndarray], form: str, seconds: float) -> None:
    view = Viewport()
    view.resize(*SIZE)
    view.set_surface(form)
    view.show_grids(grids)
    view.show()
    _until(lambda: view.frames > 1 and not view._builder.busy and not view._thread.busy)
    waits: list[float] = []
    sizes: list[float] = []
    times: list[float] = []

    def advance(drawn: object) -> None:
        start = time.perf_counter()
        view.repaint()
        waits.append((time.perf_counter() - start) * 1000)
        sizes.append(drawn.frame.scale)
        times.append(drawn.ms)
        view.camera.orbit(DEGREES, 0)
        view.redraw()

    view._thread.drawn.connect(advance)
    view.redraw()
    _spend(0.5)
    for numbers in (waits, sizes, times):
        numbers.clear()
    start = time.perf_counter()
    _spend(seconds)
    rate = len(times) / (time.perf_counter() - start)
    view._thread.drawn.disconnect(advance)
    _until(lambda: not view._thread.busy and not view._rest.isActive())
    size = f"{100 * np.mean(sizes):.0f} %"
    print(
        ROW.format(
            name,
            form,
            f"{rate:.1f}",
            size,
            f"{np.median(times):.0f}",
            _spread(waits),
            f"{view.frame_ms:.0f}",
        ),
        flush=True,
    )
    view.release()
    view.deleteLater()


def _theirs(name: str, grid: np.ndarray, seconds: float) -> None:
    """pyqtgraph's two ways, at most one view at a time: two of them break each other."""
    import pyqtgraph.opengl as gl

    side = len(grid)
    mesh = surfaces.cubes(grid)
    tint = np.zeros((*grid.shape, 4), np.ubyte)
    tint[...] = (185, 165, 247, 0)
    tint[..., 3] = np.clip(grid * 90, 0, 255)
    items = {
        "GLMeshItem, cubes": lambda: gl.GLMeshItem(
            vertexes=mesh.vertices, faces=mesh.faces, shader="shaded", smooth=False
        ),
        "GLVolumeItem": lambda: gl.GLVolumeItem(tint, sliceDensity=1),
    }
    for title, make in items.items():
        view = gl.GLViewWidget()
        view.resize(*SIZE)
        item = make()
        item.translate(*[-side / 2] * 3)
        view.addItem(item)
        view.setCameraPosition(distance=2.2 * side, elevation=24, azimuth=-52)
        view.show()
        _spend(1.0)
        waits: list[float] = []
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            view.orbit(DEGREES, 0)
            before = time.perf_counter()
            view.repaint()
            waits.append((time.perf_counter() - before) * 1000)
            _spend(0)
        rate = len(waits) / (time.perf_counter() - start)
        print(ROW.format(name, title, f"{rate:.1f}", "100 %", "", _spread(waits), ""), flush=True)
        view.hide()
        view.deleteLater()
        _spend(0.1)


def _spread(numbers: list[float]) -> str:
    return f"{np.median(numbers):.1f}, {np.percentile(numbers, 99):.1f}" if numbers else ""


def _spend(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def _until(true: Callable[[], bool], longest_s: float = 60.0) -> None:
    start = time.perf_counter()
    while not true() and time.perf_counter() - start < longest_s:
        _spend(0.01)


if __name__ == "__main__":
    sys.exit(main())
