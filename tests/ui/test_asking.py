import pytest

from ganstudio.train import messages as m
from ganstudio.ui.asking import Asking


@pytest.fixture
def asked(studio, monkeypatch):
    """A studio that only notes its errands."""
    errands = []

    def work(task, tag="", **arguments):
        errands.append((task, tag, arguments))
        return len(errands)

    monkeypatch.setattr(studio, "work", work)
    monkeypatch.setattr(studio, "cancel", lambda ticket: errands.append(("cancel", ticket)))
    return errands


def done(studio, ticket, result=None, seconds=0.01):
    studio.done.emit(m.Done(ticket, "judge", result, "live", 0, seconds))


def test_the_newest_wish_is_done_after_the_one_in_hand(studio, asked) -> None:
    asking, heard = Asking(studio, "mine"), []
    asking.answered.connect(heard.append)
    for number in range(3):
        asking.ask("judge", number=number)
    assert asked == [("judge", "mine", {"number": 0})]
    assert asking.busy
    done(studio, 99)
    assert heard == []
    done(studio, 1, "first")
    assert heard == ["first"]
    assert asked[1:] == [("judge", "mine", {"number": 2})]
    done(studio, 2, "last")
    assert not asking.busy
    assert len(asked) == 2


def test_while_training_the_next_one_waits_unless_a_person_does(studio, asked, qtbot) -> None:
    studio.state = "running"
    asking = Asking(studio, "mine")
    asking.ask("judge", number=0)
    done(studio, 1, seconds=100.0)
    asking.ask("judge", number=1)
    assert len(asked) == 1
    asking.ask("judge", soon=True, number=2)
    assert asked[1][2] == {"number": 2}
    asking.forget()
    assert asked[2] == ("cancel", 2)
    studio.state = "idle"


def test_what_waits_is_asked_when_its_time_has_come(studio, asked, qtbot) -> None:
    studio.state = "running"
    asking = Asking(studio, "mine")
    asking.ask("judge", number=0)
    done(studio, 1, seconds=0.0)
    asking.ask("judge", number=1)
    assert len(asked) == 1
    qtbot.waitUntil(lambda: len(asked) == 2)
    studio.state = "idle"


def test_what_came_to_nothing_makes_room(studio, asked) -> None:
    asking, heard = Asking(studio, "mine"), []
    asking.dropped.connect(heard.append)
    asking.ask("judge", number=0)
    asking.ask("judge", number=1)
    studio.dropped.emit(m.Dropped(1, "judge", "no model"))
    assert heard == ["no model"]
    assert asked[-1][2] == {"number": 1}


def test_an_answer_says_what_it_is_about_though_another_wish_waits(studio, asked) -> None:
    asking, heard = Asking(studio, "mine"), []
    asking.answered.connect(lambda found: heard.append((found, asking.about)))
    asking.ask("judge", about="old")
    asking.ask("judge", about="new")
    done(studio, 1, "first")
    done(studio, 2, "second")
    assert heard == [("first", "old"), ("second", "new")]


def test_what_a_person_waits_for_follows_at_once_on_what_is_in_hand(studio, asked) -> None:
    studio.state = "running"
    asking = Asking(studio, "mine")
    asking.ask("judge", number=0)
    asking.ask("judge", soon=True, number=1)
    asking.ask("judge", number=2)  # newer weights do not make it less urgent
    done(studio, 1, seconds=100.0)
    assert asked[1:] == [("judge", "mine", {"number": 2})]
    asking.ask("judge", number=3)
    done(studio, 2, seconds=100.0)
    assert len(asked) == 2
    asking.forget()
    studio.state = "idle"
