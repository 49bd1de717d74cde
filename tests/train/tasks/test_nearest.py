"""The nearest training samples, over a small set of furniture."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ganstudio.recipe import Recipe
from ganstudio.train.examples import load_samples
from ganstudio.train.tasks import nearest
from ganstudio.train.tasks.base import CancelledError, Desk, TaskError
from ganstudio.train.tasks.nearest import NearestSolids


@pytest.fixture(scope="module")
def recipe():
    knobs = {"side": 32, "kind": "chair", "count": 24}
    return Recipe.from_dict({"variant": "gan3d", "data": "furniture", "dataset": knobs})


@pytest.fixture
def run(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(NearestSolids, "_known", None)
    (tmp_path / "recipe.toml").write_text(recipe.to_toml())
    return tmp_path


@pytest.fixture(scope="module")
def solids(recipe, tmp_path_factory):
    return load_samples(recipe, tmp_path_factory.mktemp("data")).x[:, 0].numpy() > 127


@pytest.fixture
def sampler(recipe):
    return SimpleNamespace(model=SimpleNamespace(spec=recipe.spec))


def ask(sampler, run, grid, desk=None, **more):
    return NearestSolids().run(
        sampler, desk or Desk(), grid=grid, run=run, data_root=run / "data", **more
    )


def test_a_training_sample_finds_itself(sampler, run, solids):
    found = ask(sampler, run, solids[7], count=3)
    assert found.ious[0] == 1
    assert np.array_equal(found.grids[0], solids[7])
    assert found.among == len(solids)
    assert (np.diff(found.ious) <= 0).all()
    assert np.array_equal(found.grids[1], solids[found.indices[1]])


def test_turned_ones_are_found_too(sampler, run, solids):
    turned = np.rot90(solids[3], 1, (0, 1))
    assert ask(sampler, run, turned).ious[0] == 1
    assert ask(sampler, run, turned, turned=False).ious[0] < 1


def test_the_data_is_read_once(sampler, run, solids, monkeypatch):
    ask(sampler, run, solids[0])
    monkeypatch.setattr(nearest, "load_samples", lambda *_: pytest.fail("read again"))
    assert ask(sampler, run, solids[1] * 0.8).ious[0] == 1
    with pytest.raises(TaskError, match="above the threshold"):
        ask(sampler, run, solids[1] * 0.4)


def test_what_cannot_be_done_is_said(sampler, run, solids, tmp_path):
    with pytest.raises(TaskError, match="the object is"):
        ask(sampler, run, solids[0][:4])
    with pytest.raises(TaskError, match="cannot be read"):
        ask(sampler, tmp_path / "none", solids[0])
    flat = SimpleNamespace(
        model=SimpleNamespace(spec=SimpleNamespace(kind="image", shape=(1, 8, 8)))
    )
    with pytest.raises(TaskError, match="only objects"):
        ask(flat, run, solids[0])


def test_it_stops_when_nobody_waits(sampler, run, solids):
    with pytest.raises(CancelledError):
        ask(sampler, run, solids[0], Desk(wanted=lambda: False))


def test_files_of_no_size_and_moved_ones_are_found(sampler, run, solids):
    lifted = np.roll(solids[5], (1, -1), (0, 1))
    assert ask(sampler, run, lifted).ious[0] == 1
    large = np.kron(solids[5], np.ones((2, 2, 2), bool))
    found = ask(sampler, run, large, sized=False)
    assert found.indices[0] == 5
    assert found.ious[0] > 0.97
    assert np.array_equal(found.grids[0], solids[5])


def test_reading_the_training_set_can_be_cancelled(sampler, run, solids):
    told = []

    def wanted():
        return len(told) < 2  # the word before reading, and the first while reading

    desk = Desk(lambda share, text, preview: told.append(text), wanted)
    with pytest.raises(CancelledError):
        ask(sampler, run, solids[7], desk)
    assert told == ["reading the training set", "drawing furniture, 0 of 24"]
    assert NearestSolids._known is None
