"""A disk that is full: training goes on, says what is needed, and saves again by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ganstudio.disk import NoRoomError, write_atomically
from ganstudio.latent import file as latent_file
from ganstudio.latent.stand import Stand
from ganstudio.recipe import Recipe
from ganstudio.train import engine as engine_module
from ganstudio.train import keeper
from ganstudio.train import messages as m
from ganstudio.train import timeline as timeline_module
from ganstudio.train.engine import Engine
from ganstudio.train.run import RunError, RunFolder
from ganstudio.train.session import Outbox, Session

from .conftest import SmallDisk, until

SMALL = {"batch": 16, "width": 4, "z_dim": 4}


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Saves as often as it may, and looks at a full disk often."""
    monkeypatch.setattr(engine_module, "AUTOSAVE_S", 0.05)
    monkeypatch.setattr(engine_module, "SOONEST_S", 0.05)
    monkeypatch.setattr(engine_module, "SAVING_SHARE", float("inf"))
    monkeypatch.setattr(keeper, "LOOK_S", 0.02)
    monkeypatch.setattr(timeline_module, "SHORTEST_PAUSE_S", 0.0)
    monkeypatch.setattr(timeline_module, "COST_SHARE", float("inf"))


class Training:
    """A session in a folder, and what it told."""

    def __init__(self, folder: Path, patient: bool = False, **more: object) -> None:
        recipe = Recipe.make("gan", "points", SMALL, kimg=1e5, measure_kimg=0)
        self.told: list[m.Event] = []
        self._outbox = Outbox()
        self.session = Session(
            lambda announce: Engine.build(
                recipe, announce, folder=folder, data_root=folder, device="cpu", **more
            ),
            self._outbox,
            patient=patient,
        )
        self.session.start()

    def notes(self, *needles: str) -> list[m.Noted]:
        self.told += self._outbox.drain()
        notes = [event for event in self.told if isinstance(event, m.Noted)]
        return [note for note in notes if all(needle in note.text for needle in needles)]

    def of(self, kind: type) -> list:
        self.told += self._outbox.drain()
        return [event for event in self.told if isinstance(event, kind)]


@pytest.fixture
def train() -> Iterator[type[Training]]:
    made: list[Training] = []

    def start(folder: Path, **more: object) -> Training:
        made.append(Training(folder, **more))
        return made[-1]

    yield start
    for training in made:
        assert training.session.close(30.0)


def test_training_goes_on_and_saves_again_once_there_is_room(
    small_disk: SmallDisk, train: type[Training]
) -> None:
    folder = small_disk.path / "run"
    training = train(folder)
    until(lambda: len(training.of(m.Saved)) >= 2, "checkpoints")
    small_disk.fill(leaving_bytes=8192)
    until(lambda: training.notes("Not saved"), "a word that saving waits")
    (note,) = training.notes("Not saved")[:1]
    assert (note.level, note.topic) == ("error", "saving")
    assert "are needed" in note.text
    assert "are free" in note.text
    assert "once there is room" in note.text
    saved, step = len(training.of(m.Saved)), training.of(m.Stats)[-1].step
    until(lambda: training.of(m.Stats)[-1].step > step + 100, "training went on")
    assert training.session.state == "running"
    assert len(training.of(m.Saved)) == saved
    RunFolder.open(folder).read()  # what was there is whole
    small_disk.clear()
    until(lambda: training.notes("Saved again"), "a word that all is well")
    assert training.notes("Saved again")[-1].level == "info"
    until(lambda: len(training.of(m.Saved)) > saved + 1, "checkpoints again")
    training.session.post(m.Stop())
    until(lambda: training.of(m.StateChanged)[-1].state == "finished", "the end")
    assert RunFolder.open(folder).read().nimg == training.of(m.Saved)[-1].nimg


def test_a_paused_training_is_saved_too_once_there_is_room(
    small_disk: SmallDisk, train: type[Training]
) -> None:
    training = train(small_disk.path / "run")
    until(lambda: len(training.of(m.Saved)) >= 2, "checkpoints")
    small_disk.fill()
    until(lambda: training.notes("Not saved"), "a word that saving waits")
    training.session.post(m.Pause())
    until(lambda: training.of(m.StateChanged)[-1].state == "paused", "the pause")
    saved = len(training.of(m.Saved))
    small_disk.clear()
    until(lambda: len(training.of(m.Saved)) > saved, "a checkpoint while it is paused")


