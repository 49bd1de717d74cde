"""The whole window with every panel and the real engine: what ends it, and what goes wrong."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from PySide6.QtCore import QSettings

import ganstudio.gans
from ganstudio.data.points import Points
from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.engine import Engine
from ganstudio.train.run import RunFolder
from ganstudio.ui import catalogue as catalogue_module
from ganstudio.ui.catalogue import Card, Catalogue
from ganstudio.ui.studio import Studio
from ganstudio.ui.window import MainWindow

BATCH = 8
OURS = ("session", "explorer", "writer", "catalogue", "thumbnails", "history")
FAULTY = '''
from torch import nn

from ganstudio.gans.base import GAN
from ganstudio.nn.backbones.mlp import mlp_pair


class Clumsy(GAN):
    """Least squares, until it falls over."""

    title = "Clumsy"
    turns = 0

    def networks(self):
        return mlp_pair(self.spec, self.config.z_dim, self.config.width)

    def d_terms(self, batch, fake):
        Clumsy.turns += 1
        if Clumsy.turns == 5:
            raise RuntimeError("tripped at the fifth turn")
        return {"real": (self.D(batch.x) - 1).square().mean(), "fake": self.D(fake).square().mean()}

    def g_terms(self, batch, fake):
        return {"fooled": (self.D(fake) - 1).square().mean()}
'''


def small(variant: str = "gan", data: str = "points") -> Recipe:
    return Recipe.make(variant, data, {"batch": BATCH, "width": 4, "z_dim": 4}, kimg=1000.0)


@pytest.fixture
def clumsy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A variant that raises in the middle of a step: one more file in its room."""
    folder = tmp_path / "variants"
    folder.mkdir()
    (folder / "clumsy.py").write_text(FAULTY)
    monkeypatch.setattr(ganstudio.gans, "__path__", [*ganstudio.gans.__path__, str(folder)])
    yield
    sys.modules.pop("ganstudio.gans.clumsy", None)
    vars(ganstudio.gans).pop("clumsy", None)


def cards(room: str) -> dict[str, Card]:
    """The members that are quick to show."""
    quick = ("gan", "dcgan", "clumsy", "digits", "points")
    return {key: card for key, card in catalogue_module._cards(room).items() if key in quick}


@pytest.fixture
def begun(clumsy: None, studio: Studio, tmp_path: Path, qtbot: Any) -> Iterator[MainWindow]:
    """The window as the program opens it, before torch is there."""
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(studio, settings)
    window.resize(1280, 800)
    window.show()
    yield window
    shut(window, qtbot)
    window.deleteLater()


@pytest.fixture
def opened(begun: MainWindow, studio: Studio) -> MainWindow:
    """The window once it can train."""
    studio.catalogue = Catalogue(cards("gans"), cards("data"))
    studio.catalogueReady.emit()
    return begun


def shut(window: MainWindow, qtbot: Any) -> None:
    window.close()
    qtbot.waitUntil(lambda: window._closed, timeout=30_000)
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith(OURS)]
    assert left == []
    assert window.isHidden()


def wait_for(qtbot: Any, studio: Studio, state: str) -> None:
    qtbot.waitUntil(lambda: studio.state == state, timeout=30_000)


def press_train(window: MainWindow, recipe: Recipe) -> None:
    window.source.set_recipe(recipe)
    assert window.transport.train.isEnabled()
    window.transport.train.trigger()


def train_a_little(window: MainWindow, qtbot: Any, trained: list) -> Engine:
    press_train(window, small())
    qtbot.waitUntil(
        lambda: (
            bool(trained) and trained[-1].trainer.steps > 2 and window.studio.state == "running"
        ),
        timeout=30_000,
    )
    engine: Engine = trained[-1]
    return engine


def assert_nothing_lost(engine: Engine) -> None:
    """What lies on the disk is what was trained last, to the bit."""
    kept, last = RunFolder.open(engine.run.path).read(), engine.trainer.snapshot()
    for part in ("generator", "weights", "optimizer"):
        mine, other = getattr(kept, part), getattr(last, part)
        assert set(mine) == set(other)
        assert all(torch.equal(mine[name], other[name]) for name in other), part
    state = json.loads(json.dumps(last.state))
    assert {name: kept.state[name] for name in state} == state
    assert kept.state["recipe"] == engine.recipe.to_dict()


