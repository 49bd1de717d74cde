"""The solid panel offscreen, where pictures stand in for the viewport."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import shiboken6
import trimesh
from PySide6.QtCore import Qt, Signal

from ganstudio.latent.stand import Stand
from ganstudio.ui import pictures, solid_stage, solid_writer
from ganstudio.ui.gl.look import make_look
from ganstudio.ui.gl.still import Still
from ganstudio.ui.panels.solid import SolidPanel

TAG = "solid"


def blocks(count, side=8, value=0.6):
    """(N, 1, side, side, side) in [-1, 1]: a block of 2 x 2 x (2 + i) voxels each."""
    x = np.full((count, 1, side, side, side), -1.0, np.float32)
    for i in range(count):
        x[i, 0, 3:5, 3:5, 1 : 3 + i % 5] = value
    return x


def standing(z, category):
    return Stand(z, {"classes": np.array([category])})


@pytest.fixture
def panel(shown):
    return shown(SolidPanel)


def stand(qtbot, quiet, panel, samples):
    """Answer the newest request and wait until it is drawn."""
    with qtbot.waitSignal(panel.view.shown, timeout=20_000):
        quiet.answer(quiet.of(TAG)[-1], samples)
    qtbot.waitUntil(lambda: not panel.view._worker.busy)


def test_without_voxels_it_says_what_to_do(quiet, panel):
    assert panel._pages.currentIndex() == 0
    assert not panel.controls.isEnabled()
    quiet.offer("image")
    assert panel._pages.currentIndex() == 0
    assert not quiet.of(TAG)
    quiet.offer("voxels")
    assert panel._pages.currentIndex() == 1
    assert panel.controls.isEnabled()


def test_offscreen_it_names_what_is_missing(quiet, panel):
    quiet.offer("voxels")
    assert isinstance(panel.view, Still)
    assert "offscreen" in panel.stage_view.missing.text()
    assert panel.stage_view.missing.isVisibleTo(panel)
    assert not panel.controls.switches["turntable"].isEnabled()


def test_one_object_follows_the_latent_panel(qtbot, quiet, panel):
    quiet.offer("voxels")
    assert quiet.of(TAG)[-1].z.shape == (1, 32)
    z = np.arange(32, dtype=np.float32)
    quiet.latentChanged.emit(Stand(z))
    assert (quiet.of(TAG)[-1].z == z[None]).all()
    assert quiet.of(TAG)[-1].classes is None
    stand(qtbot, quiet, panel, blocks(1))
    assert panel.stage_view.status.text() == "8 voxels  ·  2 × 2 × 2"


def test_classes_go_along(quiet, panel):
    quiet.offer("voxels", classes=("chair", "table", "bed"))
    quiet.latentChanged.emit(standing(np.zeros(32, np.float32), 2))
    assert quiet.of(TAG)[-1].classes.tolist() == [2]
    panel.controls.count.setCurrentIndex(1)
    assert quiet.of(TAG)[-1].classes.tolist() == [2, 2, 2, 2]
    count = len(quiet.of(TAG))
    quiet.latentChanged.emit(standing(np.ones(32, np.float32), 2))
    assert len(quiet.of(TAG)) == count
    quiet.latentChanged.emit(standing(np.ones(32, np.float32), 0))
    assert quiet.of(TAG)[-1].classes.tolist() == [0, 0, 0, 0]


def test_newer_weights_renew_it(quiet, panel):
    model = quiet.offer("voxels")
    before = len(quiet.of(TAG))
    quiet.offer("voxels", nimg=20_000)
    assert len(quiet.of(TAG)) == before + 1
    assert quiet.model == model


def test_several_objects_come_from_noise_and_can_be_taken(qtbot, quiet, panel):
    model = quiet.offer("voxels")
    panel.controls.count.setCurrentIndex(2)
    asked = quiet.of(TAG)[-1]
    assert (asked.z == model.draw(9, 0)).all()
    stand(qtbot, quiet, panel, blocks(9))
    assert panel.stage_view.status.text() == "9 objects  ·  8 to 24 voxels"
    with qtbot.waitSignal(quiet.latentTaken) as taken:
        panel.view.picked.emit(4)
    assert (taken.args[0].z == asked.z[4]).all()
    count = len(quiet.of(TAG))
    quiet.latentChanged.emit(Stand(asked.z[4]))
    assert len(quiet.of(TAG)) == count
    panel.controls.rolled.emit()
    assert (quiet.of(TAG)[-1].z == model.draw(9, 1)).all()


def test_a_click_takes_the_object_that_is_seen(qtbot, quiet, panel):
    model = quiet.offer("voxels")
    panel.controls.count.setCurrentIndex(2)
    stand(qtbot, quiet, panel, blocks(9))
    panel.controls.count.setCurrentIndex(1)
    with qtbot.waitSignal(quiet.latentTaken) as taken:
        panel.view.picked.emit(7)
    assert (taken.args[0].z == model.draw(9, 0)[7]).all()
    stand(qtbot, quiet, panel, blocks(4))
    assert panel._chosen == 0  # others stand there now
    panel.view.picked.emit(3)
    quiet.offer("voxels", nimg=20_000)
    stand(qtbot, quiet, panel, blocks(4))
    assert panel._chosen == 3


def test_f_frames_from_anywhere_in_the_panel(qtbot, quiet, panel, monkeypatch):
    quiet.offer("voxels")
    framed = []
    monkeypatch.setattr(panel.view, "frame", lambda: framed.append(True))
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    qtbot.mouseClick(panel.view, Qt.MouseButton.LeftButton)
    assert panel.hasFocus()
    qtbot.keyClick(panel, Qt.Key.Key_F)
    panel.controls.count.setFocus()
    qtbot.keyClick(panel.controls.count, Qt.Key.Key_F)
    assert framed == [True, True]


def test_answers_to_older_latents_are_dropped(qtbot, quiet, panel):
    quiet.offer("voxels")
    old = quiet.of(TAG)[-1]
    panel.controls.count.setCurrentIndex(1)
    quiet.answer(old, blocks(1))
    assert panel.wall.grids == []
    stand(qtbot, quiet, panel, blocks(4))
    assert len(panel.wall.grids) == 4


def test_hidden_it_asks_for_nothing(qtbot, quiet, shown):
    panel = shown(SolidPanel, visible=False)
    quiet.offer("voxels")
    quiet.latentChanged.emit(standing(np.zeros(32, np.float32), 0))
    assert not quiet.of(TAG)
    panel.show()
    qtbot.waitExposed(panel)
    assert len(quiet.of(TAG)) == 1


def test_nothing_above_the_threshold_is_said(qtbot, quiet, panel):
    quiet.offer("voxels")
    stand(qtbot, quiet, panel, blocks(1))
    with qtbot.waitSignal(panel.view.shown):
        panel.controls.thresholdMoved.emit(0.9)
    assert panel.stage_view.status.text() == solid_stage.NOTHING
    qtbot.waitUntil(lambda: not panel.view._worker.busy)


def export(panel, monkeypatch, path, surface=""):
    """Ask for an export, choose in the dialog, and save."""
    monkeypatch.setattr(pictures, "ask_save", lambda *args: path)
    panel.controls.exportWanted.emit(path.suffix)
    dialog = panel.writer.dialog
    if surface:
        dialog.surface.choose(surface)
    dialog.side_mm.setValue(40.0)
    dialog.save()


@pytest.mark.parametrize("suffix", [".stl", ".obj", ".glb", ".3mf", ".vox"])
def test_the_object_that_was_clicked_is_exported(
    qtbot, quiet, panel, tmp_path, monkeypatch, suffix
):
    quiet.offer("voxels")
    panel.controls.count.setCurrentIndex(1)
    stand(qtbot, quiet, panel, blocks(4))
    panel.view.picked.emit(2)
    path = tmp_path / f"chair{suffix}"
    told = []
    quiet.noted.connect(told.append)
    with qtbot.waitSignal(panel.writer.worker.done, timeout=20_000):
        export(panel, monkeypatch, path)
    assert [note.text.split(":")[0] for note in told] == [f"Saved {path.name}"]
    assert panel.writer.dialog is None
    if suffix != ".vox":
        body = trimesh.load(path, force="mesh")
        assert max(body.extents) == pytest.approx(0.04 if suffix == ".glb" else 40, rel=1e-4)
        # 2 x 2 x 4 voxels: a cube as long as it is high would be another object
        assert sorted(body.extents)[0] < 0.62 * max(body.extents)


def test_printers_are_offered_the_smooth_surface_whatever_is_shown(
    qtbot, quiet, panel, tmp_path, monkeypatch
):
    touching = np.full((1, 1, 8, 8, 8), -1.0, np.float32)
    touching[0, 0, 2:4, 2:4, 2:4] = touching[0, 0, 4:6, 4:6, 2:4] = 1  # along one edge
    quiet.offer("voxels")
    stand(qtbot, quiet, panel, touching)
    panel.controls.surface.choose("Cubes")
    with qtbot.waitSignal(panel.writer.worker.done, timeout=20_000):
        export(panel, monkeypatch, tmp_path / "a.stl")
    assert trimesh.load(tmp_path / "a.stl", force="mesh").is_watertight


def test_every_export_is_written_even_when_the_panel_closes(
    qtbot, quiet, panel, tmp_path, monkeypatch
):
    quiet.offer("voxels")
    stand(qtbot, quiet, panel, blocks(1))
    may_write, written = threading.Event(), []

    def slowly(path, *_):
        may_write.wait(20)
        written.append(path.stem)
        return path

    monkeypatch.setattr(solid_writer, "save", slowly)
    for name in "abcd":
        export(panel, monkeypatch, tmp_path / f"{name}.npy")
    may_write.set()
    panel.writer.release()
    assert written == ["a", "b", "c", "d"]


def test_a_failed_export_is_said(qtbot, quiet, panel, tmp_path, monkeypatch, caplog):
    quiet.offer("voxels")
    stand(qtbot, quiet, panel, blocks(1))
    told = []
    quiet.noted.connect(told.append)
    with qtbot.waitSignal(panel.writer.worker.broken, timeout=20_000):
        export(panel, monkeypatch, tmp_path / "none" / "a.stl")
    assert told[0].level == "error"
    assert told[0].text.startswith("Not saved: ")


def test_the_open_dialog_follows_the_threshold(qtbot, quiet, panel):
    quiet.offer("voxels")
    stand(qtbot, quiet, panel, blocks(1))
    panel.controls.exportWanted.emit(".stl")
    line = panel.writer.dialog.line
    qtbot.waitUntil(lambda: "watertight" in line.text(), timeout=20_000)
    with qtbot.waitSignal(panel.view.shown):
        panel.controls.thresholdMoved.emit(0.9)
    qtbot.waitUntil(lambda: line.text() == "Nothing above the threshold.")
    panel.writer.release()
    assert panel.writer.dialog is None


def test_dragging_turns_the_still_pictures(qtbot, quiet, panel):
    quiet.offer("voxels")
    stand(qtbot, quiet, panel, blocks(1))
    still = panel.view
    before = still.picture()
    with qtbot.waitSignal(still.shown):
        still._azimuth += 40
        still._draw()
    assert still.picture() != before
    qtbot.waitUntil(lambda: not still._worker.busy)


def test_a_broken_viewport_gives_way_to_pictures(qtbot, quiet, panel):
    quiet.offer("voxels")
    stand(qtbot, quiet, panel, blocks(1))
    first = panel.view
    panel.stage_view.fall_back("OpenGL reports the error 0x0505")
    qtbot.waitUntil(lambda: not shiboken6.isValid(first))
    assert panel.view is not first
    assert panel.stage_view.missing.text().startswith("OpenGL reports the error 0x0505.")
    qtbot.waitUntil(lambda: len(panel.view._images) == 1)
    qtbot.waitUntil(lambda: not panel.view._worker.busy)


def test_looks_differ_in_dark_and_light(panel):
    palette = panel.palette()
    dark = make_look(palette)
    palette.setColor(palette.ColorRole.Window, "#f7f8fa")
    palette.setColor(palette.ColorRole.WindowText, "#101010")
    light = make_look(palette)
    assert sum(light.background) > sum(dark.background)
    assert sum(light.line) < sum(light.background)
    assert sum(dark.line) > sum(dark.background)


def test_all_that_the_latent_panel_gives_goes_along(quiet, panel):
    quiet.offer("voxels", w_dim=6)
    stand = Stand(np.ones(32, np.float32), psi=0.5, shift=np.arange(6, dtype=np.float32))
    quiet.latentChanged.emit(stand)
    asked = quiet.of(TAG)[-1]
    assert asked.psi == 0.5
    np.testing.assert_array_equal(asked.shift, stand.shift[None])
    panel.controls.count.setCurrentIndex(1)
    assert quiet.of(TAG)[-1].shift is None
    assert quiet.of(TAG)[-1].psi == 1.0


class Fancy(Still):
    """Stands for the viewport, and notes how it was set up."""

    unavailable = Signal(str)

    def __init__(self):
        super().__init__()
        self.asked = {}

    def set_turntable(self, on):
        self.asked["turntable"] = on

    def set_floor(self, on):
        self.asked["floor"] = on


def test_the_viewport_waits_for_solids(quiet, shown, monkeypatch, qtbot):
    monkeypatch.setattr(solid_stage, "probe", lambda: type("Found", (), {"missing": ""}))
    monkeypatch.setattr(solid_stage, "Viewport", Fancy)
    panel = shown(SolidPanel)
    assert type(panel.view) is Still, "OpenGL makes every repaint of the window dearer"
    quiet.offer("image")
    assert type(panel.view) is Still
    assert panel.stage_view.missing.text() == ""
    quiet.offer("voxels")
    first = panel.view
    assert isinstance(first, Fancy)
    assert first.asked == {"turntable": False, "floor": True}
    quiet.offer("voxels", nimg=20_000)
    assert panel.view is first
    stand(qtbot, quiet, panel, blocks(1))
    first.unavailable.emit("The device is gone")
    assert type(panel.view) is Still
    assert panel.stage_view.missing.text().startswith("The device is gone.")
    quiet.offer("image")
    quiet.offer("voxels")
    assert type(panel.view) is Still, "what failed is not tried again"


def test_a_wide_panel_can_be_made_narrow_again(qtbot, quiet, panel):
    panel.resize(1400, 600)
    quiet.offer("voxels")
    stand(qtbot, quiet, panel, blocks(1))
    for name in ("Compare", "Morph", "Arithmetic", ""):
        panel.tools.open(name)
        assert panel.minimumSizeHint().width() < 300, name
    qtbot.waitUntil(lambda: not panel.view._worker.busy)
