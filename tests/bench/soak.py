"""Whether the window stays as small as it began: a training, sliders, panels, at speed, for long.

    QT_QPA_PLATFORM=offscreen python tests/bench/soak.py --minutes 30
    xvfb-run -a -s "-screen 0 1600x1000x24" env QT_QPA_PLATFORM=xcb \
        python tests/bench/soak.py --minutes 30 --only furniture

Opens the real window and trains in it, moves the sliders of Latent, brings one panel after the
other to the front, turns live knobs, pauses, saves, looks back in time, switches the looks, and
ends a training to begin another. Every minute it prints resident memory, handles, threads, and
how many Qt and Python objects there are; at the end the slope of each over the last two thirds, by
least squares, with the spread (one standard error) that its own ups and downs leave it. A slope
within two of those is none that can be told.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")

import numpy as np
import psutil
import torch
from PySide6.QtCore import QEventLoop, QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication, QSlider

from ganstudio.recipe import Recipe
from ganstudio.ui import app, theme
from ganstudio.ui.studio import Studio
from ganstudio.ui.window import MainWindow

ACT_MS = 60
RUN_S = 45.0  # until another training is begun
WARM = 1 / 3  # of the time, that no slope is taken over
FEWEST = 5  # lines that a slope is taken from
CASES = {
    "digits": ("dcgan", "digits", {"width": 8}),
    "furniture": ("gan3d", "furniture", {"count": 60, "width": 4}),
    "points": ("gan", "points", {}),
}
COLUMNS = ("RSS MB", "handles", "threads", "QObjects", "widgets", "blocks")


class Soak:
    """A person who never rests.

    Args:
        window: what is used.
        recipes: trained in turn.
        seconds: for how long.
        every_s: between two lines of figures.
    """

    def __init__(
        self, window: MainWindow, recipes: list[Recipe], seconds: float, every_s: float
    ) -> None:
        self.window, self.studio = window, window.studio
        self.rows: list[tuple[float, ...]] = []
        self.acts = self.trainings = 0
        self._recipes, self._rng = recipes, random.Random(0)
        self._process = psutil.Process()
        self._began = time.monotonic()
        self._end, self._every_s = self._began + seconds, every_s
        self._next_row, self._next_run = self._began, self._began
        self._deeds: list[Callable[[], object]] = [
            self.slide, self.slide, self.slide, self.show_panel, self.show_panel, self.tune,
            self.travel, self.save, self.pause, self.look,
        ]  # fmt: skip
        self._loop = QEventLoop()
        self._clock = QTimer(window, interval=ACT_MS)
        self._clock.timeout.connect(self.act)

    def run(self) -> None:
        """Until the time is over."""
        self._clock.start()
        self._loop.exec()
        self._clock.stop()

    def act(self) -> None:
        """Do one thing, as soon as the one before has been drawn."""
        now = time.monotonic()
        if now >= self._next_row:
            self._next_row = now + self._every_s
            self.count(now)
        if now >= self._end:
            self._loop.quit()
            return
        if not self.studio.training:
            self.studio.start(self._recipes[self.trainings % len(self._recipes)])
            self.trainings += 1
            self._next_run = now + RUN_S
        elif now >= self._next_run and self.studio.state in ("running", "paused"):
            self.studio.stop()
        else:
            self._rng.choice(self._deeds)()
        self.acts += 1

    def slide(self) -> None:
        """Move a slider of Latent."""
        panel = self.window.docks.docks["latent"].content
        sliders = [slider for slider in panel.findChildren(QSlider) if slider.isEnabled()]
        if sliders:
            slider = self._rng.choice(sliders)
            slider.setValue(self._rng.randint(slider.minimum(), slider.maximum()))

    def show_panel(self) -> None:
        """Bring a panel to the front."""
        dock = self._rng.choice(list(self.window.docks.docks.values()))
        dock.show()
        dock.raise_()

    def tune(self) -> None:
        """Turn a knob, or turn it back."""
        if self._rng.random() < 0.5:
            self.studio.turns.undo()
        else:
            self.studio.tune("d_lr", self._rng.choice((1e-4, 2e-4, 3e-4)))

    def travel(self) -> None:
        """Look at the past, or at now again."""
        self.studio.travel(self._rng.choice((None, *self.studio.moments()[-8:])))

    def save(self) -> None:
        """Save, now and then."""
        if self._rng.random() < 0.1:
            self.window.transport.save.trigger()

    def pause(self) -> None:
        """Pause, and go on a little later."""
        self.studio.pause()
        QTimer.singleShot(300, self.window, self.studio.run)

    def look(self) -> None:
        """Switch the looks, seldom."""
        if self._rng.random() < 0.05:
            self.window.switch_looks()

    def count(self, now: float) -> None:
        """Print one line of figures. Asking gc for all objects would break threads that build."""
        handles = self._process.num_fds() if os.name == "posix" else self._process.num_handles()
        row = (
            (now - self._began) / 60, self._process.memory_info().rss / (1 << 20), handles,
            self._process.num_threads(), len(self.window.findChildren(QObject)),
            len(QApplication.allWidgets()), sys.getallocatedblocks(),
        )  # fmt: skip
        self.rows.append(row)
        print(f"{row[0]:7.1f} {row[1]:9.1f}" + "".join(f"{x:10,.0f}" for x in row[2:]), flush=True)

    def tell(self) -> None:
        """Print how each figure went after the warm-up, and how sure that is."""
        table = np.array(self.rows)
        table = table[table[:, 0] >= WARM * table[-1, 0]]
        print(f"\n{self.acts:,} acts, {self.trainings} trainings; over the last two thirds:")
        if len(table) < FEWEST:
            print(f"  no slope: {len(table)} lines, {FEWEST} are the least; lower --every")
            return
        for place, name in enumerate(COLUMNS, 1):
            slope, spread = trend(table[:, 0] / 60, table[:, place])
            low, high = table[:, place].min(), table[:, place].max()
            told = "a trend" if abs(slope) > 2 * spread else "none"
            print(
                f"  {name:9} {slope:+12,.1f} ± {spread:,.1f} an hour: {told}; "
                f"{low:,.0f} to {high:,.0f}"
            )


def trend(hours: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """Slope an hour by least squares, and its standard error.

    What is left of one line beside the slope is like what is left of the next: a training that
    ends takes its memory along for many lines. So many lines as are alike count as one.
    """
    hours = hours - hours.mean()
    square = float((hours**2).sum())
    slope = float((hours * (values - values.mean())).sum()) / square
    left = values - values.mean() - slope * hours
    spread = float((left**2).sum() / (len(left) - 2) / square) ** 0.5
    if not spread:
        return slope, 0.0
    alike = min(max(float((left[1:] * left[:-1]).sum() / (left**2).sum()), 0.0), 0.95)
    return slope, spread * ((1 + alike) / (1 - alike)) ** 0.5


def main() -> int:
    """Run it and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--every", type=float, default=60.0, metavar="S", help="between two lines")
    parser.add_argument("--only", default="", help=f"one of {', '.join(CASES)}")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    application = app.make_application()
    theme.apply(application, "dark")
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(f"{folder}/window.ini", QSettings.Format.IniFormat)
        studio = Studio(Path(folder) / "runs", Path(folder) / "data", "cpu")
        window = MainWindow(studio, settings)
        window.resize(1600, 1000)
        window.show()
        app.begin(studio)
        ready = QEventLoop()
        studio.catalogueReady.connect(ready.quit)
        ready.exec()
        chosen = [CASES[asked.only]] if asked.only else list(CASES.values())
        recipes = [Recipe.make(*case, kimg=1e6) for case in chosen]
        soak = Soak(window, recipes, asked.minutes * 60, asked.every)
        print(f"{'minutes':>7} {COLUMNS[0]:>9}" + "".join(f"{name:>10}" for name in COLUMNS[1:]))
        soak.run()
        soak.tell()
        window.close()
        closed = QEventLoop()
        waiting = QTimer(interval=50)
        waiting.timeout.connect(lambda: closed.quit() if window.isHidden() else None)
        waiting.start()
        closed.exec()
        waiting.stop()
        window.deleteLater()
        print(f"threads left: {[thread.name for thread in threading.enumerate()]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
