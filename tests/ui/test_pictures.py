"""Where files are saved to: with a fitting suffix, and nothing replaced unasked."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from ganstudio.ui import pictures

TABLE = "Table (*.csv)"


@pytest.fixture
def parent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def choose(monkeypatch):
    """Answer the file dialog with a name, and the question whether to replace with yes or no."""

    def answer(path, replace=None, kind=""):
        def run(dialog):
            if kind:
                dialog.filterSelected.emit(kind)
            return int(path is not None)

        monkeypatch.setattr(QFileDialog, "exec", run)
        monkeypatch.setattr(QFileDialog, "selectedFiles", lambda self: [str(path)])
        buttons = QMessageBox.StandardButton
        asked = []

        def question(*args):
            asked.append(args[2])
            assert replace is not None, "nothing was to be asked"
            return buttons.Yes if replace else buttons.No

        monkeypatch.setattr(QMessageBox, "question", question)
        return asked

    return answer


def test_a_name_with_the_suffix_stays(parent, choose, tmp_path):
    choose(tmp_path / "loss.CSV")
    assert pictures.ask_save(parent, "Save", "curves.csv", TABLE) == tmp_path / "loss.CSV"


def test_a_dot_in_the_name_is_no_suffix(parent, choose, tmp_path):
    (tmp_path / "loss.csv").write_text("older")
    choose(tmp_path / "loss.v2")
    assert pictures.ask_save(parent, "Save", "curves.csv", TABLE) == tmp_path / "loss.v2.csv"


@pytest.mark.parametrize("replace", [True, False])
def test_what_would_be_replaced_is_asked_about(parent, choose, tmp_path, replace):
    (tmp_path / "loss.v2.csv").write_text("older")
    asked = choose(tmp_path / "loss.v2", replace)
    path = pictures.ask_save(parent, "Save", "curves.csv", TABLE)
    assert path == (tmp_path / "loss.v2.csv" if replace else None)
    assert "loss.v2.csv exists" in asked[0]


def test_who_changes_their_mind_saves_nothing(parent, choose):
    choose(None)
    assert pictures.ask_save(parent, "Save", "curves.csv", TABLE) is None
    assert pictures.save(parent, QImage(), "a.png") is None


def test_the_kind_chosen_gives_the_suffix(parent, choose, tmp_path):
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(0)
    choose(tmp_path / "a", kind="JPEG picture (*.jpg)")
    assert pictures.save(parent, picture, "a.png").text == "Saved a.jpg"
    assert (tmp_path / "a.jpg").read_bytes()[:2] == b"\xff\xd8"


def test_a_picture_that_cannot_be_written_is_said(parent, choose, tmp_path):
    choose(tmp_path / "nowhere" / "a.png")
    note = pictures.save(parent, QImage(8, 8, QImage.Format.Format_RGB32), "a.png")
    assert note.level == "error"
    assert "could not be written" in note.text
