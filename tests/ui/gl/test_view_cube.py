"""The cube in the corner, without a window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF

from ganstudio.ui.gl.camera import Camera
from ganstudio.ui.gl.view_cube import VIEWS, faces, side_at

AREA = QRectF(100, 10, 80, 80)


@pytest.mark.parametrize("side", VIEWS)
def test_from_each_side_that_side_is_in_the_middle(side):
    camera = Camera()
    camera.look_from(*VIEWS[side])
    assert side_at(camera, AREA, AREA.center()) == side
    assert max(faces(camera, AREA), key=lambda face: face.facing).side == side


def test_from_a_corner_three_sides_show_and_stay_inside():
    seen = faces(Camera(azimuth=-45, elevation=30), AREA)
    assert {face.side for face in seen} == {"front", "right", "top"}
    for face in seen:
        assert AREA.contains(face.outline.boundingRect())
        centre = face.outline.boundingRect().center()
        assert side_at(Camera(azimuth=-45, elevation=30), AREA, centre) == face.side


def test_beside_the_cube_is_nothing():
    assert side_at(Camera(), AREA, QPointF(101, 11)) is None
    assert side_at(Camera(), AREA, QPointF(0, 0)) is None
    assert side_at(Camera(), QRectF(), QPointF(0, 0)) is None
