"""The viewport under an X server: what is on the screen is what was asked for."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ganstudio.ui.gl import viewport as module
from ganstudio.ui.gl.look import RendererError, make_look
from ganstudio.ui.gl.scene import places
from ganstudio.ui.gl.viewport import Viewport, probe, surface_format

pytestmark = pytest.mark.gl


def ball(side=24, radius=8.0):
    """Occupancy falls from the middle: the higher the threshold, the smaller the ball."""
    away = np.linalg.norm(np.indices((side,) * 3) - (side - 1) / 2, axis=0)
    return np.clip(1 - away / (2 * radius), 0, 1).astype(np.float32)


@pytest.fixture
def viewport(qtbot):
    made = Viewport()
    qtbot.addWidget(made)
    made.resize(320, 240)
    made.set_floor(False)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.release()


def show(qtbot, viewport, grids, **options):
    with qtbot.waitSignal(viewport.shown, timeout=20_000):
        for name, value in options.items():
            getattr(viewport, f"set_{name}")(value)
        viewport.show_grids(grids)
    qtbot.waitUntil(lambda: not viewport._builder.busy)


def covered(viewport):
    """(H, W) bool: where the picture differs from the background."""
    picture = viewport.picture().convertToFormat(viewport.picture().Format.Format_RGB888)
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), -1)
    pixels = rows[:, : 3 * picture.width()].reshape(picture.height(), picture.width(), 3)
    ground = np.array(make_look(viewport.palette()).background) * 255
    return np.abs(pixels - ground).max(axis=2) > 8


def test_the_machine_is_good_enough():
    assert not probe().missing
    assert probe().renderer
    assert surface_format().version() == (3, 3)


@pytest.mark.parametrize("surface", ["cubes", "smooth"])
def test_an_object_stands_in_the_middle(qtbot, viewport, surface):
    show(qtbot, viewport, [ball()], surface=surface)
    seen = covered(viewport)
    assert seen[120, 160]
    assert 0.1 < seen.mean() < 0.8
    rows, columns = np.nonzero(seen)
    assert rows.mean() == pytest.approx(120, abs=12)
    assert columns.mean() == pytest.approx(160, abs=8)
    assert not seen[:4].any()
    assert not seen[:, :4].any()


def test_the_threshold_changes_the_size(qtbot, viewport):
    show(qtbot, viewport, [ball()])
    before = covered(viewport).sum()
    with qtbot.waitSignal(viewport.shown):
        viewport.set_threshold(0.7)
    assert 0.1 * before < covered(viewport).sum() < 0.7 * before


def test_an_empty_grid_is_an_empty_picture(qtbot, viewport):
    show(qtbot, viewport, [np.zeros((8, 8, 8), np.float32)])
    assert not covered(viewport).any()
    show(qtbot, viewport, [])
    assert not covered(viewport).any()


def test_the_floor_has_lines_and_a_shadow(qtbot, viewport):
    show(qtbot, viewport, [ball()])
    bare = covered(viewport).sum()
    viewport.set_floor(True)
    assert covered(viewport).sum() > 1.2 * bare


def test_the_box_adds_lines(qtbot, viewport):
    show(qtbot, viewport, [ball()])
    bare = covered(viewport).sum()
    viewport.set_bounding_box(True)
    assert covered(viewport).sum() > bare + 50


def test_light_comes_from_above(qtbot, viewport):
    show(qtbot, viewport, [ball()], surface="smooth")
    picture = viewport.picture()
    rows = np.flatnonzero(covered(viewport)[:, 160])
    top, bottom = picture.pixelColor(160, rows[0] + 8), picture.pixelColor(160, rows[-1] - 8)
    assert top.lightness() > 1.3 * bottom.lightness()


def test_another_context_shows_the_same(qtbot, viewport):
    show(qtbot, viewport, [ball()])
    before = covered(viewport)
    first = viewport._context
    frame = QWidget()
    qtbot.addWidget(frame)
    frame.resize(320, 240)
    row = QHBoxLayout(frame)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(viewport)
    frame.show()
    qtbot.waitExposed(frame)
    qtbot.waitUntil(lambda: viewport._renderer is not None and viewport._context is not first)
    assert (covered(viewport) == before).mean() > 0.99
    viewport.setParent(None)
    viewport.show()
    qtbot.waitExposed(viewport)
    qtbot.waitUntil(lambda: viewport._renderer is not None)
    assert covered(viewport)[120, 160]


def test_dragging_and_the_wheel_move_the_camera(qtbot, viewport):
    show(qtbot, viewport, [ball()])
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


def test_a_click_picks_and_a_drag_does_not(qtbot, viewport):
    show(qtbot, viewport, [ball()] * 4)
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


def test_the_turntable_runs_only_while_seen(qtbot, viewport):
    show(qtbot, viewport, [ball()])
    viewport.set_turntable(True)
    qtbot.waitUntil(lambda: viewport.turn_degrees > 0)
    viewport.hide()
    assert not viewport._turntable.isActive()
    viewport.show()
    qtbot.waitExposed(viewport)
    assert viewport._turntable.isActive()
    viewport.set_turntable(False)
    assert not viewport._turntable.isActive()


def test_nothing_is_drawn_while_nothing_changes(qtbot, viewport):
    show(qtbot, viewport, [ball()])
    qtbot.waitUntil(lambda: not viewport._rest.isActive())
    for _ in range(20):
        qtbot.wait(1)
    before = viewport.frames
    for _ in range(20):
        qtbot.wait(1)
    assert viewport.frames == before


def test_hidden_it_builds_nothing(qtbot, viewport):
    show(qtbot, viewport, [ball()])
    viewport.hide()
    viewport.show_grids([ball(radius=4.0)])
    assert not viewport._builder.busy
    with qtbot.waitSignal(viewport.shown):
        viewport.show()


def test_a_grid_that_cannot_be_drawn_is_refused(qtbot, viewport, caplog):
    with qtbot.waitSignal(viewport.refused) as said:
        viewport.show_grids([np.zeros((300, 2, 2), np.float32)])
    assert "256" in said.args[0]


def test_a_driver_that_fails_is_named(qtbot, monkeypatch):
    def refuse():
        raise RendererError("solid.frag: no such thing")

    monkeypatch.setattr(module, "_make_renderer", refuse)
    made = Viewport()
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.unavailable) as said:
        made.show()
    assert said.args == ["solid.frag: no such thing"]
    made.release()


class BindingError(Exception):
    """As the OpenGL binding raises them: of no family that one could name."""


def raise_from_the_binding(*_):
    raise BindingError("GLError(\n\terr = 1282,\n\tdescription = b'invalid operation'\n)")


def test_what_the_binding_raises_while_starting_is_named(qtbot, monkeypatch, caplog):
    monkeypatch.setattr(module, "_make_renderer", raise_from_the_binding)
    made = Viewport()
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.unavailable) as said:
        made.show()
    assert said.args == ["GLError( err = 1282, description = b'invalid operation' )"]
    made.release()


@pytest.mark.parametrize("entry", ["draw", "show"])
def test_what_the_binding_raises_later_is_named(qtbot, viewport, monkeypatch, caplog, entry):
    monkeypatch.setattr(viewport._renderer, entry, raise_from_the_binding)
    with qtbot.waitSignal(viewport.unavailable) as said:
        viewport.show_grids([ball()])
    assert "invalid operation" in said.args[0]


def test_what_the_binding_raises_while_freeing_stops_nothing(viewport, monkeypatch, caplog):
    monkeypatch.setattr(viewport._renderer, "release", raise_from_the_binding)
    viewport.release()
    assert viewport._renderer is None


def test_a_lost_context_is_noticed(viewport, monkeypatch):
    from ganstudio.ui.gl import voxel_renderer

    monkeypatch.setattr(voxel_renderer, "GL", SimpleNamespace(GL_NO_ERROR=0, glGetError=lambda: 1))
    with pytest.raises(RendererError, match="context is lost"):
        voxel_renderer._forget_errors()
