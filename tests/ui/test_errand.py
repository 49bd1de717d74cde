import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from ganstudio.train import messages as m
from ganstudio.ui.errand import Errand, ErrandBar
from ganstudio.ui.page import Page


@pytest.fixture
def asked(studio, monkeypatch):
    """What the workshop is asked for and let go of."""
    calls = []

    def work(task, tag="", **arguments):
        calls.append((task, tag, arguments))
        return len(calls)

    studio._timer.stop()
    monkeypatch.setattr(studio, "work", work)
    monkeypatch.setattr(studio, "cancel", lambda ticket: calls.append(("cancel", ticket)))
    return calls


@pytest.fixture
def errand(studio, asked):
    made = Errand(studio, "me", studio)
    made.heard = []
    for name in ("turned", "progressed", "done", "dropped"):
        getattr(made, name).connect(lambda what, name=name: made.heard.append((name, what)))
    return made


def test_only_its_own_answers_are_told(errand, studio, asked):
    errand.begin("film", fps=3)
    assert asked == [("film", "me", {"fps": 3})]
    assert errand.busy
    other, own = m.Done(7, "film", 0, "", 0, 1.0), m.Done(1, "film", 0, "", 0, 1.0)
    studio.done.emit(other)
    assert errand.heard == [("turned", True)]
    studio.done.emit(own)
    assert errand.heard[1:] == [("turned", False), ("done", own)]
    studio.done.emit(own)
    assert len(errand.heard) == 3


def test_a_newer_one_takes_the_place_of_an_older_one(errand, studio):
    errand.begin("film")
    errand.begin("film")
    studio.dropped.emit(m.Dropped(1, "film"))  # as the workshop answers then
    assert errand.busy
    studio.dropped.emit(m.Dropped(2, "film", "no room"))
    assert errand.heard[-1] == ("dropped", "no room")
    assert not errand.busy


def test_what_is_forgotten_answers_no_more(errand, studio, asked):
    errand.cancel()
    assert asked == []
    errand.begin("film")
    errand.forget()
    assert asked[-1] == ("cancel", 1)
    studio.dropped.emit(m.Dropped(1, "film"))
    assert errand.heard == [("turned", True), ("turned", False)]


def test_the_bar_is_there_only_meanwhile(errand, studio, asked, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    bar = ErrandBar(errand, "How far the film is", "Stop")
    bar.setParent(window)
    assert bar.isHidden()
    errand.begin("film")
    studio.progressed.emit(m.Progressed(1, "film", 0.25))
    assert not bar.isHidden()
    assert bar.progress.value() == 250
    bar.findChild(QPushButton).click()
    assert asked[-1] == ("cancel", 1)
    studio.dropped.emit(m.Dropped(1, "film"))
    assert bar.isHidden()
    errand.begin("film")
    assert bar.progress.value() == 0


def test_a_page_shows_its_body_once_there_is_no_reason_not_to(qtbot):
    panel = QWidget()
    qtbot.addWidget(panel)
    page = Page(panel, "No model yet.", scrolled=True)
    assert page.text == "No model yet."
    page.say("")
    assert (page.text, page.currentIndex()) == ("", 1)
    page.say("No noise.")
    assert (page.text, page.currentIndex()) == ("No noise.", 0)