class Gate:
    """Holds a function of the engine until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        real: Callable[..., Any] = getattr(owner, name)

        def held(*arguments: Any) -> Any:
            self.reached.set()
            assert self.open.wait(30)
            return real(*arguments)

        monkeypatch.setattr(owner, name, held)


# Closing


def test_closing_an_idle_window(opened: MainWindow, studio: Studio, qtbot: Any) -> None:
    shut(opened, qtbot)
    assert not studio.runs_root.exists()


def test_closing_while_torch_is_loaded(
    begun: MainWindow, studio: Studio, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, go = {room: cards(room) for room in ("gans", "data")}, threading.Event()

    def slow(room: str) -> dict[str, Card]:
        assert go.wait(30)
        return known[room]

    monkeypatch.setattr(catalogue_module, "_cards", slow)
    monkeypatch.setattr("ganstudio.ui.window.CLOSE_TIMEOUT_S", 0.05)
    studio.load_catalogue()
    begun.close()
    assert begun.isVisible(), "it waits for the thread"
    assert begun.veil.text() == "Closing…"
    go.set()
    shut(begun, qtbot)


def test_closing_while_data_is_loaded(
    opened: MainWindow, studio: Studio, trained: list, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, Points, "load")
    press_train(opened, small())
    wait_for(qtbot, studio, "loading")
    qtbot.waitUntil(gate.reached.is_set, timeout=30_000)
    opened.close()
    assert opened.isVisible()
    gate.open.set()
    shut(opened, qtbot)
    assert studio.state == "finished"
    assert trained == []
    assert not studio.runs_root.exists(), "nothing was begun"


def test_closing_while_it_trains(
    opened: MainWindow, studio: Studio, trained: list, qtbot: Any
) -> None:
    engine = train_a_little(opened, qtbot, trained)
    shut(opened, qtbot)
    assert studio.state == "finished"
    assert engine.trainer.steps > 2
    assert_nothing_lost(engine)


def test_closing_a_pause_with_a_step_of_one_side_and_a_turned_knob(
    opened: MainWindow, studio: Studio, trained: list, qtbot: Any
) -> None:
    engine = train_a_little(opened, qtbot, trained)
    opened.transport.train.trigger()
    wait_for(qtbot, studio, "paused")
    updates = engine.trainer.updates
    opened.transport.step_g.trigger()
    studio.tune("d_lr", 1e-3)
    qtbot.waitUntil(lambda: engine.recipe.gan.d_lr == 1e-3, timeout=30_000)
    shut(opened, qtbot)
    assert engine.trainer.updates == updates + 1
    assert_nothing_lost(engine)


def test_closing_while_it_stops(
    opened: MainWindow, studio: Studio, trained: list, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = train_a_little(opened, qtbot, trained)
    gate = Gate(monkeypatch, RunFolder, "write")
    opened.transport.stop.trigger()
    qtbot.waitUntil(gate.reached.is_set, timeout=30_000)
    wait_for(qtbot, studio, "stopping")
    opened.close()
    assert opened.veil.text() == "Saving…"
    opened.close()
    assert opened.veil.text() == "Saving… the step in hand takes long."
    assert opened.isVisible(), "the last checkpoint is still being written"
    gate.open.set()
    shut(opened, qtbot)
    assert_nothing_lost(engine)


def test_closing_after_a_rewind_goes_on_from_there(
    opened: MainWindow, studio: Studio, trained: list, qtbot: Any
) -> None:
    engine = train_a_little(opened, qtbot, trained)
    with qtbot.waitSignal(studio.saved, timeout=30_000):
        opened.transport.save.trigger()
    opened.transport.train.trigger()
    wait_for(qtbot, studio, "paused")
    studio.post(m.Rewind("000000.000k"))
    with qtbot.waitSignal(studio.rewound, timeout=30_000):
        opened.transport.step.trigger()
    qtbot.waitUntil(lambda: engine.trainer.steps == 1, timeout=30_000)
    shut(opened, qtbot)
    assert engine.trainer.nimg == BATCH
    assert_nothing_lost(engine)


# What goes wrong


def fall_over(window: MainWindow, qtbot: Any) -> None:
    press_train(window, small("clumsy"))
    wait_for(qtbot, window.studio, "failed")


def test_a_variant_that_raises_is_told_rescued_and_the_next_one_trains(
    opened: MainWindow, studio: Studio, trained: list, qtbot: Any
) -> None:
    with qtbot.waitSignal(studio.failed, timeout=30_000) as told:
        fall_over(opened, qtbot)
    failed = told.args[0]
    assert studio.catalogue.variants["clumsy"].family == "points, image, voxels"
    assert opened.banner.isVisible()
    assert "Training stopped: RuntimeError: tripped at the fifth turn" in opened.banner.text
    assert str(failed.rescued) in opened.banner.text
    assert "in d_terms" in failed.traceback
    assert failed.rescued == RunFolder.open(studio.run_folder).checkpoints()[-1]
    assert (trained[0].trainer.steps, trained[0].trainer.nimg) == (4, 4 * BATCH)
    assert_nothing_lost(trained[0])
    assert not studio.training
    train_a_little(opened, qtbot, trained)
    assert opened.banner.isHidden()


def test_a_rescued_training_can_be_resumed(
    opened: MainWindow, studio: Studio, trained: list, qtbot: Any
) -> None:
    fall_over(opened, qtbot)
    opened.resume(studio.run_folder)
    wait_for(qtbot, studio, "paused")
    opened.transport.step.trigger()
    qtbot.waitUntil(lambda: trained[1].trainer.steps == 5, timeout=30_000)


def test_closing_after_a_failure(
    opened: MainWindow, studio: Studio, trained: list, qtbot: Any
) -> None:
    fall_over(opened, qtbot)
    shut(opened, qtbot)
    assert_nothing_lost(trained[0])


def test_closing_before_a_failure_is_heard(
    opened: MainWindow, studio: Studio, trained: list, qtbot: Any
) -> None:
    studio._timer.stop()
    press_train(opened, small("clumsy"))
    thread = studio.session._thread
    qtbot.waitUntil(lambda: not thread.is_alive(), timeout=30_000)
    assert studio.training, "the window does not know yet"
    opened.close()
    studio._timer.start()
    wait_for(qtbot, studio, "failed")
    assert opened.isVisible(), "what went wrong can be read"
    assert opened.veil.isHidden()
    assert opened.banner.isVisible()
    shut(opened, qtbot)
    assert studio.state == "failed"
    assert_nothing_lost(trained[0])
