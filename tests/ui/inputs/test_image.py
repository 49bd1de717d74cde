"""A source picture; what is said here holds for a domain too."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from .conftest import known


@pytest.fixture
def asked(build):
    made = build("image")
    made.easel.resize(160, 160)
    return made


def test_examples_are_chosen_from_the_strip(asked, heard, qtbot):
    told = heard(asked)
    assert (asked.strip.count, asked.strip.index) == (3, 0)
    asked.strip.after.click()
    np.testing.assert_array_equal(told[-1], known("image")[1:2])
    asked.strip.before.click()
    asked.strip.before.click()
    np.testing.assert_array_equal(told[-1], known("image")[2:3])
    assert asked.strip.index == 2
    asked.show_told(known("image")[:1])
    assert asked.strip.index == 0


def test_a_file_is_cut_to_the_shape(asked, heard, tmp_path, monkeypatch):
    told = heard(asked)
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = (255, 0, 0)
    Image.fromarray(wide).save(tmp_path / "wide.png")
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *args: (str(tmp_path / "wide.png"), "")
    )
    asked.open.click()
    assert told[-1].shape == (1, 3, 8, 8)
    np.testing.assert_allclose(told[-1][0, :, 4, 4], [1, -1, -1], atol=0.01)
    assert asked.strip.index == -1


def test_what_is_no_picture_is_refused(asked, heard, tmp_path):
    told, why = heard(asked), []
    asked.refused.connect(why.append)
    (tmp_path / "a.png").write_text("no picture")
    asked.open_file(tmp_path / "a.png")
    asked.open_file(tmp_path / "b.png")
    assert len(why) == 2
    assert why[0].startswith("a.png cannot be read as a picture")
    assert told == []


def test_pictures_are_pasted(asked, heard):
    told, why = heard(asked), []
    asked.refused.connect(why.append)
    white = QImage(20, 20, QImage.Format.Format_ARGB32)
    white.fill(QColor("white"))
    QGuiApplication.clipboard().setImage(white)
    asked.paste.click()
    assert told[-1].min() == 1
    QGuiApplication.clipboard().setText("words")
    asked.paste.click()
    assert why == ["Not pasted: the clipboard holds no picture."]


def test_a_file_is_dropped(asked, heard, tmp_path):
    told = heard(asked)
    Image.new("L", (9, 9), 0).save(tmp_path / "black.png")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "black.png"))])
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    asked.easel.dropEvent(event)
    assert told[-1].max() == -1


def test_painting_changes_what_is_told(asked, heard, qtbot):
    told = heard(asked)
    asked.brush.clear.click()
    assert told[-1].min() == 1
    asked.paint.setChecked(True)
    assert not asked.brush.isHidden()
    asked.brush.take(QColor("black"))
    asked.easel.size_px = 1
    middle = asked.easel.place.center()
    qtbot.mousePress(asked.easel, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseRelease(asked.easel, Qt.MouseButton.LeftButton, pos=middle)
    assert (told[-1] == -1).all(axis=1).sum() == 1
    assert asked.strip.index == -1
    asked.brush.undo.click()
    assert told[-1].min() == 1
    asked.brush.undo.click()
    np.testing.assert_allclose(told[-1], known("image")[:1], atol=1.01 / 127.5)
    assert not asked.brush.undo.isEnabled()


def test_without_examples_there_is_a_white_sheet(build):
    asked = build("image", examples=False)
    assert asked.told.min() == 1
    assert asked.strip.isHidden()
