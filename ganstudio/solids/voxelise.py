"""Meshes become grids: cut to size, stood upright, their surface sampled, their inside filled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes.soup import Floats, Indices, Soup, upright

Up = Literal["z", "y"]

SIDES = (32, 64, 128)
LONGEST_SIDE = 256
MARGIN = 1  # empty voxels kept on each side
SAMPLES_PER_VOXEL = 2.5  # along a line; so dense that no voxel inside a face is missed
MOST_SAMPLES = 1 << 29
INWARDS = 1e-3  # samples shrink so far: faces between two voxels belong to the inner one
CHUNK = 1 << 18  # samples worked on at a time


def voxelise(
    mesh: Soup,
    side: int,
    *,
    up: Up = "z",
    fill: bool = True,
    margin: int = MARGIN,
    wanted: Callable[[], bool] = lambda: True,
) -> NDArray[np.bool_]:
    """A mesh as voxels: as large as it goes, in the middle of the grid.

    Every voxel that the surface passes through is solid, save where it only cuts a corner, so
    parts thinner than a voxel stay. What the surface encloses is filled, hollows inside hollows
    as well; a surface with holes encloses nothing.

    Args:
        mesh: in any unit.
        side: voxels per side of the grid, 4 to 256.
        up: which axis of the file points up.
        fill: whether the inside is solid too.
        margin: empty voxels on each side.
        wanted: asked again and again while it takes; False: give up.

    Returns:
        (side, side, side) bool, z up.

    Raises:
        SolidError: if the mesh is a single point, too large to be measured, folded so often
            that it would take minutes, or not wanted any more.
        ValueError: if the side is out of range.
    """
    if not 4 <= side <= LONGEST_SIDE or not 0 <= 2 * margin < side - 1:
        raise ValueError(f"a grid has 4 to {LONGEST_SIDE} voxels a side, got {side}")
    corners = _fitted(mesh, side - 2 * margin, up) + margin
    grid = np.zeros((side, side, side), dtype=bool)
    for points in _samples(corners, mesh.faces):
        if not wanted():
            raise SolidError("is not wanted any more")
        cells = np.clip(np.floor(points), margin, side - margin - 1).astype(np.intp)
        grid[cells[:, 0], cells[:, 1], cells[:, 2]] = True
    return filled(grid) if fill else grid


def filled(solid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The solid with everything full that no way leads to from outside.

    Ways go through faces of voxels, not over edges, so a surface one voxel thick is tight.
    """
    from scipy.ndimage import binary_fill_holes  # 0.1 s: only when first needed

    full: NDArray[np.bool_] = binary_fill_holes(solid)
    return full


