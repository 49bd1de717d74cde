import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage

from ganstudio.ui.film import FRAMES, Film, amounts


@pytest.fixture
def film(qtbot):
    film = Film()
    qtbot.addWidget(film)
    film.resize(300, 60)
    film.show()
    return film


def plain(colour):
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


def test_frames_fill_the_width_from_end_to_end(film):
    places = [film.place(index) for index in range(FRAMES)]
    assert places[0].left() == 0
    assert places[-1].right() == film.width() - 1
    assert all(a.right() < b.left() for a, b in itertools.pairwise(places))
    assert film.height() == places[0].height()
    film.resize(150, 60)
    assert film.side == 18


def test_a_click_chooses_a_frame(film, qtbot):
    chosen = []
    film.chosen.connect(chosen.append)
    for index in (0, 3, FRAMES - 1):
        button = Qt.MouseButton.LeftButton
        qtbot.mouseClick(film, button, pos=film.place(index).center())
    gap = (film.place(0).right() + film.place(1).left()) // 2
    qtbot.mouseClick(film, Qt.MouseButton.LeftButton, pos=QPoint(gap, 10))
    assert chosen == [0, 3, FRAMES - 1]


def test_pictures_stand_in_their_places(film):
    film.show_images([plain("#ff0000")] * 3 + [plain("#00ff00")] + [plain("#0000ff")] * 3)
    shown = film.grab().toImage()
    colours = [shown.pixelColor(film.place(i).center()).name() for i in (0, 3, 6)]
    assert colours == ["#ff0000", "#00ff00", "#0000ff"]
    film.show_images([])
    assert film.grab().toImage().pixelColor(film.place(0).center()).name() != "#ff0000"


def test_frames_lie_evenly_along_the_way():
    np.testing.assert_allclose(amounts(3.0), [-3, -2, -1, 0, 1, 2, 3])
