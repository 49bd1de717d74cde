"""Solids that stand beside a generated one: read from files, and held against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData

from ganstudio.solids import likeness
from ganstudio.solids.faults import SolidError
from ganstudio.solids.opening import SUFFIXES, Opened, open_solid
from ganstudio.solids.voxelise import Up


@dataclass(frozen=True, eq=False)
class Guest:
    """Another solid that stands beside the generated one.

    Attributes:
        name: what it is.
        grid: (X, Y, Z), float in [0, 1] or bool.
        told: what it was before, in a few words.
        fine: the same in more detail, of no size of its own; None: it was made in these voxels.
    """

    name: str
    grid: np.ndarray
    told: str = ""
    fine: np.ndarray | None = None

    def solid(self, threshold: float) -> np.ndarray:
        """What of it is solid, bool, as finely as it is known."""
        grid = self.grid if self.fine is None else self.fine
        return grid if grid.dtype == np.bool_ else grid > threshold

    def beside(self, own: np.ndarray, threshold: float) -> np.ndarray:
        """What of it is solid, in the voxels of another and, if it has no size, as large.

        Args:
            own: (X, Y, Z) bool, the other; neither may be empty.
            threshold: voxels above it are solid.
        """
        solid = self.solid(threshold)
        if self.fine is None and solid.shape == own.shape:
            return solid
        return likeness.as_large(solid, own)


def read(
    path: Path, side: int, up: Up, fill: bool, wanted: Callable[[], bool] = lambda: True
) -> Opened | str:
    """The file as voxels, or why it cannot be read."""
    try:
        return open_solid(path, side, up=up, fill=fill, detailed=True, wanted=wanted)
    except (SolidError, OSError, MemoryError) as error:
        return str(error) or "there is not enough memory for it"


def alike(own: np.ndarray, guests: list[Guest], threshold: float) -> list[str]:
    """What is said of each guest: what it is, and how much of the generated solid it shares."""
    solid = own if own.dtype == np.bool_ else own > threshold
    lines = []
    for guest in guests:
        line = described(guest)
        if solid.any() and guest.solid(threshold).any():
            match = likeness.align(solid, guest.beside(solid, threshold))
            turned = f", turned {90 * match.quarters}°" if match.quarters else ""
            line += f", IoU with the generated one {match.iou:.2f}{turned}"
        lines.append(line)
    return lines


def described(guest: Guest) -> str:
    """Its name, and what it was before."""
    return f"{guest.name}: {guest.told}" if guest.told else guest.name


def file_in(data: QMimeData) -> Path | None:
    """The first solid among the files that are carried."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix.lower() in SUFFIXES), None)
