"""The orbit camera, checked by projecting points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.ui.gl.camera import Camera

ANGLES = {"azimuth": st.floats(-180, 180), "elevation": st.floats(-85, 85)}


def project(camera, point, aspect=1.5):
    clip = camera.projection(aspect) @ camera.view() @ np.append(point, 1.0).astype(np.float32)
    return clip[:3] / clip[3]


@given(**ANGLES)
def test_the_target_is_in_the_middle(azimuth, elevation):
    camera = Camera(azimuth, elevation, target=np.array([1.0, 2.0, 3.0]))
    assert project(camera, camera.target)[:2] == pytest.approx([0, 0], abs=1e-4)
    assert np.linalg.norm(camera.eye - camera.target) == pytest.approx(camera.distance)


@given(**ANGLES)
def test_up_is_up_and_axes_are_at_right_angles(azimuth, elevation):
    camera = Camera(azimuth, elevation)
    axes = np.stack(camera.axes)
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-9)
    assert project(camera, camera.target + np.array([0, 0, 0.2]))[1] > 0


def test_orbit_stops_at_the_poles_and_goes_round():
    camera = Camera(170, 0)
    camera.orbit(20, 500)
    assert camera.azimuth == pytest.approx(-170)
    assert camera.elevation == 89
    camera.orbit(0, -500)
    assert camera.elevation == -89


@given(x=st.floats(-1, 1), y=st.floats(-1, 1), factor=st.floats(0.5, 2))
def test_zoom_keeps_what_is_under_the_cursor(x, y, factor):
    camera, aspect = Camera(), 1.6
    origin, ray = camera.ray(x, y, aspect)
    back = camera.axes[2]
    point = origin + ray * ((camera.target - origin) @ back) / (ray @ back)
    before = camera.distance
    camera.zoom(factor, x, y, aspect)
    assert camera.distance == pytest.approx(before / factor)
    assert project(camera, point, aspect)[:2] == pytest.approx([x, y], abs=1e-3)


def test_zoom_has_ends_and_refuses_nonsense():
    camera = Camera()
    for _ in range(300):
        camera.zoom(1.5)
    assert camera.distance == pytest.approx(0.05)
    with pytest.raises(ValueError, match="above 0"):
        camera.zoom(0)


def test_pan_moves_by_the_height_of_the_picture():
    camera = Camera()
    point = camera.target.copy()
    camera.pan(0.5, -0.25)
    assert project(camera, point, 2.0)[:2] == pytest.approx([-0.5, 0.5], abs=1e-4)


@given(
    **ANGLES,
    size=st.tuples(*[st.floats(0.1, 5)] * 3),
    aspect=st.floats(0.4, 3),
)
def test_framing_shows_the_whole_box_and_little_else(azimuth, elevation, size, aspect):
    camera = Camera(azimuth, elevation)
    low = np.array([-1.0, 4.0, 0.5])
    high = low + size
    camera.frame(low, high, aspect)
    ends = np.stack([low, high])
    seen = np.array([
        project(camera, ends[list(pick), [0, 1, 2]], aspect) for pick in np.ndindex(2, 2, 2)
    ])  # fmt: skip
    assert np.abs(seen[:, :2]).max() == pytest.approx(1 / 1.12, abs=0.01)
    assert np.abs(seen[:, 2]).max() < 1


@given(x=st.floats(-1, 1), y=st.floats(-1, 1))
def test_rays_go_through_what_is_seen_there(x, y):
    camera = Camera(33, 12, 2.5)
    origin, ray = camera.ray(x, y, 1.5)
    assert np.linalg.norm(ray) == pytest.approx(1)
    assert project(camera, origin + 3 * ray)[:2] == pytest.approx([x, y], abs=1e-3)


def test_without_perspective_far_and_near_are_the_same_size():
    camera = Camera(orthographic=True)
    near, far = camera.target + camera.axes[2], camera.target - 5 * camera.axes[2]
    right = 0.2 * camera.axes[0]
    seen = camera.project(np.array([near, near + right, far, far + right]), 1.0)
    assert seen[1] - seen[0] == pytest.approx(seen[3] - seen[2], abs=1e-5)
    flat = Camera(orthographic=False).project(np.array([near, near + right, far, far + right]), 1.0)
    assert flat[1, 0] - flat[0, 0] > 1.5 * (flat[3, 0] - flat[2, 0])


def test_at_the_target_both_kinds_of_picture_agree():
    one, other = Camera(), Camera(orthographic=True)
    points = one.target + np.array([0.3 * one.axes[0], -0.2 * one.axes[1], 0 * one.axes[0]])
    assert one.project(points, 1.4) == pytest.approx(other.project(points, 1.4), abs=1e-4)


def test_a_framed_box_fills_an_orthographic_picture():
    camera = Camera(orthographic=True)
    low, high = np.array([-1.0, -0.5, 0]), np.array([1.0, 0.5, 1.5])
    camera.frame(low, high, 1.3)
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-0.5, 0.5) for z in (0, 1.5)])
    seen = np.abs(camera.project(corners, 1.3))
    assert 0.8 < seen.max() <= 1


def test_what_is_behind_the_eye_is_nowhere():
    camera = Camera()
    behind = camera.eye + camera.axes[2]
    assert np.isnan(camera.project(behind[None], 1.0)).all()
