"""Solids that stand beside a generated one: read from files, and held against it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData

from ganstudio.solids import likeness
from ganstudio.solids.faults import SolidError
from ganstudio.solids.opening import SUFFIXES, Opened, open_solid
from ganstudio.solids.voxelise import Up, resized


@dataclass(frozen=True, eq=False)
class Guest:
    """Another solid that stands beside the generated one.

    Attributes:
        name: what it is.
        grid: (X, Y, Z), float in [0, 1] or bool.
        told: what it was before, in a few words.
    """

    name: str
    grid: np.ndarray
    told: str = ""


def read(path: Path, side: int, up: Up, fill: bool) -> Opened | str:
    """The file as voxels, or why it cannot be read."""
    try:
        return open_solid(path, side, up=up, fill=fill)
    except (SolidError, OSError, MemoryError) as error:
        return str(error) or "there is not enough memory for it"


def alike(own: np.ndarray, guests: list[Guest], threshold: float) -> list[str]:
    """What is said of each guest: what it is, and how much of the generated solid it shares."""
    solid = own if own.dtype == np.bool_ else own > threshold
    lines = []
    for guest in guests:
        grid = guest.grid if guest.grid.dtype == np.bool_ else guest.grid > threshold
        line = described(guest)
        if solid.any() and grid.any():
            match = likeness.align(
                solid, grid if grid.shape == solid.shape else resized(grid, max(solid.shape))
            )
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
