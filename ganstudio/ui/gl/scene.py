"""What stands in the viewport: shapes built from grids, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, radians, sin, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.solids.surface import as_occupied, exposed_faces, openness, smooth
from ganstudio.ui.gl.density import Volume, make_volume

Surface = Literal["cubes", "smooth", "volume"]
SURFACES: tuple[Surface, ...] = ("cubes", "smooth", "volume")
#: Which part of each axis is kept, from 0 to 1: the rest is cut away.
Cuts = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
WHOLE: Cuts = ((0.0, 1.0), (0.0, 1.0), (0.0, 1.0))
HISTOGRAM_BINS = 64
Vector = NDArray[np.float64]

SPACING = 1.3  # from the middle of one object to the next, where the longest side of a grid is 1
STRAY_SHARE = 0.002  # of the voxels may float below the floor without lifting everything

MESH_VERTEX = np.dtype([("position", "<f4", 3), ("normal", "i1", 3), ("open", "u1")])


@dataclass(frozen=True)
class Shape:
    """One grid made ready to draw.

    Attributes:
        grid: (X, Y, Z) the numbers it was built from.
        occupied: (X, Y, Z) bool; what is cut away is not solid.
        surface: which of the forms it has; a volume has the faces of cubes for its shadow.
        data: (F, 8) uint8 rows of ``exposed_faces``, or (V,) ``MESH_VERTEX``.
        indices: (T, 3) uint32 triangles of the smooth surface, else empty.
        volume: the soft volume, where that is the form and something shows.
        low: (3,) least corner of the solid voxels before cutting, in voxels.
        high: (3,) greatest corner; equal to ``low`` where nothing is solid.
        kept: (2, 3) the least and greatest corner of what the cuts leave, in voxels.
        voxels: number of solid voxels before cutting.
        floor: the height that stands on the ground, in voxels.
        contact: (W, W) uint8, how much the ground below is kept from the light; it reaches a
            quarter of its own side beyond the grid on each side.
        histogram: (64,) how many voxels have each occupancy from 0 to 1.
    """

    grid: NDArray[np.generic]
    occupied: NDArray[np.bool_]
    surface: Surface
    data: NDArray[np.generic]
    indices: NDArray[np.uint32]
    volume: Volume | None
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    kept: NDArray[np.int64]
    voxels: int
    floor: float
    contact: NDArray[np.uint8]
    histogram: NDArray[np.int64]

    @property
    def scale(self) -> float:
        """World units a voxel: the longest side of the grid is 1."""
        return 1.0 / int(max(self.occupied.shape))

    def pose(self, place: Vector, turn_degrees: float) -> NDArray[np.float32]:
        """(4, 4) from voxels to the world, standing at ``place`` and turned around z."""
        a, s = radians(turn_degrees), self.scale
        matrix = np.eye(4)
        matrix[:2, :2] = [[cos(a) * s, -sin(a) * s], [sin(a) * s, cos(a) * s]]
        matrix[2, 2] = s
        middle = np.array([self.occupied.shape[0] / 2, self.occupied.shape[1] / 2, self.floor])
        matrix[:3, 3] = place - matrix[:3, :3] @ middle
        return matrix.astype(np.float32)


def build(
    occupancy: NDArray[np.generic], threshold: float, surface: Surface, cuts: Cuts = WHOLE
) -> Shape:
    """Everything about one grid that takes time; may run on any thread.

    Args:
        occupancy: (X, Y, Z), float in [0, 1] or bool, at most 256 voxels along an axis.
        threshold: in [0, 1].
        surface: ``cubes``, ``smooth`` or ``volume``.
        cuts: which part of each axis shows. Nothing else moves by it.

    Raises:
        ValueError: if the grid has another shape.
    """
    whole = as_occupied(occupancy, threshold)
    low, high = _extent(whole)
    floor, kept = _floor(whole), _kept(whole.shape, cuts)
    left = _masked(np.asarray(occupancy), kept)
    occupied = as_occupied(left, threshold)
    data: NDArray[Any]
    indices, volume = np.zeros((0, 3), np.uint32), None
    if surface == "smooth":
        data, indices = _mesh(left, threshold, occupied)
    else:
        data = exposed_faces(occupied)
    if surface == "volume":
        volume = make_volume(left.astype(np.float32), threshold)
    return Shape(
        np.asarray(occupancy), occupied, surface, data, indices, volume, low, high, kept,
        int(np.count_nonzero(whole)), floor, _contact(occupied, floor), _histogram(occupancy),
    )  # fmt: skip


def cut(grid: NDArray[np.generic], cuts: Cuts) -> NDArray[np.generic]:
    """The grid with nothing but air where it is cut away."""
    return _masked(grid, _kept(grid.shape, cuts))


def places(count: int) -> list[Vector]:
    """Where so many objects stand: rows from left to right, the last row in front."""
    columns = count if count <= 3 else ceil(sqrt(count))  # few stand side by side
    rows = ceil(count / max(columns, 1))
    return [
        np.array([
            (i % columns - (columns - 1) / 2) * SPACING,
            ((rows - 1) / 2 - i // columns) * SPACING,
            0.0,
        ])
        for i in range(count)
    ]  # fmt: skip


def bounds(shapes: list[Shape], turning: bool) -> tuple[Vector, Vector]:
    """Least and greatest corner of all that stands; a whole turn of each if ``turning``."""
    lows, highs = [], []
    for shape, place in zip(shapes, places(len(shapes)), strict=True):
        empty = bool((shape.low == shape.high).all())
        ends = np.array([(0, 0, 0), shape.occupied.shape] if empty else [shape.low, shape.high])
        offset = np.array([*np.array(shape.occupied.shape[:2]) / 2, shape.floor])
        ends = (ends - offset) * shape.scale
        if turning:
            reach = np.abs(ends[:, :2]).max()
            ends[:, :2] = [[-reach], [reach]]
        lows.append(ends[0] + place)
        highs.append(ends[1] + place)
    if not shapes:
        return np.array([-0.5, -0.5, 0.0]), np.array([0.5, 0.5, 1.0])
    return np.min(lows, axis=0), np.max(highs, axis=0)


def _extent(occupied: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The solid voxels' least corner and greatest corner."""
    ends = np.zeros((2, 3), dtype=np.int64)
    for axis in range(3):
        others = tuple(k for k in range(3) if k != axis)
        filled = np.flatnonzero(occupied.any(axis=others))
        if len(filled):
            ends[:, axis] = filled[0], filled[-1] + 1
    return ends[0], ends[1]


