"""Films of walks and of trainings, from a small model that is not trained."""

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio import registry
from ganstudio.latent.stand import Stand
from ganstudio.latent.walks import KeyFrames
from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.run import RunFolder
from ganstudio.train.sampler import Sampler
from ganstudio.train.session import Outbox
from ganstudio.train.speed import Machine
from ganstudio.train.tasks.base import CancelledError, Desk, TaskError
from ganstudio.train.tasks.film import Film, usual_size
from ganstudio.train.tasks.timelapse import Timelapse, spread
from ganstudio.train.trainer import Trainer
from ganstudio.train.workshop import Workshop

CPU = Machine(torch.device("cpu"), torch.float32, False, 1)
MOMENTS = (0, 8, 16, 24)


def make_run(root: Path, variant: str, data: str, **knobs: object) -> Path:
    """Snapshots of four moments; the last one is a checkpoint as well."""
    recipe = Recipe.make(variant, data, {"batch": 8, "width": 4, "z_dim": 4, **knobs})
    samples = registry.find("data", data)(recipe.dataset, Path("unused")).load()
    kind = registry.find("gans", variant)
    trainer = Trainer.build(kind, recipe.gan, recipe.spec, samples, 0, CPU)
    run = RunFolder.create(root, recipe)
    for nimg in MOMENTS:
        weights = {name: value + nimg for name, value in trainer.averaged_tensors().items()}
        run.timeline.write(nimg, weights)
    kept = trainer.snapshot()
    kept.state["nimg"] = MOMENTS[-1]
    run.write(kept)
    return run.path


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("runs"), "cgan", "digits")


@pytest.fixture(scope="module")
def solids(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("runs"), "gan3d", "furniture")


@pytest.fixture(autouse=True)
def no_flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def walk(**told: Any) -> KeyFrames:
    z = np.random.default_rng(1).standard_normal((2, 4)).astype(np.float32)
    return KeyFrames((Stand(z[0], told), Stand(z[1], told)), 1.0, "linear", "linear", classes=10)


def pictures(folder: Path) -> list[np.ndarray]:
    return [np.asarray(Image.open(path)) for path in sorted(folder.iterdir())]


def test_a_walk_becomes_a_film_that_shows_its_samples(digits: Path, tmp_path: Path) -> None:
    sampler, told = Sampler.load(digits, "cpu"), []
    path = walk(classes=np.array([3]))
    desk = Desk(lambda share, text, preview: told.append((share, text, preview)))
    made = Film().run(sampler, desk, walk=path, path=tmp_path / "walk.png", fps=8, size=(48, 48))
    assert (made.path, made.frames) == (tmp_path / "walk", 9)
    shown = pictures(made.path)
    assert len(shown) == 9
    for index, second in ((0, 0.0), (8, 1.0)):
        stand = path.at(second)
        x = sampler.draw(stand.z[None], {"classes": np.array([3])})[0, 0]
        wanted = np.clip((x + 1) * 127.5 + 0.5, 0, 255).astype(np.uint8)
        assert np.abs(shown[index][1::3, 1::3, 0].astype(int) - wanted).max() <= 1
    assert [share for share, _, _ in told] == sorted(share for share, _, _ in told)
    assert told[-1][0] == 1.0
    assert told[0][2].shape == (48, 48, 3)


def test_solids_are_drawn_and_callers_may_paint(solids: Path, tmp_path: Path) -> None:
    sampler = Sampler.load(solids, "cpu")
    made = Film().run(sampler, Desk(), walk=walk(), path=tmp_path / "a", fps=2, size=(64, 40))
    assert pictures(made.path)[0].shape == (40, 64, 3)
    seen = []

    def paint(sample: np.ndarray) -> np.ndarray:
        seen.append(sample.shape)
        return np.full((10, 10, 3), 77, np.uint8)

    made = Film().run(
        sampler, Desk(), walk=walk(), path=tmp_path / "b", fps=2, size=(20, 20), paint=paint
    )
    assert seen == [(1, 32, 32, 32)] * 3
    assert np.all(pictures(made.path)[0] == 77)


