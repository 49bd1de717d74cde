"""The time machine in the engine: when snapshots are taken, and that training never minds."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ganstudio.recipe import Recipe
from ganstudio.train import engine as engine_module
from ganstudio.train import keeper as keeper_module
from ganstudio.train import messages as m
from ganstudio.train import timeline as timeline_module
from ganstudio.train.engine import Engine
from ganstudio.train.run import RunFolder
from ganstudio.train.sampler import Sampler
from ganstudio.train.timeline import Timeline

SMALL = {"batch": 16, "width": 4, "z_dim": 4}


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots whatever they cost, a clock that has no part in it, and no waiting for the disk."""
    monkeypatch.setattr(timeline_module, "SHORTEST_PAUSE_S", 0.0)
    monkeypatch.setattr(timeline_module, "COST_SHARE", float("inf"))
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def build(folder: Path, told: list[m.Event] | None = None, **more: object) -> Engine:
    recipe = Recipe.make("gan", "points", SMALL, timeline_mb=more.pop("timeline_mb", 512))
    hear = told.append if told is not None else lambda event: None
    engine = Engine.build(recipe, hear, folder=folder, data_root=folder, device="cpu", **more)
    engine._wait()  # for the first checkpoint
    return engine


def step(engine: Engine, count: int) -> None:
    for _ in range(count):
        engine.step(None)
        engine.autosave()
        engine._wait()


def snapshots(folder: Path) -> list[int]:
    return [one.nimg for one in RunFolder(folder).timeline.snapshots()]


def test_snapshots_are_taken_while_training_and_told(tmp_path: Path) -> None:
    told: list[m.Event] = []
    engine = build(tmp_path / "run", told)
    step(engine, 30)
    engine.close()
    kept = snapshots(tmp_path / "run")
    assert kept[0] == 16
    assert len(kept) >= 2
    remembered = [event for event in told if isinstance(event, m.Remembered)]
    assert remembered[-1] == m.Remembered(tmp_path / "run", (0, *kept))
    exact = Sampler.load(tmp_path / "run", "cpu", moment=kept[-1])
    assert exact.nimg == kept[-1]


def test_no_room_is_no_snapshot(tmp_path: Path) -> None:
    engine = build(tmp_path / "run", timeline_mb=0)
    step(engine, 30)
    engine.close()
    assert not (tmp_path / "run" / "timeline").exists()


def test_a_rewind_cuts_the_timeline_and_tells_so(tmp_path: Path) -> None:
    told: list[m.Event] = []
    engine = build(tmp_path / "run", told)
    step(engine, 20)
    engine.save(wait=True)
    step(engine, 30)
    engine.rewind("000000.320k")
    kept = snapshots(tmp_path / "run")
    assert kept
    assert max(kept) <= 320
    last = [event for event in told if isinstance(event, m.Remembered)][-1]
    assert last.moments[-1] == 320
    step(engine, 20)
    engine.close()
    assert snapshots(tmp_path / "run")[-1] > 320


def test_a_resumed_run_goes_on_with_its_timeline(tmp_path: Path) -> None:
    engine = build(tmp_path / "run")
    step(engine, 30)
    engine.save(wait=True)
    engine.close()
    before = snapshots(tmp_path / "run")
    engine = build(tmp_path / "run", resume=True)
    step(engine, 30)
    engine.close()
    after = snapshots(tmp_path / "run")
    assert after[: len(before)] == before
    assert len(after) > len(before)


def test_a_disk_that_takes_no_snapshot_is_told_once_and_training_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[m.Event] = []
    engine = build(tmp_path / "run", told)

    def full(self: Timeline, nimg: int, tensors: object) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Timeline, "write", full)
        step(engine, 60)
    notes = [event for event in told if isinstance(event, m.Noted)]
    assert [note.level for note in notes] == ["error"]
    assert "No space left" in notes[0].text
    step(engine, 60)
    engine.close()
    assert engine.trainer.nimg == 120 * 16
    assert snapshots(tmp_path / "run")


def test_nothing_is_copied_while_something_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = build(tmp_path / "run")
    engine._wait()
    monkeypatch.setattr(keeper_module.Keeper, "busy", True)
    monkeypatch.setattr(engine.trainer, "averaged_tensors", lambda: pytest.fail("copied"))
    for _ in range(30):
        engine.step(None)
        engine.autosave()
    engine.close()


def test_there_is_a_checkpoint_to_branch_off_from_near_every_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "SOONEST_S", 0.0)
    monkeypatch.setattr(engine_module, "SAVING_SHARE", float("inf"))
    engine = build(tmp_path / "run")
    step(engine, 200)
    engine.close()
    reached = [float(path.name[:-1]) for path in RunFolder(tmp_path / "run").checkpoints()]
    assert len(reached) >= 3
    assert reached[1] == pytest.approx(1.06, abs=0.02)  # aged by a tenth


TRAIN = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from ganstudio.recipe import Recipe
from ganstudio.train import engine as engine_module
from ganstudio.train import timeline
from ganstudio.train.engine import Engine
timeline.SHORTEST_PAUSE_S, timeline.COST_SHARE = 0.0, float("inf")
engine_module.SOONEST_S, engine_module.SAVING_SHARE = 0.0, float("inf")
recipe = Recipe.make("gan", "points", {"batch": 16, "width": 4, "z_dim": 4}, kimg=1e5)
folder = Path(sys.argv[1])
engine = Engine.build(recipe, lambda event: None, folder=folder, data_root=folder, device="cpu")
for step in range(10**6):
    engine.step(None)
    engine.report()
    engine.autosave()
    print(step, flush=True)
"""


def test_a_kill_while_training_leaves_moments_that_can_be_seen_and_gone_on_from(
    tmp_path: Path,
) -> None:
    training = subprocess.Popen(
        [sys.executable, "-c", TRAIN, str(tmp_path / "run")], stdout=subprocess.PIPE, text=True
    )
    assert training.stdout is not None
    kept = 0
    while kept < 3:  # however slow the disk is
        assert all(training.stdout.readline() for _ in range(400))
        kept = len(RunFolder(tmp_path / "run").moments())
    training.send_signal(signal.SIGKILL)
    training.wait()
    training.stdout.close()
    there = RunFolder(tmp_path / "run").moments()
    assert len(there) >= 3
    for one in there:
        assert Sampler.load(tmp_path / "run", "cpu", moment=one.nimg).nimg == one.nimg
    engine = build(tmp_path / "run", resume=True)
    engine.step(None)
    engine.close()
    assert not list((tmp_path / "run" / "timeline").glob(".*"))
