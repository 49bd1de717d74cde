"""The export dialog alone."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import shiboken6
from PySide6.QtWidgets import QWidget

from ganstudio.solids import formats
from ganstudio.ui import pictures, solid_export
from ganstudio.ui.background import Background
from ganstudio.ui.solid_export import (
    FORMATS,
    MEASURING,
    MESHES,
    Choice,
    ExportDialog,
    remembered,
    save,
)


def box():
    grid = np.zeros((8, 8, 8), dtype=np.float32)
    grid[2:6, 2:6, 1:7] = 1
    grid[0, 0, 0] = 1
    return grid


@pytest.fixture
def dialog(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    measure = Background("export report")
    made = ExportDialog(box(), 0.5, "chair", Choice(), measure, window)
    made.show()
    yield made
    if shiboken6.isValid(made):
        made.done(0)
    measure.close()


def report(qtbot, dialog):
    qtbot.waitUntil(lambda: dialog.line.text() != MEASURING, timeout=20_000)
    return dialog.line.text()


def test_it_says_what_will_be_in_the_file(qtbot, dialog):
    assert "2 parts" in report(qtbot, dialog)
    dialog.largest.setChecked(True)
    assert dialog.line.text() == MEASURING
    assert "1 part" in report(qtbot, dialog)
    dialog.surface.choose("Cubes")
    dialog.side_mm.setValue(60.0)
    assert report(qtbot, dialog).startswith("40 × 40 × 60 mm  ·  96 cm³")


def test_what_the_format_does_not_know_is_grey(qtbot, dialog):
    for suffix in FORMATS:
        dialog.format.setCurrentIndex(dialog.format.findData(suffix))
        assert dialog.surface.isEnabled() == (suffix in MESHES)
        assert dialog.side_mm.isEnabled() == (suffix not in (".vox", ".npy"))
        said = report(qtbot, dialog)
        assert ("mm" in said) == dialog.side_mm.isEnabled()


def test_a_solid_that_is_not_there_cannot_be_saved(qtbot, dialog, caplog):
    dialog.show_grid(box(), 1.0)
    assert report(qtbot, dialog) == "Nothing above the threshold."
    assert not dialog._save.isEnabled()
    dialog.show_grid(box(), 0.5)
    report(qtbot, dialog)
    assert dialog._save.isEnabled()


def test_all_that_can_be_written_is_offered():
    assert set(FORMATS) == set(formats.SUFFIXES)
    assert set(MESHES) == set(formats.MESH_SUFFIXES)


def test_saving_tells_where_and_how(qtbot, dialog, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(pictures, "ask_save", lambda *a: asked.append(a) or tmp_path / "a.3mf")
    dialog.format.setCurrentIndex(dialog.format.findData(".3mf"))
    dialog.fill.setChecked(True)
    with qtbot.waitSignal(dialog.wanted) as wanted:
        dialog.save()
    assert wanted.args == [tmp_path / "a.3mf", Choice(".3mf", fill=True)]
    assert asked[0][2:] == ("chair.3mf", "3MF, for 3D printing (*.3mf)")


def test_changing_ones_mind_leaves_it_open(dialog, monkeypatch):
    monkeypatch.setattr(pictures, "ask_save", lambda *_: None)
    dialog.save()
    assert dialog.isVisible()


def test_closing_does_not_wait_for_the_measuring(qtbot, monkeypatch):
    may_end = threading.Event()
    monkeypatch.setattr(solid_export, "make_ready", lambda *_: may_end.wait(20) and None)
    window, measure = QWidget(), Background("export report")
    qtbot.addWidget(window)
    made = ExportDialog(box(), 0.5, "chair", Choice(), measure, window)
    made.show()
    made.reject()
    assert not made.isVisible()
    assert measure.busy, "it goes on without the dialog"
    may_end.set()
    measure.close()


def test_meshes_for_printing_begin_smooth():
    last = Choice(".obj", "cubes", 33.0, largest=True)
    assert remembered(last, ".stl", "cubes") == Choice(".stl", "smooth", 33.0, largest=True)
    assert remembered(last, ".glb", "cubes").surface == "cubes"


def test_what_is_saved_is_what_was_said(tmp_path):
    path, said = save(tmp_path / "a.stl", box(), Choice(size_mm=50.0), 0.5)
    assert path.is_file()
    assert max(said.size_mm) == pytest.approx(50)
    assert said.watertight
