from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QMenu

from ganstudio.ui import pictures
from ganstudio.ui.panels.gallery import POINTS, GalleryPanel
from ganstudio.ui.tiles import arrange


@pytest.fixture
def panel(shown):
    return shown(GalleryPanel)


def last(quiet):
    return quiet.of("gallery")[-1]


def test_before_any_model_it_says_what_will_come(panel, quiet):
    assert panel._pages.currentWidget() is panel._notice
    assert "No model yet" in panel._notice.text
    assert not panel._count.isEnabled()
    assert quiet.asked == []


def test_a_model_is_asked_for_fixed_latents_and_shown(panel, quiet):
    model = quiet.offer()
    np.testing.assert_array_equal(last(quiet).z, model.draw(64, 0))
    assert last(quiet).classes is None
    quiet.answer(last(quiet))
    grid = panel.grids["Generated"]
    assert len(grid.pictures) == 64
    level = round(np.tanh(last(quiet).z[5, 0]) * 127.5 + 127.5)
    assert abs(grid.pictures[5].pixelColor(0, 0).red() - level) <= 1
    assert panel._heading.text() == "dcgan on digits"
    assert panel._status.text() == "12.0 kimg  ·  live"


def test_newer_weights_draw_the_same_latents_again(panel, quiet):
    quiet.offer()
    first = last(quiet)
    quiet.offer(nimg=20_000)
    assert len(quiet.of("gallery")) == 2
    np.testing.assert_array_equal(last(quiet).z, first.z)
    quiet.answer(first)
    assert len(panel.grids["Generated"].pictures) == 64


def test_answers_to_older_latents_are_dropped(panel, quiet):
    quiet.offer()
    old = last(quiet)
    panel._seed.set_value(7)
    quiet.answer(old)
    assert panel.grids["Generated"].pictures == []
    quiet.answer(last(quiet))
    assert len(panel.grids["Generated"].pictures) == 64


def test_seed_and_count_choose_the_latents(panel, quiet):
    model = quiet.offer()
    panel._seed.set_value(7)
    np.testing.assert_array_equal(last(quiet).z, model.draw(64, 7))
    panel._count.setCurrentIndex(0)
    np.testing.assert_array_equal(last(quiet).z, model.draw(16, 7))
    panel._seed.roll()
    assert panel._seed.value != 7


def test_a_hidden_gallery_asks_nothing_until_it_is_seen(shown, quiet):
    panel = shown(GalleryPanel, visible=False)
    quiet.offer()
    assert quiet.asked == []
    panel.show()
    assert len(quiet.of("gallery")) == 1


def test_classes_are_rows(panel, quiet):
    quiet.offer(classes=("zero", "one", "two", "three"))
    assert last(quiet).classes.tolist() == [row for row in range(4) for _ in range(16)]
    quiet.answer(last(quiet))
    grid = panel.grids["Generated"]
    assert grid.row_names == ("zero", "one", "two", "three")
    assert grid.arrangement.columns == 16


def test_a_clicked_tile_is_taken_and_marked(panel, quiet, qtbot):
    quiet.offer(classes=("zero", "one"))
    quiet.answer(last(quiet))
    grid = panel.grids["Generated"]
    QGuiApplication.processEvents()
    taken = []
    quiet.latentTaken.connect(lambda z, category: taken.append((z, category)))
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.arrangement.place(40).center())
    np.testing.assert_array_equal(taken[0][0], last(quiet).z[40])
    assert taken[0][1] == 1
    assert grid.marked == 40
    quiet.take_latent(np.zeros(32, np.float32), 0)
    assert grid.marked == -1


def test_a_click_takes_the_tile_that_is_seen(panel, quiet):
    quiet.offer()
    quiet.answer(last(quiet))
    seen = last(quiet).z
    panel._seed.set_value(7)
    taken = []
    quiet.latentTaken.connect(lambda z, category: taken.append(z))
    panel.take(5)
    np.testing.assert_array_equal(taken[0], seen[5])
    assert panel.grids["Generated"].marked == 5
    quiet.answer(last(quiet))
    assert panel.grids["Generated"].marked == -1
    panel.take(5)
    np.testing.assert_array_equal(taken[1], last(quiet).z[5])


def test_a_click_takes_the_volume_that_is_drawn(panel, quiet, qtbot, monkeypatch):
    monkeypatch.setattr(
        pictures, "draw_solids",
        lambda voxels, size_px, colours: np.zeros((len(voxels), size_px, size_px, 3), np.uint8),
    )  # fmt: skip
    taken = []
    quiet.latentTaken.connect(lambda z, category: taken.append(z))
    panel._count.setCurrentIndex(0)
    quiet.offer("voxels")
    worker = panel._workers["Generated"]
    with qtbot.waitSignal(worker.done):
        quiet.answer(last(quiet))
    seen = last(quiet).z
    panel._seed.set_value(7)
    with qtbot.waitSignal(worker.done):
        quiet.answer(last(quiet))
        panel.take(3)
    panel.take(3)
    np.testing.assert_array_equal(taken, [seen[3], last(quiet).z[3]])


