"""What the terminal is told while a training runs, and a disk that refuses its end."""

import signal
from pathlib import Path

import pytest

from ganstudio.cli import main
from ganstudio.cli import train as module
from ganstudio.disk import NoRoomError
from ganstudio.train import messages as m
from ganstudio.train.session import Outbox

STARTED = m.Started(Path("run"), False, {}, {}, None, 1000, 0, 0)


class Scripted:
    """A session that answers each command with the next events of a script."""

    def __init__(self, *answers: list[m.Event]) -> None:
        self.outbox, self.answers = Outbox(), list(answers)
        self.posted: list[m.Command] = []
        self.error: BaseException | None = None
        self.next()

    def next(self) -> None:
        for event in self.answers.pop(0):
            self.outbox.put(event)

    def post(self, command: m.Command) -> None:
        self.posted.append(command)
        self.next()


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "ASK_AGAIN_S", 0.0)
    numbers = (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
    before = [(number, signal.getsignal(number)) for number in numbers]
    yield
    for number, handler in before:
        signal.signal(number, handler)


REFUSED = m.Refused(m.Stop(), "9 MB are needed, and 1 MB are free")
END = m.StateChanged("finished")


def test_the_last_save_is_asked_for_until_there_is_room(capsys):
    again = m.Noted("Not saved, training goes on", "error", "saving")
    saved = m.Noted("Saved again: 000001.000k", topic="saving")
    session = Scripted([again, REFUSED], [again, REFUSED], [again, REFUSED], [saved, END])
    assert not module._follow(session, session.outbox, 0)
    assert session.posted == [m.Stop()] * 3
    said = capsys.readouterr().err
    assert said.count("9 MB are needed") == said.count("Waiting for room; Ctrl-C leaves") == 1
    assert said.count("Not saved") == 1
    assert "Saved again" in said


def test_an_interrupt_gives_the_last_save_up(monkeypatch):
    monkeypatch.setattr(module, "ASK_AGAIN_S", 1e9)
    session = Scripted([REFUSED], [END])
    wait = session.outbox.wait

    def interrupted(timeout_s: float) -> list[m.Event]:
        events = wait(0)
        if not events:
            signal.raise_signal(signal.SIGINT)
        return events

    session.outbox.wait = interrupted
    assert module._follow(session, session.outbox, 0)
    assert session.posted == [m.Stop(save=False)]


@pytest.mark.parametrize(
    ("error", "traced"),
    [
        (NoRoomError(Path("run"), 9, 1), False),
        (OSError("gone"), False),
        (KeyError("x"), True),
    ],
)
def test_only_what_nobody_foresaw_has_a_traceback(error, traced, capsys):
    failed = m.Failed("the reason", "Traceback of it")
    session = Scripted([STARTED, failed, m.StateChanged("failed")])
    session.error = error
    assert module._follow(session, session.outbox, 0)
    said = capsys.readouterr().err
    assert ("Traceback of it" in said) == traced
    assert ("the reason" in said) != traced


def test_growth_that_cannot_be_written_is_not_measured(tmp_path, monkeypatch, capsys):
    from ganstudio.train import growth

    monkeypatch.setattr(growth, "measure_all", lambda *_: pytest.fail("it was measured"))
    (tmp_path / "file").touch()
    assert main(["bench", "growth", "--out", str(tmp_path / "file" / "out")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_growth_is_shown_before_it_is_written(tmp_path, monkeypatch, capsys):
    from ganstudio.train import growth

    monkeypatch.setattr(growth, "measure_all", lambda *_: [])
    monkeypatch.setattr(growth, "table", lambda points: "the table")
    (tmp_path / "growth.json").mkdir()
    assert main(["bench", "growth", "--out", str(tmp_path)]) == 1
    assert "the table" in capsys.readouterr().out
