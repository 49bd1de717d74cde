"""The session's thread, its commands and its events, with an engine that only counts."""

import threading
from pathlib import Path

import numpy as np
import pytest

from ganstudio.train import messages as m
from ganstudio.train.session import Outbox, Session


class Counter:
    """An engine that counts; ``barrier`` makes each step wait for the test."""

    def __init__(self, length: int = 10**9, barrier: threading.Barrier | None = None) -> None:
        self.calls: list[str] = []
        self.sides: list[m.Side | None] = []
        self.length, self.barrier = length, barrier
        self.fail_at = -1
        self.saved = self.closed = self.served = 0
        self.stepped = threading.Semaphore(0)
        self.thread: threading.Thread | None = None

    @property
    def finished(self) -> bool:
        return len(self.sides) >= self.length

    def step(self, side: m.Side | None) -> None:
        self.thread = threading.current_thread()
        if len(self.sides) == self.fail_at:
            raise RuntimeError("the networks fell over")
        self.sides.append(side)
        self.stepped.release()

    def report(self) -> None:
        self.calls.append("report")

    def tune(self, knob: str, value: object) -> None:
        if knob == "bad":
            raise ValueError("bad cannot be tuned")
        self.calls.append(f"{knob}={value} at {len(self.sides)}")

    def save(self, wait: bool = False) -> None:
        self.saved += 1

    def autosave(self) -> None:
        self.calls.append("autosave")

    def rewind(self, checkpoint: str | None) -> None:
        raise ValueError("there is no checkpoint")

    def rescue(self) -> Path | None:
        return Path("rescued")

    def serve(self, always: bool = False) -> None:
        self.served += always

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def start():
    sessions: list[Session] = []

    def begin(engine: Counter, paused: bool = True) -> Session:
        session = Session(lambda announce: engine, Outbox())
        sessions.append(session)
        session.start(paused)
        return session

    yield begin
    for session in sessions:
        assert session.close(10)


def until(session: Session, kind: type, collected: list[m.Event]) -> m.Event:
    """Wait for an event of this kind; everything seen goes into ``collected``."""
    while True:
        for event in session.outbox.wait(10):
            collected.append(event)
        for event in collected:
            if isinstance(event, kind):
                return event


def until_state(session: Session, state: str) -> list[m.Event]:
    collected: list[m.Event] = []
    while not any(isinstance(e, m.StateChanged) and e.state == state for e in collected):
        news = session.outbox.wait(10)
        assert news, f"never became {state}"
        collected += news
    return collected


def test_steps_asked_for_at_once_are_all_taken_in_order(start) -> None:
    engine = Counter()
    session = start(engine)
    until_state(session, "paused")
    session.post(m.Run(steps=3))
    session.post(m.Run(steps=2, side="discriminator"))
    session.post(m.Run(steps=1, side="generator"))
    until_state(session, "paused")
    assert engine.sides == [None] * 3 + ["discriminator"] * 2 + ["generator"]


def test_steps_asked_for_while_running_are_the_last_ones(start) -> None:
    engine = Counter()
    session = start(engine, paused=False)
    session.post(m.Run(steps=2, side="generator"))
    until_state(session, "paused")
    assert engine.sides[-2:] == ["generator"] * 2
    session.post(m.Run(steps=4))
    session.post(m.Run())  # goes on after the four
    before = len(engine.sides)
    while len(engine.sides) < before + 8:
        assert engine.stepped.acquire(timeout=10)


def test_single_steps_one_after_another_are_all_taken(start) -> None:
    engine = Counter()
    session = start(engine)
    until_state(session, "paused")
    for side in (None, "discriminator", "generator"):
        session.post(m.Run(steps=1, side=side))
        until_state(session, "paused")
    assert engine.sides == [None, "discriminator", "generator"]


def test_a_paused_session_takes_no_step_and_runs_on(start) -> None:
    engine = Counter()
    session = start(engine, paused=False)
    assert engine.stepped.acquire(timeout=10)
    session.post(m.Pause())
    until_state(session, "paused")
    steps = len(engine.sides)
    session.post(m.Tune("rate", 2))  # answered although paused, and no step is taken for it
    session.post(m.Tune("bad", 2))
    until(session, m.Refused, [])
    assert len(engine.sides) == steps
    assert f"rate=2 at {steps}" in engine.calls
    session.post(m.Run())
    until_state(session, "running")


def test_a_quick_pause_and_run_is_not_lost(start) -> None:
    engine = Counter()
    session = start(engine, paused=False)
    for _ in range(50):
        session.post(m.Pause())
        session.post(m.Run())
    before = len(engine.sides)
    while len(engine.sides) < before + 3:
        assert engine.stepped.acquire(timeout=10)


def test_a_bad_command_is_refused_with_its_reason_and_training_goes_on(start) -> None:
    engine = Counter()
    session = start(engine, paused=False)
    for command in (m.Tune("bad", 1), m.Rewind("x"), m.Run(steps=0), m.Pace(0.0)):
        session.post(command)
    refused: list[m.Event] = []
    while sum(isinstance(e, m.Refused) for e in refused) < 4:
        refused += session.outbox.wait(10)
    reasons = [e.reason for e in refused if isinstance(e, m.Refused)]
    assert reasons[0] == "bad cannot be tuned"
    assert "at least 1" in reasons[2]
    assert session.state == "running"


def test_reaching_the_length_saves_and_finishes(start) -> None:
    engine = Counter(length=5)
    session = start(engine, paused=False)
    events = until_state(session, "finished")
    assert len(engine.sides) == 5
    assert (engine.saved, engine.closed) == (1, 1)
    states = [e.state for e in events if isinstance(e, m.StateChanged)]
    assert states == ["loading", "running", "stopping", "finished"]


