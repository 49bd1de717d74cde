import inspect
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from ganstudio.latent.stand import Stand
from ganstudio.samples import SampleSpec
from ganstudio.train import messages as m
from ganstudio.train.tasks.timelapse import Timelapse as Task
from ganstudio.ui import pictures
from ganstudio.ui.favourites import Favourites
from ganstudio.ui.studio import Tiles
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


def test_the_gallerys_tiles_and_the_stars_can_be_filmed(films, studio, asked, tmp_path):
    z = np.arange(16, dtype=np.float32).reshape(2, 8)
    studio.tiles = lambda: Tiles(tuple(Stand(row) for row in z), 2)
    films.make(tmp_path / "x.mp4", FilmKnobs(latents="gallery"))
    assert [stand.z[0] for stand in asked[0][2]["places"]] == [0, 8]
    assert asked[0][2]["columns"] == 2
    studio.done.emit(m.Done(1, TASK, SimpleNamespace(path=Path("x"), skipped=0), "", 0, 1.0))
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "recipe.toml").touch()
    stars = Favourites(tmp_path / "run")
    stars.add(Stand(np.ones(8, np.float32)), None)
    stars.add(Stand(np.ones(9, np.float32)), None)
    films.make(tmp_path / "x.mp4", FilmKnobs(latents="favourites"))
    assert [len(stand.z) for stand in asked[1][2]["places"]] == [8], "of this model only"


def test_what_is_not_there_cannot_be_chosen(films):
    dialog = films.ask()
    editor = dialog.form.rows["latents"].editor
    assert dialog.save.isEnabled()
    editor.setCurrentIndex(editor.findData("gallery"))
    assert not dialog.save.isEnabled()
    assert "no tiles" in dialog.form.rows["latents"].fault.text()
    assert not dialog.form.rows["seed"].isEnabled()
    editor.setCurrentIndex(editor.findData("seed"))
    assert dialog.save.isEnabled()
    assert dialog.form.rows["seed"].isEnabled()
    dialog.reject()


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
