import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import key_strip, pictures
from ganstudio.ui.drag import pack
from ganstudio.ui.panels.walk import EMPTY, NO_NOISE, WalkPanel


@pytest.fixture
def panel(shown):
    return shown(WalkPanel)


@pytest.fixture
def taken(quiet):
    """What was offered to Latent."""
    taken = []
    quiet.latentTaken.connect(taken.append)
    return taken


@pytest.fixture
def worked(quiet, monkeypatch):
    """The errands that the workshop was given."""
    worked = []

    def work(task, tag="", **arguments):
        worked.append((task, arguments))
        return len(worked)

    monkeypatch.setattr(quiet, "work", work)
    return worked


def places(model, count, seed=1):
    return [Stand(z) for z in model.draw(count, seed)]


def fill(panel, quiet, count=3, **offer):
    """A walk of so many key frames."""
    model = quiet.offer(**offer)
    for stand in places(model, count):
        panel.add(stand)
    return model


def test_it_says_what_will_come_and_where_it_cannot(panel, quiet):
    assert panel.page.text == EMPTY
    quiet.offer(z_dim=0)
    assert panel.page.text == NO_NOISE
    assert panel.page.currentIndex() == 0
    quiet.offer()
    assert panel.page.currentIndex() == 1
    assert not panel.film.export.isEnabled()
    assert panel.path is None


def test_what_latent_shows_becomes_a_key_frame(panel, quiet):
    model = quiet.offer()
    panel.add()
    assert panel.stands == []
    here = places(model, 1)[0]
    quiet.latentChanged.emit(here)
    panel.buttons.add.click()
    assert panel.stands == [here]
    quiet.pinned.emit(here)
    assert panel.stands == [here, here]
    panel.remove(1)
    panel._draw_keys()
    assert quiet.of("walk-keys")[-1].z.tolist() == [here.z.tolist()]
    quiet.answer(quiet.of("walk-keys")[-1])
    assert panel.strip.row.images[0].width() == 8


def test_a_latent_of_another_model_is_refused(panel, quiet):
    quiet.offer()
    told = []
    quiet.noted.connect(told.append)
    panel.insert(Stand(np.zeros(7, np.float32)), 0)
    assert panel.stands == []
    assert "another model" in told[0].text


def test_frames_are_reordered_removed_and_doubled(panel, quiet):
    fill(panel, quiet)
    one, two, three = panel.stands
    row = panel.strip.row
    row.moved.emit(0, 2)
    assert panel.stands == [two, three, one]
    row.doubled.emit(1)
    assert panel.stands == [two, three, three, one]
    row.removed.emit(0)
    assert panel.stands == [three, three, one]
    panel.buttons.clear.click()
    assert panel.stands == []
    assert not panel.player.button.isEnabled()


def test_the_path_follows_the_controls(panel, quiet):
    fill(panel, quiet, classes=("cat", "dog"))
    panel.controls.seconds.setValue(1.5)
    panel.controls._end.setCurrentText("Once")
    assert (panel.path.duration, panel.path.loop) == (3.0, False)
    panel.controls._end.setCurrentText("Loop")
    assert (panel.path.duration, panel.path.loop) == (4.5, True)
    panel.controls._end.setCurrentText("There and back")
    assert len(panel.path.stands) == 4
    assert panel.path.stands[3] is panel.path.stands[1]
    panel.controls._way.setCurrentText("Linear")
    assert (panel.path.way, panel.path.classes) == ("linear", 2)


def test_scrubbing_draws_the_place_and_takes_latent_along(panel, quiet, taken):
    fill(panel, quiet, 2)
    panel.controls._end.setCurrentText("Once")
    panel.player.scrub.setValue(1000)
    np.testing.assert_array_equal(quiet.of("walk")[-1].z[0], panel.stands[1].z)
    np.testing.assert_array_equal(taken[-1].z, panel.stands[1].z)
    assert panel.player.time.text() == "2.0 / 2.0 s"
    assert panel.strip.row.head == 1.0
    panel.controls.follow.setChecked(False)
    panel.player.scrub.setValue(500)
    assert len(taken) == 1
    quiet.answer(quiet.of("walk")[-1], np.ones((1, 1, 8, 8), np.float32))
    assert panel.canvas.image.pixelColor(0, 0).red() == 255


