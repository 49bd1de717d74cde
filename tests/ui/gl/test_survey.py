"""What the mouse finds out in the viewport."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from ganstudio.ui.gl.scene import places

pytestmark = pytest.mark.gl


def test_two_clicks_measure(qtbot, viewport, scene):
    scene.show([scene.ball()])
    viewport.set_measuring(True)
    viewport.set_voxel_mm(2.0)
    bare = scene.colours()
    for x in (140, 180):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(x, 120))
    assert 2 < viewport.ruler.length < 16
    assert "mm" in str(viewport.ruler)
    assert (scene.colours() != bare).any(axis=2).sum() > 200, "line and words are painted"
    viewport.set_measuring(False)
    assert viewport.ruler.length is None
    assert (scene.colours() == bare).mean() > 0.99


def test_names_stand_over_several_objects(viewport, scene):
    scene.show([scene.ball(), scene.ball()])
    bare = scene.colours()
    viewport.set_names(["Generated", "chair.off"])
    assert (scene.colours() != bare).any(axis=2).sum() > 400, "two plates are painted"
    viewport.set_names([])
    assert (scene.colours() == bare).mean() > 0.99


def test_the_voxel_under_the_mouse_is_read_and_a_click_holds_it(viewport, scene):
    grid = scene.ball()
    scene.show([grid])
    viewport.set_reading(True)
    read = []
    viewport.read.connect(read.append)
    viewport.hover(QPointF(160, 120))
    assert read[-1].occupancy == pytest.approx(grid[read[-1].voxel])
    assert read[-1].value is None
    viewport.set_values([np.full(grid.shape, -0.5, np.float32)])
    assert viewport.reading().value == -0.5
    held = read[-1].voxel
    viewport.click(QPointF(160, 120))
    viewport.hover(QPointF(140, 130))
    assert viewport.reading().voxel == held
    viewport.click(QPointF(2, 2))
    assert viewport.reading() is None
    viewport.set_reading(False)
    viewport.hover(QPointF(160, 120))
    assert viewport.reading() is None


def test_the_view_cube_flies_to_a_side(qtbot, viewport, scene):
    viewport.resize(420, 320)
    scene.show([scene.ball()])
    qtbot.mouseClick(
        viewport, Qt.MouseButton.LeftButton, pos=viewport.cube_area().center().toPoint()
    )
    qtbot.waitUntil(
        lambda: viewport._flight.state() == viewport._flight.State.Stopped, timeout=20_000
    )
    assert viewport.camera.azimuth % 90 == pytest.approx(0, abs=1e-6)
    viewport.look_from("top")
    qtbot.waitUntil(
        lambda: viewport._flight.state() == viewport._flight.State.Stopped, timeout=20_000
    )
    assert viewport.camera.elevation == 89
    viewport.set_view_cube(False)
    assert viewport.cube_area().isEmpty()


def test_a_wall_of_64_turns_together_and_each_can_be_picked(viewport, scene):
    scene.show([scene.ball(side=8, radius=4.0)] * 64)
    viewport.set_pickable(True)
    picked = []
    viewport.picked.connect(picked.append)
    stands = np.array([place + np.array([0, 0, 0.4]) for place in places(64)])
    for units in viewport.camera.project(stands, viewport.aspect()):
        viewport.click(QPointF((units[0] + 1) * 160, (1 - units[1]) * 120))
    assert len(set(picked)) > 50, "but for those behind others"
    before = scene.covered()
    viewport.turn_degrees = 45.0
    after = scene.covered()
    assert (before == after).mean() > 0.8, "each around its own middle"


def test_ruler_and_voxel_go_with_the_object_they_were_set_on(viewport, scene):
    grid = scene.ball()
    scene.show([grid])
    viewport.set_voxel_mm(2.0)
    viewport.set_measuring(True)
    for x in (140, 180):
        viewport.click(QPointF(x, 120))
    viewport.set_measuring(True)
    viewport.set_reading(True)
    viewport.hover(QPointF(160, 120))
    scene.show([grid])
    assert viewport.ruler.length is not None, "the same object"
    assert viewport.reading() is not None
    scene.show([scene.ball(radius=4.0)])
    assert viewport.ruler.ends == ()
    assert viewport.ruler.voxel_mm == 2.0
    assert viewport.reading() is None
