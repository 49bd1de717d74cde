from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QColorDialog

from ganstudio.ui import pictures
from ganstudio.ui.brush import BrushBox, common_colours
from ganstudio.ui.easel import MOST_UNDO, Easel


@pytest.fixture
def easel(qtbot):
    made = Easel()
    qtbot.addWidget(made)
    made.resize(160, 160)
    sheet = QImage(16, 16, QImage.Format.Format_RGB32)
    sheet.fill(QColor("white"))
    made.show_image(sheet)
    return made


def dark(easel):
    """How many pixels are not white."""
    return int((pictures.to_unit(easel.image, 1) < 0.5).sum())


def stroke(qtbot, easel, *places):
    spots = [easel.place.topLeft() + QPointF(x * 10 + 5, y * 10 + 5).toPoint() for x, y in places]
    qtbot.mousePress(easel, Qt.MouseButton.LeftButton, pos=spots[0])
    for spot in spots[1:]:
        qtbot.mouseMove(easel, spot)
    qtbot.mouseRelease(easel, Qt.MouseButton.LeftButton, pos=spots[-1])


def test_the_mouse_draws_only_while_painting(easel, qtbot):
    easel.size_px = 1
    stroke(qtbot, easel, (2, 3), (9, 3))
    assert dark(easel) == 0
    easel.set_painting(True)
    stroke(qtbot, easel, (2, 3), (9, 3))
    assert dark(easel) == 8
    assert easel.image.pixelColor(5, 3) == QColor("black")
    assert easel.image.pixelColor(5, 4) == QColor("white")


def test_strokes_are_taken_back_one_by_one(easel, qtbot):
    told = []
    easel.painted.connect(lambda: told.append(dark(easel)))
    easel.set_painting(True)
    easel.size_px = 1
    stroke(qtbot, easel, (1, 1))
    stroke(qtbot, easel, (5, 5), (6, 5))
    easel.clear(QColor("black"))
    easel.setFocus()
    for left in (3, 1, 0):
        qtbot.keyClick(easel, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert dark(easel) == left
    easel.undo()
    assert not easel.can_undo
    assert told[-1] == 0


def test_only_so_many_strokes_are_kept(easel):
    for _ in range(MOST_UNDO + 10):
        easel.clear(QColor("black"))
    assert len(easel._undo) == MOST_UNDO


def test_a_new_picture_forgets_the_strokes(easel):
    easel.clear(QColor("black"))
    easel.show_image(QImage(4, 4, QImage.Format.Format_RGB32))
    assert not easel.can_undo


def test_pasting_is_left_to_whoever_listens(easel, qtbot):
    with qtbot.waitSignal(easel.pasteWanted):
        qtbot.keyClick(easel, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_the_picture_is_drawn_in_its_own_pixels(easel):
    easel.image.setPixelColor(0, 0, QColor("black"))
    easel.update()
    seen = easel.grab().toImage()
    assert seen.pixelColor(easel.place.topLeft()) == QColor("black")


def test_the_brush_offers_the_colours_that_are_used():
    pixels = np.zeros((4, 8, 8, 3), np.uint8)
    pixels[:, :4] = (200, 30, 30)
    colours = common_colours(pixels)
    assert colours[0] == (0, 0, 0)
    assert colours[-1] == (255, 255, 255)
    assert any(abs(r - 200) + abs(g - 30) + abs(b - 30) < 20 for r, g, b in colours)
    assert len(colours) == 3


def test_the_brush_is_dipped_and_widened(easel, qtbot, monkeypatch):
    box = BrushBox(easel)
    qtbot.addWidget(box)
    box.offer(np.zeros((1, 64, 64, 3), np.uint8), grey=False)
    assert [swatch.isChecked() for swatch in box.swatches] == [True, False]
    box.swatches[1].click()
    assert easel.colour == QColor("white")
    box.width_slider.setValue(9)
    assert easel.size_px == 9
    assert box.width_slider.maximum() == 16
    monkeypatch.setattr(QColorDialog, "getColor", lambda *args: QColor("#123456"))
    box.other.click()
    assert easel.colour == QColor("#123456")
    monkeypatch.setattr(QColorDialog, "getColor", lambda *args: QColor())
    box.other.click()
    assert easel.colour == QColor("#123456")
    assert not any(swatch.isChecked() for swatch in box.swatches)


def test_a_scaled_picture_is_kept_until_something_changes():
    fitted, image = pictures.Fitted(), QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    first = fitted.at(image, QSize(8, 8), 1.0, False)
    assert fitted.at(image, QSize(8, 8), 1.0, False).cacheKey() == first.cacheKey()
    assert fitted.at(image, QSize(9, 9), 1.0, False).size() == QSize(9, 9)
    image.fill(QColor("blue"))
    assert fitted.at(image, QSize(9, 9), 1.0, False).toImage().pixelColor(4, 4) == QColor("blue")