@pytest.mark.parametrize("room_comes", [True, False])
def test_the_last_save_waits_for_somebody_to_make_room(
    small_disk: SmallDisk, train: type[Training], room_comes: bool
) -> None:
    folder = small_disk.path / "run"
    training = train(folder, patient=True)
    until(lambda: len(training.of(m.Saved)) >= 2, "checkpoints")
    small_disk.fill()
    training.session.post(m.Stop())
    until(lambda: training.of(m.Refused), "a word that the end is not saved")
    assert training.of(m.Refused)[-1].command == m.Stop()
    assert "are needed" in training.of(m.Refused)[-1].reason
    until(lambda: training.session.state == "paused", "the pause")
    reached = training.of(m.Stats)[-1].nimg
    if room_comes:
        small_disk.clear()
    training.session.post(m.Stop(save=room_comes))
    until(lambda: training.session.state == "finished", "the end")
    kept = RunFolder.open(folder).read().nimg
    assert kept >= reached if room_comes else kept < reached


def test_lines_of_the_history_wait_for_room(small_disk: SmallDisk, train: type[Training]) -> None:
    folder = small_disk.path / "run"
    training = train(folder)
    until(lambda: len(training.of(m.Saved)) >= 2, "checkpoints")
    small_disk.fill()
    before = len(RunFolder.open(folder).history())
    training.session.post(m.Tune("g_lr", 1e-3))
    until(lambda: training.notes("The history cannot be written"), "a word of the history")
    assert "are needed" in training.notes("The history cannot be written")[0].text
    assert len(RunFolder.open(folder).history()) == before
    small_disk.clear()
    until(lambda: training.notes("The history can be written again"), "lines")
    lines = RunFolder.open(folder).history()
    assert [line["value"] for line in lines if line.get("event") == "tuned"] == [1e-3]


def test_a_run_goes_on_though_the_disk_is_full(
    small_disk: SmallDisk, train: type[Training]
) -> None:
    folder = small_disk.path / "run"
    first = train(folder)
    until(lambda: len(first.of(m.Saved)) >= 3, "checkpoints")
    assert first.session.close(30.0)
    small_disk.fill()
    again = train(folder, resume=True)
    until(lambda: again.of(m.Stats) and again.of(m.Stats)[-1].step > 100, "training")
    until(lambda: again.notes("Not saved"), "a word that saving waits")
    small_disk.clear()
    until(lambda: again.of(m.Saved), "a checkpoint")


def test_a_run_that_finds_no_room_to_begin_says_how_much_it_needs(small_disk: SmallDisk) -> None:
    small_disk.fill()
    with pytest.raises(RunError, match=r"full: .* are needed .* 0 bytes are free"):
        RunFolder.create(small_disk.path, Recipe.make())
    small_disk.clear()
    assert list(small_disk.path.iterdir()) == []


@pytest.mark.parametrize("leaving_bytes", [0, 4096, 12_288])
def test_nothing_that_did_not_fit_is_left(small_disk: SmallDisk, leaving_bytes: int) -> None:
    path = small_disk.path / "recipe.toml"
    write_atomically(path, b"old")
    small_disk.fill(leaving_bytes)
    there = sorted(small_disk.path.iterdir())
    with pytest.raises(NoRoomError) as refused:
        write_atomically(path, bytes(20_000))
    assert refused.value.needed_bytes == 20_000
    assert refused.value.free_bytes == leaving_bytes
    assert path.read_bytes() == b"old"
    assert sorted(small_disk.path.iterdir()) == there


@pytest.mark.parametrize("suffix", [".toml", ".safetensors"])
def test_a_place_in_latent_space_stays_as_it_was(small_disk: SmallDisk, suffix: str) -> None:
    path = small_disk.path / f"star{suffix}"
    kept = Stand(np.arange(4, dtype=np.float32), {})
    latent_file.save(path, kept)
    small_disk.fill()
    with pytest.raises(NoRoomError):
        latent_file.save(path, Stand(np.zeros(4, dtype=np.float32), {}))
    assert np.array_equal(latent_file.load(path).z, kept.z)
