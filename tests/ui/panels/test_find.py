from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent

from ganstudio.latent.stand import Stand
from ganstudio.solids import export
from ganstudio.train import messages as m
from ganstudio.ui import drag, pictures
from ganstudio.ui.panels.find import EMPTY, NO_NOISE, POINTS, FindPanel


def plain(voxels, *_):
    return np.zeros((len(voxels), 9, 9, 3), np.uint8)


@pytest.fixture
def panel(shown, monkeypatch):
    monkeypatch.setattr(pictures, "draw_solids", plain)
    return shown(FindPanel)


@pytest.fixture
def worked(quiet, monkeypatch):
    """The errands that the workshop was given."""
    worked = []

    def work(task, tag="", **arguments):
        worked.append((task, arguments))
        return len(worked)

    monkeypatch.setattr(quiet, "work", work)
    return worked


def drop(panel, data):
    left, no = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    panel.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, left, no))


def found(model, sample):
    stand = Stand(model.draw(1, 0)[0])
    told = {"loss": 0.02, "begun": 0.5, "steps": 120, "seconds": 1.2}
    return SimpleNamespace(stand=stand, sample=sample, **told)


def test_it_says_what_will_come_and_where_it_cannot(panel, quiet, worked):
    assert panel.page.text == EMPTY
    quiet.offer(z_dim=0)
    assert panel.page.text == NO_NOISE
    quiet.offer("points", z_dim=2)
    quiet.begin(np.zeros((3, 2), np.float32))
    assert panel.page.text == POINTS
    panel.search()
    assert worked == []


def test_what_is_drawn_is_sought_and_found(panel, quiet, worked, qtbot):
    model = quiet.offer()
    here = Stand(model.draw(1, 3)[0])
    quiet.latentChanged.emit(here)
    taken = []
    quiet.latentTaken.connect(taken.append)
    easel = panel.picture.source.easel
    assert easel.painting
    qtbot.mousePress(easel, Qt.MouseButton.LeftButton, pos=easel.place.center())
    qtbot.mouseRelease(easel, Qt.MouseButton.LeftButton, pos=easel.place.center())
    panel._find.click()
    task, arguments = worked[0]
    assert task == "projection"
    assert arguments["target"].shape == (1, 8, 8)
    assert arguments["target"].max() == 1
    assert arguments["target"].min() == -1
    assert arguments["stand"] is here
    assert arguments["through"] is None
    assert panel.bar.isVisible()
    half = np.zeros((1, 8, 8), np.float32)
    quiet.progressed.emit(m.Progressed(1, task, 0.5, "", half))
    assert panel.bar.progress.value() == 500
    assert 125 <= panel.trio.found.image.pixelColor(0, 0).red() <= 130
    result = found(model, arguments["target"])
    quiet.done.emit(m.Done(1, task, result, "live", 0, 1.2))
    assert taken == [result.stand]
    assert panel.trio.difference.image.pixelColor(4, 4).red() == 0
    assert "0.02" in panel._said.text()
    assert panel.bar.isHidden()


def test_a_search_is_cancelled(panel, quiet, worked, monkeypatch):
    quiet.offer()
    panel.search()
    cancelled = []
    monkeypatch.setattr(quiet, "cancel", cancelled.append)
    panel.errand.cancel()
    quiet.dropped.emit(m.Dropped(1, "projection"))
    assert cancelled == [1]
    assert panel._said.text() == "Cancelled."
    assert panel._find.isEnabled()


def test_answers_to_an_older_model_are_let_go(panel, quiet, worked):
    model = quiet.offer()
    panel.search()
    quiet.offer(z_dim=16)
    taken = []
    quiet.latentTaken.connect(taken.append)
    sample = np.zeros((1, 8, 8), np.float32)
    quiet.done.emit(m.Done(1, "projection", found(model, sample), "live", 0, 1.0))
    assert taken == []


def test_samples_of_the_set_are_offered(panel, quiet, worked):
    reals = np.full((5, 1, 8, 8), -0.5, np.float32)
    reals[:, :, 3:5, 3:5] = 1
    quiet.offer()
    quiet.begin(reals)
    strip = panel.picture.source.strip
    assert strip.count == 5
    strip.choose(2)
    panel.search()
    np.testing.assert_array_equal(worked[-1][1]["target"], reals[2])
    panel.picture.begin()
    blank = panel.picture.sample
    np.testing.assert_allclose(blank, -0.5, atol=0.01)


