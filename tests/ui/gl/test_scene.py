"""What stands in the viewport, without any graphics."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.ui.gl.camera import Camera
from ganstudio.ui.gl.scene import MESH_VERTEX, bounds, build, places
from ganstudio.ui.gl.sight import look_along


def block(shape=(8, 8, 8), low=(2, 3, 1), high=(6, 5, 7)):
    grid = np.zeros(shape, np.float32)
    grid[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = 0.8
    return grid


def test_a_built_shape_knows_its_size():
    shape = build(block(), 0.5, "cubes")
    assert shape.voxels == 4 * 2 * 6
    assert shape.low.tolist() == [2, 3, 1]
    assert shape.high.tolist() == [6, 5, 7]
    assert shape.floor == 1
    assert len(shape.data) == 2 * (4 * 2 + 4 * 6 + 2 * 6)


def test_smooth_shapes_carry_triangles():
    shape = build(block(), 0.5, "smooth")
    assert shape.data.dtype == MESH_VERTEX
    assert shape.indices.max() == len(shape.data) - 1
    assert (shape.data["open"] > 0).all()


@pytest.mark.parametrize("surface", ["cubes", "smooth"])
def test_nothing_above_the_threshold_is_an_empty_shape(surface):
    shape = build(block(), 0.9, surface)
    assert shape.voxels == 0
    assert len(shape.data) == 0
    assert shape.contact.max() == 0


def test_a_stray_voxel_does_not_lift_the_object():
    grid = np.zeros((24, 24, 24), np.float32)
    grid[4:20, 4:20, 6:20] = 1
    grid[1, 1, 0] = 1
    assert build(grid, 0.5, "cubes").floor == 6


def test_the_ground_is_darkest_below_the_object():
    shape = build(block(), 0.5, "cubes")
    assert shape.contact.shape == (16, 16)
    centre = np.argwhere(shape.contact == shape.contact.max()).mean(axis=0)
    assert centre == pytest.approx([4 + 3.5, 4 + 3.5], abs=1.5)
    assert shape.contact[0].max() < 30


def test_places_are_rows_around_the_middle():
    for count in (1, 2, 4, 9, 16):
        stands = np.array(places(count))
        assert len(np.unique(stands, axis=0)) == count
        assert stands[:, 0].mean() == pytest.approx(0, abs=0.7)
    assert np.ptp(np.array(places(3))[:, 1]) == 0, "three are compared side by side"
    nine = np.array(places(9))
    assert nine.mean(axis=0) == pytest.approx([0, 0, 0])
    assert nine[0, 1] > nine[8, 1]


def test_poses_put_the_object_on_its_place():
    shape = build(block(), 0.5, "cubes")
    for turn in (0, 77):
        middle = shape.pose(np.array([2.0, 0, 0]), turn) @ [4, 4, 1, 1]
        assert middle[:3] == pytest.approx([2, 0, 0], abs=1e-6)


def test_bounds_hold_everything_at_every_turn():
    shapes = [build(block(), 0.5, "cubes")] * 4
    low, high = bounds(shapes, turning=True)
    for turn in range(0, 360, 30):
        for shape, place in zip(shapes, places(4), strict=True):
            pose = shape.pose(place, turn)
            for corner in np.ndindex(2, 2, 2):
                at = pose @ np.append(np.where(corner, shape.high, shape.low), 1)
                assert low[2] - 1e-5 < at[2] < high[2] + 1e-5
                assert (np.abs(at[:2] - place[:2]) < 0.5).all()
    assert bounds([], turning=False)[1][2] == 1


@pytest.mark.parametrize("turn", [0.0, 40.0, 200.0])
def test_picking_finds_the_object_under_each_point(turn):
    shapes = [build(block(), 0.5, "cubes") for _ in range(9)]
    camera = Camera()
    camera.frame(*bounds(shapes, turning=True), 1.5)
    view = camera.projection(1.5) @ camera.view()
    for index, place in enumerate(places(9)):
        middle = shapes[index].pose(place, turn) @ [4, 4, 4, 1]
        clip = view @ middle
        origin, ray = camera.ray(clip[0] / clip[3], clip[1] / clip[3], 1.5)
        hit = look_along(shapes, turn, origin, ray)
        found = None if hit is None else hit.index
        nearer = found is not None and (places(9)[found] - place) @ camera.axes[2] > 0
        assert found == index or nearer


def test_picking_beside_finds_nothing():
    shapes = [build(block(), 0.5, "cubes")]
    assert look_along(shapes, 0, np.array([0.0, -3, 3]), np.array([0.0, 0, 1.0])) is None
    assert look_along(shapes, 0, np.array([0.0, -3, 0.3]), np.array([0.0, 1, 0.0])).index == 0
    assert look_along([], 0, np.zeros(3), np.array([0.0, 1, 0.0])) is None


@pytest.mark.parametrize("surface", ["cubes", "smooth", "volume"])
def test_cutting_moves_nothing_else(surface):
    whole = build(block(), 0.5, surface)
    half = build(block(), 0.5, surface, ((0.5, 1.0), (0.0, 1.0), (0.0, 1.0)))
    assert half.occupied.sum() == whole.occupied.sum() / 2
    assert not half.occupied[:4].any()
    assert half.voxels == whole.voxels
    assert half.floor == whole.floor
    assert (half.low == whole.low).all()
    assert half.kept.tolist() == [[4, 0, 0], [8, 8, 8]]
    assert len(half.data) < len(whole.data)


def test_a_cut_leaves_at_least_one_layer():
    thin = build(block(), 0.5, "cubes", ((1.0, 1.0), (0.5, 0.5), (0.0, 0.0)))
    assert thin.kept.tolist() == [[7, 4, 0], [8, 5, 1]]


def test_the_histogram_counts_every_voxel():
    shape = build(block(), 0.5, "cubes")
    assert shape.histogram.sum() == 512
    assert shape.histogram[0] == 512 - 48
    assert shape.histogram[int(0.8 * 64)] == 48
    assert build(block() > 0.5, 0.5, "cubes").histogram[-1] == 48


def test_a_volume_has_faces_for_its_shadow():
    shape = build(block(), 0.5, "volume")
    assert shape.volume is not None
    assert (shape.data == build(block(), 0.5, "cubes").data).all()
    assert build(block() * 0, 0.5, "volume").volume is None
