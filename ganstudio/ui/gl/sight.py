"""What a line of sight meets first: the object, its voxel, and the point on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.ui.gl.scene import Shape, Vector, places

STEP = 0.2  # voxels between two looks along a line


@dataclass(frozen=True)
class Hit:
    """A place on an object.

    Attributes:
        index: of the object.
        voxel: its voxel.
        place: (3,) where the line enters that voxel, in voxels.
    """

    index: int
    voxel: tuple[int, int, int]
    place: tuple[float, float, float]


def look_along(shapes: list[Shape], turn_degrees: float, origin: Vector, ray: Vector) -> Hit | None:
    """What a line of sight meets first among the solid voxels, or None.

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
        far, voxel = _first_solid(shape.occupied, start, along)
        if voxel is not None and far < nearest:
            point = np.clip(start + far * along, voxel, np.array(voxel) + 1.0)
            x, y, z = point.tolist()
            nearest, best = far, Hit(index, voxel, (x, y, z))
    return best


def _first_solid(
    occupied: NDArray[np.bool_], start: Vector, along: Vector
) -> tuple[float, tuple[int, int, int] | None]:
    """How far along a line the first solid voxel is entered, and which it is."""
    enter, leave = _crossing(start, along, np.zeros(3), np.array(occupied.shape))
    if leave <= max(enter, 0):
        return np.inf, None
    steps = np.arange(max(enter, 0), leave, STEP / float(np.linalg.norm(along)))
    cells = np.floor(start + steps[:, None] * along).astype(np.intp)
    cells = cells[((cells >= 0) & (cells < occupied.shape)).all(axis=1)]
    hits = np.flatnonzero(occupied[tuple(cells.T)])
    if not len(hits):
        return np.inf, None
    cell = cells[hits[0]]
    far = _crossing(start, along, cell, cell + 1)[0]
    return max(far, 0.0), (int(cell[0]), int(cell[1]), int(cell[2]))


def _crossing(
    start: Vector, along: Vector, low: NDArray[Any], high: NDArray[Any]
) -> tuple[float, float]:
    """Where a line enters and leaves a box; it misses where the first is the larger."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([(low - start) / along, (high - start) / along])
    enter = float(np.nan_to_num(ends.min(axis=0), nan=-np.inf).max())
    leave = float(np.nan_to_num(ends.max(axis=0), nan=np.inf).min())
    return enter, leave