def test_stopping_without_saving(start) -> None:
    engine = Counter()
    session = start(engine)
    session.post(m.Stop(save=False))
    until_state(session, "finished")
    assert (engine.saved, engine.closed) == (0, 1)


def test_a_failing_step_is_told_after_a_rescue(start) -> None:
    engine = Counter()
    engine.fail_at = 2
    session = start(engine, paused=False)
    events = until_state(session, "failed")
    failed = next(e for e in events if isinstance(e, m.Failed))
    assert failed.reason == "RuntimeError: the networks fell over"
    assert "in step" in failed.traceback
    assert failed.rescued == Path("rescued")
    assert engine.closed == 1


def test_a_builder_that_raises_is_told_too() -> None:
    def build(announce: object) -> Counter:
        raise OSError("no such folder")

    session = Session(build, Outbox())
    session.start()
    events = until_state(session, "failed")
    assert any(isinstance(e, m.Failed) and "no such folder" in e.reason for e in events)
    assert session.close()


def test_everything_happens_on_one_thread_that_ends(start) -> None:
    engine = Counter()
    session = start(engine, paused=False)
    assert engine.stepped.acquire(timeout=10)
    assert session.close(10)
    assert engine.thread is not None
    assert engine.thread.name == "session"
    assert not engine.thread.is_alive()
    with pytest.raises(RuntimeError, match="starts once"):
        session.start()


def test_slow_motion_obeys_at_once(start) -> None:
    engine = Counter()
    session = start(engine)
    session.post(m.Pace(0.001))  # one step in 1,000 seconds
    session.post(m.Run())
    assert engine.stepped.acquire(timeout=10)
    session.post(m.Stop())
    until_state(session, "finished")
    assert len(engine.sides) <= 2


def test_the_outbox_keeps_milestones_newest_previews_and_bounded_stats() -> None:
    outbox = Outbox()
    stats = m.Stats(0, 0, 0.0, 0.0, {}, 0)
    for _ in range(5000):
        outbox.put(stats)
    for ticket in range(100):
        outbox.put(m.Rendered("gallery", None, ticket, 0, 0.0))  # type: ignore[arg-type]
        outbox.put(m.Noted(str(ticket)))
    events = outbox.drain()
    assert [e.text for e in events if isinstance(e, m.Noted)] == [str(i) for i in range(100)]
    assert sum(isinstance(e, m.Stats) for e in events) == 512
    assert [e.ticket for e in events if isinstance(e, m.Rendered)] == [99]
    assert outbox.drain() == []
    assert outbox.wait(0.0) == []


def test_the_lanes_of_the_outbox_come_out_in_the_order_of_telling() -> None:
    outbox = Outbox()
    told = [
        m.Stats(3, 0, 0.0, 0.0, {}, 0),
        m.Rewound(0, 0),
        m.Rendered("gallery", None, 1, 0, 0.0),  # type: ignore[arg-type]
        m.Stats(1, 0, 0.0, 0.0, {}, 0),
        m.Noted("last"),
    ]
    for event in told:
        outbox.put(event)
    assert outbox.drain() == told


def test_stopping_while_it_loads_builds_no_more() -> None:
    reading, go = threading.Event(), threading.Event()
    built: list[int] = []

    def build(announce) -> Counter:
        announce(m.StateChanged("loading", "reading"))
        reading.set()
        assert go.wait(10)
        announce(m.StateChanged("loading", "building"))
        built.append(1)
        return Counter()

    session = Session(build, Outbox())
    session.start()
    assert reading.wait(10)
    session.post(m.Stop())
    go.set()
    until_state(session, "finished")
    assert session.close()
    assert built == []


def test_stop_is_heard_by_the_builder_alone() -> None:
    """A writer that tells of its first checkpoint must not be thrown out of it."""
    engine, thrown = Counter(), []

    def build(announce) -> Counter:
        session.post(m.Stop())

        def tell() -> None:
            try:
                announce(m.Noted("saved"))
            except BaseException as error:
                thrown.append(error)

        writer = threading.Thread(target=tell)
        writer.start()
        writer.join()
        return engine

    session = Session(build, Outbox())
    session.start()
    events = until_state(session, "finished")
    assert session.close()
    assert thrown == []
    assert m.Noted("saved") in events
    assert (engine.saved, engine.closed) == (1, 1)


def test_a_run_that_is_told_of_is_saved_and_closed_by_a_stop() -> None:
    engine = Counter()

    def build(announce) -> Counter:
        announce(m.Started(Path("run"), False, {}, {}, np.zeros((1, 2), np.float32), 1))
        session.post(m.Stop())
        announce(m.Remembered(Path("run"), (0,)))
        return engine

    session = Session(build, Outbox())
    session.start()
    until_state(session, "finished")
    assert session.close()
    assert (engine.saved, engine.closed) == (1, 1)


def test_a_rewind_for_which_memory_is_short_is_refused(start) -> None:
    class Short(Counter):
        def rewind(self, checkpoint: str | None) -> None:
            raise MemoryError("no room for 9 GB")

    session = start(Short())
    session.post(m.Rewind(None))
    refused = until(session, m.Refused, [])
    assert "memory is too short" in refused.reason
    assert session.error is None
    session.post(m.Stop())
    until_state(session, "finished")


def test_what_it_failed_of_can_be_asked_for(start) -> None:
    engine = Counter()
    engine.fail_at = 0
    session = start(engine, paused=False)
    until_state(session, "failed")
    assert isinstance(session.error, RuntimeError)
