"""`timelapse` and branches of `train` on the command line."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.cli import main
from ganstudio.latent.file import save
from ganstudio.latent.stand import Stand
from ganstudio.recipe import Recipe
from ganstudio.train.branch import Parent, parent_of
from ganstudio.train.engine import Engine
from ganstudio.train.run import RunFolder
from ganstudio.train.sampler import Sampler

SMALL = {"batch": 16, "width": 4, "z_dim": 4}


@pytest.fixture(autouse=True)
def _signals():
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def no_flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Checkpoints at 0, 64 and 128 samples, snapshots at 32 and 96."""
    monkeypatch.chdir(tmp_path)
    recipe, folder = Recipe.make("gan", "points", SMALL, kimg=1.0), tmp_path / "parent"
    engine = Engine.build(
        recipe, lambda event: None, folder=folder, data_root=tmp_path, device="cpu"
    )
    for step in range(1, 9):
        engine.step(None)
        if step % 4 == 0:
            engine.save(wait=True)
        elif step % 2 == 0:
            engine.run.timeline.write(engine.trainer.nimg, engine.trainer.averaged_tensors())
    engine.close()
    return folder


def test_a_training_becomes_a_film(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["timelapse", str(run), "--out", "film.gif", "--seconds", "1", "--fps", "10"]
    assert main([*command, "--n", "9", "--height", "60", "--device", "cpu"]) == 0
    assert "10 frames of 5 moments" in capsys.readouterr().out
    with Image.open("film.gif") as film:
        assert film.size[1] == 60
        assert film.n_frames > 1


def test_a_film_of_the_places_that_are_kept(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["timelapse", str(run), "--seconds", "1", "--fps", "5", "--device", "cpu"]
    assert main([*command, "--favourites", "--out", "none.gif"]) == 2
    assert "holds none" in capsys.readouterr().err
    star = run / "favourites" / "Star 1.toml"
    star.parent.mkdir()
    save(star, Stand(np.ones(4, np.float32)))
    save(Path("other.toml"), Stand(np.ones(7, np.float32)))
    assert main([*command, "--favourites", "--out", "kept.gif"]) == 0
    assert main([*command, "--latent", str(star), str(star), "--out", "two.gif"]) == 0
    assert Path("kept.gif").is_file()
    assert main([*command, "--latent", "other.toml", "--out", "x.gif"]) == 2
    assert "7 numbers" in capsys.readouterr().err
    assert main([*command, "--favourites", "--n", "3", "--out", "x.gif"]) == 2
    assert "leave them out" in capsys.readouterr().err
    assert not Path("x.gif").exists()


@pytest.mark.parametrize(
    ("extra", "word"),
    [
        (["--seconds", "0"], "--seconds 0"),
        (["--fps", "-3"], "--fps -3"),
        (["--n", "-1"], "--n -1"),
        (["--height", "3"], "--height 3"),
        (["--out", "film.doc"], "must end in"),
        (["--fps", "1000"], "at most 240"),
    ],
)
def test_what_cannot_be_filmed_is_refused(
    run: Path, capsys: pytest.CaptureFixture[str], extra: list[str], word: str
) -> None:
    assert main(["timelapse", str(run), "--out", "film.gif", *extra]) == 2
    assert word in capsys.readouterr().err
    assert not Path("film.gif").exists()


def test_a_folder_that_is_no_run_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["timelapse", str(tmp_path), "--out", str(tmp_path / "film.gif")]) == 2
    assert "is no run folder" in capsys.readouterr().err


def branch(*extra: str) -> int:
    return main(["train", "--from", "parent", "--measure", "0", "--device", "cpu", *extra])


def test_a_branch_is_trained_with_knobs_said_otherwise(run: Path) -> None:
    assert branch("--at", "0.1", "--set", "g_lr=0.0005", "--kimg", "0.16", "--run", "child") == 0
    assert parent_of(Path("child")) == Parent(Path("parent"), 64)
    recipe = Recipe.of_run(Path("child"))
    assert (recipe.gan.g_lr, recipe.basics.kimg) == (5e-4, 0.16)
    assert RunFolder(Path("child")).read().nimg == 160
    assert [path.name for path in RunFolder(run).checkpoints()][-1] == "000000.128k"


def test_without_a_moment_it_begins_at_the_end(run: Path) -> None:
    assert branch("--kimg", "0.144", "--timeline-mb", "0", "--run", "child") == 0
    assert parent_of(Path("child")) == Parent(Path("parent"), 128)
    assert Recipe.of_run(Path("child")).basics.timeline_mb == 0


@pytest.mark.parametrize(
    ("extra", "word"),
    [
        (["--at", "-1"], "--at -1"),
        (["--resume"], "a branch has its parent's recipe"),
        (["--variant", "lsgan"], "a branch has its parent's recipe"),
        (["--set", "g_lr=7"], "g_lr = 7"),
        (["--from", "nowhere"], "nowhere is no run folder"),
        (["--timeline-mb", "x"], "--timeline-mb x"),
    ],
)
def test_a_branch_that_cannot_be_is_refused(
    run: Path, capsys: pytest.CaptureFixture[str], extra: list[str], word: str
) -> None:
    assert branch("--run", "child", *extra) == 2
    assert word in capsys.readouterr().err
    assert not Path("child").exists()


def test_a_moment_without_a_run_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--at", "3"]) == 2
    assert "--from RUN" in capsys.readouterr().err


def test_other_networks_are_refused(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert branch("--set", "width=8", "--run", "child") == 1
    assert "width 4 then, 8 now" in capsys.readouterr().err
    assert not Path("child").exists()


def test_samples_are_drawn_from_any_kept_moment(run: Path) -> None:
    for name, extra in (
        ("at", ["--at", "0.04"]),  # the snapshot at 32 samples is nearer than any checkpoint
        ("now", []),
        ("then", ["--at", "0.128"]),
    ):
        command = ["sample", str(run), "--n", "4", "--out", f"{name}.npz", "--device", "cpu"]
        assert main([*command, *extra]) == 0
    at, now, then = (np.load(f"{name}.npz")["samples"] for name in ("at", "now", "then"))
    wanted = Sampler.load(run, "cpu", moment=32)
    assert np.array_equal(at, wanted.draw(wanted.model.draw(4, 0)))
    assert np.array_equal(now, then)
    assert not np.array_equal(now, at)


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (["sample", "parent", "--at", "abc", "--out", "x.npz"], "--at abc"),
        (["sample", "parent", "--at", "1", "--checkpoint", "c", "--out", "x.npz"], "leave one"),
        (["sample", "parent", "--psi", "nan", "--out", "x.npz"], "--psi nan"),
        (["train", "--from", "parent", "--at", "abc"], "--at abc"),
        (["train", "--from", "parent", "--at", "nan"], "--at nan"),
        (["timelapse", "parent", "--seed", "-1", "--out", "x.gif"], "--seed -1"),
    ],
)
def test_what_cannot_be_meant_is_said(
    run: Path, command: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    assert word in capsys.readouterr().err
    assert not Path("x.npz").exists()
