"""A solid in the making: voxels that a brush adds and takes away, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

MOST_UNDO = 60


@dataclass
class Sculpture:
    """A grid of voxels under a brush that works on one layer, or on several from it upwards.

    Attributes:
        grid: (side, side, side) bool, indexed x, y, z; z is up.
    """

    grid: np.ndarray
    _undo: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def empty(cls, side: int) -> Sculpture:
        """Nothing yet."""
        return cls(np.zeros((side, side, side), bool))

    @property
    def side(self) -> int:
        """Voxels along each edge."""
        return int(self.grid.shape[0])

    @property
    def sample(self) -> np.ndarray:
        """(1, side, side, side) float32, 1 where there is something and -1 elsewhere."""
        return np.where(self.grid, 1, -1).astype(np.float32)[None]

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to take back."""
        return bool(self._undo)

    def keep(self) -> None:
        """Remember how it is now, before a stroke."""
        self._undo = [*self._undo[1 - MOST_UNDO :], self.grid.copy()]

    def undo(self) -> None:
        """Take back the last stroke."""
        if self._undo:
            self.grid = self._undo.pop()

    def replace(self, grid: np.ndarray) -> None:
        """Another solid; it can be undone.

        Raises:
            ValueError: if it has other sides.
        """
        if grid.shape != self.grid.shape:
            raise ValueError(f"voxels {grid.shape} where {self.grid.shape} are wanted")
        self.keep()
        self.grid = np.asarray(grid, bool).copy()

    def paint(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        layer: int,
        *,
        add: bool = True,
        width: int = 1,
        depth: int = 1,
        mirrored: bool = False,
    ) -> None:
        """Draw a line with a square brush.

        Args:
            start: x and y in voxels.
            end: likewise.
            layer: the lowest z that is painted.
            add: or take away.
            width: of the brush, in voxels.
            depth: layers painted, upwards.
            mirrored: the same with left and right exchanged.
        """
        steps = int(max(abs(end[0] - start[0]), abs(end[1] - start[1]))) + 1
        top = min(layer + max(depth, 1), self.side)
        for share in np.linspace(0, 1, steps + 1):
            x = start[0] + share * (end[0] - start[0])
            y = start[1] + share * (end[1] - start[1])
            across, along = _span(x, width, self.side), _span(y, width, self.side)
            self.grid[across, along, layer:top] = add
            if mirrored:
                other = slice(self.side - across.stop, self.side - across.start)
                self.grid[other, along, layer:top] = add


def _span(middle: float, width: int, side: int) -> slice:
    """The voxels that a brush covers along one axis; voxel i has its middle at i."""
    first = int(np.floor(middle - (width - 1) / 2 + 0.5))
    return slice(min(max(first, 0), side), min(max(first + width, 0), side))
