"""The Latent panel with history, favourites, keys, and things dragged in and out."""

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMainWindow, QVBoxLayout, QWidget

from ganstudio.latent import file
from ganstudio.latent.stand import Stand
from ganstudio.ui import carrying, drag, favourites
from ganstudio.ui.panels.latent import LatentPanel


@pytest.fixture
def panel(shown, quiet, tmp_path):
    quiet.run_folder = tmp_path / "run"
    quiet.run_folder.mkdir()
    panel = shown(LatentPanel)
    panel.resize(320, 900)
    return panel


def rest(panel, quiet):
    """Let the hand rest and answer for the picture."""
    panel._sending.send()
    quiet.answer(quiet.of("latent")[-1])
    panel._sending.rest.stop()
    panel._settle()


def walk(panel, quiet, *steps):
    for step in steps:
        panel._ways.sliders[0].slider.setValue(step)
        rest(panel, quiet)


def press(panel, key, held=Qt.KeyboardModifier.NoModifier, text=""):
    panel.setFocus()
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, held, text)
    event.ignore()
    QCoreApplication.sendEvent(panel, event)
    assert event.isAccepted(), "the window's shortcuts must not get it"
    QCoreApplication.sendEvent(panel, QKeyEvent(QEvent.Type.KeyPress, key, held, text))


CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_places_where_the_hand_rests_are_kept_with_their_pictures(panel, quiet):
    quiet.offer()
    walk(panel, quiet, 100, 200)
    frames = panel.memory.visits.frames
    assert len(frames) == 2
    assert all(frame.image is not None for frame in frames)
    assert panel.memory.visits.index == 1
    panel._ways.sliders[0].slider.setValue(300)
    assert len(panel.memory.visits.frames) == 2, "not while it moves"


def test_undo_and_redo_walk_the_way_back_and_forth(panel, quiet):
    quiet.offer()
    walk(panel, quiet, 100, 200)
    panel._ways.sliders[0].slider.setValue(300)
    press(panel, Qt.Key.Key_Z, CTRL)
    assert panel._ways.sliders[0].slider.value() == 200
    press(panel, Qt.Key.Key_Z, CTRL)
    assert panel._ways.sliders[0].slider.value() == 100
    press(panel, Qt.Key.Key_Z, CTRL | SHIFT)
    press(panel, Qt.Key.Key_Y, CTRL)
    assert panel._ways.sliders[0].slider.value() == 300
    assert not panel.memory.redo_button.isEnabled()
    rest(panel, quiet)
    assert len(panel.memory.visits.frames) == 3, "going back is no new place"


def test_a_click_on_a_visit_returns_to_all_that_was_told_and_bent(panel, quiet):
    quiet.offer(classes=("cat", "dog"))
    panel.inputs.inputs["classes"].first_class.setCurrentIndex(1)
    panel._ways.psi.slider.setValue(100)
    rest(panel, quiet)
    before = panel.stand
    panel.inputs.inputs["classes"].first_class.setCurrentIndex(0)
    panel._seed.roll()
    panel._ways.bank.renew.click()
    rest(panel, quiet)
    panel.memory.visits.clicked.emit(0)
    np.testing.assert_array_equal(panel.stand.z, before.z)
    assert panel.stand.told["classes"].tolist() == [1]
    assert panel.stand.psi == 0.5


def test_another_model_begins_another_history(panel, quiet):
    quiet.offer()
    walk(panel, quiet, 100)
    quiet.offer(nimg=20_000)
    assert len(panel.memory.visits.frames) == 1
    quiet.offer(z_dim=8)
    assert panel.memory.visits.frames == []
    press(panel, Qt.Key.Key_Z, CTRL)


def test_a_star_keeps_the_place_in_the_run(panel, quiet):
    quiet.offer()
    walk(panel, quiet, 100)
    press(panel, Qt.Key.Key_S, text="s")
    path = quiet.run_folder / "favourites" / "Star 1.toml"
    np.testing.assert_array_equal(file.load(path).z, panel.point.z)
    assert panel._caption.star.property("iconName") == "star-full"
    press(panel, Qt.Key.Key_S, text="s")
    assert len(panel.memory.kept) == 1, "one place is kept once"
    place = panel.point.z
    panel._seed.roll()
    rest(panel, quiet)
    assert panel._caption.star.property("iconName") == "star"
    panel.memory.stars.clicked.emit(0)
    np.testing.assert_array_equal(panel.point.z, place)


