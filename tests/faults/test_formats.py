"""Runs of every format that was ever written open for ever; those of later ones are refused.

``runs/v1`` was written by the program itself and is never written again: a change that cannot
read it is a mistake. A new format gets a folder of its own beside it.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from ganstudio import registry
from ganstudio.knobs import Config, knob, knobs_of
from ganstudio.recipe import Basics, Recipe, RecipeError
from ganstudio.train import messages as m
from ganstudio.train.branch import Parent, recipe_at
from ganstudio.train.engine import Engine
from ganstudio.train.files import FORMAT, FORMAT_FILE
from ganstudio.train.library import Library
from ganstudio.train.run import RunError, RunFolder
from ganstudio.train.sampler import Sampler
from ganstudio.train.tree import runs_under, summary

RUNS = Path(__file__).parent / "runs"
KEPT = sorted(path.parent.relative_to(RUNS) for path in RUNS.glob("*/*/recipe.toml"))
NEWEST = {"points": 256, "images": 128}


@pytest.fixture(params=KEPT, ids=str)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a run as it was written then."""
    return Path(shutil.copytree(RUNS / request.param, tmp_path / request.param))


def test_every_format_has_its_runs() -> None:
    assert {path.parts[0] for path in KEPT} == {f"v{number + 1}" for number in range(FORMAT)}


def test_an_old_run_draws_what_it_drew_then(kept: Path) -> None:
    wanted = json.loads((RUNS / kept.parent.name / "expected.json").read_text())[kept.name]
    samples = Sampler.load(kept, "cpu").draw(np.array(wanted["z"], dtype=np.float32))
    shown = samples.astype(float).reshape(len(samples), -1)[:, : len(wanted["samples"][0])]
    assert np.allclose(shown, wanted["samples"], atol=2e-3)


def test_an_old_run_is_listed_with_its_moments_and_history(kept: Path) -> None:
    (one,) = runs_under(kept.parent).runs
    assert one.nimg == NEWEST[kept.name]
    library = Library("cpu")
    moments = library.moments(kept)
    assert len(moments) >= 2
    assert library.at(kept, moments[0]).nimg == moments[0]
    lines = RunFolder.open(kept).history()
    assert {line.get("event") for line in lines} == {None, "saved", "tuned"}
    assert recipe_at(kept, 1e9).gan.g_lr == 1e-4


def test_an_old_run_is_trained_on(kept: Path) -> None:
    told: list[m.Event] = []
    recipe = Recipe.of_run(kept)
    more = {"data_root": kept, "device": "cpu", "folder": kept, "resume": True}
    engine = Engine.build(recipe, told.append, **more)
    assert engine.trainer.nimg == NEWEST[kept.name]
    assert engine.recipe.gan.g_lr == 1e-4
    engine.step(None)
    engine.report()
    engine.save(wait=True)
    engine.close()
    assert not [event for event in told if isinstance(event, m.Noted) and event.level != "info"]
    assert RunFolder.open(kept).read().nimg > NEWEST[kept.name]


def test_an_old_run_is_branched_off(kept: Path, tmp_path: Path) -> None:
    parent = Parent(kept, NEWEST[kept.name])
    engine = Engine.build(
        recipe_at(kept, 1e9), lambda event: None, folder=tmp_path / "branch", parent=parent,
        data_root=tmp_path, device="cpu",
    )  # fmt: skip
    assert engine.trainer.nimg == parent.nimg
    engine.close()


def test_a_run_of_a_newer_program_is_refused_and_left_alone(kept: Path) -> None:
    (kept / FORMAT_FILE).write_text(f"format = {FORMAT + 1}\n")
    before = {path: path.read_bytes() for path in kept.rglob("*") if path.is_file()}
    wanted = rf"newer GAN Studio, as format {FORMAT + 1}.* up to format {FORMAT}: update it"
    for use in (
        RunFolder.open,
        summary,
        lambda path: Sampler.load(path, "cpu"),
        lambda path: recipe_at(path, 0),
        lambda path: Library("cpu").moments(path),
        lambda path: Engine.build(
            Recipe.of_run(path), lambda event: None, folder=path, resume=True, data_root=path
        ),
    ):
        with pytest.raises(RunError, match=wanted):
            use(kept)
    (note,) = runs_under(kept.parent).notes
    assert re.search(wanted, note)
    assert {path: path.read_bytes() for path in kept.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("text", ["", "format = 'one'", "format = 0", "format = [1", "x" * 10_000])
def test_a_format_that_nobody_can_read_is_no_format(kept: Path, text: str) -> None:
    (kept / FORMAT_FILE).write_text(text)
    with pytest.raises(RunError, match=rf"{FORMAT_FILE} cannot be used"):
        RunFolder.open(kept)


def test_a_run_from_before_formats_is_of_the_first(kept: Path) -> None:
    (kept / FORMAT_FILE).unlink()
    assert RunFolder.open(kept).read().nimg == NEWEST[kept.name]


def test_a_new_run_says_its_format(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, Recipe.make())
    assert (run.path / FORMAT_FILE).read_text().startswith(f"format = {FORMAT}\n")


def test_renamed_values_of_old_recipes_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text('variant = "pggan"\ndata = "digits"\n[gan]\nloss = "non-saturating"\n')
    assert Recipe.load(path).gan.loss == "non_saturating"
    path.write_text('variant = "pggan"\ndata = "digits"\n[gan]\nloss = "unheard-of"\n')
    with pytest.raises(RecipeError, match="unheard-of"):
        Recipe.load(path)


CONFIGS = [
    Basics,
    *(kind.Config for kind in registry.discover("gans").values()),
    *(kind.Config for kind in registry.discover("data").values()),
]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.__name__)
def test_what_was_renamed_leads_to_what_there_is(config: type[Config]) -> None:
    knobs = knobs_of(config)
    for old, new in config.old_names.items():
        assert old not in knobs
        assert new in knobs
    for name, renamed in config.old_values.items():
        for old, new in renamed.items():
            assert old not in knobs[name].choices
            assert getattr(config(**{name: old}), name) == new


def test_a_renamed_knob_keeps_what_was_said() -> None:
    class Optics(Config):
        old_names = {"softness": "blur"}  # noqa: RUF012
        blur: float = knob(0.5, low=0, high=2, help="How soft.")

    assert Optics(softness=1.5).blur == 1.5
    assert set(knobs_of(Optics)) == {"blur"}