def resized(grid: NDArray[Any], side: int, margin: int = MARGIN) -> NDArray[Any]:
    """A grid of any shape as one of equal sides.

    One that has equal sides already is scaled as a whole, so that things keep their sizes; of
    others what is not empty is cut out, scaled to fill the grid, and centred. Shrinking keeps
    the fullest voxel of each block, so that thin legs stay.

    Args:
        grid: (X, Y, Z), float in [0, 1] or bool.
        side: voxels per side of the new one.
        margin: empty voxels on each side of what was cut out.

    Raises:
        SolidError: if nothing in it is solid.
    """
    box = _box(grid > 0)
    whole = len(set(grid.shape)) == 1
    part, room = (grid, side) if whole else (grid[box], side - 2 * margin)
    sizes = [max(round(n * room / max(part.shape)), 1) for n in part.shape]
    for axis, size in enumerate(sizes):
        part = _stretched(part, axis, size)
    result = np.zeros((side,) * 3, dtype=grid.dtype)
    starts = [(side - size) // 2 for size in sizes]
    result[tuple(slice(a, a + n) for a, n in zip(starts, sizes, strict=True))] = part
    return result


def scaled(solid: NDArray[np.bool_], longest: int) -> NDArray[np.bool_]:
    """What is solid, cut out and so large that its longest side has so many voxels.

    Each voxel is as the middle of its place was, so that nothing grows thicker.

    Raises:
        SolidError: if nothing is solid.
    """
    part = solid[_box(solid)]
    most = max(part.shape)
    for axis, n in enumerate(part.shape):
        size = max(round(n * longest / most), 1)
        part = part.take(((np.arange(size) + 0.5) * n / size).astype(np.intp), axis)
    return part


def turned_upright(grid: NDArray[Any], up: Up) -> NDArray[Any]:
    """A grid whose y axis points up, turned so that z does; with ``z`` as it is."""
    return grid if up == "z" else np.ascontiguousarray(grid.transpose(0, 2, 1)[:, ::-1])


def _stretched(part: NDArray[Any], axis: int, size: int) -> NDArray[Any]:
    """So many layers along one axis: repeated, or the fullest of each few."""
    length = part.shape[axis]
    edges = (np.arange(size) * length) // size
    if size >= length:
        repeated: NDArray[Any] = part.take(edges, axis)
        return repeated
    fullest: NDArray[Any] = np.maximum.reduceat(part, edges, axis)
    return fullest


def _box(solid: NDArray[np.bool_]) -> tuple[slice, ...]:
    """The part of a grid that holds all that is solid."""
    ends = []
    for axis in range(3):
        others = tuple(k for k in range(3) if k != axis)
        layers = np.flatnonzero(solid.any(axis=others))
        if not len(layers):
            raise SolidError("holds nothing solid")
        ends.append(slice(int(layers[0]), int(layers[-1]) + 1))
    return tuple(ends)


def _fitted(mesh: Soup, room: int, up: Up) -> Floats:
    """Corners scaled so that the longest side is the room, each shorter one about in its middle."""
    corners = upright(mesh.vertices) if up == "y" else mesh.vertices
    used = corners[np.unique(mesh.faces)]
    low, high = used.min(axis=0), used.max(axis=0)
    with np.errstate(over="ignore"):
        extent = float((high - low).max())
    if not np.isfinite(extent):
        raise SolidError("has corners too far apart to be measured")
    if extent <= 0 or extent < 1e-12 * max(abs(low).max(), abs(high).max()):
        raise SolidError("is a single point: all its corners lie in one place")
    # from a whole voxel on, so that a mesh of voxels becomes the same voxels again
    start = np.floor((room - (high - low) / extent * room) / 2 + 1e-6)
    placed = (corners - low) / extent * room + start
    # corners that no face uses may be anything
    fitted: Floats = np.nan_to_num(placed, nan=0.0, posinf=0.0, neginf=0.0)
    return fitted


def _samples(corners: Floats, faces: Indices) -> Iterator[Floats]:
    """Points all over the surface, closer together than voxels, some at a time.

    Each triangle is walked in rows along two of its sides, as densely as each is long.
    """
    faces, steps = _divided(corners, faces)
    counts = (steps[:, 0] + 2) * (steps[:, 1] + 2) // 2
    if int(counts.sum()) > MOST_SAMPLES:
        raise SolidError("is folded so often that voxelising it would take minutes")
    kinds, kind = np.unique(steps, axis=0, return_inverse=True)
    order = np.argsort(kind.reshape(-1), kind="stable")
    ends = np.cumsum(np.bincount(kind.reshape(-1), minlength=len(kinds)))
    for (along_steps, across_steps), alike in zip(
        kinds.tolist(), np.split(order, ends[:-1]), strict=True
    ):
        u, v = _lattice(along_steps, across_steps)
        at_once = max(CHUNK // len(u), 1)
        for start in range(0, len(alike), at_once):
            a, b, c = (corners[faces[alike[start : start + at_once], k]] for k in range(3))
            along, across = b - a, c - a
            inner = a - INWARDS * _unit(np.cross(along, across))
            points = inner[:, None] + u[:, None] * along[:, None] + v[:, None] * across[:, None]
            yield points.reshape(-1, 3)


def _unit(vectors: Floats) -> Floats:
    """Of length 1; of no length where there is none."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = vectors / np.maximum(length, 1e-300)
    return unit


def _divided(corners: Floats, faces: Indices) -> tuple[Indices, NDArray[np.int64]]:
    """Triangles that begin opposite their middle side, and how often both sides there are divided.

    So a sliver is walked in few rows. The numbers are rounded up to few different ones.
    """
    begun, steps = np.empty_like(faces), np.empty((len(faces), 2), dtype=np.int64)
    for start in range(0, len(faces), CHUNK):
        some = faces[start : start + CHUNK]
        a, b, c = (corners[some[:, k]] for k in range(3))
        opposite = np.stack([np.abs(p - q).max(axis=1) for p, q in ((b, c), (c, a), (a, b))], 1)
        first = np.argsort(opposite, axis=1, kind="stable")[:, 1:2]
        turn = (first + np.arange(3)) % 3
        begun[start : start + CHUNK] = np.take_along_axis(some, turn, 1)
        # the side towards the second corner lies opposite the third, and the other way round
        steps[start : start + CHUNK] = np.ceil(
            np.take_along_axis(opposite, turn[:, 2:0:-1], 1) * SAMPLES_PER_VOXEL
        )
    return begun, np.where(steps <= 16, steps, -(-steps // 16) * 16)


def _lattice(along: int, across: int) -> tuple[Floats, Floats]:
    """Weights of the second and the third corner, all over a triangle but for its very rim."""
    rows = np.arange(across + 1) / max(across, 1)
    steps = np.ceil(along * (1 - rows) - 1e-9).astype(np.int64)  # each row ends at the far side
    row = np.repeat(np.arange(across + 1), steps + 1)
    within = np.arange(len(row)) - np.repeat(np.cumsum(steps + 1) - steps - 1, steps + 1)
    v = rows[row]
    u = within / np.maximum(steps[row], 1) * (1 - v)
    return u * (1 - 3 * INWARDS) + INWARDS, v * (1 - 3 * INWARDS) + INWARDS
