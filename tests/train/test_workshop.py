"""Errands: done in order, heard of while they last, let go when nobody wants them."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from ganstudio import registry
from ganstudio.train import messages as m
from ganstudio.train.session import Outbox
from ganstudio.train.tasks.base import Desk, Task, TaskError
from ganstudio.train.workshop import Workshop

MODEL = SimpleNamespace(source="live", nimg=500)


class _Counting(Task):
    title = "Counting"
    entered = threading.Event()

    def run(self, sampler: Any, desk: Desk, to: int = 3, forever: bool = False) -> int:
        for number in range(to):
            desk.tell(number / to, f"at {number}")
        self.entered.set()
        while forever:
            desk.check()
        if to < 0:
            raise TaskError("nobody counts backwards")
        return 10 // to


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(registry, "find", lambda room, key: _Counting)
    _Counting.entered.clear()
    made = Workshop(Outbox(), lambda: MODEL)
    yield made
    assert made.close(10)


def wait_for(workshop: Workshop, kind: type, count: int = 1) -> list[Any]:
    found: list[Any] = []
    while len(found) < count:
        news = workshop.outbox.wait(10)
        assert news, f"no {kind.__name__} came"
        found += [event for event in news if isinstance(event, kind)]
    return found


def test_an_errand_is_answered_with_its_ticket(workshop: Workshop) -> None:
    ticket = workshop.do(m.Errand("counting", {"to": 5}))
    (done,) = wait_for(workshop, m.Done)
    assert (done.ticket, done.task, done.result) == (ticket, "counting", 2)
    assert (done.source, done.nimg) == ("live", 500)


def test_progress_is_heard_of(workshop: Workshop) -> None:
    ticket = workshop.do(m.Errand("counting", {"forever": True}))
    (news,) = wait_for(workshop, m.Progressed)
    assert news.ticket == ticket
    assert 0 <= news.share <= 1
    assert news.text.startswith("at ")
    workshop.cancel(ticket)
    (dropped,) = wait_for(workshop, m.Dropped)
    assert (dropped.ticket, dropped.reason) == (ticket, "")


def test_a_newer_errand_of_a_tag_takes_the_place_of_the_older(workshop: Workshop) -> None:
    first = workshop.do(m.Errand("counting", {"forever": True}, tag="one"))
    assert _Counting.entered.wait(10)
    second = workshop.do(m.Errand("counting", {"forever": True}, tag="one"))
    third = workshop.do(m.Errand("counting", tag="one"))
    (done,) = wait_for(workshop, m.Done)
    assert done.ticket == third > second > first


def test_failures_are_told_and_the_next_errand_is_done(workshop: Workshop) -> None:
    for to in (-1, 0):
        workshop.do(m.Errand("counting", {"to": to}))
    workshop.do(m.Errand("counting", {"to": 1}))
    news: list[Any] = []
    while not any(isinstance(event, m.Done) for event in news):
        news += workshop.outbox.wait(10)
    foreseen, unforeseen = (event for event in news if isinstance(event, m.Dropped))
    assert foreseen.reason == "nobody counts backwards"
    assert not foreseen.traceback
    assert "ZeroDivisionError" in unforeseen.traceback


def test_without_a_model_the_reason_is_said() -> None:
    workshop = Workshop(Outbox(), lambda: None)
    workshop.do(m.Errand("counting"))
    (dropped,) = wait_for(workshop, m.Dropped)
    assert "no model" in dropped.reason
    assert workshop.close(10)


def test_closing_cancels_what_is_in_hand_and_what_waits(workshop: Workshop) -> None:
    workshop.do(m.Errand("counting", {"forever": True}))
    assert _Counting.entered.wait(10)
    workshop.do(m.Errand("counting"))
    assert workshop.close(10)
    kinds = [type(event) for event in workshop.outbox.drain()]
    assert kinds.count(m.Dropped) == 2
    assert m.Done not in kinds