def test_favourites_are_there_when_the_run_is_opened_again(panel, quiet):
    quiet.offer()
    walk(panel, quiet, 100)
    panel.star()
    panel.memory.rename(panel.memory.kept[0], "a smile")
    quiet.offer(z_dim=8)
    quiet.offer()
    (kept,) = panel.memory.kept
    assert kept.name == "a smile"
    assert kept.image is not None


@pytest.fixture
def starred(panel, quiet):
    quiet.offer()
    walk(panel, quiet, 100)
    panel.star()
    return panel.memory.kept[0]


def test_a_favourite_goes_to_the_trash(panel, starred, monkeypatch):
    thrown = []
    monkeypatch.setattr(favourites, "send2trash", thrown.append)
    panel.memory.stars.deleteWanted.emit(0)
    assert thrown == [str(starred.path), str(starred.path.with_suffix(".png"))]
    assert panel.memory.kept == []


def test_a_favourite_that_cannot_be_thrown_away_stays(panel, quiet, starred, monkeypatch):
    def refuse(path):
        raise PermissionError("there is no trash")

    told = []
    quiet.noted.connect(told.append)
    monkeypatch.setattr(favourites, "send2trash", refuse)
    panel.memory.stars.deleteWanted.emit(0)
    assert panel.memory.kept == [starred]
    assert starred.path.exists()
    assert (told[0].level, told[0].text) == ("error", "Not removed: there is no trash.")


def test_nothing_is_starred_in_a_run_that_is_gone(panel, quiet):
    quiet.offer()
    rest(panel, quiet)
    quiet.run_folder.rmdir()
    told = []
    quiet.noted.connect(told.append)
    panel.star()
    assert (told[0].level, told[0].text) == ("warning", "Not kept: the run run is gone.")
    assert not quiet.run_folder.exists()
    assert panel.memory.kept == []


def test_a_visit_shows_what_the_newest_model_makes_of_it(panel, quiet):
    quiet.offer(nimg=0)
    walk(panel, quiet, 100, 200)
    before = [frame.image for frame in panel.memory.visits.frames]
    quiet.offer(nimg=20_000)
    quiet.answer(quiet.of("latent")[-1], np.ones((1, 1, 8, 8), np.float32))
    after = [frame.image for frame in panel.memory.visits.frames]
    assert after[0] is before[0]
    assert after[1].pixelColor(0, 0).red() == 255


def test_the_history_stays_where_it_was_scrolled_to(panel, quiet):
    quiet.offer(nimg=0)
    walk(panel, quiet, *range(0, 300, 20))
    bar = panel.memory.visits.horizontalScrollBar()
    assert bar.value() > 0
    bar.setValue(0)
    quiet.offer(nimg=20_000)
    quiet.answer(quiet.of("latent")[-1], np.ones((1, 1, 8, 8), np.float32))
    assert bar.value() == 0
    walk(panel, quiet, 290)
    assert bar.value() > 0


def test_without_a_run_nothing_can_be_starred(panel, quiet):
    quiet.run_folder = None
    quiet.offer()
    told = []
    quiet.noted.connect(told.append)
    panel.star()
    assert told[0].level == "warning"
    assert panel.memory.kept == []


def test_a_tile_that_is_starred_elsewhere_is_drawn_and_kept(panel, quiet):
    quiet.offer()
    quiet.starred.emit(Stand(np.ones(32, np.float32)))
    quiet.starred.emit(Stand(np.zeros(32, np.float32)))
    asked = [asked for asked in quiet.asked if asked.tag.startswith("star")]
    for one in asked:
        quiet.answer(one)
    assert [kept.stand.z[0] for kept in panel.memory.kept] == [1, 0]
    assert all(kept.image is not None for kept in panel.memory.kept)


def test_what_the_inputs_cannot_show_is_told_all_the_same(panel, quiet):
    quiet.offer(classes=("cat", "dog", "eel"))
    weights = np.array([[0.2, 0.3, 0.5]], np.float32)
    panel.stand_on(Stand(np.ones(32, np.float32), {"classes": weights}))
    panel._sending.send()
    np.testing.assert_array_equal(quiet.of("latent")[-1].told["classes"], weights)
    panel.inputs.inputs["classes"].second_class.setCurrentIndex(0)
    assert panel.stand.told["classes"].shape == (1,)


