from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QMenu

from ganstudio.samples import ConditionSpec
from ganstudio.train import messages as m
from ganstudio.ui import pictures
from ganstudio.ui.panels.gallery import LONELY, POINTS, GalleryPanel
from ganstudio.ui.tiles import arrange, broken


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
    quiet.latentTaken.connect(taken.append)
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.arrangement.place(40).center())
    np.testing.assert_array_equal(taken[0].z, last(quiet).z[40])
    assert taken[0].told["classes"].tolist() == [1]
    assert grid.marked == 40
    quiet.take_latent(np.zeros(32, np.float32))
    assert grid.marked == -1


def test_a_click_takes_the_tile_that_is_seen(panel, quiet):
    quiet.offer()
    quiet.answer(last(quiet))
    seen = last(quiet).z
    panel._seed.set_value(7)
    taken = []
    quiet.latentTaken.connect(lambda stand: taken.append(stand.z))
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
    quiet.latentTaken.connect(lambda stand: taken.append(stand.z))
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


SOURCE = ConditionSpec("image", (), (1, 4, 4), "outline")
WORDS = ("", "?", "a", "red", "house", "with", "green", "windows")


def known(count=20, **told):
    told = told or {"image": np.linspace(-1, 1, count * 16).reshape(count, 1, 4, 4).astype("f4")}
    return m.Examples(np.zeros((count, 1, 8, 8), np.float32), told)


def test_a_translator_shows_groups(panel, quiet, qtbot):
    examples = known()
    quiet.offer(z_dim=0, inputs=(SOURCE,), examples=examples)
    asked = last(quiet)
    assert asked.z.shape == (16, 0)
    np.testing.assert_array_equal(asked.told["image"], examples.told["image"][:16])
    samples = np.ones((16, 1, 8, 8), np.float32)
    quiet.answer(asked, samples, beside={"round trip": -samples})
    grid = panel.grids["Generated"]
    assert grid.headers == ("Outline", "Result", "Target", "Round trip")
    assert len(grid.pictures) == 64
    assert grid.arrangement.columns % 4 == 0
    assert grid.pictures[4 * 3 + 1].pixelColor(4, 4) == QColor("white")
    assert not panel._seed.isEnabled()
    grid.grab()
    taken = []
    quiet.latentTaken.connect(taken.append)
    QGuiApplication.processEvents()
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.arrangement.place(12).center())
    np.testing.assert_array_equal(taken[0].told["image"], examples.told["image"][3:4])
    assert grid.marked == 13, "the result is marked, whichever picture of the group was clicked"


def test_reals_stand_beside_groups(panel, quiet):
    quiet.offer(z_dim=0, inputs=(SOURCE,), examples=known())
    quiet.begin(np.ones((30, 1, 8, 8), np.float32))
    panel._view.choose("Both")
    quiet.answer(last(quiet), np.zeros((16, 1, 8, 8), np.float32))
    assert len(panel.grids["Real"].pictures) == 30
    assert panel.grids["Real"].headers == ()
    panel.grids["Generated"].grab()


def test_other_examples_are_other_tiles(panel, quiet):
    quiet.offer(z_dim=0, inputs=(SOURCE,), examples=known())
    quiet.answer(last(quiet), np.zeros((16, 1, 8, 8), np.float32))
    fewer = known(4)
    quiet.offer(z_dim=0, inputs=(SOURCE,), examples=fewer)
    assert len(last(quiet).z) == 4
    assert panel.grids["Generated"].pictures == []
    quiet.offer(z_dim=0, inputs=(SOURCE,), examples=fewer, nimg=20_000)
    assert len(quiet.of("gallery")) == 3


def test_captions_are_rows_that_can_be_read_whole(panel, quiet):
    text = ConditionSpec("text", WORDS, (6,))
    told = np.tile(np.array([[2, 3, 4, 5, 6, 7]]), (20, 1))
    quiet.offer(inputs=(text,), examples=known(text=told))
    quiet.answer(last(quiet))
    grid = panel.grids["Generated"]
    assert grid.row_names == ("a red house with green windows",) * 8
    assert grid.name_at(grid._label_place(2).center()) == "a red house with green windows"
    assert grid.name_at(grid.arrangement.place(0).center()) == ""
    grid.grab()


def test_without_examples_it_says_what_is_missing(panel, quiet):
    quiet.offer(z_dim=0, inputs=(SOURCE,))
    assert panel._notice.text == LONELY
    assert quiet.of("gallery") == []


def test_sources_stand_beside_volumes(panel, quiet, qtbot, monkeypatch):
    monkeypatch.setattr(
        pictures, "draw_solids",
        lambda voxels, size_px, colours: np.full((len(voxels), size_px, size_px, 3), 9, np.uint8),
    )  # fmt: skip
    examples = m.Examples(np.zeros((8, 1, 8, 8, 8), np.float32), known(8).told)
    quiet.offer("voxels", inputs=(SOURCE,), examples=examples)
    with qtbot.waitSignal(panel._workers["Generated"].done):
        quiet.answer(last(quiet))
    grid = panel.grids["Generated"]
    assert grid.headers == ("Outline", "Result", "Target")
    assert len(grid.pictures) == 24
    assert grid.pictures[1].pixelColor(0, 0).red() == 9


def test_groups_stay_together():
    grid = arrange(24, QSize(8, 8), QRect(0, 0, 900, 300), group=3)
    assert grid.columns % 3 == 0
    inside = grid.place(1).left() - grid.place(0).right()
    between = grid.place(3).left() - grid.place(2).right()
    assert between > inside
    assert all(QRect(0, 0, 900, 300).contains(grid.place(i)) for i in range(24))


def test_a_long_name_is_broken_and_then_shortened(panel):
    metrics = panel.fontMetrics()
    width = metrics.horizontalAdvance("a red house ")
    assert broken("a red house with", metrics, width, 3) == ["a red house", "with"]
    short = broken("a red house with green windows", metrics, width, 2)
    assert short[0] == "a red house"
    assert short[1].endswith("…")
    assert broken("", metrics, width, 2) == []
