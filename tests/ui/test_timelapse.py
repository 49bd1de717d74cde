import inspect
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QWidget

from ganstudio.samples import SampleSpec
from ganstudio.train import messages as m
from ganstudio.train.tasks.timelapse import Timelapse as Task
from ganstudio.ui import pictures
from ganstudio.ui.timelapse import TASK, FilmKnobs, Timelapse


@pytest.fixture
def asked(studio, monkeypatch):
    """The errands that the workshop gets."""
    calls = []

    def work(task, tag="", **arguments):
        calls.append((task, tag, arguments))
        return len(calls)

    monkeypatch.setattr(studio, "work", work)
    return calls


@pytest.fixture
def films(studio, asked, qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    studio._timer.stop()
    studio.model = m.Model("dcgan", "digits", SampleSpec("image", (1, 8, 8)), 8)
    studio._on_remembered(m.Remembered(tmp_path / "run", (0, 640)))
    return Timelapse(studio, window)


def test_a_film_is_asked_for_where_the_person_wants_it(films, asked, tmp_path, monkeypatch):
    target = tmp_path / "film.gif"
    proposed = []
    monkeypatch.setattr(pictures, "ask_save", lambda *args: proposed.append(args) or target)
    dialog = films.ask()
    assert "2 kept moments" in dialog.layout().itemAt(0).widget().text()
    dialog.form.rows["samples"].editor.lineEdit().setText("25")
    dialog.save.click()
    ((task, tag, arguments),) = asked
    assert (task, arguments["path"], arguments["n"]) == (TASK, target, 25)
    assert arguments["run"] == tmp_path / "run"
    assert tag
    assert proposed[0][2] == "run.mp4"


def test_the_task_knows_all_arguments(films, asked, tmp_path):
    """What is asked for by name is what the task takes."""
    films.make(tmp_path / "x.mp4", FilmKnobs())
    known = inspect.signature(Task.run).parameters
    assert set(asked[0][2]) <= set(known)


def test_a_changed_mind_makes_nothing(films, asked, monkeypatch):
    monkeypatch.setattr(pictures, "ask_save", lambda *args: None)
    films.ask().save.click()
    assert asked == []
    assert not films.busy


def test_out_of_range_cannot_be_saved(films, qtbot):
    dialog = films.ask()
    field = dialog.form.rows["fps"].editor.lineEdit()
    field.selectAll()
    qtbot.keyClicks(field, "1000")
    assert not dialog.save.isEnabled()


def test_points_have_no_number_of_tiles(films, studio, asked, tmp_path):
    studio.model = m.Model("gan", "points", SampleSpec("points", (2,)), 8)
    assert "samples" not in films.ask().form.rows
    films.make(tmp_path / "x.mp4", FilmKnobs())
    assert asked[0][2]["n"] == 0


def test_progress_and_the_end_are_told(films, studio, tmp_path):
    shares, ends, notes = [], [], []
    films.progressed.connect(lambda share, text: shares.append((share, text)))
    films.ended.connect(lambda: ends.append(True))
    studio.noted.connect(notes.append)
    films.make(tmp_path / "x.mp4", FilmKnobs())
    assert films.ask() is None
    studio.progressed.emit(m.Progressed(1, TASK, 0.5, "3.2 kimg"))
    studio.progressed.emit(m.Progressed(7, "other", 0.9))
    assert shares == [(0.0, "waiting"), (0.5, "3.2 kimg")]
    result = SimpleNamespace(path=tmp_path / "x.mp4", skipped=1)
    studio.done.emit(m.Done(1, TASK, result, "live", 640, 1.0))
    assert ends == [True]
    assert not films.busy
    assert "1 moment could not be read" in notes[0].text


def test_a_film_can_be_cancelled(films, studio, monkeypatch, tmp_path):
    cancelled, ends = [], []
    monkeypatch.setattr(studio, "cancel", cancelled.append)
    films.ended.connect(lambda: ends.append(True))
    films.cancel()
    films.make(tmp_path / "x.mp4", FilmKnobs())
    films.cancel()
    assert cancelled == [1]
    studio.dropped.emit(m.Dropped(1, TASK))
    assert ends == [True]
    assert not films.busy


def test_without_moments_or_model_nothing_is_asked(films, studio, tmp_path):
    studio._on_remembered(m.Remembered(tmp_path, ()))
    assert films.ask() is None
