"""Triangles as they come out of a file: nothing is promised about how they hang together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ganstudio.solids.faults import SolidError

MOST_TRIANGLES = 1 << 24
TRIANGLES_PER_BYTE = 100  # parts that are used again and again, against the size of the file
FEW_TRIANGLES = 1000  # that any file may ask for

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class Soup(NamedTuple):
    """Triangles of a file.

    Attributes:
        vertices: (V, 3) float64, in the unit of the file.
        faces: (F, 3) int64, indices of vertices.
    """

    vertices: Floats
    faces: Indices


def checked(vertices: Floats, faces: Indices) -> Soup:
    """Triangles that can be worked with.

    Raises:
        SolidError: if there are none, or they name corners that are not there or not finite.
    """
    if not len(faces):
        points = f" and {len(vertices):,} points" if len(vertices) else ""
        raise SolidError(f"holds no triangles{points}")
    if len(faces) > MOST_TRIANGLES:
        raise SolidError(f"has {len(faces):,} triangles; {MOST_TRIANGLES:,} are the most")
    low, high = int(faces.min()), int(faces.max())
    if low < 0 or high >= len(vertices):
        raise SolidError(
            f"has a face with the corner {high if low >= 0 else low}, "
            f"but {len(vertices):,} corners in all"
        )
    used = np.zeros(len(vertices), dtype=bool)
    used[faces.reshape(-1)] = True
    if not np.isfinite(vertices[used]).all():
        raise SolidError("has corners whose coordinates are not finite")
    return Soup(vertices, faces)


def fans(sizes: NDArray[np.integer], corners: Indices) -> Indices:
    """Polygons as triangles around their first corner; fewer than three corners make none.

    Args:
        sizes: (P,) corners of each polygon.
        corners: (sizes.sum(),) all of them in a row.

    Returns:
        (T, 3) int64.
    """
    begins = np.cumsum(sizes) - sizes
    counts = np.maximum(np.asarray(sizes, np.int64) - 2, 0)
    first = np.repeat(begins, counts)
    step = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    places = np.stack([first, first + step + 1, first + step + 2], axis=1)
    triangles: Indices = corners[places.astype(np.int64)].reshape(-1, 3)
    return triangles


def floats(words: Sequence[bytes], what: str) -> Floats:
    """Words as numbers.

    Raises:
        SolidError: if one is none.
    """
    try:
        return np.fromiter(map(float, words), np.float64, len(words))
    except ValueError as error:
        raise SolidError(f"has {what} that are no numbers") from error


def whole(words: Sequence[bytes], what: str) -> Indices:
    """Words as whole numbers.

    Raises:
        SolidError: if one is none.
    """
    try:
        return np.fromiter(map(int, words), np.int64, len(words))
    except (ValueError, OverflowError) as error:
        raise SolidError(f"has {what} that are no whole numbers") from error


def budget(size_bytes: int) -> int:
    """How many triangles a file of this size may unfold to, by using parts more than once."""
    return min(MOST_TRIANGLES, FEW_TRIANGLES + TRIANGLES_PER_BYTE * size_bytes)


def upright(vertices: Floats) -> Floats:
    """A quarter turn around x: what points up along y points up along z."""
    return np.stack([vertices[:, 0], -vertices[:, 2], vertices[:, 1]], axis=1)
