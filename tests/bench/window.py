"""How smooth the window stays beside a training, and how soon a slider's picture is there.

    xvfb-run -a -s "-screen 0 1600x1000x24" python tests/bench/window.py
    QT_QPA_PLATFORM=offscreen python tests/bench/window.py --seconds 20 --only furniture
    QT_QPA_PLATFORM=offscreen python tests/bench/window.py --only "128 x 128"

Opens the real window and trains each recipe in it, first with nobody at the mouse, then moving a
slider of the Latent panel as a hand would, and prints percentiles: at 32, 64 and 128 pixels and
at 32 and 64 voxels, idle and training. With a display the solids are
drawn with OpenGL (here by the processor, on a thread of the viewport). The figures belong to this
machine and this moment; nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")

import numpy as np
from PySide6.QtCore import QEventLoop, QSettings, Qt, QTimer
from PySide6.QtWidgets import QSlider

from ganstudio.recipe import Recipe
from ganstudio.ui import app, theme
from ganstudio.ui.studio import Studio
from ganstudio.ui.window import MainWindow

FRAME_MS = 16
PAUSE_MS = 60  # between two moves of the slider, counted from the picture before
SIZES = {
    "faces 32 x 32": ("dcgan", "faces", {"count": 1024}),
    "faces 64 x 64": ("dcgan", "faces", {"count": 1024, "data.size": 64}),
    "faces 128 x 128": ("dcgan", "faces", {"count": 256, "data.size": 128}),
    "furniture 32-cube": ("gan3d", "furniture", {"count": 600}),
    "furniture 64-cube": ("gan3d", "furniture", {"count": 60, "data.side": 64}),
}
CASES = {
    f"{how}, {size}": (*made, how == "idle")
    for size, made in SIZES.items()
    for how in ("idle", "training")
}


class Probe:
    """Counts frames of a 60 Hz timer; times a slider from its move to the painted picture."""

    def __init__(self, window: MainWindow, studio: Studio) -> None:
        self.frames: list[float] = []
        self.answers: list[float] = []
        self.trained: list[float] = []
        self._studio = studio
        panel = next(w for w in window.findChildren(object) if type(w).__name__ == "LatentPanel")
        self._panel = panel
        self._last = 0.0
        self._moved = 0.0
        self._turn = 0
        self._counting = False
        self._clock = QTimer(window, interval=FRAME_MS)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._tick)
        panel._portrait.shown.connect(self._on_shown)
        studio.statsArrived.connect(lambda news: self.trained.append(news[-1].samples_per_second))

    def watch(self) -> None:
        """Count frames with nobody at the mouse."""
        self.frames.clear()
        self._last = 0.0
        self._clock.start()

    def play(self) -> None:
        """Leave the frames and time the slider."""
        self._clock.stop()
        self.answers.clear()
        self._counting = True
        self._move()

    def end(self) -> None:
        """Stop counting."""
        self._counting = False

    def _tick(self) -> None:
        now = time.perf_counter()
        if self._last:
            self.frames.append((now - self._last) * 1000)
        self._last = now

    def _move(self) -> None:
        if not self._counting:
            return
        slider = self._panel.findChildren(QSlider)[0]
        self._turn += 1
        span = slider.maximum() - slider.minimum()
        self._moved = time.perf_counter()
        slider.setValue(slider.minimum() + (self._turn * 37) % span)

    def _on_shown(self) -> None:
        """The picture of where the slider stands is there; that of a solid takes its time."""
        if self._moved > 0 and self._counting and self._panel._portrait.of is self._panel.point:
            moved, self._moved = self._moved, 0.0
            self._panel.repaint()
            self.answers.append((time.perf_counter() - moved) * 1000)
            QTimer.singleShot(PAUSE_MS, self._move)


def main() -> int:
    """Run every case and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0, help="counted in each case")
    parser.add_argument("--only", default="", help="cases with this in their name: furniture ...")
    asked = parser.parse_args()
    application = app.make_application()
    theme.apply(application, "dark")
    print(f"{'':28} {'GUI timer ms':>24}   {'slider to picture ms':>22}   trained")
    print(f"{'':28} {'p50':>7} {'p99':>7} {'max':>8}   {'p50':>6} {'p95':>7} {'n':>7}   samples/s")
    for name, (variant, data, knobs, idle) in CASES.items():
        if asked.only in name:
            _case(name, Recipe.make(variant, data, knobs, kimg=1e5), idle, asked.seconds)
    return 0


def _case(name: str, recipe: Recipe, idle: bool, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(f"{folder}/window.ini", QSettings.Format.IniFormat)
        studio = Studio(Path(folder) / "runs", Path(folder) / "data", "cpu")
        window = MainWindow(studio, settings)
        window.resize(1600, 1000)
        window.show()
        studio.load_catalogue()
        _until(studio.catalogueReady)
        probe = Probe(window, studio)
        studio.start(recipe, paused=idle)
        _until(studio.modelReady)
        _spend(4)  # first frames, first publications
        probe.watch()
        _spend(seconds)
        probe.play()
        _spend(seconds)
        probe.end()
        frames = np.array(probe.frames)
        answers = np.array(probe.answers or [np.nan])
        rate = np.median(probe.trained[len(probe.trained) // 2 :]) if probe.trained else 0
        print(
            f"{name:28} {np.median(frames):7.1f} {np.percentile(frames, 99):7.1f} "
            f"{frames.max():8.1f}   {np.median(answers):6.1f} {np.percentile(answers, 95):7.1f} "
            f"{len(answers):7}   {rate:.0f}",
            flush=True,
        )
        window.close()
        studio.close()
        window.deleteLater()


def _until(signal: object) -> None:
    loop = QEventLoop()
    signal.connect(loop.quit)
    QTimer.singleShot(60_000, loop.quit)
    loop.exec()


def _spend(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())