def test_it_plays_no_faster_than_frames_come_and_ends(panel, quiet, monkeypatch):
    fill(panel, quiet, 2)
    panel.controls._end.setCurrentText("Once")
    now = [10.0]
    monkeypatch.setattr("ganstudio.ui.walk_player.time.monotonic", lambda: now[0])
    panel.player.toggle()
    panel.player._clock.stop()  # ticks by hand
    panel._frames.forget()
    now[0] += 0.5
    panel.player.tick()
    assert panel.player.second == 0.5
    asked = len(quiet.of("walk"))
    now[0] += 0.5
    panel.player.tick()
    assert len(quiet.of("walk")) == asked, "the frame before is still being drawn"
    quiet.answer(quiet.of("walk")[-1])
    panel.player.tick()
    assert panel.player.second == 1.0
    quiet.answer(quiet.of("walk")[-1])
    now[0] += 60
    panel.player.tick()
    assert panel.player.second == panel.path.duration
    assert not panel.player.playing


def test_hidden_it_stands_still_and_asks_nothing(panel, quiet):
    fill(panel, quiet)
    panel.player.toggle()
    assert panel.player.playing
    panel.hide()
    assert not panel.player.playing
    asked = len(quiet.asked)
    quiet.offer(nimg=20_000)
    assert len(quiet.asked) == asked
    panel.show()
    assert len(quiet.of("walk-keys")) > 0
    assert len(quiet.asked) > asked


def test_another_model_empties_it_and_newer_weights_do_not(panel, quiet):
    fill(panel, quiet)
    quiet.offer(nimg=30_000)
    assert len(panel.stands) == 3
    quiet.offer(z_dim=16)
    assert panel.stands == []


def test_a_random_walk(panel, quiet):
    quiet.offer()
    panel.buttons.random.click()
    assert len(panel.stands) == 6
    assert panel.path.legs == 6
    assert len({stand.z.tobytes() for stand in panel.stands}) == 6


def test_a_film_is_written_with_progress_and_can_be_cancelled(
    panel, quiet, worked, tmp_path, monkeypatch
):
    fill(panel, quiet)
    path = tmp_path / "walk.mp4"
    monkeypatch.setattr(pictures, "ask_save", lambda *_: path)
    panel.film.size_px.setValue(128)
    panel.film.export.click()
    task, arguments = worked[0]
    assert task == "film"
    assert arguments["path"] == path
    assert (arguments["fps"], arguments["size"]) == (30, (128, 128))
    assert arguments["walk"].stands == panel.path.stands
    assert panel.film.busy
    quiet.progressed.emit(m.Progressed(1, "film", 0.5, "frame 90 of 180"))
    assert panel.film.progress.value() == 500
    cancelled = []
    monkeypatch.setattr(quiet, "cancel", cancelled.append)
    panel.film.cancel.click()
    assert cancelled == [1]
    quiet.dropped.emit(m.Dropped(1, "film"))
    assert not panel.film.busy


def test_the_kind_of_film_proposes_its_ending(panel, quiet, monkeypatch):
    fill(panel, quiet)
    names = []
    monkeypatch.setattr(pictures, "ask_save", lambda parent, title, name, kinds: names.append(name))
    for index in range(panel.film.kind.count()):
        panel.film.kind.setCurrentIndex(index)
        panel.film.ask()
    assert names == ["walk.mp4", "walk.gif", "walk.webp", "walk.png"]


