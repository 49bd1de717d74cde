import json
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio import registry
from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.engine import Engine
from ganstudio.train.judge import Judge
from ganstudio.train.sampler import Sampler
from ganstudio.train.session import Outbox, Session

KNOBS = {"batch": 32, "width": 8, "z_dim": 4, "count": 400}


def recipe(kimg: float = 0.4) -> Recipe:
    return Recipe.make("gan", "points", KNOBS, kimg=kimg)


def engine(tmp_path: Path, judge: Judge | None, announce, name: str = "run") -> Engine:
    return Engine.build(
        recipe(), announce, folder=tmp_path / name, data_root=tmp_path, device="cpu", judge=judge
    )


class Heard:
    """What the threads said, and a bell that rings when something was measured."""

    def __init__(self) -> None:
        self.events: list[m.Event] = []
        self.bell = threading.Event()

    def __call__(self, event: m.Event) -> None:
        self.events.append(event)
        if isinstance(event, m.Measured | m.Noted):
            self.bell.set()

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def judge():
    made = Judge(every_kimg=0.1, every_s=0.0)
    yield made
    assert made.close(30)


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


def test_it_leaves_the_training_as_it_is_to_the_bit(tmp_path, judge):
    weights = []
    for name, other in (("alone", None), ("judged", judge)):
        heard = Heard()
        driven = engine(tmp_path, other, heard, name)
        for _ in range(4):
            driven.step(None)
            driven.serve()
        if other is not None:
            assert heard.bell.wait(60)
        for _ in range(4):
            driven.step(None)
        weights.append([p.detach().clone() for p in driven.trainer.gan.players["G"].parameters()])
        driven.close()
    assert all(torch.equal(a, b) for a, b in zip(*weights, strict=True))


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
    assert "no samples today" in heard.of(m.Noted)[0].text
    with judge._bell:
        assert judge._bell.wait_for(lambda: not judge._busy, 10)
    assert not judge.due(10**9)


def test_closing_gives_up_what_is_being_measured(tmp_path, judge):
    heard, drawing, go = Heard(), threading.Event(), threading.Event()
    begun(judge, heard, tmp_path)

    def slow(z, *_):
        drawing.set()
        assert go.wait(30)
        return np.zeros((len(z), 2), np.float32)

    offer_to(judge, slow)
    assert drawing.wait(30)
    assert not judge.close(0.01)
    go.set()
    assert judge.close(30)
    assert not heard.of(m.Measured)


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
