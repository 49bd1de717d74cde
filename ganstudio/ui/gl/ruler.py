"""What the mouse finds out on solids: lengths between two points, and the numbers of a voxel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganstudio.ui.gl.camera import Vector
from ganstudio.ui.gl.scene import Shape, places
from ganstudio.ui.gl.sight import Hit


@dataclass(frozen=True)
class Reading:
    """The numbers of one voxel.

    Attributes:
        index: of the object.
        voxel: its x, y and z.
        occupancy: what the generator put there, 0 to 1.
        value: of the grid that the colours stand for, if there is one.
    """

    index: int
    voxel: tuple[int, int, int]
    occupancy: float
    value: float | None = None

    def __str__(self) -> str:
        """One line for the screen."""
        words = [
            f"x {self.voxel[0]}  y {self.voxel[1]}  z {self.voxel[2]}",
            f"{self.occupancy:.2f}",
        ]
        if self.value is not None:
            words.append(f"{self.value:+.3g}".replace("-", "−"))
        return "  ·  ".join(words)


@dataclass(frozen=True)
class Ruler:
    """Up to two points on one object.

    Attributes:
        ends: the points.
        voxel_mm: how long a voxel's side is, if somebody said.
    """

    ends: tuple[Hit, ...] = ()
    voxel_mm: float | None = None

    def with_point(self, hit: Hit) -> Ruler:
        """One point more; a third one, or one on another object, begins anew."""
        joins = len(self.ends) == 1 and self.ends[0].index == hit.index
        return Ruler((*self.ends, hit) if joins else (hit,), self.voxel_mm)

    @property
    def length(self) -> float | None:
        """Between the two points, in voxels; None before there are two."""
        if len(self.ends) < 2:
            return None
        return float(np.linalg.norm(np.subtract(self.ends[0].place, self.ends[1].place)))

    def __str__(self) -> str:
        """One line for the screen."""
        length = self.length
        if length is None:
            return ""
        words = f"{length:.1f} voxels"
        return words if self.voxel_mm is None else f"{words}  ·  {length * self.voxel_mm:.1f} mm"


def in_world(shapes: list[Shape], index: int, points: Vector, turn_degrees: float) -> Vector:
    """Points of an object, (N, 3) in voxels, in the world."""
    pose = shapes[index].pose(places(len(shapes))[index], turn_degrees).astype(np.float64)
    world: Vector = points @ pose[:3, :3].T + pose[:3, 3]
    return world
