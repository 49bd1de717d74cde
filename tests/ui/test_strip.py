import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from ganstudio.ui.strip import GAP_PX, SIDE_PX, Strip


@pytest.fixture
def strip(qtbot):
    made = Strip()
    qtbot.addWidget(made)
    made.resize(240, 50)
    made.show_pictures(np.zeros((12, 4, 4, 3), np.uint8))
    made.show()
    return made


def test_a_click_chooses(strip, qtbot):
    heard = []
    strip.chosen.connect(heard.append)
    row = strip._row
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.place(2).center())
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(SIDE_PX + GAP_PX, 10))
    assert heard == [2]
    assert strip.index == 2


def test_arrows_and_keys_step_around_the_end(strip, qtbot):
    heard = []
    strip.chosen.connect(heard.append)
    strip.after.click()
    strip.before.click()
    assert heard == [0, 11]
    qtbot.keyClick(strip._row, Qt.Key.Key_Right)
    qtbot.keyClick(strip._row, Qt.Key.Key_Right)
    assert heard == [0, 11, 0, 1]


def test_the_chosen_one_is_brought_into_sight(strip):
    strip.mark(11)
    bar = strip._scroll.horizontalScrollBar()
    assert bar.value() > 0
    assert strip._row.grab().toImage().pixelColor(strip._row.place(11).topLeft()).red() > 50


def test_an_empty_strip_does_nothing(strip):
    strip.show_pictures(np.zeros((0, 1, 1, 3), np.uint8))
    strip.step(1)
    assert strip.index == -1
    assert not strip.after.isEnabled()
