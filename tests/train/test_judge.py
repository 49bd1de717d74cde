import gc
import json
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio import registry
from ganstudio.data.base import Samples
from ganstudio.metrics import _extractor
from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.engine import Engine
from ganstudio.train.judge import Judge
from ganstudio.train.sampler import Sampler
from ganstudio.train.session import Outbox, Session

KNOBS = {"batch": 32, "width": 8, "z_dim": 4, "count": 400}


def recipe(kimg: float = 0.4) -> Recipe:
    return Recipe.make("gan", "points", KNOBS, kimg=kimg)


def engine(
    tmp_path: Path, judge: Judge | None, announce, name: str = "run", made: Recipe | None = None
) -> Engine:
    return Engine.build(
        made or recipe(),
        announce,
        folder=tmp_path / name,
        data_root=tmp_path,
        device="cpu",
        judge=judge,
    )


class Heard:
    """What the threads said, and a bell that rings when something was measured."""

    def __init__(self) -> None:
        self.events: list[m.Event] = []
        self.bell, self.measured = threading.Event(), threading.Event()

    def __call__(self, event: m.Event) -> None:
        self.events.append(event)
        if isinstance(event, m.Measured | m.Noted | m.Failed):
            self.bell.set()
        if isinstance(event, m.Measured):
            self.measured.set()

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def judge(tmp_path):
    made = Judge(every_kimg=0.1, every_s=0.0, cache=tmp_path / "cache")
    yield made
    assert made.close(30)


def idle(judge: Judge) -> bool:
    with judge._bell:
        return judge._bell.wait_for(lambda: not judge._busy, 30)


def test_it_measures_beside_the_training_and_the_run_keeps_it(tmp_path, judge):
    heard = Heard()
    driven = engine(tmp_path, judge, heard)
    while driven.trainer.nimg < 128:
        driven.step(None)
        driven.serve()
    assert heard.bell.wait(60)
    driven.close()
    (event,) = heard.of(m.Measured)
    assert event.nimg == 128
    assert event.seconds > 0
    assert next(iter(event.values)) == "js"
    assert set(event.floors) <= set(event.values) == set(event.titles)
    assert event.floors["js"] < event.values["js"] <= np.log(2) + 1e-9
    lines = [json.loads(line) for line in driven.run.history_path.read_text().splitlines()]
    (kept,) = [line for line in lines if line.get("event") == "measured"]
    assert kept["nimg"] == 128
    assert kept["values"]["js"] == pytest.approx(event.values["js"], abs=1e-6)


def test_it_leaves_training_and_random_state_as_they_are_to_the_bit(tmp_path, judge, monkeypatch):
    monkeypatch.setitem(_extractor.RECIPE, "steps", 2)
    made = Recipe.make("dcgan", "digits", {"batch": 32, "width": 4, "z_dim": 4}, kimg=0.4)
    heard = Heard()
    driven = engine(tmp_path, judge, heard, made=made)
    for _ in range(4):
        driven.step(None)
    weights = [p.detach().clone() for p in driven.trainer.gan.players["G"].parameters()]
    random = torch.get_rng_state()  # what dropout in a training would draw from
    driven.serve()
    assert heard.measured.wait(60)
    assert torch.equal(torch.get_rng_state(), random)
    after = driven.trainer.gan.players["G"].parameters()
    assert all(torch.equal(a, b) for a, b in zip(weights, after, strict=True))
    driven.close()


def test_what_a_rewind_undid_is_never_kept(tmp_path, judge):
    heard, go = Heard(), threading.Event()
    driven = engine(tmp_path, judge, heard)

    def slowly(sampler):
        assert go.wait(30)
        return m.Measured(sampler.nimg, {"js": 0.5}, {}, 0.1, {"js": "Jensen-Shannon"})

    judge._measure = slowly
    for _ in range(4):
        driven.step(None)
    driven.serve()
    driven.rewind(None)
    for _ in range(8):  # past the place where it was handed over
        driven.step(None)
    go.set()
    assert idle(judge)
    assert not heard.of(m.Measured)
    driven.serve()
    assert heard.measured.wait(30)
    assert heard.of(m.Measured)[0].nimg == 256
    driven.close()
    assert driven.run.history_path.read_text().count("measured") == 1