def test_keys_roll_count_and_reset(panel, quiet):
    quiet.offer()
    press(panel, Qt.Key.Key_BracketRight, text="]")
    assert panel._seed.value == 1
    press(panel, Qt.Key.Key_BracketLeft, text="[")
    press(panel, Qt.Key.Key_BracketLeft, text="[")
    assert panel._seed.value == 0
    panel._ways.sliders[0].slider.setValue(100)
    press(panel, Qt.Key.Key_Backspace)
    assert not panel.point.moved


def test_a_pin_is_offered_to_the_walk(panel, quiet):
    quiet.offer(classes=("cat", "dog"))
    told = []
    quiet.pinned.connect(told.append)
    press(panel, Qt.Key.Key_P, text="p")
    np.testing.assert_array_equal(told[0].z, panel.point.z)
    assert told[0].told["classes"].tolist() == [0]


def drop(panel, data):
    event = QDropEvent(
        QPointF(20, 20), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    panel.dropEvent(event)


def test_a_tile_and_a_file_are_dropped_on_it(panel, quiet, tmp_path):
    quiet.offer()
    drop(panel, drag.pack(Stand(np.ones(32, np.float32), {}, 0.5)))
    assert panel.point.z.tolist() == [1.0] * 32
    assert panel.point.psi == 0.5
    path, data = tmp_path / "other.toml", QMimeData()
    file.save(path, Stand(np.zeros(5, np.float32)))
    data.setUrls([QUrl.fromLocalFile(str(path))])
    told = []
    quiet.noted.connect(told.append)
    drop(panel, data)
    assert told[0].text == "Not taken: this model takes 32 numbers, got 5."
    assert panel.point.z.tolist() == [1.0] * 32


def test_the_picture_is_taken_out_with_its_place(panel, quiet, monkeypatch):
    quiet.offer()
    rest(panel, quiet)
    taken = []
    monkeypatch.setattr(carrying, "drag_out", lambda *what: taken.append(what))
    panel._canvas.takenOut.emit()
    panel.memory.visits.dragWanted.emit(0)
    assert [stand.z.tolist() for _, stand, _, _ in taken] == [panel.point.z.tolist()] * 2
    assert taken[0][2].width() == 256


def test_a_translator_has_a_history_too(panel, quiet):
    from ganstudio.samples import ConditionSpec
    from ganstudio.train import messages as m

    source = ConditionSpec("image", (), (1, 4, 4), "outline")
    told = np.random.default_rng(0).uniform(-1, 1, (3, 1, 4, 4)).astype(np.float32)
    known = m.Examples(np.zeros((3, 1, 8, 8), np.float32), {"image": told})
    quiet.offer(z_dim=0, inputs=(source,), examples=known)
    blank = np.zeros((1, 1, 8, 8), np.float32)
    for index in (0, 1):
        panel.inputs.inputs["image"].strip.choose(index)
        panel._sending.send()
        quiet.answer(quiet.of("latent")[-1], blank)
        panel._sending.rest.stop()
        panel._settle()
    assert len(panel.memory.visits.frames) == 2
    panel.undo()
    np.testing.assert_array_equal(panel.stand.told["image"], told[:1])


def test_undo_belongs_to_whoever_has_the_focus(qtbot, panel, quiet):
    knobs = []
    window, other = QMainWindow(), QLineEdit()
    other.setReadOnly(True)
    qtbot.addWidget(window)
    action = QAction("Undo knob change", window)
    action.setShortcut("Ctrl+Z")
    action.triggered.connect(lambda: knobs.append(True))
    window.addAction(action)
    holder = QWidget()
    row = QVBoxLayout(holder)
    row.addWidget(panel)
    row.addWidget(other)
    window.setCentralWidget(holder)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    quiet.offer()
    walk(panel, quiet, 100, 200)
    panel._ways.sliders[0].slider.setFocus()
    qtbot.keyClick(panel._ways.sliders[0].slider, Qt.Key.Key_Z, CTRL)
    assert panel._ways.sliders[0].slider.value() == 100
    assert knobs == []
    other.setFocus()
    qtbot.keyClick(other, Qt.Key.Key_Z, CTRL)
    assert knobs == [True]
    assert panel._ways.sliders[0].slider.value() == 100
    panel.setParent(None)  # it is released after the window is gone
