import pytest
from PySide6.QtCore import QPoint, Qt

from ganstudio.train import messages as m
from ganstudio.ui.journey import Journey
from ganstudio.ui.time_bar import TimeBar
from ganstudio.ui.time_track import EDGE_PX, TimeTrack

KEPT = (0, 1000, 2000, 4000)


@pytest.fixture
def bar(studio, qtbot, monkeypatch, tmp_path):
    studio._timer.stop()
    for name in ("open", "back"):
        monkeypatch.setattr(studio.explorer, name, lambda *args: None)
    journey = Journey(studio, studio)
    made = TimeBar(journey)
    qtbot.addWidget(made)
    made.resize(700, 30)
    made.show()
    studio._on_remembered(m.Remembered(tmp_path, KEPT))
    made.set_end(8000)
    yield made
    journey.release()


def test_without_moments_nothing_can_be_pressed(bar, studio, tmp_path):
    studio._on_remembered(m.Remembered(tmp_path, ()))
    assert not any(w.isEnabled() for w in (bar.play, bar.pace, bar.film, bar.now, bar.track))
    assert "No moments" in bar.play.toolTip()
    bar.grab()


def test_a_press_on_the_track_goes_to_the_nearest_moment(bar, qtbot):
    track, at = bar.track, bar._journey
    for nimg, then in ((2100, 2000), (40, 0), (3500, 4000), (7900, None), (5900, 4000)):
        place = QPoint(round(track.x_of(nimg)), 10)
        qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=place)
        assert at.at == then


def test_a_drag_along_the_track_passes_moments(bar, qtbot):
    track, passed = bar.track, []
    track.picked.connect(passed.append)
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(EDGE_PX, 10))
    for nimg in (1000, 4000, 20_000):
        qtbot.mouseMove(track, QPoint(min(round(track.x_of(nimg)), track.width() - 1), 10))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(EDGE_PX, 10))
    assert passed[0] == 0
    assert passed[-1] is None


def test_now_is_lit_in_the_past_only(bar, qtbot):
    assert not bar.now.isEnabled()
    bar._journey.go(1000)
    assert bar.now.isEnabled()
    bar.grab()
    qtbot.mouseClick(bar.now, Qt.MouseButton.LeftButton)
    assert bar._journey.at is None


def test_play_and_its_pace(bar, qtbot):
    bar.pace.setCurrentIndex(bar.pace.count() - 1)
    assert bar._journey.pace == 20
    qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    assert bar._journey.plays
    assert bar.play.property("iconName") == "pause"
    qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    assert not bar._journey.plays
    assert bar.play.property("iconName") == "play"


def test_a_film_that_is_made_can_be_cancelled(bar, qtbot):
    bar.show_film(0.42, "frame 42")
    assert bar._percent.text() == "42 %"
    assert not bar.film.isVisible()
    with qtbot.waitSignal(bar.filmCancelled):
        bar.cancel.click()
    bar.end_film()
    assert bar.film.isVisible()


def test_the_end_of_a_track_is_now_however_near_the_last_moment(qtbot):
    track = TimeTrack()
    qtbot.addWidget(track)
    track.resize(300, 28)
    track.show_state((0, 8000), 8000.0, None)
    assert track.moment_at(299) is None
    assert track.moment_at(track.x_of(7000)) == 8000
    assert track.moment_at(0) == 0
