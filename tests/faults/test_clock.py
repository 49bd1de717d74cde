"""A machine that sleeps in the middle of a step: rates, curves and the history stay sane."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.engine import Engine
from ganstudio.train.run import RunFolder
from ganstudio.train.stopwatch import Stopwatch


def test_a_suspended_hour_neither_counts_nor_spoils_the_rate(tmp_path: Path) -> None:
    events: list[m.Event] = []
    recipe = Recipe.make("gan", "points", {"batch": 16, "width": 4, "z_dim": 4}, kimg=100.0)
    engine = Engine.build(
        recipe, events.append, folder=tmp_path / "run", data_root=tmp_path, device="cpu"
    )
    now = {"wall": 0.0, "cpu": 0.0}
    engine._reporter.clock = Stopwatch(lambda: now["wall"], lambda: now["cpu"])
    step = engine.trainer.step

    def timed(side: object = None) -> None:
        step(side)
        asleep = engine.trainer.steps == 10
        now["wall"] += 3600.0 if asleep else 0.5
        now["cpu"] += 0.5

    engine.trainer.step = timed  # type: ignore[method-assign]
    for _ in range(20):
        engine.step(None)
        engine.report()
    engine.close()
    stats = [event for event in events if isinstance(event, m.Stats)]
    assert stats[-1].seconds == pytest.approx(10.0)
    assert [one.samples_per_second for one in stats[1:]] == pytest.approx([32.0] * 19)
    lines = [line for line in RunFolder.open(tmp_path / "run").history() if "seconds" in line]
    assert [line["seconds"] for line in lines] == sorted(line["seconds"] for line in lines)
    assert max(line["seconds"] for line in lines) <= 10.0
