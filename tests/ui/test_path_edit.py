from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog

from ganstudio.knobs import Config, knob
from ganstudio.ui.form import Form
from ganstudio.ui.path_edit import PathEdit


class Shelf(Config):
    folder: str = knob("", browse="folder", help="Where the pictures are.")
    list: str = knob("", browse="file", help="What they are called.")
    label: str = knob("x", help="A word.")


@pytest.fixture
def form(qtbot):
    made = Form(Shelf)
    qtbot.addWidget(made)
    made.resize(280, 300)
    made.show()
    return made


def drop(editor, *urls, text=""):
    data = QMimeData()
    data.setUrls(list(urls))
    if text:
        data.setText(text)
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    editor.dropEvent(event)


def test_a_path_has_a_line_of_its_own_and_a_button(form):
    row = form.rows["folder"]
    assert isinstance(row.editor, PathEdit)
    assert row.editor.width() > form.rows["label"].editor.width()
    assert row.editor.y() > row.label.y()
    assert row.browse.isVisible()
    assert form.rows["label"].browse is None
    form.set_enabled_only(())
    assert not row.browse.isEnabled()


def test_a_folder_is_looked_for(form, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: "/some/where")
    with qtbot.waitSignal(form.changed, check_params_cb=lambda name: name == "folder"):
        form.rows["folder"].browse.click()
    assert form.values()["folder"] == "/some/where"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: "")
    form.rows["folder"].browse.click()
    assert form.values()["folder"] == "/some/where", "a cancelled dialog changes nothing"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: ("/a/list.csv", ""))
    form.rows["list"].browse.click()
    assert form.values()["list"] == "/a/list.csv"


def test_a_folder_is_dropped(form, tmp_path):
    (tmp_path / "a.png").touch()
    drop(form.rows["folder"].editor, QUrl.fromLocalFile(str(tmp_path)))
    assert form.values()["folder"] == str(tmp_path)
    form.set_values({"folder": ""})
    drop(form.rows["folder"].editor, QUrl.fromLocalFile(str(tmp_path / "a.png")))
    assert form.values()["folder"] == str(tmp_path), "a file stands for its folder"
    drop(form.rows["list"].editor, QUrl.fromLocalFile(str(tmp_path / "a.png")))
    assert form.values()["list"] == str(tmp_path / "a.png")


def test_what_is_missing_is_said_beside_the_field(form):
    form.blame({"folder": "Choose a folder first."})
    row = form.rows["folder"]
    assert row.fault.isVisible()
    assert row.fault.text() == "Choose a folder first."
    assert form.check() == {}, "it is no fault of the value itself"
    form.blame({})
    assert not row.fault.isVisible()