@pytest.mark.parametrize("name", ["walk.mp4", "walk.gif", "walk"])
def test_a_cancelled_film_leaves_nothing(digits: Path, tmp_path: Path, name: str) -> None:
    looks = iter([True] * 5 + [False] * 50)
    desk = Desk(wanted=lambda: next(looks))
    with pytest.raises(CancelledError):
        Film().run(Sampler.load(digits, "cpu"), desk, walk=walk(), path=tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["walk.webp", "walk.gif"])
def test_a_film_is_cancelled_while_it_is_packed(digits: Path, tmp_path: Path, name: str) -> None:
    told: list[str] = []
    packs = lambda: [text for text in told if text.startswith("packing")]  # noqa: E731
    desk = Desk(lambda _, text, __: told.append(text), lambda: len(packs()) < 2)
    with pytest.raises(CancelledError):
        Film().run(Sampler.load(digits, "cpu"), desk, walk=walk(), path=tmp_path / name, fps=4)
    assert packs()[0] == "packing 0%"
    assert list(tmp_path.iterdir()) == []


def test_a_timelapse_of_places_that_are_given(digits: Path, tmp_path: Path) -> None:
    sampler = Sampler.load(digits, "cpu")
    z = sampler.model.draw(6, 3)
    options = {"seconds": 1, "fps": 4, "height": 70, "label": False}
    given = Timelapse().run(
        sampler, Desk(), path=tmp_path / "given", places=[Stand(row) for row in z], **options
    )
    drawn = Timelapse().run(sampler, Desk(), path=tmp_path / "drawn", n=6, seed=3, **options)
    for one, other in zip(pictures(given.path), pictures(drawn.path), strict=True):
        np.testing.assert_array_equal(one, other)
    row = Timelapse().run(
        sampler, Desk(), path=tmp_path / "row", places=[Stand(row) for row in z], columns=6,
        **options,
    )  # fmt: skip
    assert pictures(row.path)[0].shape[1] > pictures(given.path)[0].shape[1]
    with pytest.raises(TaskError, match="cannot be made"):
        Timelapse().run(
            sampler, Desk(), path=tmp_path / "x", places=[Stand(np.zeros(99, np.float32))],
            **options,
        )  # fmt: skip


def test_what_cannot_be_filmed_is_said(digits: Path, tmp_path: Path) -> None:
    sampler = Sampler.load(digits, "cpu")
    with pytest.raises(TaskError, match="must end in"):
        Film().run(sampler, Desk(), walk=walk(), path=tmp_path / "walk.doc")
    other = KeyFrames((Stand(np.zeros(3, np.float32)),) * 2)
    with pytest.raises(TaskError, match="latents must be"):
        Film().run(sampler, Desk(), walk=other, path=tmp_path / "walk.gif")
    with pytest.raises(TaskError, match="frames a second"):
        Film().run(sampler, Desk(), walk=walk(), path=tmp_path / "walk.gif", fps=0)
    assert list(tmp_path.iterdir()) == []


def test_the_usual_size_is_a_whole_multiple(digits: Path, solids: Path) -> None:
    assert usual_size(Sampler.load(digits, "cpu").model.spec) == (512, 512)
    assert usual_size(Sampler.load(solids, "cpu").model.spec) == (512, 512)


def test_a_timelapse_shows_every_moment_at_the_same_latents(digits: Path, tmp_path: Path) -> None:
    sampler = Sampler.load(digits, "cpu")
    made = Timelapse().run(
        sampler, Desk(), path=tmp_path / "film", seconds=2, fps=4, n=4, height=70, label=False
    )
    assert (made.frames, made.moments, made.skipped) == (8, 4, 0)
    shown = pictures(made.path)
    assert [np.array_equal(a, b) for a, b in zip(shown[::2], shown[1::2], strict=True)] == [
        True
    ] * 4
    assert not np.array_equal(shown[0], shown[2])
    again = Timelapse().run(
        sampler, Desk(), path=tmp_path / "again", seconds=2, fps=4, n=4, height=70, run=digits
    )
    assert pictures(again.path)[0].shape == shown[0].shape
    assert not np.array_equal(pictures(again.path)[0], shown[0])  # labelled


