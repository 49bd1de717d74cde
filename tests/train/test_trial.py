"""How many threads train fastest: tried once, remembered, never at the training's cost."""

import json
from pathlib import Path

import pytest
import torch

from ganstudio import registry
from ganstudio.data.base import Samples
from ganstudio.gans.base import GAN
from ganstudio.recipe import Recipe
from ganstudio.resources import cache_root
from ganstudio.train import trial
from ganstudio.train.engine import Engine
from ganstudio.train.speed import Machine

FOUR = Machine(torch.device("cpu"), torch.float32, False, 4)


@pytest.fixture(autouse=True)
def _threads():
    before = torch.get_num_threads()
    yield
    assert torch.get_num_threads() == before


@pytest.fixture
def asked() -> tuple[Recipe, type[GAN], Samples]:
    recipe = Recipe.make("gan", "points", {"batch": 16}, kimg=1000)
    samples = registry.find("data", "points")(recipe.dataset, Path("unused")).load()
    return recipe, registry.find("gans", "gan"), samples


def clocked(monkeypatch: pytest.MonkeyPatch, seconds: dict[int, float]) -> list[int]:
    """Let each number of threads take so long; a real step is made all the same."""
    steps: list[int] = []

    def timed(trainer: object, threads: int) -> float:
        trainer.step()
        steps.append(threads)
        return seconds[threads]

    monkeypatch.setattr(trial, "_seconds", timed)
    return steps


def test_the_quickest_is_taken_and_remembered(asked, monkeypatch) -> None:
    steps = clocked(monkeypatch, {4: 0.02, 2: 0.008, 1: 0.01})
    assert trial.settle(FOUR, *asked).threads == 2
    assert set(steps) == {4, 2, 1}
    steps.clear()
    assert trial.settle(FOUR, *asked).threads == 2
    assert steps == []


def test_the_rule_stays_where_little_is_gained(asked, monkeypatch) -> None:
    clocked(monkeypatch, {4: 0.0102, 2: 0.01, 1: 0.02})
    assert trial.settle(FOUR, *asked).threads == 4


def test_large_networks_are_not_tried(asked, monkeypatch) -> None:
    steps = clocked(monkeypatch, {4: 1.0, 2: 0.1, 1: 0.1})
    assert trial.settle(FOUR, *asked).threads == 4
    assert steps == [4]


def test_a_real_trial_leaves_the_random_state_alone(asked) -> None:
    before = torch.get_rng_state()
    assert trial.settle(FOUR, *asked).threads in (4, 2, 1)
    assert torch.equal(torch.get_rng_state(), before)
    assert len(json.loads((cache_root() / "trials.json").read_text())) == 1


def test_another_batch_is_tried_anew(asked, monkeypatch) -> None:
    steps = clocked(monkeypatch, {4: 0.02, 2: 0.008, 1: 0.01})
    trial.settle(FOUR, *asked)
    steps.clear()
    recipe, *rest = asked
    trial.settle(FOUR, recipe.edited({"batch": 32}), *rest)
    assert steps


def test_short_trainings_and_single_threads_are_left_as_they_are(asked, monkeypatch) -> None:
    steps = clocked(monkeypatch, {})
    recipe, *rest = asked
    assert trial.settle(FOUR, recipe.replace(kimg=10), *rest) == FOUR
    one = Machine(FOUR.device, FOUR.precision, False, 1)
    assert trial.settle(one, *asked) == one
    assert steps == []


def test_a_wish_is_never_tried(asked, monkeypatch) -> None:
    steps = clocked(monkeypatch, {})
    recipe, *rest = asked
    assert trial.settle(FOUR, recipe.edited({"threads": 1}), *rest).threads == 1
    assert steps == []


@pytest.mark.parametrize("content", [b"\xff", b"[]", b'{"a": ', b'{"x": "y"}'])
def test_a_damaged_memory_is_begun_anew(asked, monkeypatch, content: bytes) -> None:
    clocked(monkeypatch, {4: 0.02, 2: 0.008, 1: 0.01})
    path = cache_root() / "trials.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    assert trial.settle(FOUR, *asked).threads == 2
    assert 2 in json.loads(path.read_text()).values()


def test_a_resumed_run_keeps_the_threads_it_began_with(tmp_path: Path) -> None:
    recipe = Recipe.make("gan", "points", {"batch": 16, "threads": 2}, kimg=1)
    run, told = tmp_path / "run", []
    begun = Engine.build(recipe, told.append, folder=run, data_root=tmp_path, device="cpu")
    begun.step(None)
    begun.save(wait=True)
    kept = begun.trainer.machine.threads
    begun.close()
    torch.set_num_threads(1)
    again = Engine.build(
        recipe, told.append, folder=run, resume=True, data_root=tmp_path, device="cpu"
    )
    assert again.trainer.machine.threads == torch.get_num_threads() == kept
    again.close()
    torch.set_num_threads(1)
