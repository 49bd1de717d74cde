import numpy as np
import pytest

from ganstudio.solids import measure
from ganstudio.solids.surface import cubes, smooth


def _two_boxes():
    grid = np.zeros((12, 12, 12), dtype=np.float32)
    grid[1:5, 1:5, 1:9] = 0.9
    grid[7:9, 7:9, 7:9] = 0.8
    return grid


def test_parts_and_extent():
    assert measure.parts(_two_boxes())[1] == 2
    assert measure.extent(_two_boxes()) == (8, 8, 8)


def test_the_threshold_counts():
    assert measure.extent(_two_boxes(), 0.85) == (4, 4, 8)


def test_an_empty_grid_measures_nothing():
    assert measure.parts(np.zeros((4, 5, 6)))[1] == 0
    assert measure.extent(np.zeros((4, 5, 6))) == (0, 0, 0)


def test_corners_do_not_hold_parts_together():
    grid = np.zeros((4, 4, 4), dtype=bool)
    grid[1, 1, 1] = grid[2, 2, 2] = True
    labels, count = measure.parts(grid)
    assert count == 2
    assert sorted(np.unique(labels)) == [0, 1, 2]


def test_the_largest_part_stays_as_it_was():
    grid = _two_boxes()
    grid[11, 0, 0] = 0.3
    kept = measure.largest_part(grid)
    assert (kept > 0.5).sum() == 128
    assert kept[2, 2, 2] == np.float32(0.9)
    assert kept[11, 0, 0] == np.float32(0.3)
    assert kept[8, 8, 8] == 0


def test_a_cube_is_watertight_and_has_its_volume():
    grid = np.zeros((6, 6, 6), dtype=bool)
    grid[1:4, 1:4, 1:5] = True
    assert measure.is_watertight(cubes(grid))
    assert measure.volume(cubes(grid)) == pytest.approx(36)


def test_cubes_that_touch_along_an_edge_are_not_watertight_but_smooth_is():
    grid = np.zeros((6, 6, 6), dtype=bool)
    grid[1:3, 1:3, 1:3] = grid[3:5, 3:5, 1:3] = True
    assert not measure.is_watertight(cubes(grid))
    assert measure.is_watertight(smooth(grid))
    with pytest.raises(ValueError, match="not watertight"):
        measure.volume(cubes(grid))


def test_an_empty_mesh_is_not_watertight():
    assert not measure.is_watertight(cubes(np.zeros((3, 3, 3), dtype=bool)))
