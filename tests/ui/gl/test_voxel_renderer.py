"""Every form, colour and cut, seen on the screen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from ganstudio.ui.gl.look import Abandoned

pytestmark = pytest.mark.gl


def test_a_volume_is_soft(scene):
    scene.show([scene.ball()])
    cubes, hard = scene.covered(), scene.colours()
    scene.show([scene.ball()], surface="volume")
    seen = scene.covered()
    assert seen[120, 160]
    assert 0.5 * cubes.sum() < seen.sum() < 3 * cubes.sum()
    steps = [np.abs(np.diff(each[120], axis=0)).max() for each in (hard, scene.colours())]
    assert steps[1] < 0.5 * steps[0], "no hard edge"


def test_height_runs_from_dark_to_light(viewport, scene):
    scene.show([scene.ball()])
    viewport.set_colouring("height")
    seen = scene.covered()
    seen[:60] = False
    rows = np.flatnonzero(seen[:, 160])
    column = scene.colours()[:, 160]
    low, high = column[rows[-8]], column[rows[8]]
    assert high.sum() > 1.4 * low.sum()
    assert high[0] - high[2] > low[0] - low[2], "warmer above"


@pytest.mark.parametrize("surface", ["cubes", "smooth", "volume"])
def test_values_are_blue_below_zero_and_orange_above(viewport, surface, scene):
    values = np.ones((24, 24, 24), np.float32)
    values[:12] = -1
    scene.show([scene.ball()], surface=surface)
    viewport.set_values([values], "push")
    viewport.set_colouring("values")
    # seen from the front, x runs to the right
    viewport.camera.look_from(-90, 10)
    seen = scene.colours()[100:140]
    left, right = seen[:, 135:150].mean(axis=(0, 1)), seen[:, 170:185].mean(axis=(0, 1))
    assert left[2] > left[0] + 20
    assert right[0] > right[2] + 20
    viewport.set_values(None)
    plain = scene.colours()[100:140, 135:185].reshape(-1, 3).mean(axis=0)
    assert abs(plain[0] - plain[2]) < 30, "without values all is neutral"


@pytest.mark.parametrize("surface", ["cubes", "smooth", "volume"])
def test_a_cut_takes_one_side_away(qtbot, viewport, surface, scene):
    scene.show([scene.ball()], surface=surface)
    viewport.camera.look_from(-90, 0)
    whole = scene.covered()
    with qtbot.waitSignal(viewport.shown, timeout=20_000):
        viewport.set_cuts(((0.0, 0.5), (0.0, 1.0), (0.0, 1.0)))
    half = scene.covered()
    assert half[:, :150].sum() > 0.8 * whole[:, :150].sum()
    assert half[100:140, 175:].sum() < 0.2 * whole[100:140, 175:].sum(), "but for the plane's edge"


@pytest.mark.parametrize("surface", ["cubes", "smooth"])
def test_a_wireframe_is_mostly_ground(viewport, surface, scene):
    scene.show([scene.ball(side=12, radius=4.0)], surface=surface)
    viewport.set_wireframe(False)
    filled = scene.colours()[scene.covered()].mean()
    viewport.set_wireframe(True)
    seen = scene.colours()[100:140, 140:180].reshape(-1, 3).sum(axis=1)
    assert np.percentile(seen, 20) < 1.5 * filled < 3 * seen.max(), "lines and what is between"
    assert np.percentile(seen, 20) < 0.6 * seen.max()


def test_without_perspective_the_picture_changes_and_clicks_still_meet(viewport, scene):
    scene.show([scene.ball()])
    flat = scene.covered()
    viewport.set_orthographic(True)
    viewport.frame()
    seen = scene.covered()
    assert seen[120, 160]
    assert (seen != flat).any()
    rows, columns = np.nonzero(seen)
    assert viewport.hit(QPointF(columns.mean(), rows.mean())) is not None
    assert viewport.hit(QPointF(columns.min() - 6, 120)) is None


def test_a_good_picture_is_given_up_for_a_newer_one(viewport, scene):
    scene.show([scene.ball()], surface="volume")
    artist = viewport._thread._artist
    with pytest.raises(Abandoned):
        artist._renderer.draw(viewport._wish(), lambda: True)
    assert not viewport.picture().isNull()
