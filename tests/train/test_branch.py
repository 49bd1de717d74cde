"""Branches on the engine's side: where they begin, what they take over, what is refused."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.branch import (
    Parent,
    checkpoints_before,
    difference,
    note_parent,
    parent_of,
    recipe_at,
)
from ganstudio.train.engine import Engine
from ganstudio.train.run import RunError, RunFolder

SMALL = {"batch": 16, "width": 4, "z_dim": 4}


@pytest.fixture(autouse=True)
def no_flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def recipe(**more: object) -> Recipe:
    knobs = {**SMALL, **more.pop("knobs", {})}
    return Recipe.make(more.pop("variant", "gan"), "points", knobs, **{"kimg": 1.0, **more})


def build(
    folder: Path, wanted: Recipe | None = None, told: list[m.Event] | None = None, **more: object
) -> Engine:
    hear = told.append if told is not None else lambda event: None
    wanted = wanted or recipe()
    return Engine.build(wanted, hear, folder=folder, data_root=folder, device="cpu", **more)


def step(engine: Engine, count: int) -> None:
    for _ in range(count):
        engine.step(None)
        engine.report()
        engine._reporter.write_line()


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    """Checkpoints at 0, 64, 128 and 192 samples, snapshots before them, a knob turned at 128."""
    engine = build(tmp_path / "parent")
    for index in range(3):
        step(engine, 4)
        if index == 1:
            engine.tune("g_lr", 1e-3)
        engine.save(wait=True)
        engine.run.timeline.write(engine.trainer.nimg - 8, engine.trainer.averaged_tensors())
    engine.close()
    return tmp_path / "parent"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_a_branch_goes_on_as_its_parent_would_have(parent: Path, tmp_path: Path) -> None:
    before = contents(parent)
    told: list[m.Event] = []
    branch = build(tmp_path / "branch", recipe(), told, parent=Parent(parent, 100))
    assert branch.trainer.nimg == 64
    step(branch, 4)
    branch.save(wait=True)
    branch.close()
    started = next(e for e in told if isinstance(e, m.Started))
    assert (started.nimg, started.step, started.resumed) == (64, 4, True)
    mine = RunFolder.open(tmp_path / "branch").read()
    theirs = RunFolder.open(parent).read("000000.128k")
    assert mine.nimg == 128
    assert all(torch.equal(mine.weights[name], theirs.weights[name]) for name in mine.weights)
    assert contents(parent) == before


def test_it_takes_over_the_past_and_notes_its_parent(parent: Path, tmp_path: Path) -> None:
    build(tmp_path / "branch", recipe(), parent=Parent(parent, 130)).close()
    assert parent_of(tmp_path / "branch") == Parent(parent, 128)
    assert 'run = "../parent"' in (tmp_path / "branch" / "parent.toml").read_text()
    own, theirs = RunFolder.open(tmp_path / "branch"), RunFolder.open(parent)
    lines = own.history()
    assert [line for line in lines if line["nimg"] <= 128][: len(lines) - 1] == [
        line for line in theirs.history() if line["nimg"] <= 128
    ]
    assert [path.name for path in own.checkpoints()] == ["000000.128k"]
    assert (tmp_path / "branch" / "samples" / "000000.064k.png").is_file()
    assert not (tmp_path / "branch" / "samples" / "000000.192k.png").exists()
    assert [one.nimg for one in own.timeline.snapshots()] == [56, 120]
    assert [one.nimg for one in own.moments()] == [56, 120, 128]
    assert Recipe.of_run(own.path) == recipe()


def test_what_one_lets_go_the_other_keeps(parent: Path, tmp_path: Path) -> None:
    build(tmp_path / "branch", recipe(), parent=Parent(parent, 130)).close()
    RunFolder.open(tmp_path / "branch").cut(0)
    assert [one.nimg for one in RunFolder.open(parent).timeline.snapshots()] == [56, 120, 184]
    both = Path(shutil.move(tmp_path / "branch", tmp_path / "moved"))
    assert parent_of(both) == Parent(parent, 128)


def test_a_parent_that_is_being_trained_is_only_read(parent: Path, tmp_path: Path) -> None:
    training = build(parent, Recipe.of_run(parent), resume=True)
    branch = build(tmp_path / "branch", recipe(), parent=Parent(parent, 192))
    step(training, 1)
    step(branch, 1)
    training.close()
    branch.close()
    assert (training.trainer.nimg, branch.trainer.nimg) == (208, 208)


def test_live_knobs_length_and_seed_may_differ(parent: Path, tmp_path: Path) -> None:
    edited = recipe(seed=9, kimg=2.0, knobs={"g_lr": 5e-4, "batch": 8})
    branch = build(tmp_path / "branch", edited, parent=Parent(parent, 64))
    assert branch.trainer.nimg == 64
    assert branch.trainer.gan.rate("G") == 5e-4
    assert branch.target_nimg == 2000
    step(branch, 1)
    branch.close()
    assert branch.trainer.nimg == 72
    same = build(tmp_path / "same", recipe(kimg=2.0), parent=Parent(parent, 64))
    own, other = same.trainer.random.get_state(), branch.trainer.random.get_state()
    assert not torch.equal(own, other)
    same.close()


def test_a_branch_from_the_end_goes_on_for_as_long_again(parent: Path, tmp_path: Path) -> None:
    told: list[m.Event] = []
    branch = build(tmp_path / "branch", recipe(kimg=0.1), told, parent=Parent(parent, 192))
    branch.close()
    assert branch.target_nimg == 200
    assert any(isinstance(event, m.Noted) and "goes on" in event.text for event in told)


@pytest.mark.parametrize(
    ("edited", "word"),
    [
        (recipe(knobs={"width": 8}), "width 4 then, 8 now"),
        (recipe(knobs={"z_dim": 6}), "z_dim 4 then, 6 now"),
        (recipe(variant="lsgan"), "gan on points then, lsgan on points now"),
        (Recipe.make("gan", "digits", SMALL), "is not what"),
    ],
)
def test_other_networks_are_refused_with_what_differs(
    parent: Path, tmp_path: Path, edited: Recipe, word: str
) -> None:
    with pytest.raises(RunError, match=word):
        build(tmp_path / "branch", edited, parent=Parent(parent, 64))
    assert not (tmp_path / "branch").exists()


def test_a_moment_before_the_first_checkpoint_is_refused(parent: Path, tmp_path: Path) -> None:
    shutil.rmtree(parent / "checkpoints" / "000000.000k")
    with pytest.raises(RunError, match=r"its first is of 0\.064 kimg"):
        build(tmp_path / "branch", recipe(), parent=Parent(parent, 10))


def test_a_damaged_checkpoint_is_passed_over(
    parent: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (parent / "checkpoints" / "000000.128k" / "weights.safetensors").write_bytes(b"no")
    branch = build(tmp_path / "branch", recipe(), parent=Parent(parent, 150))
    branch.close()
    assert branch.trainer.nimg == 64
    assert parent_of(tmp_path / "branch") == Parent(parent, 64)
    assert "the checkpoint before it is used" in caplog.text
    for name in ("000000.000k", "000000.064k"):
        (parent / "checkpoints" / name / "weights.safetensors").write_bytes(b"no")
    with pytest.raises(RunError, match="no checkpoint that is whole"):
        build(tmp_path / "other", recipe(), parent=Parent(parent, 150))


def test_the_recipe_of_a_moment_knows_what_was_turned_by_then(parent: Path) -> None:
    assert recipe_at(parent, 64).gan.g_lr == 2e-4
    assert recipe_at(parent, 1e9).gan.g_lr == 1e-3
    assert recipe_at(parent, 64).basics.kimg == 1.0
    with pytest.raises(RunError, match="no checkpoint"):
        recipe_at(parent, -1)
    (parent / "checkpoints" / "000000.064k" / "state.json").write_text("{")
    with pytest.raises(RunError, match="damaged"):
        recipe_at(parent, 64)


def test_the_nearest_checkpoint_before_a_moment_comes_first(parent: Path) -> None:
    names = [path.name for path in checkpoints_before(parent, 191)]
    assert names == ["000000.128k", "000000.064k", "000000.000k"]


def test_notes_of_parents_are_read_back_or_refused(tmp_path: Path) -> None:
    child = tmp_path / "deep" / "child"
    child.mkdir(parents=True)
    assert parent_of(child) is None
    note_parent(child, Parent(tmp_path / "parent", 64))
    assert parent_of(child) == Parent(tmp_path / "parent", 64)
    for text in ("run = 3", "nimg = 5", "run = 'x'\nnimg = 'y'", "{"):
        (child / "parent.toml").write_text(text)
        with pytest.raises(RunError, match="cannot be read"):
            parent_of(child)


def test_only_what_is_fixed_counts_as_a_difference() -> None:
    assert difference(recipe(), recipe(knobs={"g_lr": 1e-3}, kimg=9.0, seed=3)) == ""
    assert "batch 16 then, 8 now" in difference(recipe(), recipe(knobs={"batch": 8}))


def test_samples_of_a_branch_start_from_the_parents(parent: Path, tmp_path: Path) -> None:
    from ganstudio.train.sampler import Sampler

    build(tmp_path / "branch", recipe(), parent=Parent(parent, 128)).close()
    z = np.ones((3, 4), np.float32)
    mine = Sampler.load(tmp_path / "branch", "cpu").draw(z)
    assert np.array_equal(mine, Sampler.load(parent, "cpu", "000000.128k").draw(z))


def test_a_branch_that_cannot_begin_leaves_nothing(
    parent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = contents(parent)
    monkeypatch.setattr(RunFolder, "inherit", full)
    with pytest.raises(OSError, match="No space"):
        build(tmp_path / "branch", parent=Parent(parent, 128))
    assert not (tmp_path / "branch").exists()
    assert contents(parent) == before