def test_it_waits_for_distance_and_time_and_follows_a_rewind():
    judge = Judge(every_kimg=1.0, every_s=0.0)
    assert not judge.due(5000)  # nothing has begun
    judge.begin(recipe(), object(), 2000, lambda event: None)
    assert not judge.due(2500)
    assert judge.due(3000)
    assert not judge.due(0)
    assert judge.due(1000)
    slow = Judge(every_kimg=1.0, every_s=3600.0)
    slow.begin(recipe(), object(), 0, lambda event: None)
    assert not slow.due(10**9)
    never = Judge(every_kimg=0.0)
    never.begin(recipe(), object(), 0, lambda event: None)
    assert not never.due(10**9)
    assert judge._thread is None
    assert judge.close()


def offer_to(judge: Judge, draw) -> None:
    """Hand over a generator of points that draws like this."""
    made = recipe()
    gan = registry.find("gans", "gan")(made.gan, made.spec)
    model = m.Model("gan", "points", made.spec, 4)
    sampler = Sampler(gan, {"G": gan.players["G"]}, model, 500, "live")
    sampler.draw = draw
    judge.offer(sampler)


def begun(judge: Judge, heard: Heard, tmp_path: Path) -> None:
    dataset = registry.find("data", "points")
    samples = dataset(recipe().dataset, tmp_path).load()
    judge.begin(recipe(), samples, 0, heard)


def test_a_failure_is_told_once_and_ends_measuring(tmp_path, judge):
    heard = Heard()
    begun(judge, heard, tmp_path)

    def fail(*_):
        raise RuntimeError("no samples today")

    offer_to(judge, fail)
    assert heard.bell.wait(60)
    (failed,) = heard.of(m.Failed)
    assert failed.where == "judge"
    assert "no samples today" in failed.reason
    assert "RuntimeError" in failed.traceback
    assert idle(judge)
    assert not judge.due(10**9)


def test_a_generator_that_makes_no_numbers_is_passed_over(tmp_path, judge):
    heard = Heard()
    begun(judge, heard, tmp_path)
    offer_to(judge, lambda z, *_: np.full((len(z), 2), np.nan, np.float32))
    assert heard.bell.wait(60)
    assert idle(judge)
    (note,) = heard.of(m.Noted)
    assert note.level == "warning"
    assert "not finite" in note.text
    assert judge.due(10**9)
    offer_to(judge, lambda z, *_: np.zeros((len(z), 2), np.float32))
    assert heard.measured.wait(60)


def test_too_few_samples_are_one_warning(tmp_path, judge):
    heard = Heard()
    judge.begin(recipe(), Samples(torch.zeros(9, 2)), 0, heard)
    offer_to(judge, lambda z, *_: np.zeros((len(z), 2), np.float32))
    assert heard.bell.wait(60)
    assert idle(judge)
    (note,) = heard.events
    assert note.level == "warning"
    assert "9 samples are too few" in note.text
    assert not judge.due(10**9)


def test_a_system_that_forbids_priorities_is_no_reason_to_stop(tmp_path, judge, monkeypatch):
    def forbid(*_):
        raise PermissionError("not here")

    monkeypatch.setattr("ganstudio.train.judge.os.setpriority", forbid, raising=False)
    heard = Heard()
    begun(judge, heard, tmp_path)
    offer_to(judge, lambda z, *_: np.zeros((len(z), 2), np.float32))
    assert heard.measured.wait(60)


def test_closing_gives_up_what_is_being_measured(tmp_path, judge):
    heard, drawing, go = Heard(), threading.Event(), threading.Event()
    begun(judge, heard, tmp_path)

    def slow(z, *_):
        drawing.set()
        assert go.wait(30)
        raise RuntimeError("too late to be told")

    offer_to(judge, slow)
    assert drawing.wait(30)
    assert not judge.close(0.01)
    go.set()
    assert judge.close(30)
    assert not heard.events


def test_a_session_tells_what_was_measured(tmp_path, judge):
    outbox = Outbox()
    made = recipe(kimg=1000)

    def build(announce):
        return Engine.build(
            made, announce, folder=tmp_path / "run", data_root=tmp_path, device="cpu", judge=judge
        )

    session = Session(build, outbox)
    session.start()
    found: list[m.Event] = []
    while not any(isinstance(event, m.Measured | m.Failed) for event in found):
        news = outbox.wait(60)
        assert news
        found += news
    assert session.close()
    assert not any(isinstance(event, m.Failed) for event in found)


def test_an_ended_training_is_held_by_nobody(tmp_path, judge):
    heard = Heard()
    training = engine(tmp_path, judge, heard)
    while not judge.due(training.trainer.nimg):
        training.step(None)
    training.serve()
    assert heard.measured.wait(60)
    training.close()
    gone = weakref.ref(training)
    gc.disable()  # that looks for rings of objects seldom where there are many
    try:
        del training
        assert gone() is None
    finally:
        gc.enable()
