"""How alike two solids are: the share of what either fills that both fill."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganstudio.solids.surface import as_occupied
from ganstudio.solids.voxelise import scaled

#: Bits set in each byte.
ONES = np.array([bin(byte).count("1") for byte in range(256)], dtype=np.uint8)
PAIRS_AT_ONCE = 1 << 23  # bytes held against each other at a time


class Match(NamedTuple):
    """How two solids agree best.

    Attributes:
        iou: 0 (nothing shared) to 1 (the same).
        quarters: quarter turns around z that bring the second to the first.
        grid: (X, Y, Z) bool, the second so turned and moved.
    """

    iou: float
    quarters: int
    grid: NDArray[np.bool_]


def iou(one: ArrayLike, other: ArrayLike, threshold: float = 0.5) -> float:
    """Intersection over union; two empty solids agree wholly.

    Args:
        one: (X, Y, Z), float in [0, 1] or bool.
        other: of the same shape.
        threshold: voxels above it are solid.

    Raises:
        ValueError: if the shapes differ.
    """
    a, b = as_occupied(one, threshold), as_occupied(other, threshold)
    if a.shape != b.shape:
        raise ValueError(f"only grids of one shape can be compared, got {a.shape} and {b.shape}")
    either = int(np.count_nonzero(a | b))
    return int(np.count_nonzero(a & b)) / either if either else 1.0


def align(one: ArrayLike, other: ArrayLike, threshold: float = 0.5) -> Match:
    """Stand the second where the first stands, in the best of four quarter turns.

    Both are made to share the middle of their boxes along x and y and the floor, so that two
    chairs compare as chairs, wherever in their grids they stand.

    Args:
        one: (N, N, Z), float in [0, 1] or bool.
        other: of the same shape.
        threshold: voxels above it are solid.

    Raises:
        ValueError: if the shapes differ, or are not square from above.
    """
    a, b = as_occupied(one, threshold), as_occupied(other, threshold)
    if a.shape != b.shape or a.shape[0] != a.shape[1]:
        raise ValueError(f"only grids of one shape can be compared, got {a.shape} and {b.shape}")
    stood = [_moved(np.rot90(b, turn, (0, 1)), a) for turn in range(4)]
    found = [Match(iou(a, grid), turn, grid) for turn, grid in enumerate(stood)]
    # of equals the one that is turned least
    return max(found, key=lambda match: (match.iou, -match.quarters))


def as_large(other: NDArray[np.bool_], one: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Bring a solid of any shape and size to where another stands, with the same longest side.

    Args:
        other: (X, Y, Z), not empty.
        one: the one whose place and size it takes, not empty.

    Returns:
        The other, of the shape of the one.
    """
    low, high = _ends(one)
    grid = np.zeros_like(one)
    part = scaled(other, int((high - low).max()))
    part = part[tuple(slice(0, n) for n in grid.shape)]  # sides may differ
    grid[tuple(slice(0, n) for n in part.shape)] = part
    return _moved(grid, one)


def pack(solids: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Solids (N, X, Y, Z) bool as bits (N, bytes), to be held against each other quickly."""
    return np.packbits(solids.reshape(len(solids), -1), axis=1)


def unpack(bits: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """One solid out of its bits."""
    return np.unpackbits(bits)[: int(np.prod(shape))].reshape(shape).astype(bool)


def ious(bits: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.float64]:
    """IoU of one packed solid (bytes,) with each of many (N, bytes)."""
    result = np.ones(len(others))
    rows = max(PAIRS_AT_ONCE // max(bits.size, 1), 1)
    for start in range(0, len(others), rows):
        some = others[start : start + rows]
        both = _ones(some & bits)
        either = _ones(some | bits)
        result[start : start + rows] = np.where(either > 0, both / np.maximum(either, 1), 1.0)
    return result


def _ones(rows: NDArray[np.uint8]) -> NDArray[np.int64]:
    total: NDArray[np.int64] = ONES[rows].sum(axis=1, dtype=np.int64)
    return total


def _moved(solid: NDArray[np.bool_], to: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The solid on the other's floor, in the middle of the other's box; what sticks out is cut."""
    if not solid.any() or not to.any():
        return solid
    (low, high), (aim_low, aim_high) = _ends(solid), _ends(to)
    shift = np.rint(((aim_low + aim_high) - (low + high)) / 2).astype(int)
    shift[2] = aim_low[2] - low[2]
    result = np.zeros_like(solid)
    source: list[slice] = []
    target: list[slice] = []
    for step, n in zip(shift.tolist(), solid.shape, strict=True):
        source.append(slice(max(-step, 0), n - max(step, 0)))
        target.append(slice(max(step, 0), n - max(-step, 0)))
    result[tuple(target)] = solid[tuple(source)]
    return result


def _ends(solid: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Least and greatest corner of what is solid."""
    layers = [
        np.flatnonzero(solid.any(axis=tuple(k for k in range(3) if k != axis))) for axis in range(3)
    ]
    return (
        np.array([layer[0] for layer in layers]),
        np.array([layer[-1] + 1 for layer in layers]),
    )
