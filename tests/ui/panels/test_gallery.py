from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QMenu

from ganstudio.samples import ConditionSpec, Scale
from ganstudio.train import messages as m
from ganstudio.train.verdicts import Judged
from ganstudio.ui import drag, pictures
from ganstudio.ui.arrangement import arrange
from ganstudio.ui.panels.gallery import LONELY, POINTS, GalleryPanel
from ganstudio.ui.tiles import broken


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
    quiet.answer(last(quiet))
    qtbot.waitUntil(lambda: not worker.busy)
    seen = last(quiet).z
    panel._seed.set_value(7)
    with qtbot.waitSignal(worker.done):
        quiet.answer(last(quiet))
        panel.take(3)
    panel.take(3)
    np.testing.assert_array_equal(taken, [seen[3], last(quiet).z[3]])


def test_volumes_are_sketched_before_they_are_drawn(panel, quiet, qtbot, monkeypatch):
    sides = []

    def draw(voxels, size_px, colours):
        sides.append(voxels.shape[-1])
        return np.zeros((len(voxels), size_px, size_px, 3), np.uint8)

    monkeypatch.setattr(pictures, "draw_solids", draw)
    monkeypatch.setattr(pictures, "SKETCH_SIDE", 2)
    panel._count.setCurrentIndex(0)
    quiet.offer("voxels")
    worker = panel._workers["Generated"]
    for _ in range(2):
        with qtbot.waitSignal(worker.done):
            if not sides:
                quiet.answer(last(quiet))
        assert len(panel.grids["Generated"].pictures)
    assert sides[0] < sides[1]
    with qtbot.waitSignal(worker.done):
        quiet.answer(last(quiet))
    assert sides[2:] == sides[1:2]


def test_real_samples_that_the_studio_drops_go(panel, quiet):
    quiet.offer()
    quiet.begin(np.zeros((20, 1, 8, 8), np.float32))
    panel._view.choose("Both")
    quiet.reals = None
    quiet.offer(nimg=20_000)
    assert panel._view.value == "Generated"
    assert not panel._view._buttons["Real"].isEnabled()
    assert panel.grids["Real"].pictures == []


def test_an_opened_run_shows_the_real_samples_it_keeps(panel, quiet):
    quiet.reals = np.full((20, 1, 8, 8), 1.0, np.float32)
    quiet.offer()
    assert panel._view._buttons["Real"].isEnabled()
    quiet.reals = np.full((9, 1, 8, 8), 1.0, np.float32)  # another run of the same design
    quiet.offer(nimg=20_000)
    assert len(panel.grids["Real"].pictures) == 9


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
    assert texts[-3:] == ["Copy picture", "Save picture…", "Save grid…"]
    assert texts[0] == "In group A\tA"
    menu.actions()[texts.index("Copy picture")].trigger()
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


def test_letters_put_the_tile_under_the_mouse_into_a_group(panel, quiet, qtbot):
    quiet.offer()
    quiet.answer(last(quiet))
    grid = panel.grids["Generated"]
    QGuiApplication.processEvents()
    qtbot.mouseMove(grid, grid.arrangement.place(20).center())
    qtbot.keyClick(grid, Qt.Key.Key_A)
    qtbot.mouseMove(grid, grid.arrangement.place(21).center())
    qtbot.keyClick(grid, Qt.Key.Key_B)
    np.testing.assert_array_equal(quiet.marks.a[0].z, last(quiet).z[20])
    assert grid.corners == {20: "A", 21: "B"}
    grid.grab()
    panel._seed.set_value(7)
    quiet.answer(last(quiet))
    assert grid.corners == {}
    assert len(quiet.marks.a) == 1, "marks stay when other tiles are shown"
    quiet.offer(z_dim=16)
    assert quiet.marks.a == ()


def test_the_menu_marks_and_stars_a_tile(panel, quiet):
    quiet.offer(classes=("zero", "one"))
    quiet.answer(last(quiet))
    starred = []
    quiet.starred.connect(starred.append)
    panel._open_menu("Generated", 40, QPoint(0, 0))
    menu = panel.findChild(QMenu)
    actions = {action.text(): action for action in menu.actions()}
    assert not actions["Clear both groups"].isEnabled()
    actions["In group B\tB"].trigger()
    actions["Add to favourites"].trigger()
    actions["Copy latent"].trigger()
    menu.close()
    assert quiet.marks.b[0].told["classes"].tolist() == [1]
    np.testing.assert_array_equal(starred[0].z, last(quiet).z[40])
    copied = drag.unpack(QGuiApplication.clipboard().mimeData())
    np.testing.assert_array_equal(copied.z, last(quiet).z[40])


def test_a_tile_that_is_dragged_is_not_chosen(panel, quiet, qtbot):
    quiet.offer()
    quiet.begin(np.full((20, 1, 8, 8), 0.25, np.float32))
    quiet.answer(last(quiet))
    grid = panel.grids["Generated"]
    QGuiApplication.processEvents()
    grid.dragWanted.disconnect()
    dragged, clicked = [], []
    grid.dragWanted.connect(dragged.append)
    grid.clicked.connect(clicked.append)
    start = grid.arrangement.place(5).center()
    qtbot.mousePress(grid, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(grid, start + QPoint(40, 0))
    qtbot.mouseRelease(grid, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 0))
    assert dragged == [5]
    assert clicked == []
    stand = drag.unpack(panel.cargo("Generated", 5))
    np.testing.assert_array_equal(stand.z, last(quiet).z[5])
    np.testing.assert_array_equal(drag.unpack_sample(panel.cargo("Real", 3)), quiet.reals[3])
    assert panel.cargo("Generated", 500) is None


