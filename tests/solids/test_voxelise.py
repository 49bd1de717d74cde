import numpy as np
import pytest
import trimesh

from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes.soup import Soup
from ganstudio.solids.voxelise import _samples, resized, scaled, turned_upright, voxelise


def soup(body):
    return Soup(np.array(body.vertices, float), np.array(body.faces, np.int64))


def test_a_ball_is_full_and_in_the_middle():
    grid = voxelise(soup(trimesh.creation.icosphere(4, 10.0)), 32)
    assert grid.shape == (32, 32, 32)
    # the surface voxels reach up to a voxel beyond the ball itself
    assert 4 / 3 * np.pi * 15**3 < grid.sum() < 4 / 3 * np.pi * 16**3
    assert np.count_nonzero(grid != grid[::-1, ::-1, ::-1]) < 0.01 * grid.sum()
    filled = np.flatnonzero(grid.any((1, 2)))
    assert (filled[0], filled[-1]) == (1, 30)


def test_inside_is_filled_only_on_request():
    box = soup(trimesh.creation.box((2.0, 2.0, 2.0)))
    assert voxelise(box, 16).sum() == 14**3
    assert voxelise(box, 16, fill=False).sum() == 14**3 - 12**3


def test_flat_and_thin_things_stay():
    plate = Soup(np.array([[0, 0, 0], [4, 0, 0], [0, 4, 0.0]]), np.array([[0, 1, 2]]))
    grid = voxelise(plate, 16)
    assert grid.any((0, 1)).sum() == 1
    needle = soup(trimesh.creation.box((0.001, 0.001, 5.0)))
    grid = voxelise(needle, 16)
    assert grid.any((0, 1)).sum() == 14
    assert grid.sum() <= 4 * 14


def test_no_gaps_in_a_large_triangle():
    slope = Soup(np.array([[0, 0, 0], [1, 0, 0.3], [0.2, 1, 1.0]]), np.array([[0, 1, 2]]))
    grid = voxelise(slope, 64, fill=False)
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.ones(3), 20_000)
    points = weights @ slope.vertices
    cells = np.floor((points - [0.5, 0.5, 0.5]) * 62 + 31 + 1 - 1e-9).astype(int)
    assert grid[tuple(np.clip(cells, 1, 62).T)].mean() > 0.97


def test_y_up_is_turned_so_that_z_is():
    post = soup(trimesh.creation.box((1.0, 6.0, 2.0)))
    grid = voxelise(post, 32, up="y")
    lengths = [int(grid.any(axis).sum()) for axis in ((1, 2), (0, 2), (0, 1))]
    assert lengths[2] == 30
    assert lengths[0] < lengths[1] < lengths[2]
    marked = np.zeros((3, 4, 5))
    marked[2, 3, 4] = 1
    turned = turned_upright(marked, "y")
    assert turned.shape == (3, 5, 4)
    assert turned[2, 0, 3] == 1
    assert turned_upright(marked, "z") is marked


@pytest.mark.parametrize(
    ("corners", "words"),
    [
        ([[1, 1, 1]] * 3, "single point"),
        ([[1e308, 0, 0], [-1e308, 0, 0], [0, 1, 0]], "too far apart"),
        ([[1e30, 0, 0], [1e30, 1e3, 0], [1e30, 0, 1e3]], "single point"),
    ],
)
def test_what_cannot_be_measured_is_refused(corners, words):
    with pytest.raises(SolidError, match=words):
        voxelise(Soup(np.array(corners, float), np.array([[0, 1, 2]])), 32)


def test_giant_coordinates_are_no_matter():
    box = trimesh.creation.box((2.0, 2.0, 2.0))
    big = Soup(np.array(box.vertices) * 1e200, np.array(box.faces))
    assert voxelise(big, 16).sum() == 14**3


@pytest.mark.parametrize("side", [3, 257])
def test_sides_out_of_range_are_refused(side):
    with pytest.raises(ValueError, match="4 to 256"):
        voxelise(soup(trimesh.creation.box((1.0, 1, 1))), side)


def test_resizing_keeps_thin_legs_and_centres():
    grid = np.zeros((100, 60, 120), dtype=bool)
    grid[40, 30, 10:110] = True  # a leg one voxel thick
    grid[20:60, 10:50, 105:110] = True
    small = resized(grid, 32)
    assert small.shape == (32, 32, 32)
    assert small.any((0, 1))[1:31].all()
    filled = np.flatnonzero(small.any((1, 2)))
    assert abs(filled[0] + filled[-1] - 31) <= 1
    assert resized(small, 64).sum() > small.sum()


def test_resizing_nothing_is_refused():
    with pytest.raises(SolidError, match="nothing solid"):
        resized(np.zeros((5, 5, 5), dtype=bool), 32)


def test_a_grid_of_equal_sides_keeps_the_sizes_in_it():
    grid = np.zeros((64, 64, 64), dtype=bool)
    grid[20:40, 24:36, 2:22] = True
    small = resized(grid, 32)
    assert [int(small.any(axis).sum()) for axis in ((1, 2), (0, 2), (0, 1))] == [10, 6, 10]
    assert small[10, 12, 1]
    soft = grid.astype(np.float32) * 0.4
    assert resized(soft, 32).max() == np.float32(0.4), "no threshold of its own"


def test_what_is_scaled_grows_no_thicker():
    grid = np.zeros((64, 64, 64), dtype=bool)
    grid[10:50, 20:28, 4:12] = True
    assert scaled(grid, 20).shape == (20, 4, 4)
    assert scaled(grid, 20).all()


def test_a_sliver_takes_few_samples():
    sliver = np.array([[0, 0, 0], [100, 0, 0], [100, 0.1, 0.0]])
    count = sum(len(points) for points in _samples(sliver, np.array([[0, 1, 2]])))
    assert 250 <= count < 1000


def test_it_gives_up_when_nobody_wants_it():
    with pytest.raises(SolidError, match="not wanted"):
        voxelise(soup(trimesh.creation.box((1.0, 1, 1))), 32, wanted=lambda: False)
