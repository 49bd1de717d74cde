"""What stands in the viewport: shapes built from grids, where they stand, and which one is hit."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, radians, sin, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.solids.surface import as_occupied, exposed_faces, openness, smooth

Surface = Literal["cubes", "smooth"]
Vector = NDArray[np.float64]

SPACING = 1.3  # from the middle of one object to the next, where the longest side of a grid is 1
STRAY_SHARE = 0.002  # of the voxels may float below the floor without lifting everything

MESH_VERTEX = np.dtype([("position", "<f4", 3), ("normal", "i1", 3), ("open", "u1")])


@dataclass(frozen=True)
class Shape:
    """One grid made ready to draw.

    Attributes:
        occupied: (X, Y, Z) bool.
        surface: which of the two forms ``data`` has.
        data: (F, 8) uint8 rows of ``exposed_faces``, or (V,) ``MESH_VERTEX``.
        indices: (T, 3) uint32 triangles of the smooth surface, else empty.
        low: (3,) least corner of the solid voxels, in voxels.
        high: (3,) greatest corner; equal to ``low`` where nothing is solid.
        floor: the height that stands on the ground, in voxels.
        contact: (W, W) uint8, how much the ground below is kept from the light; it reaches a
            quarter of its own side beyond the grid on each side.
    """

    occupied: NDArray[np.bool_]
    surface: Surface
    data: NDArray[np.generic]
    indices: NDArray[np.uint32]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    floor: float
    contact: NDArray[np.uint8]

    @property
    def voxels(self) -> int:
        """Number of solid voxels."""
        return int(np.count_nonzero(self.occupied))

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


def build(occupancy: NDArray[np.generic], threshold: float, surface: Surface) -> Shape:
    """Everything about one grid that takes time; may run on any thread.

    Args:
        occupancy: (X, Y, Z), float in [0, 1] or bool, at most 256 voxels along an axis.
        threshold: in [0, 1].
        surface: ``cubes`` or ``smooth``.

    Raises:
        ValueError: if the grid has another shape.
    """
    occupied = as_occupied(occupancy, threshold)
    low, high = _extent(occupied)
    data: NDArray[Any]
    if surface == "smooth":
        mesh = smooth(occupancy, threshold)
        data = np.zeros(len(mesh.vertices), dtype=MESH_VERTEX)
        data["position"] = mesh.vertices
        data["normal"] = np.rint(mesh.normals * 127)
        if len(data):
            data["open"] = openness(occupied, mesh.vertices, mesh.normals)
        indices = mesh.faces.astype(np.uint32)
    else:
        data, indices = exposed_faces(occupied), np.zeros((0, 3), np.uint32)
    floor = _floor(occupied)
    return Shape(occupied, surface, data, indices, low, high, floor, _contact(occupied, floor))


def places(count: int) -> list[Vector]:
    """Where so many objects stand: rows from left to right, the last row in front."""
    columns = max(ceil(sqrt(count)), 1)
    rows = ceil(count / columns)
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


def pick(shapes: list[Shape], turn_degrees: float, origin: Vector, ray: Vector) -> int | None:
    """Which object a sight line meets first: its index, or None.

    Args:
        shapes: in the order of ``places``.
        turn_degrees: of the turntable.
        origin: (3,) in the world.
        ray: (3,) direction.
    """
    nearest, best = np.inf, None
    for index, (shape, place) in enumerate(zip(shapes, places(len(shapes)), strict=True)):
        back = np.linalg.inv(shape.pose(place, turn_degrees).astype(np.float64))
        start, along = back[:3, 3] + back[:3, :3] @ origin, back[:3, :3] @ ray
        hit = _first_solid(shape.occupied, start, along)
        if hit < nearest:
            nearest, best = hit, index
    return best


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


def _first_solid(occupied: NDArray[np.bool_], start: Vector, along: Vector) -> float:
    """How far along a line, in voxels, the first solid voxel is; infinity if none."""
    size = np.array(occupied.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([-start / along, (size - start) / along])
    enter = float(np.nan_to_num(ends.min(axis=0), nan=-np.inf).max())
    leave = float(np.nan_to_num(ends.max(axis=0), nan=np.inf).min())
    if leave <= max(enter, 0):
        return np.inf
    length = float(np.linalg.norm(along))
    steps = np.arange(max(enter, 0), leave, 0.2 / length)
    cells = np.floor(start + steps[:, None] * along).astype(np.intp)
    inside = ((cells >= 0) & (cells < size)).all(axis=1)
    hits = np.flatnonzero(inside)[occupied[tuple(cells[inside].T)]]
    return float(steps[hits[0]]) if len(hits) else np.inf
