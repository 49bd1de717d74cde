"""Curves of a long training: time to take a report and to draw, and memory, up to ten million.

    QT_QPA_PLATFORM=offscreen python tests/bench/history.py
    QT_QPA_PLATFORM=offscreen python tests/bench/history.py --reports 1000000

Reports of four terms and the rate go into the real history; the real plot draws them, with its
bands and moving average. Memory is that of the program. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import gc
import time
from statistics import median

import numpy as np
import psutil
from PySide6.QtWidgets import QApplication

from ganstudio.ui import theme
from ganstudio.ui.curve_controls import CurveView
from ganstudio.ui.curve_plot import CurvePlot
from ganstudio.ui.history import History

TERMS = ("D/real", "D/fake", "D/penalty", "G/fooled")
BATCH, STEP_S = 64, 0.01
DRAWINGS = 20


def main() -> None:
    """Feed reports; now and then tell what it costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=10_000_000)
    asked = parser.parse_args()
    app = QApplication([])
    theme.apply(app, "dark")
    plot, history = CurvePlot(), History()
    plot.resize(1280, 360)
    plot.show()
    random, before, told = np.random.default_rng(0), 0, 0
    print("| reports | to take one | to draw, median | longest | memory more |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for goal in sorted({10_000, asked.reports // 10, asked.reports // 3, asked.reports}):
        took = 0.0
        while told < goal:
            many = min(10_000, goal - told)
            values = random.standard_normal((many, len(TERMS))).tolist()
            began = time.perf_counter()
            for row in values:
                told += 1
                terms = dict(zip(TERMS, row, strict=True))
                history.add(told * BATCH, told * STEP_S, terms, 6400.0)
            took = (time.perf_counter() - began) / many
            del values
        drawn = [_draw(app, plot, history) for _ in range(DRAWINGS)]
        gc.collect()
        now = psutil.Process().memory_info().rss
        before = before or now
        print(f"| {told:,} | {took * 1e6:.1f} us | {median(drawn):.1f} ms | {max(drawn):.1f} ms "
              f"| {(now - before) / 1e6:+.1f} MB |", flush=True)  # fmt: skip
    plot.release()


def _draw(app: QApplication, plot: CurvePlot, history: History) -> float:
    """Milliseconds to thin out, lay out and paint everything once."""
    began = time.perf_counter()
    plot.draw(history, CurveView(window=50.0))
    plot.grab()
    app.processEvents()
    return (time.perf_counter() - began) * 1e3


if __name__ == "__main__":
    main()
