"""Surfaces of occupancy grids: counts that can be worked out by hand, and watertight meshes."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ganstudio.solids.surface import (
    CORNERS,
    SIDES,
    as_occupied,
    cubes,
    exposed_faces,
    openness,
    smooth,
)

GRIDS = hnp.arrays(bool, st.tuples(*[st.integers(1, 6)] * 3))


def chair():
    grid = np.zeros((16, 16, 16), dtype=bool)
    grid[3:13, 3:13, 6:8] = True
    grid[3:13, 11:13, 8:15] = True
    for x in (3, 12):
        for y in (3, 12):
            grid[x, y, :6] = True
    return grid


def solid_mesh(mesh):
    return trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)


def test_one_voxel_has_six_free_faces():
    grid = np.zeros((5, 6, 7), dtype=bool)
    grid[1, 2, 3] = True
    rows = exposed_faces(grid)
    assert rows.shape == (6, 8)
    assert rows.dtype == np.uint8
    assert (rows[:, :3] == [1, 2, 3]).all()
    assert rows[:, 3].tolist() == [0, 1, 2, 3, 4, 5]
    assert (rows[:, 4:] == 255).all()


def test_a_flat_plate_is_not_shaded():
    grid = np.zeros((16, 16, 16), dtype=bool)
    grid[:, :, :4] = True
    rows = exposed_faces(grid)
    assert (rows[rows[:, 3] == 4][:, 4:] == 255).all()


def test_inner_corners_are_darker_than_open_ground():
    grid = np.zeros((16, 16, 16), dtype=bool)
    grid[:, :, :4] = True
    grid[8:, :, 4:12] = True  # a step along y
    rows = exposed_faces(grid)
    ground = rows[(rows[:, 3] == 4) & (rows[:, 2] == 3) & (rows[:, 1] == 8)]
    at_step, far = ground[ground[:, 0] == 7][0, 4:], ground[ground[:, 0] == 1][0, 4:]
    near_wall = CORNERS[4][:, 0] == 1
    assert (at_step[near_wall] < 200).all()
    assert (at_step[near_wall] < at_step[~near_wall]).all()
    assert (far == 255).all()


@given(GRIDS)
def test_faces_are_those_between_solid_and_air(grid):
    rows = exposed_faces(grid).astype(int)
    padded = np.pad(grid, 1)
    expected = 0
    for axis in range(3):
        expected += int(np.count_nonzero(np.diff(padded.astype(np.int8), axis=axis)))
    assert len(rows) == expected
    if len(rows):
        cells, beyond = rows[:, :3], rows[:, :3] + SIDES[rows[:, 3]] + 1
        assert grid[tuple(cells.T)].all()
        assert not padded[tuple(beyond.T)].any()
        assert (np.diff(rows[:, 3]) >= 0).all()


@given(GRIDS)
def test_cubes_enclose_exactly_the_solid_voxels(grid):
    mesh = cubes(grid)
    assert len(mesh.faces) == 2 * len(exposed_faces(grid))
    if len(mesh.faces):
        assert solid_mesh(mesh).volume == pytest.approx(grid.sum())
        across = np.cross(*(np.diff(mesh.vertices[mesh.faces], axis=1).transpose(1, 0, 2)))
        assert (np.einsum("ij,ij->i", across, mesh.normals[mesh.faces[:, 0]]) > 0).all()


@given(GRIDS)
def test_smooth_is_watertight_whatever_touches(grid):
    mesh = smooth(grid)
    if grid.any():
        body = solid_mesh(mesh)
        assert body.is_watertight
        assert body.volume > 0
    else:
        assert mesh.faces.shape == (0, 3)


def test_smooth_keeps_size_and_thin_legs():
    grid = chair()
    mesh = smooth(grid)
    body = solid_mesh(mesh)
    assert len(body.split(only_watertight=True)) == 1
    assert body.volume == pytest.approx(grid.sum(), rel=0.12)
    assert body.bounds[0] == pytest.approx([3, 3, 0], abs=0.5)
    assert body.bounds[1] == pytest.approx([13, 13, 15], abs=0.5)
    assert np.linalg.norm(mesh.normals, axis=1) == pytest.approx(1, abs=1e-4)


def test_smoothing_takes_the_steps_away():
    ball = np.linalg.norm(np.indices((20, 20, 20)) - 9.5, axis=0) < 7
    meshes = [smooth(ball, taubin=rounds) for rounds in (0, 16)]
    radii = [np.linalg.norm(mesh.vertices - 10, axis=1) for mesh in meshes]
    sharpest = [solid_mesh(mesh).face_adjacency_angles.max() for mesh in meshes]
    assert radii[1].std() < 0.7 * radii[0].std()
    assert radii[1].mean() == pytest.approx(radii[0].mean(), rel=0.02)
    assert sharpest[1] < 0.7 * sharpest[0]


def test_normals_point_outwards():
    ball = np.linalg.norm(np.indices((16, 16, 16)) - 7.5, axis=0) < 5
    mesh = smooth(ball)
    assert (((mesh.vertices - 8) * mesh.normals).sum(axis=1) > 0).all()


@pytest.mark.parametrize("make", [smooth, cubes])
@pytest.mark.parametrize("threshold", [0.6, 1.0, 2.0])
def test_nothing_above_the_threshold_is_an_empty_mesh(make, threshold):
    mesh = make(np.full((4, 4, 4), 0.6, np.float32), threshold)
    assert mesh.vertices.shape == (0, 3)
    assert mesh.faces.shape == (0, 3)
    assert mesh.normals.shape == (0, 3)


@pytest.mark.parametrize("threshold", [-1.0, 0.0, 0.3, 0.999])
def test_smooth_takes_every_threshold(threshold):
    grid = np.random.default_rng(1).random((9, 9, 9)).astype(np.float32)
    mesh = smooth(grid, threshold)
    assert not len(mesh.faces) or solid_mesh(mesh).is_watertight


def test_openness_tells_hollows_from_outsides():
    grid = np.ones((24, 24, 24), dtype=bool)
    grid[8:16, 8:16, 8:] = False  # a shaft
    mesh = smooth(grid)
    free = openness(grid, mesh.vertices, mesh.normals, reach=5)
    bottom = (np.abs(mesh.vertices - [12, 12, 8]) < [2, 2, 0.6]).all(axis=1)
    outside = mesh.vertices[:, 0] < 0.6
    assert free[bottom].max() < 200
    assert free[outside].min() > 240


def test_empty_grids_have_no_faces():
    assert exposed_faces(np.zeros((4, 4, 4), dtype=bool)).shape == (0, 8)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 0), (1, 4, 4, 4)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="is a grid"):
        as_occupied(np.zeros(shape))


def test_grids_too_long_for_a_byte_are_refused():
    with pytest.raises(ValueError, match="256"):
        exposed_faces(np.zeros((257, 1, 1), dtype=bool))