def _floor(occupied: NDArray[np.bool_]) -> float:
    """The lowest layer but for a few stray voxels, so that specks do not make objects hop."""
    total = np.cumsum(occupied.sum(axis=(0, 1)))
    if total[-1] == 0:
        return 0.0
    return float(np.argmax(total > STRAY_SHARE * total[-1]))


def _contact(occupied: NDArray[np.bool_], floor: float) -> NDArray[np.uint8]:
    """Darkness on the ground: what is near it weighs most, then blurred."""
    height = np.arange(occupied.shape[2]) - floor
    weight = np.exp(-np.maximum(height, 0) / (0.09 * occupied.shape[2])) * (height >= 0)
    side = max(occupied.shape[:2])
    dark = np.zeros((2 * side, 2 * side), dtype=np.float32)
    start = [(2 * side - n) // 2 for n in occupied.shape[:2]]
    inner = dark[start[0] : start[0] + occupied.shape[0], start[1] : start[1] + occupied.shape[1]]
    inner[:] = (occupied * weight.astype(np.float32)).max(axis=2)
    blur = max(round(side / 18), 1)
    for _ in range(3):
        for axis in (0, 1):
            total = np.cumsum(np.pad(dark, [(blur + 1, blur) if k == axis else (0, 0)
                                            for k in range(2)]), axis=axis)  # fmt: skip
            n = dark.shape[axis]
            far = total.take(range(2 * blur + 1, n + 2 * blur + 1), axis=axis)
            dark = (far - total.take(range(n), axis=axis)) / (2 * blur + 1)
    levels: NDArray[np.uint8] = np.clip(dark * 255, 0, 255).astype(np.uint8)
    return levels


def _mesh(
    grid: NDArray[np.generic], threshold: float, occupied: NDArray[np.bool_]
) -> tuple[NDArray[Any], NDArray[np.uint32]]:
    """The smooth surface: vertices and triangles."""
    mesh = smooth(grid, threshold)
    data = np.zeros(len(mesh.vertices), dtype=MESH_VERTEX)
    data["position"] = mesh.vertices
    data["normal"] = np.rint(mesh.normals * 127)
    if len(data):
        data["open"] = openness(occupied, mesh.vertices, mesh.normals)
    return data, mesh.faces.astype(np.uint32)


def _kept(shape: tuple[int, ...], cuts: Cuts) -> NDArray[np.int64]:
    """The corners of what is left, at least one voxel thick."""
    sides = np.array(shape)
    shares = np.clip(np.array(cuts, dtype=np.float64), 0, 1).T
    low = np.minimum(np.rint(shares[0] * sides), sides - 1)
    return np.stack([low, np.maximum(np.rint(shares[1] * sides), low + 1)]).astype(np.int64)


def _masked(grid: NDArray[np.generic], kept: NDArray[np.int64]) -> NDArray[np.generic]:
    """The grid with nothing but air outside of a box; itself if the box holds all of it."""
    if (kept[0] == 0).all() and (kept[1] == grid.shape).all():
        return grid
    inner = tuple(slice(a, b) for a, b in kept.T)
    left = np.zeros_like(grid)
    left[inner] = grid[inner]
    return left


def _histogram(occupancy: NDArray[np.generic]) -> NDArray[np.int64]:
    level = np.clip(np.asarray(occupancy, dtype=np.float32) * HISTOGRAM_BINS, 0, HISTOGRAM_BINS - 1)
    return np.bincount(level.astype(np.intp).ravel(), minlength=HISTOGRAM_BINS)
