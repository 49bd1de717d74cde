"""Trainer, run folder and explorer together, as the window and the command line use them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.data.base import DataError
from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.engine import Engine
from ganstudio.train.explorer import Mailbox
from ganstudio.train.run import RunError, RunFolder
from ganstudio.train.sampler import Sampler

SMALL = {"batch": 16, "width": 4, "z_dim": 4}

TRAIN = """
import json, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from ganstudio.recipe import Recipe
from ganstudio.train.engine import Engine
variant, knobs, folder, steps, resume = json.loads(sys.argv[1])
recipe = Recipe.make(variant, "digits", knobs, seed=5, kimg=1e5)
engine = Engine.build(recipe, lambda event: None, folder=Path(folder), resume=resume,
                      data_root=Path(folder), device="cpu")
torch.set_num_threads(1)
for step in range(steps):
    engine.step(None)
    terms = engine.trainer.read()
engine.save()
engine.close()
print(json.dumps([engine.trainer.steps, engine.trainer.nimg, terms]))
"""


def build(folder: Path, events: list[m.Event] | None = None, **more: object) -> Engine:
    recipe = Recipe.make("gan", "points", SMALL, kimg=more.pop("kimg", 100.0))
    told = events.append if events is not None else lambda event: None
    return Engine.build(recipe, told, folder=folder, data_root=folder, device="cpu", **more)


def test_two_hundred_steps_are_a_hundred_a_save_a_new_process_and_a_hundred(
    tmp_path: Path,
) -> None:
    knobs = {"batch": 4, "width": 4, "z_dim": 4}

    def train(folder: str, steps: int, resume: bool = False) -> list[object]:
        arguments = json.dumps(["dcgan", knobs, str(tmp_path / folder), steps, resume])
        done = subprocess.run(
            [sys.executable, "-c", TRAIN, arguments], capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout.splitlines()[-1])

    straight = train("straight", 200)
    train("halves", 100)
    resumed = train("halves", 100, resume=True)
    assert straight == resumed
    assert straight[0] == 200
    a = RunFolder.open(tmp_path / "straight").read()
    b = RunFolder.open(tmp_path / "halves").read()
    for mine, other in ((a.weights, b.weights), (a.generator, b.generator)):
        assert all(np.array_equal(mine[name], other[name]) for name in mine)


def test_a_run_folder_holds_all_that_the_design_names(tmp_path: Path) -> None:
    events: list[m.Event] = []
    engine = build(tmp_path / "run", events)
    for _ in range(3):
        engine.step(None)
        engine.report()
    engine.save()
    engine.close()
    there = {p.name for p in (tmp_path / "run").iterdir()}
    assert {"recipe.toml", "history.jsonl", "samples", "checkpoints", "log.txt"} <= there
    saved = [e for e in events if isinstance(e, m.Saved)]
    assert [e.nimg for e in saved] == [0, 48]
    assert (tmp_path / "run" / "samples" / "000000.048k.png").is_file()
    assert "torch" in (tmp_path / "run" / "log.txt").read_text()
    history = RunFolder.open(tmp_path / "run").history()
    assert [line["nimg"] for line in history if line.get("event") == "saved"] == [0, 48]
    line = next(line for line in history if "terms" in line)
    assert line["nimg"] == 48
    assert set(line["terms"]) == {"D/real", "D/fake", "G/fooled"}
    started = next(e for e in events if isinstance(e, m.Started))
    assert started.reals.shape == (2048, 2)
    assert Recipe.from_dict(started.recipe) == engine.recipe


def test_the_same_state_is_not_written_twice_but_a_tuned_one_is(tmp_path: Path) -> None:
    events: list[m.Event] = []
    engine = build(tmp_path / "run", events)
    engine.step(None)
    engine.save()
    engine.save()
    engine.tune("g_lr", 1e-3)
    engine.save()
    engine.close()
    assert sum(isinstance(e, m.Saved) for e in events) == 4  # asked twice, answered twice
    lines = RunFolder.open(tmp_path / "run").history()
    assert sum(line.get("event") == "saved" for line in lines) == 3  # written once
    assert RunFolder.open(tmp_path / "run").read().state["recipe"]["gan"]["g_lr"] == 1e-3


def test_tuning_changes_the_next_step_and_bad_values_change_nothing(tmp_path: Path) -> None:
    events: list[m.Event] = []
    engine = build(tmp_path / "run", events)
    engine.step(None)
    engine.tune("g_lr", 0.0)
    assert engine.trainer.gan.rate("G") == 0.0
    with pytest.raises(ValueError, match="must be"):
        engine.tune("g_lr", 7.0)
    with pytest.raises(ValueError, match="takes a new run"):
        engine.tune("width", 8)
    assert engine.trainer.gan.rate("G") == 0.0
    engine.close()
    (tuned,) = [e for e in events if isinstance(e, m.Tuned)]
    assert (tuned.knob, tuned.value, tuned.before) == ("g_lr", 0.0, 2e-4)
    history = RunFolder.open(tmp_path / "run").history()
    assert [line["value"] for line in history if line.get("event") == "tuned"] == [0.0]


def test_rewinding_stands_where_the_checkpoint_was_taken(tmp_path: Path) -> None:
    events: list[m.Event] = []
    engine = build(tmp_path / "run", events)
    for _ in range(2):
        engine.step(None)
    first = engine.trainer.read()
    engine.rewind("000000.000k")
    assert engine.trainer.nimg == engine.trainer.steps == 0
    for _ in range(2):
        engine.step(None)
    assert engine.trainer.read() == first
    with pytest.raises(RunError, match="no checkpoint nothing"):
        engine.rewind("nothing")
    engine.close()
    assert any(isinstance(e, m.Rewound) and e.nimg == 0 for e in events)


def test_a_term_that_is_not_finite_stops_with_its_name_and_is_not_saved(tmp_path: Path) -> None:
    engine = build(tmp_path / "run")
    engine.step(None)
    for parameter in engine.trainer.gan.D.parameters():
        parameter.data.fill_(float("nan"))
    engine.step(None)
    with pytest.raises(FloatingPointError, match="D/real"):
        engine.report()
    assert engine.rescue() is None
    engine.close()
    assert [p.name for p in RunFolder.open(tmp_path / "run").checkpoints()] == ["000000.000k"]


def test_a_full_disk_is_told_and_training_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[m.Event] = []
    engine = build(tmp_path / "run", events)
    engine.step(None)

    def full(self: RunFolder, checkpoint: object) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "write", full)
        engine.save()
        engine._wait()
    assert any(isinstance(e, m.Noted) and "No space" in e.text for e in events)
    engine.step(None)
    engine.save()
    engine.close()
    assert RunFolder.open(tmp_path / "run").read().nimg == 32


def test_a_picture_that_cannot_be_drawn_costs_no_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[m.Event] = []

    def shy(self: Sampler, *_: object) -> None:
        raise RuntimeError("no pictures today")

    monkeypatch.setattr(Sampler, "draw", shy)
    engine = build(tmp_path / "run", events)
    engine.step(None)
    engine.save()
    engine.close()
    assert [e.nimg for e in events if isinstance(e, m.Saved)] == [0, 16]
    assert any(isinstance(e, m.Noted) and "no pictures today" in e.text for e in events)
    assert RunFolder.open(tmp_path / "run").read().nimg == 16


def test_a_writer_that_broke_is_told_and_training_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[m.Event] = []
    engine = build(tmp_path / "run", events)
    engine.step(None)

    def broken(self: RunFolder, checkpoint: object) -> Path:
        raise RuntimeError("the writer fell over")

    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "write", broken)
        with pytest.raises(RuntimeError, match="fell over"):
            engine.save(wait=True)
    assert any(isinstance(e, m.Noted) and "RuntimeError: the writer" in e.text for e in events)
    engine.step(None)
    engine.save(wait=True)
    engine.close()
    assert RunFolder.open(tmp_path / "run").read().nimg == 32
    build(tmp_path / "run", resume=True).close()


def test_a_rewind_turns_knobs_back_and_tells_so(tmp_path: Path) -> None:
    events: list[m.Event] = []
    engine = build(tmp_path / "run", events)
    engine.tune("g_lr", 1e-3)
    engine.step(None)
    engine.rewind("000000.000k")
    engine.close()
    assert engine.recipe.gan.g_lr == 2e-4
    told = [e for e in events if isinstance(e, m.Rewound | m.Tuned)]
    assert told[1:] == [m.Rewound(0, 0), m.Tuned("g_lr", 2e-4, 1e-3, 0)]


def test_weights_are_published_when_wanted(tmp_path: Path) -> None:
    mailbox = Mailbox(lambda: None)
    engine = build(tmp_path / "run", mailbox=mailbox)
    engine.serve()
    assert mailbox.take() is None
    mailbox.want()
    engine.serve()
    sampler = mailbox.take()
    assert sampler is not None
    assert not mailbox.wanted
    z = sampler.model.draw(4, seed=1)
    before = sampler.draw(z)
    for _ in range(3):
        engine.step(None)
    assert np.array_equal(sampler.draw(z), before)  # its own copy, not the one in training
    engine.serve(always=True)
    fresh = mailbox.take()
    assert fresh is not None
    assert not np.array_equal(fresh.draw(z), before)
    engine.save()
    engine.close()
    stored = Sampler.load(tmp_path / "run", "cpu")
    assert stored.nimg == fresh.nimg
    assert np.array_equal(stored.draw(z), fresh.draw(z))
    with pytest.raises(ValueError, match=r"\(N, 4\)"):
        stored.draw(np.zeros((2, 5), np.float32))


def test_loading_a_model_touches_no_random_state(tmp_path: Path) -> None:
    import torch

    engine = build(tmp_path / "run")
    engine.close()
    before = torch.get_rng_state()
    Sampler.load(tmp_path / "run", "cpu")
    assert torch.equal(torch.get_rng_state(), before)


def test_a_second_session_on_one_run_is_refused(tmp_path: Path) -> None:
    engine = build(tmp_path / "run")
    with pytest.raises(RunError, match="another program"):
        build(tmp_path / "run", resume=True)
    engine.close()


def test_missing_data_leaves_no_run_behind(tmp_path: Path) -> None:
    recipe = Recipe.make("dcgan", "mnist")
    missing = tmp_path / "nowhere"
    with pytest.raises(DataError, match="nowhere"):
        Engine.build(recipe, lambda e: None, runs_root=tmp_path / "runs", data_root=missing,
                     device="cpu")  # fmt: skip
    assert not (tmp_path / "runs").exists()


def test_a_run_that_reached_its_length_goes_on_for_as_long_again(tmp_path: Path) -> None:
    engine = build(tmp_path / "run", kimg=0.1)
    while not engine.finished:
        engine.step(None)
    engine.save()
    engine.close()
    recipe = Recipe.load(tmp_path / "run" / "recipe.toml")
    again = Engine.build(recipe, lambda event: None, folder=tmp_path / "run", resume=True,
                         data_root=tmp_path, device="cpu")  # fmt: skip
    assert not again.finished
    assert again.target_nimg == 200
    again.close()
    assert Recipe.load(tmp_path / "run" / "recipe.toml").basics.kimg == 0.2


def test_an_endless_run_keeps_the_length_of_its_recipe(tmp_path: Path) -> None:
    engine = build(tmp_path / "run", kimg=0.1, endless=True)
    for _ in range(8):
        engine.step(None)
    assert not engine.finished
    engine.close()
    assert Recipe.load(tmp_path / "run" / "recipe.toml").basics.kimg == 0.1


def test_weights_that_are_not_finite_are_never_saved(tmp_path: Path) -> None:
    engine = build(tmp_path / "run")
    engine.step(None)
    next(engine.trainer.gan.G.parameters()).data.fill_(float("inf"))
    with pytest.raises(FloatingPointError, match="resume"):
        engine.save()
    engine.close()
    assert RunFolder.open(tmp_path / "run").read().nimg == 0


def test_a_run_of_another_kind_of_device_goes_on_with_a_new_random_state(tmp_path: Path) -> None:
    engine = build(tmp_path / "run")
    engine.step(None)
    kept = engine.trainer.snapshot()
    kept.state["device"] = "cuda"
    kept.optimizer["random.own"] = kept.optimizer["random.own"][:16]
    engine.trainer.restore(kept)
    engine.step(None)
    engine.close()
    assert engine.trainer.nimg == 32


def test_the_last_save_on_a_full_disk_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = build(tmp_path / "run")
    engine.step(None)

    def full(self: RunFolder, checkpoint: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RunFolder, "write", full)
    with pytest.raises(OSError, match="No space"):
        engine.save(wait=True)
    engine.close()


def own_pictures(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).mkdir(parents=True)
        for index in range(4):
            Image.new("RGB", (16, 16), (60 * index, 0, 0)).save(folder / name / f"{index}.png")


def build_on_own(tmp_path: Path, variant: str = "cgan", **more: object) -> Engine:
    knobs = {"batch": 4, "width": 4, "z_dim": 4, "data.size": 16}
    knobs["data.folder"] = str(tmp_path / "own")
    run = tmp_path / "run"
    recipe = Recipe.of_run(run) if more else Recipe.make(variant, "image_folder", knobs)
    return Engine.build(
        recipe, lambda event: None, folder=run, data_root=tmp_path, device="cpu", **more
    )


def test_a_run_outlives_its_folder(tmp_path: Path) -> None:
    own_pictures(tmp_path / "own", "cats", "dogs")
    engine = build_on_own(tmp_path)
    engine.step(None)
    engine.save(wait=True)
    engine.step(None)
    (tmp_path / "own").rename(tmp_path / "elsewhere")
    engine.rewind(None)
    engine.tune("g_lr", 1e-4)
    assert (engine.trainer.nimg, engine.recipe.gan.g_lr) == (4, 1e-4)
    engine.close()
    sampler = Sampler.load(tmp_path / "run", "cpu")
    assert sampler.model.classes == ("cats", "dogs")
    assert sampler.draw(sampler.model.draw(2, seed=0)).shape == (2, 3, 16, 16)
    with pytest.raises(DataError, match="is no folder"):
        build_on_own(tmp_path, resume=True)


def test_a_rewind_that_cannot_be_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = build(tmp_path / "run")
    engine.step(None)
    engine.save(wait=True)
    kept = engine.run.read("000000.000k")
    kept.state["recipe"]["gan"]["batch"] = -1
    monkeypatch.setattr(RunFolder, "read", lambda *_: kept)
    with pytest.raises(ValueError, match="batch = -1"):
        engine.rewind("000000.000k")
    assert engine.trainer.nimg == 16
    engine.close()


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_rewind_that_the_disk_refuses_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = build(tmp_path / "run")
    engine.step(None)
    engine.save(wait=True)
    there = [path.name for path in engine.run.checkpoints()]
    lines = engine.run.history()
    with monkeypatch.context() as patch:
        patch.setattr(os, "truncate", full)
        with pytest.raises(OSError, match="No space"):
            engine.rewind("000000.000k")
    assert engine.trainer.nimg == 16
    assert [path.name for path in engine.run.checkpoints()] == there
    assert engine.run.history() == lines
    engine.rewind("000000.000k")
    assert engine.trainer.nimg == 0
    engine.close()


def test_a_rewind_that_fails_too_late_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = build(tmp_path / "run")
    engine.step(None)
    engine.save(wait=True)
    monkeypatch.setattr("ganstudio.train.timeline.Timeline.cut", full)
    with pytest.raises(RuntimeError, match=r"back at 0\.000 kimg, but .* No space"):
        engine.rewind("000000.000k")
    engine.close()


@pytest.mark.parametrize("ready_made", [False, True], ids=["new", "made by somebody"])
def test_a_run_that_cannot_begin_leaves_no_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ready_made: bool
) -> None:
    folder = tmp_path / "run"
    if ready_made:
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")
    with monkeypatch.context() as patch:
        patch.setattr("ganstudio.train.reals.write", full)
        with pytest.raises(OSError, match="No space"):
            build(folder)
    assert folder.exists() == ready_made
    if ready_made:
        assert (folder / "notes.txt").read_text() == "mine"
    build(folder).close()  # and it can be tried again


def test_a_run_that_cannot_go_on_keeps_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path / "run").close()
    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "cut_history", full)
        with pytest.raises(OSError, match="No space"):
            build(tmp_path / "run", resume=True)
    build(tmp_path / "run", resume=True).close()


@pytest.mark.parametrize(("variant", "word"), [("cgan", "new: apes"), ("gan", "")])
def test_a_folder_with_another_class_is_refused_where_classes_are_told(
    tmp_path: Path, variant: str, word: str
) -> None:
    own_pictures(tmp_path / "own", "cats", "dogs")
    build_on_own(tmp_path, variant).close()
    own_pictures(tmp_path / "own", "apes")
    if word:
        with pytest.raises(RunError, match=word):
            build_on_own(tmp_path, resume=True)
    else:
        build_on_own(tmp_path, resume=True).close()


def test_data_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ganstudio.data.image_folder import ImageFolder

    own_pictures(tmp_path / "own", "cats", "dogs")
    whole = ImageFolder.load

    def load(self: ImageFolder) -> object:
        own_pictures(tmp_path / "own", "apes")
        return whole(self)

    monkeypatch.setattr(ImageFolder, "load", load)
    with pytest.raises(DataError, match="changed while it was read"):
        build_on_own(tmp_path)
