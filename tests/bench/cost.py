"""What the open window costs the training: the same one headless and in the window, in turns.

    xvfb-run -a -s "-screen 0 1600x1000x24" python tests/bench/cost.py
    QT_QPA_PLATFORM=offscreen python tests/bench/cost.py --pairs 1 --rounds 20 --json cost.json

Each side trains in a process of its own with the same recipe, seed and number of threads, one
core spared. Both live at once and take turns of a few seconds, the other stopped by a signal, so
that a machine whose speed changes from minute to minute is the same for both. Two processes of the
same program may differ by some percent for as long as they live, hence several pairs. The window is
the whole one at 1600 x 1000 as it opens, its docks in their places. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")

WARM_S, PAUSE_S, SETTLE_S, GIVE_UP_S = 8.0, 0.033, 0.3, 120.0
SIDES = ("headless", "window")
CASES = {
    "faces 32 x 32": ("dcgan", "faces", {"count": 1024}),
    "furniture 32-cube": ("gan3d", "furniture", {"count": 600}),
}


def main() -> int:
    """Run every case in turns and print what the window costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3, help="of processes")
    parser.add_argument("--rounds", type=int, default=7, help="of each pair")
    parser.add_argument("--seconds", type=float, default=4.0, help="of a turn")
    parser.add_argument("--only", default="", help="cases with this in their name")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", nargs=2, metavar=("SIDE", "CASE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        side, case = asked.child
        (_headless if side == "headless" else _window)(CASES[case])
        return 0
    rows = {}
    print("| training | cost of the window | by pair | range of rounds | headless /s | window /s |")
    print("| --- | ---: | --- | --- | ---: | ---: |")
    for case in CASES:
        if asked.only not in case:
            continue
        pairs = [_race(case, asked.rounds, asked.seconds) for _ in range(asked.pairs)]
        costs = [[1 - shown / alone for alone, shown in rates] for rates in pairs]
        every = [cost for pair in costs for cost in pair]
        rows[case] = {"cost": median(every), "costs": costs, "rates": pairs}
        rates = [rate for pair in pairs for rate in pair]
        alone, shown = (median(side) for side in zip(*rates, strict=True))
        by_pair = ", ".join(f"{median(pair):.1%}" for pair in costs)
        print(f"| {case} | **{median(every):.1%}** | {by_pair} | {min(every):.1%} to "
              f"{max(every):.1%} | {alone:,.0f} | {shown:,.0f} |", flush=True)  # fmt: skip
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1))
    return 0


def _race(case: str, rounds: int, seconds: float) -> list[tuple[float, float]]:
    """Samples a second of each side in each round, by one pair of processes."""
    runners: list[Runner] = []
    try:
        for side in SIDES:
            runners.append(Runner(side, case))
        for runner in runners:
            runner.turn(WARM_S)
        return [tuple(runner.turn(seconds) for runner in runners) for _ in range(rounds)]
    finally:
        for runner in runners:
            runner.end()


class Runner:
    """A side in a process of its own, stopped unless it is its turn."""

    def __init__(self, side: str, case: str) -> None:
        command = [sys.executable, __file__, "--child", side, case]
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._reports: list[tuple[float, int]] = []
        self._begun = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        if not self._begun.wait(GIVE_UP_S):
            self.end()
            raise RuntimeError(f"{case}, {side}: no report within {GIVE_UP_S:.0f} s")
        self._child.send_signal(signal.SIGSTOP)

    def turn(self, seconds: float) -> float:
        """Go on for so long; the samples a second."""
        self._child.send_signal(signal.SIGCONT)
        began = time.monotonic()
        time.sleep(seconds)
        self._child.send_signal(signal.SIGSTOP)
        within = [report for report in self._reports if report[0] > began + SETTLE_S]
        if len(within) < 2:
            raise RuntimeError(f"too few reports in {seconds:.0f} s; make --seconds longer")
        (first, start), (last, end) = within[0], within[-1]
        return (end - start) / (last - first)

    def end(self) -> None:
        """Let it close; it ends when nobody writes to it any more."""
        self._child.send_signal(signal.SIGCONT)
        self._child.stdin.close()
        try:
            self._child.wait(GIVE_UP_S)
        except subprocess.TimeoutExpired:
            self._child.kill()

    def _listen(self) -> None:
        for line in self._child.stdout:
            moment, nimg = line.split()
            self._reports.append((float(moment), int(nimg)))
            self._begun.set()


def _tell(nimg: int) -> None:
    print(time.monotonic(), nimg, flush=True)


def _when_left(then: Callable[[], object]) -> None:
    """Do this once the parent lets go."""

    def wait() -> None:
        sys.stdin.read()
        then()

    threading.Thread(target=wait, daemon=True).start()


def _recipe(case: tuple) -> object:
    from ganstudio.recipe import Recipe

    variant, data, knobs = case
    return Recipe.make(variant, data, knobs, kimg=1e5, measure_kimg=0)


def _headless(case: tuple) -> None:
    from ganstudio.heaps import share_heap
    from ganstudio.train import messages as m
    from ganstudio.train.engine import Engine
    from ganstudio.train.session import Outbox, Session

    share_heap()  # as the command does
    recipe, outbox, left = _recipe(case), Outbox(), threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)

        def build(announce: object) -> Engine:
            return Engine.build(
                recipe, announce, runs_root=root / "runs", data_root=root, device="cpu"
            )

        session = Session(build, outbox)
        session.start()
        _when_left(left.set)
        while not left.wait(PAUSE_S):
            for event in outbox.drain():
                if isinstance(event, m.Failed):
                    raise RuntimeError(event.reason)
                if isinstance(event, m.Stats):
                    _tell(event.nimg)
        session.close()


def _window(case: tuple) -> None:
    from ganstudio import preload

    preload.prepare()
    from PySide6.QtCore import QEventLoop, QMetaObject, QSettings, Qt

    from ganstudio.ui import app, theme
    from ganstudio.ui.studio import Studio
    from ganstudio.ui.window import MainWindow

    theme.apply(app.make_application(), "dark")
    loop = QEventLoop()
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Path(folder) / "runs", Path(folder) / "data", "cpu")
        settings = QSettings(f"{folder}/window.ini", QSettings.Format.IniFormat)
        window = MainWindow(studio, settings)
        window.resize(1600, 1000)
        window.show()
        studio.statsArrived.connect(lambda news: _tell(news[-1].nimg))
        studio.catalogueReady.connect(lambda: studio.start(_recipe(case)))
        studio.load_catalogue()
        queued = Qt.ConnectionType.QueuedConnection
        _when_left(lambda: QMetaObject.invokeMethod(loop, "quit", queued))
        loop.exec()
        window.close()
        studio.close()
        window.deleteLater()


if __name__ == "__main__":
    sys.exit(main())