def test_the_strip_is_reordered_with_the_mouse(panel, quiet, qtbot):
    fill(panel, quiet)
    first = panel.stands[0]
    row = panel.strip.row
    start, step = row.place(0).center(), key_strip.SIDE_PX + key_strip.GAP_PX
    qtbot.mousePress(row, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(row, start + QPoint(step, 0))
    qtbot.mouseMove(row, start + QPoint(2 * step + 12, 0))
    qtbot.mouseRelease(row, Qt.MouseButton.LeftButton, pos=start + QPoint(2 * step + 12, 0))
    assert panel.stands[2] is first
    assert row.chosen == 2
    qtbot.keyClick(row, Qt.Key.Key_Delete)
    assert len(panel.stands) == 2
    qtbot.keyClick(row, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert len(panel.stands) == 3
    panel.grab()


def test_a_double_click_goes_there(panel, quiet, qtbot, taken):
    fill(panel, quiet)
    panel.controls.follow.setChecked(False)
    row = panel.strip.row
    qtbot.mouseDClick(row, Qt.MouseButton.LeftButton, pos=row.place(1).center())
    assert taken == [panel.stands[1]]


def test_tiles_are_dropped_between_frames(panel, quiet):
    model = fill(panel, quiet, 2)
    extra = places(model, 1, seed=9)[0]
    dropped = pack(extra)
    row = panel.strip.row
    index = row.gap_at(row.place(1).left() - 2)
    assert index == 1
    row.dropped.emit(key_strip.carrying.read(dropped), index)
    np.testing.assert_array_equal(panel.stands[1].z, extra.z)


def test_solids_and_points_have_pictures_too(panel, quiet, qtbot, monkeypatch):
    fill(panel, quiet, 2, kind="points", z_dim=2)
    with qtbot.waitSignal(panel._keys.ready):
        quiet.answer(quiet.of("walk-keys")[-1])
    assert panel.strip.row.images[0].width() == 96
    nine = np.zeros((2, 9, 9, 3), np.uint8)
    monkeypatch.setattr(pictures, "draw_solids", lambda *_: nine)
    fill(panel, quiet, 2, kind="voxels")
    with qtbot.waitSignal(panel._keys.ready):
        quiet.answer(quiet.of("walk-keys")[-1])
    assert panel.strip.row.images[1].width() == 9


def shades(panel):
    """The first pixel of each key frame's picture."""
    return [image and image.pixelColor(0, 0).red() for image in panel.list.images]


def test_pictures_come_to_their_frames_though_these_have_moved(panel, quiet):
    fill(panel, quiet)
    quiet.answer(quiet.of("walk-keys")[-1])
    right = dict(zip(map(id, panel.stands), shades(panel), strict=True))
    panel._draw_keys()
    panel.move_frame(0, 2)
    quiet.answer(quiet.of("walk-keys")[-1])
    assert shades(panel) == [right[id(stand)] for stand in panel.stands]
    panel._draw_keys()
    panel.remove(0)
    quiet.answer(quiet.of("walk-keys")[-1])
    assert shades(panel) == [right[id(stand)] for stand in panel.stands]


def test_a_frame_without_a_picture_is_drawn_once_more(panel, quiet):
    fill(panel, quiet)
    asked = quiet.of("walk-keys")
    panel.remove(0)  # the pictures of all three are still on their way
    quiet.answer(asked[-1])
    assert None not in shades(panel)
    panel.list.images[0] = None
    panel._asked = panel.stands[1:]
    panel._on_keys(np.zeros((1, 8, 8, 3), np.uint8))
    assert quiet.of("walk-keys")[-1].z.shape[0] == 2
    assert len(quiet.of("walk-keys")) == len(asked) + 1


def test_what_random_and_clear_replaced_comes_back(panel, quiet, qtbot):
    fill(panel, quiet)
    kept = list(panel.stands)
    panel.buttons.random.click()
    panel.buttons.clear.click()
    assert panel.stands == []
    panel.buttons.undo.click()
    assert len(panel.stands) == 6
    panel.strip.row.setFocus()
    qtbot.keyClick(panel.strip.row, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert panel.stands == kept
    quiet.answer(quiet.of("walk-keys")[-1])
    assert None not in shades(panel)
    for _ in range(3):
        panel.undo()
    assert not panel.buttons.undo.isEnabled()
    fill(panel, quiet)
    quiet.offer(z_dim=16)
    assert not panel.buttons.undo.isEnabled(), "they are of another model"


def test_undo_is_kept_from_the_window_only_while_there_is_something_to_undo(panel, quiet):
    quiet.offer()
    control, override = Qt.KeyboardModifier.ControlModifier, QEvent.Type.ShortcutOverride
    for taken in (False, True):
        event = QKeyEvent(override, Qt.Key.Key_Z, control)
        event.ignore()
        QApplication.sendEvent(panel.strip.row, event)
        assert event.isAccepted() == taken
        panel.fill()


def test_key_frames_shrink_in_a_low_panel(qtbot) -> None:
    strip = key_strip.KeyStrip()
    qtbot.addWidget(strip)
    tall = strip.height()
    strip.fit(40)
    assert strip.row.place(0).height() == 40
    assert strip.height() == tall - (key_strip.SIDE_PX - 40)
    strip.fit(5)
    assert strip.row.place(0).height() == key_strip.LEAST_PX
    strip.fit(500)
    assert strip.height() == tall
