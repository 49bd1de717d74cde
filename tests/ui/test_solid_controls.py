"""The controls above the solids, without any solids."""

from __future__ import annotations

from unittest.mock import MagicMock

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget

from ganstudio.ui.gl.scene import WHOLE, build
from ganstudio.ui.gl.still import Still
from ganstudio.ui.gl.viewport import Viewport
from ganstudio.ui.solid_controls import COUNTS, SolidControls
from ganstudio.ui.span import Span


@pytest.fixture
def controls(qtbot):
    made = SolidControls()
    qtbot.addWidget(made)
    made.more.setChecked(True)
    return made


@pytest.mark.parametrize("kind", [Viewport, Still])
def test_a_view_is_dressed_in_everything_that_was_chosen(controls, kind):
    view = MagicMock(spec=kind)
    controls.view.dress(view)
    view.set_colouring.assert_called_with("plain")
    view.set_view_cube.assert_called_with(True)
    view.set_cuts.assert_called_with(WHOLE)
    view.set_voxel_mm.assert_called_with(None)
    controls.view.switches["wire"].click()
    controls.view.switches["flat"].click()
    controls.view.colour.setCurrentIndex(controls.view.colour.findData("height"))
    controls.view.voxel_mm.setValue(1.5)
    controls.view.spans["Z"].moved.emit(0, 1)
    controls.view.spans["Z"].set_span(0.1, 0.6)
    controls.view.dress(view)
    view.set_colouring.assert_called_with("height")
    view.set_wireframe.assert_called_with(True)
    view.set_orthographic.assert_called_with(True)
    view.set_voxel_mm.assert_called_with(1.5)
    view.set_cuts.assert_called_with(((0.0, 1.0), (0.0, 1.0), (0.1, 0.6)))


def test_every_choice_is_told(qtbot, controls):
    view = controls.view
    with qtbot.waitSignal(view.changed):
        view.switches["read"].click()
    with qtbot.waitSignal(view.changed):
        view.colour.setCurrentIndex(view.colour.findData("density"))
    with qtbot.waitSignal(view.changed):
        qtbot.keyClick(view.spans["X"], Qt.Key.Key_Left)
    assert view.whole.isEnabled()
    with qtbot.waitSignal(view.changed):
        view.whole.click()
    assert view.cuts == WHOLE
    assert not view.whole.isEnabled()


def test_values_can_be_chosen_while_there_are_some(qtbot, controls):
    box = controls.view.colour
    place = box.findData("values")
    assert not box.model().item(place).isEnabled()
    controls.view.offer_values("objection")
    assert box.itemText(place) == "By objection"
    assert box.model().item(place).isEnabled()
    controls.view.colour.setCurrentIndex(controls.view.colour.findData("values"))
    with qtbot.waitSignal(controls.view.changed):
        controls.view.offer_values(None)
    assert box.currentData() == "plain"
    controls.view.offer_values("objection")
    assert box.currentData() == "values", "gone for a moment only"
    controls.view.offer_values(None)
    box.activated.emit(0)
    controls.view.offer_values("objection")
    assert box.currentData() == "plain", "the person chose"


def test_the_scale_shows_while_one_measures(controls):
    assert controls.view.voxel_mm.isHidden()
    controls.view.switches["measure"].click()
    assert not controls.view.voxel_mm.isHidden()


def test_the_view_is_folded_away_at_first(qtbot):
    made = SolidControls()
    qtbot.addWidget(made)
    assert made.view.isHidden()
    made.more.click()
    assert not made.view.isHidden()


def test_a_wall_has_up_to_64(controls):
    assert COUNTS[-1] == 64
    controls.count.setCurrentIndex(controls.count.count() - 1)
    assert controls.count.currentText() == "64 objects"


def test_the_histogram_is_of_all_objects(controls):
    import numpy as np

    grids = [np.full((4, 4, 4), level, np.float32) for level in (0.1, 0.9)]
    controls.show_histogram([build(grid, 0.5, "cubes") for grid in grids])
    assert np.count_nonzero(controls.threshold.bars) == 2
    controls.show_histogram([])
    assert not len(controls.threshold.bars)


def test_every_control_says_what_it_does(controls):
    kinds = (QAbstractButton, QComboBox, Span)
    silent = [
        part for part in controls.findChildren(QWidget)
        if isinstance(part, kinds) and not part.toolTip() and not part.parentWidget().toolTip()
    ]  # fmt: skip
    assert not silent


@pytest.mark.parametrize("width", [300, 520, 900])
def test_nothing_runs_out_at_any_width(qtbot, controls, width):
    controls.resize(width, 400)
    controls.show()
    controls.view.switches["measure"].click()
    for part in controls.findChildren(QWidget):
        if part.isVisible() and not part.isWindow():
            left = part.mapTo(controls, part.rect().topLeft()).x()
            assert left >= 0
            assert left + part.width() <= width, part