@pytest.fixture
def errands(quiet, monkeypatch):
    """What the workshop was asked; answer with ``judged``."""
    asked = []

    def work(task, tag="", **arguments):
        asked.append((tag, arguments))
        return len(asked)

    monkeypatch.setattr(quiet, "work", work)
    monkeypatch.setattr(quiet, "cancel", lambda ticket: None)
    return asked


def judged(quiet, errands, scores, ticket=None, missing=""):
    ticket = ticket or len(errands)
    samples = errands[ticket - 1][1]["samples"]
    scale = Scale("chance", "It believes so.", probability=True)
    found = Judged(np.asarray(scores, np.float32), scores[:0], samples, scale, missing=missing)
    quiet.done.emit(m.Done(ticket, "judge", found, "live", 0, 0.01))


def test_scores_stand_on_tiles_and_sort_them(panel, quiet, errands, qtbot):
    panel._count.setCurrentIndex(0)
    quiet.offer()
    quiet.answer(last(quiet))
    assert errands == [], "nothing is judged before somebody asks"
    assert not quiet.explorer.mailbox.with_critic
    panel.scores.switch.click()
    assert quiet.explorer.mailbox.with_critic
    np.testing.assert_array_equal(errands[0][1]["samples"].shape, (16, 1, 8, 8))
    scores = np.linspace(-1, 1, 16)
    judged(quiet, errands, scores)
    grid = panel.grids["Generated"]
    assert [grid.badges[0].text, grid.badges[15].text] == ["0.27", "0.73"]
    assert (grid.badges[0].share, grid.badges[15].share) == (0, 1)
    assert "It believes so." in panel.scores.switch.toolTip()
    before = grid.pictures[15].pixelColor(0, 0)
    panel.scores.sorting.click()
    assert grid.badges[0].text == "0.73"
    assert grid.pictures[0].pixelColor(0, 0) == before
    np.testing.assert_array_equal(panel.stand_of(0).z, last(quiet).z[15])
    panel.take(0)
    assert grid.marked == 0
    grid.grab()
    panel.scores.switch.click()
    assert grid.badges == []
    assert grid.marked == 15
    assert not quiet.explorer.mailbox.with_critic


def test_newer_pictures_keep_the_order_until_they_are_judged(panel, quiet, errands):
    panel._count.setCurrentIndex(0)
    quiet.offer()
    quiet.answer(last(quiet))
    panel.scores.sorting.click()
    judged(quiet, errands, np.linspace(-1, 1, 16))
    quiet.offer(nimg=20_000)
    quiet.answer(last(quiet))
    np.testing.assert_array_equal(panel.stand_of(0).z, last(quiet).z[15])
    judged(quiet, errands, np.linspace(1, -1, 16))
    np.testing.assert_array_equal(panel.stand_of(0).z, last(quiet).z[0])
    panel._seed.set_value(3)
    quiet.answer(last(quiet))
    assert panel.grids["Generated"].badges == [], "other tiles have no scores yet"
    panel.hide()
    assert not quiet.explorer.mailbox.with_critic


def test_a_run_without_discriminator_says_so(panel, quiet, errands):
    quiet.offer()
    quiet.answer(last(quiet))
    panel.scores.switch.click()
    judged(quiet, errands, np.zeros(0), missing="none kept")
    assert panel.grids["Generated"].badges == []
    assert "keeps no discriminator" in panel.scores.switch.toolTip()


def test_real_samples_have_scores_where_nothing_has_to_be_told(panel, quiet, errands):
    quiet.offer()
    quiet.begin(np.zeros((20, 1, 8, 8), np.float32))
    quiet.answer(last(quiet))
    panel.scores.switch.click()
    tags = [tag for tag, _ in errands]
    assert sorted(tags) == ["gallery-real-scores", "gallery-scores"]
    judged(quiet, errands, np.zeros(20), tags.index("gallery-real-scores") + 1)
    assert len(panel.grids["Real"].badges) == 20
    errands.clear()
    quiet.offer(classes=("zero", "one"))
    quiet.answer(last(quiet))
    assert [tag for tag, _ in errands] == ["gallery-scores"]


def test_scores_that_are_no_numbers_do_no_harm(panel, quiet, errands):
    panel._count.setCurrentIndex(0)
    quiet.offer()
    quiet.answer(last(quiet))
    panel.scores.sorting.click()
    judged(quiet, errands, np.array([np.nan, *range(15)]))
    grid = panel.grids["Generated"]
    assert sum(badge.text == "nan" for badge in grid.badges) == 1
    assert all(0 <= badge.share <= 1 for badge in grid.badges)
    panel.resize(200, 160)
    grid.grab()