def test_a_timelapse_of_solids(solids: Path, tmp_path: Path) -> None:
    made = Timelapse().run(
        Sampler.load(solids, "cpu"), Desk(), path=tmp_path / "x.gif", seconds=1, fps=4, height=64
    )
    with Image.open(made.path) as film:
        assert film.size[1] == 64


def test_a_moment_that_is_damaged_is_left_out(tmp_path: Path) -> None:
    folder = make_run(tmp_path, "gan", "points")
    bad = RunFolder(folder).timeline.snapshots()[1].path
    bad.write_bytes(bad.read_bytes()[:-9])
    made = Timelapse().run(
        Sampler.load(folder, "cpu"), Desk(), path=tmp_path / "film", seconds=1, fps=4, n=8,
        height=32,
    )  # fmt: skip
    assert (made.moments, made.skipped, made.frames) == (3, 1, 3)


def test_a_moment_that_cannot_be_reached_is_left_out(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampler, read = Sampler.load(digits, "cpu"), RunFolder.read_moment

    def refused(run: RunFolder, nimg: int) -> dict[str, torch.Tensor]:
        if nimg == 8:
            raise PermissionError("not now")
        return read(run, nimg)

    monkeypatch.setattr(RunFolder, "read_moment", refused)
    made = Timelapse().run(
        sampler, Desk(), path=tmp_path / "film", seconds=1, fps=4, n=4, height=32
    )
    assert (made.moments, made.skipped) == (3, 1)


def test_a_timelapse_that_cannot_be_is_refused(digits: Path, tmp_path: Path) -> None:
    sampler = Sampler.load(digits, "cpu")
    with pytest.raises(TaskError, match="must last"):
        Timelapse().run(sampler, Desk(), path=tmp_path / "x.mp4", seconds=0)
    sampler.source = "live"
    with pytest.raises(TaskError, match="which run"):
        Timelapse().run(sampler, Desk(), path=tmp_path / "x.mp4")
    empty = RunFolder.create(tmp_path / "runs", Recipe.make())
    with pytest.raises(TaskError, match="keeps no moment"):
        Timelapse().run(sampler, Desk(), path=tmp_path / "x.mp4", run=empty.path)
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_moments_are_spread_over_the_frames() -> None:
    assert spread([], 10) == []
    assert spread([5], 10) == [(5, 10)]
    plan = spread(range(7), 20)
    assert [nimg for nimg, _ in plan] == list(range(7))
    assert sum(times for _, times in plan) == 20
    assert {times for _, times in plan} == {2, 3}
    plan = spread(range(100), 10)
    assert (len(plan), plan[0], plan[-1]) == (10, (0, 1), (99, 1))


def test_films_are_made_in_the_workshop_and_can_be_cancelled(digits: Path, tmp_path: Path) -> None:
    sampler, outbox, reached = Sampler.load(digits, "cpu"), Outbox(), threading.Event()
    shop = Workshop(outbox, lambda: sampler)

    def slow(sample: np.ndarray) -> np.ndarray:
        reached.set()
        return np.zeros((16, 16, 3), np.uint8)

    def answers(kind: type) -> Any:
        while True:
            for event in outbox.wait(20):
                if isinstance(event, kind):
                    return event

    film = {"walk": walk(), "fps": 4, "size": (32, 32)}
    shop.do(m.Errand("film", {**film, "path": tmp_path / "a.mp4"}))
    assert answers(m.Done).result.frames == 5
    long = {**film, "fps": 240, "paint": slow, "path": tmp_path / "b.mp4"}
    ticket = shop.do(m.Errand("film", long))
    assert reached.wait(20)
    shop.cancel(ticket)
    dropped = answers((m.Dropped, m.Done))
    assert shop.close(20)
    assert isinstance(dropped, m.Dropped)
    assert dropped.reason == ""
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