def test_a_dropped_sample_is_the_target(panel, quiet):
    quiet.offer()
    sample = np.linspace(-1, 1, 64, dtype=np.float32).reshape(1, 8, 8)
    drop(panel, drag.pack_sample(sample))
    np.testing.assert_allclose(panel.target.sample, sample, atol=0.01)
    told = []
    quiet.noted.connect(told.append)
    drop(panel, drag.pack_sample(np.zeros((3, 4, 4), np.float32)))
    assert "8 x 8 are wanted" in told[0].text


def test_a_real_sample_of_the_map_is_the_target(panel, quiet):
    sample = np.linspace(-1, 1, 64, dtype=np.float32).reshape(1, 8, 8)
    called = []
    panel.called.connect(lambda: called.append(True))
    quiet.sought.emit(sample)  # there is no model yet
    quiet.offer()
    assert called == []
    quiet.sought.emit(sample)
    assert called == [True], "it comes to the front"
    np.testing.assert_allclose(panel.target.sample, sample, atol=0.01)


def test_what_a_model_maps_and_knows_is_asked(panel, quiet, worked):
    quiet.offer(classes=("cat", "dog"), w_dim=8, layers=6)
    assert panel.through.isVisible()
    assert panel.hold.isVisible()
    panel.through.setCurrentText("Each layer")
    panel.hold.setChecked(True)
    panel.seconds.setValue(4)
    panel.search()
    arguments = worked[-1][1]
    assert (arguments["through"], arguments["hold_class"]) == ("w+", True)
    assert (arguments["seconds"], arguments["steps"]) == (4.0, 1600)
    quiet.offer()
    assert panel.through.isHidden()
    assert panel.hold.isHidden()


def test_while_drawing_it_searches_when_the_brush_rests(panel, quiet, worked):
    quiet.offer()
    panel.picture.source.easel.painted.emit()
    assert not panel._pause.isActive()
    panel.live.setChecked(True)
    panel.picture.source.easel.painted.emit()
    assert panel._pause.isActive()
    panel._pause.stop()
    panel._pause.timeout.emit()
    assert len(worked) == 1


def test_a_solid_is_sculpted_and_sought(panel, quiet, worked, qtbot):
    model = quiet.offer("voxels")
    sculptor = panel.solid.sculptor
    pad = sculptor.pad
    sculptor.width_slider.setValue(1)
    sculptor.depth_slider.setValue(2)
    sculptor.mirrored.setChecked(True)
    sculptor.layer.setValue(3)
    place = pad.place
    corner = place.bottomLeft() + QPoint(2, -2)
    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=corner)
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=corner)
    grid = sculptor.sculpture.grid
    assert np.argwhere(grid).tolist() == [[0, 0, 3], [0, 0, 4], [7, 0, 3], [7, 0, 4]]
    panel.search()
    target = worked[-1][1]["target"]
    assert target.shape == (1, 8, 8, 8)
    assert target.sum() == -512 + 2 * 4
    with qtbot.waitSignal(panel.trio._worker.done):
        quiet.done.emit(m.Done(1, "projection", found(model, target), "live", 0, 1.0))
    assert panel.trio.found.image.width() == 9
    corner = pad.place.bottomLeft() + QPoint(2, -2)  # results may have taken some room
    qtbot.mousePress(pad, Qt.MouseButton.RightButton, pos=corner)
    qtbot.mouseRelease(pad, Qt.MouseButton.RightButton, pos=corner)
    assert not sculptor.sculpture.grid.any()
    sculptor.undo_button.click()
    assert sculptor.sculpture.grid.sum() == 4
    panel.grab()


def test_a_solid_is_opened_from_a_file(panel, quiet, qtbot, tmp_path):
    quiet.offer("voxels")
    grid = np.zeros((8, 8, 8), bool)
    grid[2:6, 2:6, :4] = True
    path = tmp_path / "block.binvox"
    export.write(path, grid, export.Wishes())
    with qtbot.waitSignal(panel.solid._reader.done):
        panel.target.open_file(path)
    np.testing.assert_array_equal(panel.solid.sculptor.sculpture.grid, grid)
    told = []
    quiet.noted.connect(told.append)
    (tmp_path / "odd.binvox").write_bytes(b"odd")
    with qtbot.waitSignal(panel.solid._reader.broken):
        panel.target.open_file(tmp_path / "odd.binvox")
    assert "Not opened" in told[0].text


def test_solids_of_the_set_are_offered(panel, quiet, qtbot):
    quiet.offer("voxels")
    reals = np.full((3, 1, 8, 8, 8), -1, np.float32)
    reals[1, 0, 2:4] = 1
    with qtbot.waitSignal(panel.solid._thumbs.done):
        quiet.begin(reals)
    panel.solid.strip.choose(1)
    np.testing.assert_array_equal(panel.target.sample, reals[1])
    assert panel.solid.strip.index == 1