def test_real_samples_that_the_studio_drops_go(panel, quiet):
    quiet.offer()
    quiet.begin(np.zeros((20, 1, 8, 8), np.float32))
    panel._view.choose("Both")
    quiet.reals = None
    quiet.offer(nimg=20_000)
    assert panel._view.value == "Generated"
    assert not panel._view._buttons["Real"].isEnabled()
    assert panel.grids["Real"].pictures == []


def test_hovering_lights_up_a_tile(panel, quiet, qtbot):
    quiet.offer()
    quiet.answer(last(quiet))
    grid = panel.grids["Generated"]
    QGuiApplication.processEvents()  # the new heading changes the layout
    qtbot.mouseMove(grid, grid.arrangement.place(9).center())
    assert grid.hovered == 9
    assert grid.index_at(QPoint(0, 0)) == -1
    image = grid.grab().toImage()
    assert image.width() == grid.width()


def test_real_samples_can_be_shown_beside(panel, quiet):
    quiet.offer()
    assert not panel._view._buttons["Real"].isEnabled()
    reals = np.full((20, 1, 8, 8), 1.0, np.float32)
    quiet.begin(reals)
    panel._view.choose("Both")
    real = panel.grids["Real"]
    assert real.isVisible()
    assert panel.grids["Generated"].isVisible()
    assert len(real.pictures) == 20
    assert real.pictures[0].pixelColor(3, 3) == QColor("white")
    assert real.caption == "Real"
    panel._view.choose("Real")
    assert not panel.grids["Generated"].isVisible()
    assert real.caption == ""


def test_reals_of_another_shape_are_not_shown(panel, quiet):
    quiet.begin(np.zeros((20, 3, 4, 4), np.float32))
    quiet.offer()
    assert not panel._view._buttons["Both"].isEnabled()


def test_points_belong_to_the_plane(panel, quiet):
    quiet.offer()
    quiet.answer(last(quiet))
    quiet.asked.clear()
    quiet.offer("points", z_dim=2)
    assert panel._notice.text == POINTS
    assert panel._pages.currentWidget() is panel._notice
    assert quiet.asked == []


def test_volumes_are_drawn_on_a_thread(panel, quiet, qtbot, monkeypatch):
    monkeypatch.setattr(
        pictures, "draw_solids",
        lambda voxels, size_px, colours: np.full((len(voxels), size_px, size_px, 3), 9, np.uint8),
    )  # fmt: skip
    panel._count.setCurrentIndex(0)
    quiet.offer("voxels")
    with qtbot.waitSignal(panel._workers["Generated"].done):
        quiet.answer(last(quiet))
    grid = panel.grids["Generated"]
    assert len(grid.pictures) == 16
    assert grid.drawn
    assert grid.pictures[0].pixelColor(0, 0).red() == 9


def test_the_menu_copies_a_tile(panel, quiet):
    quiet.offer()
    quiet.answer(last(quiet))
    panel._open_menu("Generated", 3, QPoint(0, 0))
    menu = panel.findChild(QMenu)
    texts = [action.text() for action in menu.actions()]
    assert texts == ["Copy picture", "Save picture…", "Save grid…"]
    menu.actions()[0].trigger()
    menu.close()
    copied = QGuiApplication.clipboard().image()
    assert copied.width() == 256
    expected = panel.grids["Generated"].pictures[3].pixelColor(0, 0)
    assert copied.pixelColor(0, 0) == expected


def test_the_grid_is_saved_as_one_picture(panel, quiet, tmp_path, monkeypatch):
    quiet.offer()
    quiet.answer(last(quiet))
    told = []
    quiet.noted.connect(told.append)
    monkeypatch.setattr(pictures, "ask_save", lambda *args: tmp_path / "grid.png")
    panel._save_grid("Generated")
    assert (tmp_path / "grid.png").stat().st_size > 100
    monkeypatch.setattr(pictures, "ask_save", lambda *args: Path("/nowhere/at/all.png"))
    panel._save_grid("Generated")
    monkeypatch.setattr(pictures, "ask_save", lambda *args: None)
    panel._save_grid("Generated")
    assert [note.level for note in told] == ["info", "error"]
    assert told[0].text == "Saved grid.png"
    assert "could not be written" in told[1].text


@pytest.mark.parametrize("count", [1, 16, 36, 64, 100])
@pytest.mark.parametrize("space", [QRect(0, 0, 900, 500), QRect(0, 0, 200, 800)])
def test_tiles_stay_inside_and_do_not_touch(count, space):
    grid = arrange(count, QSize(28, 28), space)
    places = [grid.place(i) for i in range(count)]
    assert all(space.contains(place) for place in places)
    assert not any(a.intersects(b) for a, b in pairwise(places))


def test_a_full_last_row_is_worth_smaller_tiles():
    assert arrange(64, QSize(8, 8), QRect(0, 0, 900, 520)).columns == 8


def test_pictures_become_bytes():
    x = np.zeros((2, 1, 3, 4), np.float32)
    x[0] = -1
    x[1, 0, 0, 0] = np.nan
    shown = pictures.to_bytes(x)
    assert shown.shape == (2, 3, 4, 3)
    assert shown[0].max() == 0
    assert shown[1].min() == 128
    assert pictures.to_bytes(np.ones((1, 3, 2, 2), np.float32)).min() == 255
