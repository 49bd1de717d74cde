"""A checkpoint that cannot be written, for whatever reason: told, tried again, nothing lost."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from safetensors import SafetensorError

from ganstudio.disk import NoRoomError
from ganstudio.recipe import Recipe
from ganstudio.train import checkpoints, history, keeper
from ganstudio.train import messages as m
from ganstudio.train.engine import Engine
from ganstudio.train.run import RunFolder

from .conftest import until

SMALL = {"batch": 16, "width": 4, "z_dim": 4}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses before another try that a test can wait for."""
    monkeypatch.setattr(keeper, "LOOK_S", 0.01)
    monkeypatch.setattr(keeper, "FIRST_PAUSE_S", 0.02)


class Told(list):
    """What an engine announced."""

    def notes(self, needle: str) -> list[m.Noted]:
        return [event for event in self if isinstance(event, m.Noted) and needle in event.text]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def engine(tmp_path: Path, told: Told) -> Iterator[Engine]:
    recipe = Recipe.make("gan", "points", SMALL, measure_kimg=0)
    folder = tmp_path / "run"
    made = Engine.build(recipe, told.append, folder=folder, data_root=folder, device="cpu")
    made.save(wait=True)
    made.step(None)
    yield made
    made.close()


def test_a_folder_that_is_gone_for_a_while(engine: Engine, told: Told) -> None:
    """As on a network drive: it comes back, and what was refused is written by itself."""
    run = engine.run.path
    run.rename(run.with_name("elsewhere"))
    engine.save()
    until(lambda: len(told.notes("Not saved")) >= 3, "a word each time it fails")
    assert all(note.level == "error" for note in told.notes("Not saved"))
    assert "No such file" in told.notes("Not saved")[0].text
    engine.step(None)
    assert not run.exists()  # half a run is not made up
    run.with_name("elsewhere").rename(run)
    until(lambda: told.notes("Saved again"), "that it is saved")
    assert RunFolder.open(run).read().nimg == 16


def test_a_disk_that_became_read_only(engine: Engine, told: Told) -> None:
    run = engine.run.path
    made = subprocess.run(["mount", "--bind", run, run], capture_output=True)
    if made.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", run], check=True, capture_output=True)
        engine.save()
        until(lambda: told.notes("Not saved"), "that it fails")
        assert "Read-only" in told.notes("Not saved")[0].text
        assert RunFolder.open(run).read().nimg == 0
    finally:
        subprocess.run(["umount", "--lazy", run], check=True)
    until(lambda: told.notes("Saved again"), "that it is saved")
    assert RunFolder.open(run).read().nimg == 16


def test_something_in_the_way(engine: Engine, told: Told) -> None:
    folder = engine.run.path / "checkpoints"
    kept = folder.rename(folder.with_name("kept"))
    folder.write_text("a file of somebody")
    engine.save()
    until(lambda: told.notes("Not saved"), "that it fails")
    assert folder.read_text() == "a file of somebody"
    folder.unlink()
    kept.rename(folder)
    until(lambda: told.notes("Saved again"), "that it is saved")


@pytest.mark.parametrize(
    "error", [SafetensorError("no"), MemoryError(), RuntimeError("odd"), OSError(5, "I/O error")]
)
def test_whatever_is_raised(
    engine: Engine, told: Told, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """What cannot be planted for real is raised where tensors become bytes."""

    def refuse(tensors: object) -> bytes:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "pack", refuse)
        engine.save()
        until(lambda: told.notes("Not saved"), "that it fails")
        with pytest.raises(type(error)):
            engine.save(wait=True)
        engine.step(None)
    until(lambda: told.notes("Saved again"), "that it is saved by itself")


def test_pauses_grow_and_are_told(
    engine: Engine, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "FIRST_PAUSE_S", 1.0)
    monkeypatch.setattr(keeper, "LONGEST_PAUSE_S", 3.0)
    shutil.move(engine.run.path / "checkpoints", engine.run.path / "aside")
    (engine.run.path / "checkpoints").write_text("")
    for wanted in ("in 1 s", "in 2 s", "in 3 s", "in 3 s"):
        engine.save()
        engine._wait()
        assert told.notes("Not saved")[-1].text.endswith(wanted)
    (engine.run.path / "checkpoints").unlink()
    shutil.move(engine.run.path / "aside", engine.run.path / "checkpoints")


def test_a_quota_that_shows_free_room_is_tried_with_pauses_for_ever(
    engine: Engine, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No quota can be set up here: the refusal is raised where tensors become bytes."""

    def refuse(tensors: object) -> bytes:
        raise NoRoomError(engine.run.path / "weights", needed_bytes=1000, free_bytes=1 << 40)

    monkeypatch.setattr(keeper, "FIRST_PAUSE_S", 3600.0)
    monkeypatch.setattr(keeper, "LONGEST_PAUSE_S", 3600.0)
    engine._keeper._failures = 5000  # of a week
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "pack", refuse)
        engine.save()
        engine._wait()
        assert told.notes("Not saved")[-1].text.endswith("in 3600 s")
        engine._keeper._try_again()  # the alarm rings: it is too early
        assert len(told.notes("Not saved")) == 1
        assert engine._keeper.retrying
    engine._keeper._try_at = 0.0
    until(lambda: told.notes("Saved again"), "that it is saved by itself")


def test_lines_that_wait_for_room_are_undone_by_a_rewind(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise OSError(5, "I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(history, "append", refuse)
        engine._keeper.record({"nimg": 5000, "event": "later"})
    engine.rewind("000000.000k")
    engine._keeper.record({"nimg": 16, "event": "anew"})
    told = [line.get("event") for line in RunFolder.open(engine.run.path).history()]
    assert "anew" in told
    assert "later" not in told


def test_after_a_rewind_nothing_of_later_is_written(
    engine: Engine, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "needing", None)
        engine.save()
        until(lambda: told.notes("Not saved"), "that it fails")
    engine.rewind("000000.000k")
    engine.step(None)
    engine.step(None)
    engine.save(wait=True)
    names = [path.name for path in engine.run.checkpoints()]
    assert names == ["000000.000k", "000000.032k"]
