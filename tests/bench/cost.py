"""What the open window costs the training: the same one headless and in the window, in turns.

    xvfb-run -a -s "-screen 0 1600x1000x24" python tests/bench/cost.py
    QT_QPA_PLATFORM=offscreen python tests/bench/cost.py --rounds 5 --seconds 20 --json cost.json

Each side trains in a process of its own with the same recipe, seed and number of threads, one
core spared, and counts samples after the same time of warming up. The window is the whole one at
1600 x 1000 as it opens, its docks in their places, watched by nobody. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")

WARM_S, PAUSE_S, GIVE_UP_S = 6.0, 0.033, 120.0
CASES = {
    "faces 32 x 32": ("dcgan", "faces", {"count": 1024}),
    "furniture 32-cube": ("gan3d", "furniture", {"count": 600}),
}


def main() -> int:
    """Run every case in turns and print what the window costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0, help="counted on each side")
    parser.add_argument("--only", default="", help="cases with this in their name")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", nargs=2, metavar=("SIDE", "CASE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        side, case = asked.child
        print((_headless if side == "headless" else _window)(CASES[case], asked.seconds))
        return 0
    rows = {}
    print("| training | cost of the window | range | headless /s | in the window /s |")
    print("| --- | ---: | --- | ---: | ---: |")
    for case in CASES:
        if asked.only not in case:
            continue
        pairs = [
            tuple(_child(side, case, asked.seconds) for side in ("headless", "window"))
            for _ in range(asked.rounds)
        ]
        costs = [1 - shown / alone for alone, shown in pairs]
        rows[case] = {"cost": median(costs), "costs": costs, "rates": pairs}
        alone, shown = (median(rates) for rates in zip(*pairs, strict=True))
        print(f"| {case} | **{median(costs):.1%}** | {min(costs):.1%} to {max(costs):.1%} "
              f"| {alone:,.0f} | {shown:,.0f} |", flush=True)  # fmt: skip
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1))
    return 0


def _child(side: str, case: str, seconds: float) -> float:
    command = [sys.executable, __file__, "--seconds", str(seconds), "--child", side, case]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(said.stdout.splitlines()[-1])


class Meter:
    """Samples a second between two moments, from the reports that come."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._first = self._begun = self._last = None

    def hear(self, nimg: int) -> float | None:
        """Take a report; the rate once so many seconds are over."""
        now = time.perf_counter()
        self._first = self._first or now
        if now - self._first < WARM_S:
            return None
        if self._begun is None:
            self._begun = (now, nimg)
        began, start = self._begun
        return (nimg - start) / (now - began) if now - began >= self._seconds else None


def _recipe(case: tuple) -> object:
    from ganstudio.recipe import Recipe

    variant, data, knobs = case
    return Recipe.make(variant, data, knobs, kimg=1e5, measure_kimg=0)


def _headless(case: tuple, seconds: float) -> float:
    from ganstudio.train import messages as m
    from ganstudio.train.engine import Engine
    from ganstudio.train.session import Outbox, Session

    recipe, outbox, meter = _recipe(case), Outbox(), Meter(seconds)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)

        def build(announce: object) -> Engine:
            return Engine.build(
                recipe, announce, runs_root=root / "runs", data_root=root, device="cpu"
            )

        session, end = Session(build, outbox), time.monotonic() + GIVE_UP_S + seconds
        session.start()
        rate = None
        while rate is None and time.monotonic() < end:
            time.sleep(PAUSE_S)
            for event in outbox.drain():
                if isinstance(event, m.Failed):
                    raise RuntimeError(event.reason)
                if isinstance(event, m.Stats) and rate is None:
                    rate = meter.hear(event.nimg)
        session.close()
    if rate is None:
        raise RuntimeError("it trained too slowly to be measured")
    return rate


def _window(case: tuple, seconds: float) -> float:
    from PySide6.QtCore import QEventLoop, QSettings, QTimer

    from ganstudio.ui import app, theme
    from ganstudio.ui.studio import Studio
    from ganstudio.ui.window import MainWindow

    theme.apply(app.make_application(), "dark")
    meter, loop, found = Meter(seconds), QEventLoop(), []
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Path(folder) / "runs", Path(folder) / "data", "cpu")
        settings = QSettings(f"{folder}/window.ini", QSettings.Format.IniFormat)
        window = MainWindow(studio, settings)
        window.resize(1600, 1000)
        window.show()

        def hear(news: list) -> None:
            rate = meter.hear(news[-1].nimg)
            if rate is not None and not found:
                found.append(rate)
                loop.quit()

        studio.statsArrived.connect(hear)
        studio.catalogueReady.connect(lambda: studio.start(_recipe(case)))
        studio.load_catalogue()
        QTimer.singleShot(round((GIVE_UP_S + seconds) * 1000), loop.quit)
        loop.exec()
        window.close()
        studio.close()
        window.deleteLater()
    if not found:
        raise RuntimeError("it trained too slowly to be measured")
    return found[0]


if __name__ == "__main__":
    sys.exit(main())
