"""Trainings that really diverge: rates that are absurd, and weights that are infinite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.engine import Engine
from ganstudio.train.remedies import remedies
from ganstudio.train.run import RunFolder
from ganstudio.train.session import Outbox, Session

SMALL = {"batch": 16, "width": 4, "z_dim": 4}


def session(
    folder: Path, engines: list[Engine] | None = None, variant: str = "gan", **knobs: Any
) -> Session:
    recipe = Recipe.make(variant, "points", {**SMALL, **knobs}, kimg=1e5)

    def build(announce: Any) -> Engine:
        engine = Engine.build(recipe, announce, folder=folder, data_root=folder, device="cpu")
        torch.set_num_threads(1)
        if engines is not None:
            engines.append(engine)
        return engine

    return Session(build, Outbox())


def until(one: Session, *kinds: type | str) -> list[m.Event]:
    """Events until each of these came: types, or names of states after them."""
    waiting, seen = list(kinds), []
    while waiting:
        news = one.outbox.wait(120)
        assert news, f"never came to {waiting}"
        for event in news:
            seen.append(event)
            first = waiting[0] if waiting else None
            if isinstance(first, str):
                met = isinstance(event, m.StateChanged) and event.state == first
            else:
                met = first is not None and isinstance(event, first)
            if met:
                waiting.pop(0)
    return seen


def reach(one: Session, steps: int) -> None:
    """Go so many steps on, and save; a slow disk may tell of earlier checkpoints meanwhile."""
    one.post(m.Run(steps=steps))
    events = until(one, "running", "paused")
    here = [e.nimg for e in events if isinstance(e, m.Stats)][-1]
    one.post(m.Save())
    saved = -1
    while saved != here:
        saved = [e.nimg for e in until(one, m.Saved) if isinstance(e, m.Saved)][-1]


def test_an_absurd_rate_diverges_and_training_is_back_paused_with_evidence_and_remedies(
    tmp_path: Path,
) -> None:
    absurd = {"g_lr": 1.0, "d_lr": 1.0, "beta1": 0.0, "beta2": 0.0, "width": 64}
    one = session(tmp_path / "run", variant="lsgan", **absurd)
    one.start()
    events = until(one, m.Diverged, "paused")
    told = next(e for e in events if isinstance(e, m.Diverged))
    assert told.place.startswith(("D/", "G/", "D.", "G.", "average."))
    assert told.nimg > told.back_nimg == 0
    assert {r.knob: r.value for r in told.live}["d_lr"] < 0.01
    assert told.evidence is not None
    found = json.loads(told.evidence.read_text())
    assert found["nimg"] == told.nimg
    assert found["recipe"]["gan"]["g_lr"] == 1.0
    assert set(found.get("terms", found.get("tensors"))) >= {told.place.split(",")[0]}
    assert len(found["reports"]) <= 50
    for remedy in told.live:
        one.post(m.Tune(remedy.knob, remedy.value))
    one.post(m.Run(steps=20))
    calm = until(one, "running", "paused")
    assert not any(isinstance(e, m.Diverged) for e in calm)
    assert any(isinstance(e, m.Stats) and e.step == 20 for e in calm)
    assert one.close(30)
    assert RunFolder.open(tmp_path / "run").read().nimg > 0


def test_infinite_weights_are_found_and_never_saved(tmp_path: Path) -> None:
    engines: list[Engine] = []
    one = session(tmp_path / "run", engines)
    one.start(paused=True)
    until(one, "paused")
    reach(one, 5)
    one.post(m.Run(steps=5))
    until(one, "running", "paused")
    weight = next(engines[0].trainer.gan.G.parameters())  # it waits: nobody else touches it
    weight.data.view(-1)[3] = float("inf")
    one.post(m.Save())
    events = until(one, m.Diverged)
    told = next(e for e in events if isinstance(e, m.Diverged))
    assert told.place == "G.layers.0.weight"
    assert (told.nimg, told.back_nimg) == (160, 80)
    found = json.loads(told.evidence.read_text())
    assert found["tensors"]["G.layers.0.weight"] == pytest.approx(1 / weight.numel())
    assert [line["step"] for line in found["reports"]][-1] == 10
    assert engines[0].trainer.finite()
    assert one.close(30)


def test_the_same_again_goes_further_back_each_time_and_ends(tmp_path: Path) -> None:
    engines: list[Engine] = []
    one = session(tmp_path / "run", engines)
    one.start(paused=True)
    until(one, "paused")
    for _ in range(2):
        reach(one, 5)
    stood = []
    for time in (1, 2, 3):
        next(engines[0].trainer.gan.G.parameters()).data.fill_(float("nan"))
        one.post(m.Run(steps=1))
        told = next(e for e in until(one, m.Diverged, "paused") if isinstance(e, m.Diverged))
        assert told.times == time
        stood.append(told.back_nimg)
    assert stood == [160, 80, 0]
    next(engines[0].trainer.gan.G.parameters()).data.fill_(float("nan"))
    one.post(m.Run(steps=1))
    failed = next(e for e in until(one, "failed") if isinstance(e, m.Failed))
    assert "lower learning rates" in failed.reason
    assert one.close(30)
    assert RunFolder.open(tmp_path / "run").read().nimg == 0


def test_stopping_with_weights_that_are_not_finite_keeps_the_last_good_state(
    tmp_path: Path,
) -> None:
    engines: list[Engine] = []
    one = session(tmp_path / "run", engines)
    one.start(paused=True)
    until(one, "paused")
    one.post(m.Run(steps=5))
    until(one, "running", "paused")
    engines[0].trainer.average.network.G.layers[0].weight.data.fill_(float("inf"))
    one.post(m.Stop())
    events = until(one, m.Diverged, "finished")
    assert not any(isinstance(e, m.Failed) for e in events)
    assert one.close(30)


def test_remedies_are_those_that_the_variant_has() -> None:
    made = Recipe.make("wgan", "points", {"clip": 0.02})
    found = {one.knob: one for one in remedies(made.gan, "bfloat16")}
    assert found["clip"].value == 0.01
    assert found["g_lr"].value == pytest.approx(made.gan.g_lr / 2)
    assert not found["precision"].live
    assert "gp_weight" not in found
    punished = remedies(Recipe.make("wgan_gp", "points").gan, "float32")
    assert {one.knob: one.value for one in punished}["gp_weight"] == 20.0
    assert "precision" not in {one.knob for one in remedies(made.gan, "float32")}
