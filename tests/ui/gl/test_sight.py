"""What a line of sight meets, and what is measured there."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.ui.gl.camera import Camera
from ganstudio.ui.gl.ruler import Reading, Ruler, in_world
from ganstudio.ui.gl.scene import bounds, build, places
from ganstudio.ui.gl.sight import Hit, look_along


def block():
    grid = np.zeros((8, 8, 8), np.float32)
    grid[2:6, 3:5, 1:7] = 0.8
    return grid


def test_the_voxel_and_the_point_on_it_are_exact():
    shapes = [build(block(), 0.5, "cubes")]
    # from the front, along y, through the middle of the voxel (3, 3, 4)
    origin = in_world(shapes, 0, np.array([[3.5, -20.0, 4.5]]), 0)[0]
    hit = look_along(shapes, 0, origin, np.array([0.0, 1.0, 0.0]))
    assert hit.index == 0
    assert hit.voxel == (3, 3, 4)
    assert hit.place == pytest.approx((3.5, 3.0, 4.5), abs=1e-4)


@pytest.mark.parametrize("orthographic", [False, True])
@pytest.mark.parametrize("turn", [0.0, 130.0])
def test_points_are_found_again_where_they_are_drawn(turn, orthographic):
    shapes = [build(block(), 0.5, "cubes") for _ in range(4)]
    camera = Camera(orthographic=orthographic)
    camera.frame(*bounds(shapes, turning=True), 1.5)
    for index in range(4):
        top = in_world(shapes, index, np.array([[4.5, 4.0, 7.0]]), turn)
        ((x, y),) = camera.project(top, 1.5)
        hit = look_along(shapes, turn, *camera.ray(x, y, 1.5))
        assert hit.index == index
        assert hit.voxel[2] == 6
        assert hit.place == pytest.approx((4.5, 4.0, 7.0), abs=2e-3)


def test_what_is_cut_away_is_not_met():
    shapes = [build(block(), 0.5, "cubes", ((0, 0.25), (0, 1), (0, 1)))]
    origin = in_world(shapes, 0, np.array([[3.5, -20.0, 4.5]]), 0)[0]
    assert look_along(shapes, 0, origin, np.array([0.0, 1.0, 0.0])) is None


def test_a_ruler_takes_two_points_on_one_object():
    one, other = Hit(0, (1, 1, 1), (1.0, 1.0, 1.0)), Hit(0, (4, 5, 1), (4.0, 5.0, 1.0))
    ruler = Ruler(voxel_mm=2.0).with_point(one)
    assert ruler.length is None
    assert str(ruler) == ""
    ruler = ruler.with_point(other)
    assert ruler.length == 5
    assert str(ruler) == "5.0 voxels  ·  10.0 mm"
    assert ruler.with_point(one).ends == (one,)
    elsewhere = Hit(3, (0, 0, 0), (0.0, 0.0, 0.0))
    assert Ruler((one,)).with_point(elsewhere).ends == (elsewhere,)
    assert str(Ruler((one, other))) == "5.0 voxels"


def test_a_reading_is_one_line():
    assert str(Reading(0, (1, 22, 3), 0.5)) == "x 1  y 22  z 3  ·  0.50"
    assert str(Reading(0, (1, 2, 3), 1.0, -0.25)).endswith("·  −0.25")


def test_points_of_an_object_stand_on_its_place():
    shapes = [build(block(), 0.5, "cubes") for _ in range(4)]
    foot = in_world(shapes, 2, np.array([[4.0, 4.0, 1.0]]), 77.0)[0]
    assert foot == pytest.approx(places(4)[2], abs=1e-6)
