"""The viewport under an X server: what is on the screen is what was asked for."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ganstudio.ui.gl import render_thread as module
from ganstudio.ui.gl.look import RendererError
from ganstudio.ui.gl.scene import places
from ganstudio.ui.gl.viewport import Viewport, probe, surface_format

pytestmark = pytest.mark.gl


def test_the_machine_is_good_enough():
    assert not probe().missing
    assert probe().renderer
    assert surface_format().version() == (3, 3)


@pytest.mark.parametrize("surface", ["cubes", "smooth"])
def test_an_object_stands_in_the_middle(scene, surface):
    scene.show([scene.ball()], surface=surface)
    seen = scene.covered()
    assert seen[120, 160]
    assert 0.1 < seen.mean() < 0.8
    rows, columns = np.nonzero(seen)
    assert rows.mean() == pytest.approx(120, abs=12)
    assert columns.mean() == pytest.approx(160, abs=8)
    assert not seen[:4].any()
    assert not seen[:, :4].any()


def test_the_threshold_changes_the_size(qtbot, viewport, scene):
    scene.show([scene.ball()])
    before = scene.covered().sum()
    with qtbot.waitSignal(viewport.shown, timeout=20_000):
        viewport.set_threshold(0.7)
    assert 0.1 * before < scene.covered().sum() < 0.7 * before


def test_an_empty_grid_is_an_empty_picture(scene):
    scene.show([np.zeros((8, 8, 8), np.float32)])
    assert not scene.covered().any()
    scene.show([])
    assert not scene.covered().any()


def test_the_floor_has_lines_and_a_shadow(viewport, scene):
    scene.show([scene.ball()])
    bare = scene.covered().sum()
    viewport.set_floor(True)
    assert scene.covered().sum() > 1.2 * bare


def test_the_box_adds_lines(viewport, scene):
    scene.show([scene.ball()])
    bare = scene.covered().sum()
    viewport.set_bounding_box(True)
    assert scene.covered().sum() > bare + 50


def test_light_comes_from_above(viewport, scene):
    scene.show([scene.ball()], surface="smooth")
    picture = viewport.picture()
    rows = np.flatnonzero(scene.covered()[:, 160])
    top, bottom = picture.pixelColor(160, rows[0] + 8), picture.pixelColor(160, rows[-1] - 8)
    assert top.lightness() > 1.3 * bottom.lightness()


def test_another_window_shows_the_same(qtbot, viewport, scene):
    scene.show([scene.ball()])
    before = scene.covered()
    frame = QWidget()
    qtbot.addWidget(frame)
    frame.resize(320, 240)
    row = QHBoxLayout(frame)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(viewport)
    frame.show()
    qtbot.waitExposed(frame)
    assert (scene.covered() == before).mean() > 0.99
    viewport.setParent(None)
    viewport.show()
    qtbot.waitExposed(viewport)
    assert scene.covered()[120, 160]


def test_a_context_that_was_lost_is_made_anew(viewport, monkeypatch, caplog, scene):
    scene.show([scene.ball()])
    before = scene.covered()
    artist = viewport._thread._artist
    first = artist._renderer
    monkeypatch.setattr(first, "draw", raise_from_the_binding)
    assert (scene.covered() == before).mean() > 0.99
    assert artist._renderer is not first
    assert "made anew" in caplog.text


def test_dragging_and_the_wheel_move_the_camera(qtbot, viewport, scene):
    scene.show([scene.ball()])
    camera = viewport.camera
    azimuth, target = camera.azimuth, camera.target.copy()
    drag(qtbot, viewport, Qt.MouseButton.LeftButton)
    assert camera.azimuth < azimuth
    assert (camera.target == target).all()
    drag(qtbot, viewport, Qt.MouseButton.RightButton)
    assert (camera.target != target).any()
    viewport.frame()
    assert camera.target == pytest.approx(target)


def drag(qtbot, viewport, button):
    qtbot.mousePress(viewport, button, pos=QPoint(100, 100))
    event = moved(QPoint(140, 110), button)
    viewport.mouseMoveEvent(event)
    qtbot.mouseRelease(viewport, button, pos=QPoint(140, 110))


def moved(position, buttons):
    place = QPointF(position)
    none = Qt.KeyboardModifier.NoModifier
    return QMouseEvent(QEvent.Type.MouseMove, place, place, Qt.MouseButton.NoButton, buttons, none)


def test_a_click_picks_and_a_drag_does_not(qtbot, viewport, scene):
    scene.show([scene.ball()] * 4)
    viewport.set_pickable(True)
    picked = []
    viewport.picked.connect(picked.append)
    view = viewport.camera.projection(320 / 240) @ viewport.camera.view()
    for index, place in enumerate(places(4)):
        clip = view @ np.append(place + np.array([0, 0, 0.3]), 1)
        at = QPoint(round((clip[0] / clip[3] + 1) * 160), round((1 - clip[1] / clip[3]) * 120))
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=at)
        assert picked[-1] == index
    count = len(picked)
    drag(qtbot, viewport, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert len(picked) == count


def test_the_turntable_runs_only_while_seen(qtbot, viewport, scene):
    scene.show([scene.ball()])
    viewport.set_turntable(True)
    qtbot.waitUntil(lambda: viewport.turn_degrees > 0, timeout=20_000)
    viewport.hide()
    assert not viewport._turntable.isActive()
    viewport.show()
    qtbot.waitExposed(viewport)
    assert viewport._turntable.isActive()
    viewport.set_turntable(False)
    assert not viewport._turntable.isActive()


def test_nothing_is_drawn_while_nothing_changes(qtbot, viewport, scene):
    scene.show([scene.ball()])
    qtbot.waitUntil(
        lambda: not viewport._rest.isActive() and not viewport._thread.busy, timeout=20_000
    )
    for _ in range(20):
        qtbot.wait(1)
    before = viewport.frames
    for _ in range(20):
        qtbot.wait(1)
    assert viewport.frames == before


def test_hidden_it_builds_nothing(qtbot, viewport, scene):
    scene.show([scene.ball()])
    viewport.hide()
    viewport.show_grids([scene.ball(radius=4.0)])
    assert not viewport._builder.busy
    with qtbot.waitSignal(viewport.shown, timeout=20_000):
        viewport.show()


def test_a_grid_that_cannot_be_drawn_is_refused(qtbot, viewport, caplog):
    with qtbot.waitSignal(viewport.refused) as said:
        viewport.show_grids([np.zeros((300, 2, 2), np.float32)])
    assert "256" in said.args[0]


class BindingError(Exception):
    """As the OpenGL binding raises them: of no family that one could name."""


def raise_from_the_binding(*_):
    raise BindingError("GLError(\n\terr = 1282,\n\tdescription = b'invalid operation'\n)")


def fails(qtbot, made):
    """What is said when it is shown and cannot draw."""
    with qtbot.waitSignal(made.unavailable, timeout=20_000) as said:
        made.show()
    made.release()
    return said.args[0]


def test_a_driver_that_fails_is_named(qtbot, monkeypatch, caplog):
    def refuse(_):
        raise RendererError("solid.frag: no such thing")

    monkeypatch.setattr(module, "_make_renderer", refuse)
    made = Viewport()
    qtbot.addWidget(made)
    assert fails(qtbot, made) == "solid.frag: no such thing"


def test_what_the_binding_raises_while_starting_is_named(qtbot, monkeypatch, caplog):
    monkeypatch.setattr(module, "_make_renderer", raise_from_the_binding)
    made = Viewport()
    qtbot.addWidget(made)
    assert fails(qtbot, made) == "GLError( err = 1282, description = b'invalid operation' )"


@pytest.mark.parametrize("entry", ["draw", "show"])
def test_what_the_binding_raises_again_and_again_is_named(
    qtbot, viewport, monkeypatch, caplog, entry, scene
):
    scene.show([scene.ball()])
    monkeypatch.setattr(viewport._thread._artist._renderer, entry, raise_from_the_binding)
    monkeypatch.setattr(module, "_make_renderer", raise_from_the_binding)
    with qtbot.waitSignal(viewport.unavailable, timeout=20_000) as said:
        viewport.show_grids([scene.ball(radius=5.0)])
    assert "invalid operation" in said.args[0]
    assert not viewport.picture().isNull()


def test_what_the_binding_raises_while_freeing_stops_nothing(viewport, monkeypatch, caplog, scene):
    scene.show([scene.ball()])
    artist = viewport._thread._artist
    monkeypatch.setattr(artist._renderer, "release", raise_from_the_binding)
    viewport.release()
    assert artist._renderer is None
    assert "could not free" in caplog.text


def test_released_it_draws_nothing_more(viewport, scene):
    scene.show([scene.ball()])
    viewport.release()
    before = viewport.frames
    viewport.frame()
    viewport.repaint()
    assert not viewport._thread.busy
    assert viewport.frames == before


def test_a_weak_machine_draws_roughly_while_things_move_and_well_at_rest(qtbot, viewport, scene):
    scene.show([scene.ball()])
    viewport._weak = True
    viewport.set_calm(True)
    sizes = []
    viewport._thread.drawn.connect(
        lambda drawn: sizes.append((drawn.frame.samples, drawn.frame.scale))
    )
    viewport.camera.orbit(5, 0)
    viewport.redraw()
    qtbot.waitUntil(lambda: any(n == 1 and scale <= 0.5 for n, scale in sizes), timeout=20_000)
    qtbot.waitUntil(lambda: sizes[-1][0] > 1 and sizes[-1][1] == 1.0, timeout=20_000)


def test_a_lost_context_is_noticed(viewport, monkeypatch):
    from ganstudio.ui.gl import voxel_renderer

    monkeypatch.setattr(voxel_renderer, "GL", SimpleNamespace(GL_NO_ERROR=0, glGetError=lambda: 1))
    with pytest.raises(RendererError, match="context is lost"):
        voxel_renderer._forget_errors()


def test_the_slower_the_machine_the_fewer_pixels_move(viewport):
    viewport._weak = True
    sizes = []
    for ms in (5, 100, 1000):
        viewport._rough_ms = ms
        sizes.append(viewport._wish(rough=True).scale)
    assert sizes[0] == 1
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3
    assert viewport._wish().scale == 1, "at rest all of them"
    viewport._weak = False
    assert viewport._wish(rough=True).scale == 1


def test_many_that_come_while_one_is_built_are_framed(qtbot, viewport, scene):
    scene.show([scene.ball()])
    viewport.show_grids([scene.ball()])
    scene.show([scene.ball()] * 16)
    assert len(viewport.shapes) == 16
    before = viewport.camera.distance
    viewport.frame()
    assert viewport.camera.distance == pytest.approx(before)


def test_no_values_again_draw_nothing(viewport, scene, monkeypatch):
    scene.show([scene.ball()])
    drawn = []
    monkeypatch.setattr(viewport, "redraw", lambda: drawn.append(True))
    viewport.set_values(None)
    assert not drawn
    viewport.set_values([np.ones((24, 24, 24), np.float32)])
    viewport.set_values(None)
    assert len(drawn) == 2
