"""The tools of the solid panel: wall, morph, arithmetic, and files beside the generated object."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import trimesh
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QMouseEvent

from ganstudio.latent.stand import Stand
from ganstudio.solids import formats
from ganstudio.train import messages as m
from ganstudio.ui import drag, pictures
from ganstudio.ui.panels.solid import SolidPanel
from ganstudio.ui.solid_export import Choice, save
from ganstudio.ui.solid_guests import Guest
from ganstudio.ui.solid_wall import PART

TAG = "solid"


def objects(count, side=8):
    """(N, 1, side, side, side) in [-1, 1]: bars of rising length."""
    x = np.full((count, 1, side, side, side), -1.0, np.float32)
    for i in range(count):
        x[i, 0, 3:5, 3:5, 1 : 3 + i % 5] = 1
    return x


@pytest.fixture
def panel(quiet, shown, monkeypatch):
    """The panel with a model of solids; its errands are noted and not done."""
    quiet.errands, quiet.cancelled = [], []

    def work(task, tag="", **arguments):
        quiet.errands.append((task, arguments))
        return 100 + len(quiet.errands)

    monkeypatch.setattr(quiet, "work", work)
    monkeypatch.setattr(quiet, "cancel", quiet.cancelled.append)
    made = shown(SolidPanel)
    quiet.offer("voxels")
    return made


@pytest.fixture
def taken(quiet):
    """Where Latent is asked to stand."""
    stands = []
    quiet.latentTaken.connect(stands.append)
    return stands


def answer(qtbot, quiet, panel, tag=TAG):
    """Answer the newest request of the panel and wait until it is drawn."""
    asked = quiet.of(tag)[-1]
    with qtbot.waitSignal(panel.view.shown, timeout=20_000):
        quiet.answer(asked, objects(len(asked.z)))
    qtbot.waitUntil(lambda: not panel.view._worker.busy)


def place(seed=0):
    return Stand(np.random.default_rng(seed).standard_normal(32).astype(np.float32))


def settle(qtbot, panel):
    """Wait until no thread of the panel is at work."""
    workers = (
        panel.view._worker, panel.compare._reader, panel.compare._scale,
        panel.morph.shots._worker, panel.sums.shots._worker,
    )  # fmt: skip
    qtbot.waitUntil(lambda: not any(worker.busy for worker in workers), timeout=20_000)


def wall_of(qtbot, quiet, panel, count):
    panel.controls.count.setCurrentIndex(panel.controls.count.findData(count))
    for _ in range(-(-count // PART) - 1):
        asked = quiet.of(TAG)[-1]
        quiet.answer(asked, objects(len(asked.z)))
    answer(qtbot, quiet, panel)


# The wall -------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [4, 36, 64])
def test_a_wall_is_drawn_in_parts_and_shown_when_it_is_whole(qtbot, quiet, panel, count):
    panel.controls.count.setCurrentIndex(panel.controls.count.findData(count))
    drawn = []
    while sum(drawn) < count:
        assert len(panel.wall.grids) == 0
        asked = quiet.of(TAG)[-1]
        assert len(asked.z) <= PART
        drawn.append(len(asked.z))
        quiet.answer(asked, objects(len(asked.z)))
    assert len(panel.wall.grids) == count
    asked = np.concatenate([asked.z for asked in quiet.of(TAG)[-len(drawn) :]])
    assert np.array_equal(asked, quiet.model.draw(count, 0))
    settle(qtbot, panel)


def test_newer_weights_wait_until_the_round_is_done(qtbot, quiet, panel):
    panel.controls.count.setCurrentIndex(panel.controls.count.findData(36))
    count = len(quiet.of(TAG))
    quiet.offer("voxels", nimg=20_000)
    assert len(quiet.of(TAG)) == count, "the round would never end"
    for _ in range(3):
        asked = quiet.of(TAG)[-1]
        quiet.answer(asked, objects(len(asked.z)))
    assert len(panel.wall.grids) == 36
    assert len(quiet.of(TAG)) == count + 3, "now the next round begins"
    panel.controls.rolled.emit()
    assert np.array_equal(quiet.of(TAG)[-1].z, quiet.model.draw(36, 1)[:PART])
    settle(qtbot, panel)


def double_click(view):
    spot = QPointF(view.rect().center())
    event = QMouseEvent(
        QEvent.Type.MouseButtonDblClick, spot, view.mapToGlobal(spot), Qt.MouseButton.LeftButton,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    from PySide6.QtWidgets import QApplication

    QApplication.sendEvent(view, event)


def test_a_double_click_shows_one_alone_and_back_the_wall(qtbot, quiet, panel, taken):
    wall_of(qtbot, quiet, panel, 9)
    panel.view.picked.emit(4)
    double_click(panel.view)
    wanted = quiet.model.draw(9, 0)[4]
    assert panel._count == 1
    assert np.array_equal(quiet.of(TAG)[-1].z, wanted[None])
    assert [np.array_equal(stand.z, wanted) for stand in taken] == [True, True]
    answer(qtbot, quiet, panel)
    assert panel.tools.back.text() == "Back to 9 objects"
    assert panel.tools.back.isVisibleTo(panel)
    panel.tools.back.click()
    assert panel._count == 9
    assert np.array_equal(quiet.of(TAG)[-1].z, quiet.model.draw(9, 0))
    assert not panel.tools.back.isVisibleTo(panel)
    answer(qtbot, quiet, panel)


def test_a_double_click_beside_the_objects_frames(qtbot, quiet, panel, monkeypatch):
    wall_of(qtbot, quiet, panel, 4)
    framed = []
    monkeypatch.setattr(type(panel.view), "frame", lambda _: framed.append(True))
    double_click(panel.view)
    assert framed == [True]
    assert panel._count == 4


# Morph ----------------------------------------------------------------------------------------


def ends(panel, one=1, other=2):
    panel.morph.start.take(place(one))
    panel.morph.end.take(place(other))


def test_the_slider_goes_from_one_object_to_the_other(qtbot, quiet, panel, taken):
    panel.tools.open("Morph")
    assert not panel.morph.slider.isEnabled()
    ends(panel)
    panel.morph.slider.setValue(1000)
    assert np.array_equal(quiet.of(TAG)[-1].z[0], place(2).z)
    panel.morph.slider.setValue(500)
    middle = quiet.of(TAG)[-1].z[0]
    assert 0.6 < np.linalg.norm(middle) / np.linalg.norm(place(1).z) < 1.4
    panel.morph.slider.setValue(0)
    assert np.array_equal(quiet.of(TAG)[-1].z[0], place(1).z)
    assert np.array_equal(taken[-1].z, place(1).z)


def test_a_drag_moves_the_object_and_latent_only_when_it_ends(quiet, panel, taken):
    panel.tools.open("Morph")
    ends(panel)
    panel.morph.slider.setSliderDown(True)
    panel.morph.slider.setValue(300)
    assert not taken
    panel.morph.slider.setSliderDown(False)
    assert len(taken) == 1


def test_wells_take_what_stands_there(qtbot, quiet, panel):
    wall_of(qtbot, quiet, panel, 4)
    panel.view.picked.emit(2)
    panel.morph.start._press()
    assert np.array_equal(panel.morph.start.stands[0].z, quiet.model.draw(4, 0)[2])
    panel.morph.end.take(Stand(np.zeros(5, np.float32)))
    assert panel.morph.end.stands == []


def test_a_morph_plays_to_and_fro_while_it_is_seen(quiet, panel):
    panel.tools.open("Morph")
    ends(panel)
    panel.morph.toggle()
    for _ in range(400):
        panel.morph._on_tick()
        if not panel.morph._forth:
            break
    assert panel.morph.slider.value() == 1000
    panel.morph._on_tick()
    assert panel.morph.slider.value() < 1000
    panel.tools.open("")
    assert not panel.morph._clock.isActive()


def test_film_and_meshes_are_errands(quiet, panel, tmp_path, monkeypatch):
    panel.tools.open("Morph")
    ends(panel)
    panel.morph.film(tmp_path / "a.mp4", 24, 256)
    task, asked = quiet.errands[-1]
    assert (task, asked["fps"], asked["size"]) == ("film", 24, (256, 256))
    assert asked["walk"].duration == pytest.approx(3.0)
    assert panel.morph.box.busy
    quiet.progressed.emit(m.Progressed(101, "film", 0.5, "frame 2 of 4"))
    assert panel.morph.box.progress.value() == 500
    quiet.dropped.emit(m.Dropped(101, "film"))
    assert not panel.morph.box.busy
    monkeypatch.setattr(pictures, "ask_save", lambda *_: tmp_path / "row.obj")
    panel.morph.count.setValue(7)
    panel.controls.thresholdMoved.emit(0.4)
    panel.morph.ask_meshes()
    task, asked = quiet.errands[-1]
    assert task == "meshes"
    assert (asked["folder"], asked["suffix"], asked["count"]) == (tmp_path / "row", ".obj", 7)
    assert asked["wishes"].threshold == pytest.approx(0.4)
    told = []
    quiet.noted.connect(told.append)
    result = SimpleNamespace(folder=tmp_path / "row", count=6, empty=1)
    quiet.done.emit(m.Done(102, "meshes", result, "live", 0, 1.0))
    assert told[-1].text == "6 meshes in row, 1 were empty."


# Arithmetic -----------------------------------------------------------------------------------


def test_the_sum_of_three_is_shown_and_taken(qtbot, quiet, panel, taken):
    panel.tools.open("Arithmetic")
    for number, well in enumerate(panel.sums.row.terms):
        well.take(place(number))
    total = place(0).z - place(1).z + place(2).z
    found = taken[-1].z
    cosine = found @ total / np.linalg.norm(found) / np.linalg.norm(total)
    assert cosine == pytest.approx(1, abs=1e-5)
    assert np.array_equal(quiet.of(TAG)[-1].z[0], found)
    assert len(quiet.of("solid-sum")[-1].z) == 4
    quiet.answer(quiet.of("solid-sum")[-1], objects(4))
    qtbot.waitUntil(lambda: panel.sums.row.result.image is not None)
    assert all(well.image is not None for well in panel.sums.row.terms)


def test_several_in_a_well_count_as_their_mean(quiet, panel, taken):
    panel.tools.open("Arithmetic")
    a, b, c = panel.sums.row.terms
    for well in (b, c):
        well.take(place(3))
    a.take(place(0))
    a.take(place(1))
    middle = place(0).z + place(1).z
    cosine = taken[-1].z @ middle / np.linalg.norm(taken[-1].z) / np.linalg.norm(middle)
    assert cosine > 0.9


def test_another_model_empties_the_wells(quiet, panel):
    panel.sums.row.terms[0].take(place(0))
    ends(panel)
    quiet.offer("voxels", z_dim=16)
    assert not panel.sums.row.terms[0].stands
    assert panel.morph.walk is None


# Files ----------------------------------------------------------------------------------------


@pytest.fixture
def cube(tmp_path):
    path = tmp_path / "cube.stl"
    trimesh.creation.box((1, 1, 2)).export(path)
    return path


def opened(qtbot, panel, path):
    with qtbot.waitSignal(panel.compare.changed, timeout=20_000):
        panel.compare.open(path)


def test_a_file_stands_beside_the_generated_object(qtbot, quiet, panel, cube):
    answer(qtbot, quiet, panel)
    panel.tools.open("Compare")
    opened(qtbot, panel, cube)
    assert panel.compare.file.grid.shape == (8, 8, 8)
    assert [grid.shape for grid in panel.view._grids] == [(8, 8, 8)] * 2
    qtbot.waitUntil(lambda: "IoU with the generated one" in panel.compare.line.text())
    panel.tools.open("")
    assert len(panel.view._grids) == 1
    panel.tools.open("Compare")
    panel.compare.clear()
    assert len(panel.view._grids) == 1
    settle(qtbot, panel)


def test_resolution_and_axis_read_the_file_anew(qtbot, quiet, panel, cube):
    panel.tools.open("Compare")
    opened(qtbot, panel, cube)
    upright = panel.compare.file.grid.any((0, 1)).sum()
    with qtbot.waitSignal(panel.compare.changed, timeout=20_000):
        panel.compare.up.choose("Y")
    assert panel.compare.file.grid.any((0, 1)).sum() < upright
    with qtbot.waitSignal(panel.compare.changed, timeout=20_000):
        panel.compare.resolution.setCurrentIndex(panel.compare.resolution.findData(32))
    assert panel.compare.file.grid.shape == (32, 32, 32)
    settle(qtbot, panel)


def test_a_file_can_be_seen_without_any_model(qtbot, quiet, shown, cube):
    panel = shown(SolidPanel)
    assert panel._pages.currentIndex() == 0
    drop(panel, cube)
    qtbot.waitUntil(lambda: panel._pages.currentIndex() == 1, timeout=20_000)
    assert panel.tools.tool == "Compare"
    assert panel.compare.file.grid.shape == (64, 64, 64)
    assert panel._grid is panel.compare.file.grid
    settle(qtbot, panel)


def drop(panel, thing):
    data = thing if isinstance(thing, QMimeData) else QMimeData()
    if isinstance(thing, Path):
        data.setUrls([QUrl.fromLocalFile(str(thing))])
    panel.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip


def test_dropped_latents_are_gone_to_and_samples_shown(qtbot, quiet, panel, taken):
    drop(panel, drag.pack(place(5)))
    assert np.array_equal(taken[-1].z, place(5).z)
    assert np.array_equal(quiet.of(TAG)[-1].z[0], place(5).z)
    drop(panel, drag.pack_sample(objects(1)[0]))
    assert panel.tools.tool == "Compare"
    assert panel.compare.guests[0].name == "Training sample"
    assert panel.compare.guests[0].grid.max() == 1
    settle(qtbot, panel)


def test_a_broken_file_is_said(qtbot, quiet, panel, tmp_path, caplog):
    (tmp_path / "a.obj").write_text("v 1 2 3\n")
    panel.tools.open("Compare")
    panel.compare.open(tmp_path / "a.obj")
    qtbot.waitUntil(lambda: "a.obj holds no triangles" in panel.compare.fault.text())


def test_the_nearest_of_the_training_set_stands_beside_it(qtbot, quiet, panel, tmp_path):
    answer(qtbot, quiet, panel)
    panel.tools.open("Compare")
    quiet.run_folder = tmp_path
    panel.compare.find_nearest()
    task, asked = quiet.errands[-1]
    assert (task, asked["run"], asked["data_root"]) == ("nearest", tmp_path, quiet.data_root)
    assert asked["grid"].dtype == bool
    assert asked["grid"].sum() == 8
    near = SimpleNamespace(
        ious=np.array([0.8]), indices=np.array([41]), grids=objects(1)[:, 0] > 0, among=600
    )
    quiet.done.emit(m.Done(101, "nearest", near, "live", 0, 1.0))
    assert len(panel.view._grids) == 2
    qtbot.waitUntil(lambda: "Sample 42: IoU 0.80, the best of 600" in panel.compare.line.text())
    settle(qtbot, panel)


def test_without_a_run_there_is_no_training_set(quiet, qtbot, panel):
    answer(qtbot, quiet, panel)
    panel.tools.open("Compare")
    panel.compare.find_nearest()
    assert not quiet.errands
    assert "training set" in panel.compare.fault.text()


def test_the_latent_of_a_file_is_sought_and_gone_to(qtbot, quiet, panel, cube, taken):
    panel.tools.open("Compare")
    assert not panel.compare.latent.isEnabled()
    opened(qtbot, panel, cube)
    panel.compare.find_latent()
    task, asked = quiet.errands[-1]
    assert task == "projection"
    assert asked["target"].shape == (1, 8, 8, 8)
    assert set(np.unique(asked["target"])) == {-1.0, 1.0}
    quiet.done.emit(m.Done(101, "projection", SimpleNamespace(stand=place(8)), "live", 0, 1.0))
    assert np.array_equal(taken[-1].z, place(8).z)
    panel.compare.find_latent()
    quiet.dropped.emit(m.Dropped(102, "projection", "there is no way"))
    assert not panel.compare.bar.isVisibleTo(panel)
    settle(qtbot, panel)


def test_opened_files_can_be_exported(qtbot, quiet, shown, cube, tmp_path, monkeypatch):
    panel = shown(SolidPanel)
    drop(panel, cube)
    qtbot.waitUntil(lambda: panel.compare.file is not None, timeout=20_000)
    monkeypatch.setattr(pictures, "ask_save", lambda *_: tmp_path / "again.binvox")
    panel.controls.exportWanted.emit(".binvox")
    with qtbot.waitSignal(panel.writer.worker.done, timeout=20_000):
        panel.writer.dialog.save()
    assert np.array_equal(formats.load(tmp_path / "again.binvox"), panel.compare.file.grid)
    settle(qtbot, panel)


def test_objections_colour_the_only_object(qtbot, quiet, panel, monkeypatch):
    answer(qtbot, quiet, panel)
    seen = []
    monkeypatch.setattr(type(panel.view), "set_values", lambda _, v, title: seen.append((v, title)))
    values = np.ones((8, 8, 8), np.float32)
    quiet.objections.emit(values)
    assert seen[-1][0][0] is values
    quiet.objections.emit(np.ones((4, 4, 4), np.float32))
    assert seen[-1][0] is None


def test_objections_are_wanted_while_they_colour_what_is_seen(qtbot, quiet, panel):
    answer(qtbot, quiet, panel)
    quiet.objections.emit(np.ones((8, 8, 8), np.float32))
    assert not quiet.objections_wanted
    panel.controls.view.colour.setCurrentIndex(panel.controls.view.colour.findData("values"))
    assert quiet.objections_wanted
    quiet.objections.emit(None)
    assert quiet.objections_wanted, "the colours come back with the next values"
    panel.hide()
    assert not quiet.objections_wanted
    panel.show()
    assert quiet.objections_wanted
    panel.controls.view.colour.activated.emit(0)
    assert not quiet.objections_wanted


def test_objections_leave_an_object_that_latent_does_not_stand_at(qtbot, quiet, panel, monkeypatch):
    answer(qtbot, quiet, panel)
    seen = []
    monkeypatch.setattr(type(panel.view), "set_values", lambda _, v, title: seen.append(v))
    values = np.ones((8, 8, 8), np.float32)
    quiet.objections.emit(values)
    panel.stand_at(place(1))
    answer(qtbot, quiet, panel)
    assert seen[-1] is None
    quiet.objections.emit(values)
    assert seen[-1] is None, "Latent's object is another"
    quiet.latentChanged.emit(place(1))
    quiet.objections.emit(values)
    assert seen[-1][0] is values


def test_a_lost_answer_does_not_stop_the_wall(quiet, panel):
    panel.controls.count.setCurrentIndex(panel.controls.count.findData(36))
    count = len(quiet.of(TAG))
    quiet.failed.emit(m.Failed("out of memory", "", where="session"))
    quiet.offer("voxels", nimg=20_000)
    assert len(quiet.of(TAG)) == count
    quiet.failed.emit(m.Failed("out of memory", "", where="explorer"))
    quiet.offer("voxels", nimg=30_000)
    assert len(quiet.of(TAG)) == count + 1
    quiet.offer("voxels", nimg=40_000)
    assert len(quiet.of(TAG)) == count + 1, "again a round that is waited for"


def test_a_double_click_on_empty_ground_opens_nothing(qtbot, quiet, panel):
    wall_of(qtbot, quiet, panel, 4)
    panel.view.picked.emit(2)
    qtbot.mousePress(panel.view, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    double_click(panel.view)
    assert panel._count == 4
    settle(qtbot, panel)


def test_nothing_above_the_threshold_is_no_search(qtbot, quiet, panel, tmp_path):
    answer(qtbot, quiet, panel)
    panel.tools.open("Compare")
    quiet.run_folder = tmp_path
    panel.compare.take(Guest("soft", np.full((16, 16, 16), 0.4, np.float32)))
    for button in (panel.compare.nearest, panel.compare.latent):
        button.click()
        assert panel.compare.fault.text() == "Nothing is above the threshold."
    assert not quiet.errands
    panel.controls.thresholdMoved.emit(0.3)
    panel.compare.latent.click()
    assert quiet.errands[-1][1]["target"].max() == 1
    settle(qtbot, panel)


def test_a_file_that_was_closed_while_it_was_read_stays_closed(qtbot, quiet, panel, cube):
    panel.tools.open("Compare")
    panel.compare.open(cube)
    panel.compare.clear()
    settle(qtbot, panel)
    assert panel.compare.file is None
    panel.compare.open(cube)
    drop(panel, drag.pack_sample(objects(1)[0]))
    settle(qtbot, panel)
    assert panel.compare.file.name == "Training sample"


def test_why_a_file_was_not_opened_stays_while_others_are_compared(
    qtbot, quiet, panel, cube, tmp_path
):
    answer(qtbot, quiet, panel)
    panel.tools.open("Compare")
    opened(qtbot, panel, cube)
    (tmp_path / "a.obj").write_text("v 1 2 3\n")
    panel.compare.open(tmp_path / "a.obj")
    qtbot.waitUntil(lambda: not panel.compare.fault.isHidden())
    qtbot.waitUntil(lambda: "IoU with the generated one" in panel.compare.line.text())
    assert "holds no triangles" in panel.compare.fault.text()
    panel.compare.clear()
    assert panel.compare.fault.isHidden()
    settle(qtbot, panel)


def test_nothing_is_measured_twice_or_unseen(qtbot, quiet, panel, cube, monkeypatch):
    answer(qtbot, quiet, panel)
    panel.tools.open("Compare")
    opened(qtbot, panel, cube)
    settle(qtbot, panel)
    asked = []
    monkeypatch.setattr(panel.compare._scale, "submit", asked.append)
    quiet.latentChanged.emit(place(4))
    assert not asked, "the object is not there yet"
    panel.compare.hide()
    panel.compare.hold_against(objects(1)[0, 0], 0.5)
    assert not asked
    panel.compare.show()
    assert len(asked) == 1


def test_meshes_wait_until_a_film_is_written(quiet, panel, tmp_path):
    panel.tools.open("Morph")
    ends(panel)
    panel.morph.film(tmp_path / "a.mp4", 24, 256)
    assert not panel.morph._meshes.isEnabled()
    panel.morph.meshes(tmp_path / "row.stl")
    assert [task for task, _ in quiet.errands] == ["film"]
    quiet.dropped.emit(m.Dropped(101, "film"))
    assert panel.morph._meshes.isEnabled()


def test_what_is_compared_bears_its_name(qtbot, quiet, panel, cube, monkeypatch):
    told = []
    view = panel.view
    monkeypatch.setattr(view, "set_names", lambda names: told.append(tuple(names)))
    answer(qtbot, quiet, panel)
    assert told[-1] == (), "one alone needs none"
    panel.tools.open("Compare")
    opened(qtbot, panel, cube)
    assert told[-1] == ("Generated", panel.compare.file.name)
    panel.tools.open("")
    assert told[-1] == ()


def test_the_size_of_an_export_goes_to_the_ruler(qtbot, quiet, panel, tmp_path):
    ruler = panel.controls.view.voxel_mm
    assert ruler.value() == 0
    solid = np.zeros((8, 8, 8), bool)
    solid[2:6, 2:6, 0:4] = True
    for name, wanted in (("a.npy", 0.0), ("a.stl", 20.0)):  # NPY keeps no size
        choice = Choice(Path(name).suffix, "cubes", 80.0)
        with qtbot.waitSignal(panel.writer.noted, timeout=20_000):
            panel.writer.worker.submit(partial(save, tmp_path / name, solid, choice, 0.5))
        assert ruler.value() == wanted
