"""The time machine through the bridge, with the real engine: past, present, branches."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train import timeline
from ganstudio.train.branch import Parent, parent_of
from ganstudio.train.run import RunError, RunFolder
from ganstudio.ui.studio import Studio

WAIT_MS = 30_000


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots as often as their schedule has them, whatever they cost."""
    monkeypatch.setattr(timeline, "SHORTEST_PAUSE_S", 0.0)
    monkeypatch.setattr(timeline, "COST_SHARE", float("inf"))
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def small(**basics: Any) -> Recipe:
    return Recipe.make("gan", "points", {"batch": 8, "width": 4, "z_dim": 4}, **basics)


class Ears:
    """Keeps what the studio says of models and moments."""

    def __init__(self, studio: Studio) -> None:
        self.models: list[tuple[str, int]] = []
        self.travelled: list[int | None] = []
        self.drawn: list[m.Rendered] = []
        self.failed: list[m.Failed] = []
        self.changes = 0
        studio.modelReady.connect(lambda event: self.models.append((event.source, event.nimg)))
        studio.travelled.connect(self.travelled.append)
        studio.rendered.connect(self.drawn.append)
        studio.failed.connect(self.failed.append)
        studio.momentsChanged.connect(self._count)

    def _count(self) -> None:
        self.changes += 1


@pytest.fixture
def ears(studio: Studio, qtbot: Any) -> Ears:
    return Ears(studio)


def wait(qtbot: Any, condition: Any) -> None:
    qtbot.waitUntil(condition, timeout=WAIT_MS)


@pytest.fixture
def training(studio: Studio, ears: Ears, qtbot: Any) -> Studio:
    """A training that has kept a few moments and goes on."""
    studio.start(small())
    wait(qtbot, lambda: len(studio.moments()) >= 4 and bool(ears.models))
    return studio


def test_the_past_is_shown_while_training_goes_on(training: Studio, ears: Ears, qtbot: Any) -> None:
    studio, run = training, training.run_folder
    assert studio.moments_run == run
    moment = studio.moments()[1]
    studio.travel(moment + 1)  # between two: the nearer one
    assert (studio.moment, ears.travelled) == (moment, [moment])
    wait(qtbot, lambda: ears.models[-1] == (str(run), moment))
    assert studio.reals is not None  # still of this run
    before, model_count = len(studio.moments()), len(ears.models)
    z = np.ones((1, 4), np.float32)
    ticket = studio.ask("latent", z)
    wait(qtbot, lambda: bool(ears.drawn) and ears.drawn[-1].ticket == ticket)
    assert ears.drawn[-1].nimg == moment
    wait(qtbot, lambda: len(studio.moments()) >= before + 2)  # it trains, and tells so
    assert len(ears.models) == model_count  # but nothing of it is shown
    studio.travel(None)
    assert (studio.moment, ears.travelled) == (None, [moment, None])
    wait(qtbot, lambda: ears.models[-1][0] == "live" and ears.models[-1][1] > moment)


def test_the_same_latent_at_each_moment_is_another_sample(
    training: Studio, ears: Ears, qtbot: Any
) -> None:
    studio, z, seen = training, np.ones((1, 4), np.float32), {}
    studio.pause()
    wait(qtbot, lambda: studio.state == "paused")
    for moment in (*studio.moments()[:3], studio.moments()[0]):
        studio.travel(moment)
        wait(qtbot, lambda moment=moment: ears.models[-1][1] == moment)
        ticket = studio.ask("latent", z)
        wait(qtbot, lambda ticket=ticket: bool(ears.drawn) and ears.drawn[-1].ticket == ticket)
        again = seen.setdefault(moment, ears.drawn[-1].samples)
        assert np.array_equal(again, ears.drawn[-1].samples)
    assert len({value.tobytes() for value in seen.values()}) == 3


def test_an_opened_run_is_travelled_too(training: Studio, ears: Ears, qtbot: Any) -> None:
    studio = training
    studio.stop()
    wait(qtbot, lambda: not studio.training)
    run = studio.run_folder
    assert run is not None
    studio.explore(run)
    wait(qtbot, lambda: ears.models[-1][0] == str(run))
    newest, kept = ears.models[-1][1], studio.moments()
    assert newest == kept[-1]
    studio.travel(0)
    wait(qtbot, lambda: ears.models[-1] == (str(run), kept[0]))
    studio.travel(None)
    wait(qtbot, lambda: ears.models[-1] == (str(run), newest))


def test_a_rewind_brings_one_back_from_what_is_undone(
    training: Studio, ears: Ears, qtbot: Any
) -> None:
    studio = training
    wait(qtbot, lambda: len(studio.moments()) >= 5)
    studio.pause()
    wait(qtbot, lambda: studio.state == "paused")
    studio.travel(studio.moments()[-1])
    studio.post(m.Rewind("000000.000k"))
    wait(qtbot, lambda: studio.moments() == (0,))
    assert studio.moment is None
    assert ears.travelled[-1] is None


def test_a_branch_goes_on_from_a_moment_and_shows_now(
    training: Studio, ears: Ears, qtbot: Any
) -> None:
    studio = training
    studio.stop()
    wait(qtbot, lambda: not studio.training)
    parent, end = studio.run_folder, studio.moments()[-1]
    assert parent is not None
    kept = sorted(path.name for path in parent.rglob("*"))
    studio.travel(studio.moments()[1])
    studio.branch(parent, end, small(seed=3, kimg=9000.0), paused=True)
    wait(qtbot, lambda: studio.state == "paused")
    assert studio.run_folder != parent
    assert parent_of(studio.run_folder) == Parent(parent, end)
    assert (studio.moment, ears.travelled[-1]) == (None, None)
    assert studio.recipe is not None
    assert studio.recipe.basics.kimg == 9000.0
    wait(qtbot, lambda: ears.models[-1] == ("live", end))
    wait(qtbot, lambda: studio.moments_run == studio.run_folder)
    wait(qtbot, lambda: studio.moments()[-1] == end)  # its first checkpoint is written
    assert set(studio.moments()) >= {one.nimg for one in RunFolder(parent).timeline.snapshots()}
    assert sorted(path.name for path in parent.rglob("*")) == kept


def test_a_branch_that_does_not_fit_says_why(training: Studio, ears: Ears, qtbot: Any) -> None:
    studio = training
    studio.stop()
    wait(qtbot, lambda: not studio.training)
    parent = studio.run_folder
    assert parent is not None
    studio.branch(parent, 10**6, Recipe.make("gan", "points", {"batch": 8, "width": 8, "z_dim": 4}))
    wait(qtbot, lambda: bool(ears.failed))
    assert "width 4 then, 8 now" in ears.failed[0].reason
    with pytest.raises(RunError, match="no checkpoint"):
        studio.branch(parent, -5)
    assert not studio.training


def test_travelling_nowhere_changes_nothing(studio: Studio, ears: Ears) -> None:
    assert studio.moments() == ()
    studio.travel(None)
    studio.travel(5000)
    assert (studio.moment, ears.travelled, ears.changes) == (None, [], 0)
    assert studio.moments_run is None


def test_the_same_moments_are_told_once(studio: Studio, ears: Ears) -> None:
    for _ in range(2):
        studio.outbox.put(m.Remembered(Path("runs/one"), (0, 64)))
    studio.drain()
    assert (studio.moments(), ears.changes) == ((0, 64), 1)
