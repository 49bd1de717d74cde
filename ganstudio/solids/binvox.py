"""The binvox format: a short text header, then runs of equal voxels.

Source: Min, binvox voxel file format specification, https://www.patrickmin.com/binvox/binvox.html
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ganstudio.solids.faults import SolidError

LONGEST_HEADER_BYTES = 4096
LONGEST_RUN = 255
MOST_VOXELS = 1 << 28


class Binvox(NamedTuple):
    """What a binvox file holds.

    Attributes:
        grid: (X, Y, Z) bool, z up.
        translate: where the corner of the grid lies in the model that it was made from.
        scale: length of the longest side in that model.
    """

    grid: NDArray[np.bool_]
    translate: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0


def encode(content: Binvox) -> bytes:
    """The bytes of a binvox file.

    Raises:
        ValueError: if the grid does not have three axes of at least one voxel.
    """
    grid = np.asarray(content.grid, dtype=bool)
    if grid.ndim != 3 or min(grid.shape) < 1:
        raise SolidError(f"a binvox grid is (X, Y, Z), got the shape {grid.shape}")
    # y runs fastest in the file, then z, then x, and the sizes stand in the order x, z, y
    stored = grid.transpose(0, 2, 1)
    header = "\n".join(
        [
            "#binvox 1",
            "dim " + " ".join(str(n) for n in stored.shape),
            "translate " + " ".join(repr(float(n)) for n in content.translate),
            f"scale {float(content.scale)!r}",
            "data\n",
        ]
    )
    return header.encode("ascii") + _runs(stored.reshape(-1)).tobytes()


def decode(content: bytes) -> Binvox:
    """Read the bytes of a binvox file.

    Nothing is allocated before the runs are known to fill exactly what the header promises,
    so a header cannot ask for more than 128 times the size of its file.

    Raises:
        ValueError: if this is no binvox file, or header and runs disagree.
    """
    shape, translate, scale, start = _header(content)
    pairs = np.frombuffer(content, dtype=np.uint8, offset=start)
    if len(pairs) % 2:
        raise SolidError("the binvox file ends in the middle of a run")
    values, counts = pairs[0::2], pairs[1::2]
    total, wanted = int(counts.sum(dtype=np.int64)), math.prod(shape)
    if wanted > MOST_VOXELS:
        raise SolidError(f"the binvox grid has more than {MOST_VOXELS} voxels: {wanted}")
    if total != wanted:
        raise SolidError(
            f"the binvox header promises {' x '.join(map(str, shape))} = {wanted} voxels, "
            f"but the file holds {total}"
        )
    if len(values) and int(values.max()) > 1:
        raise SolidError(f"a binvox voxel is 0 or 1, got {int(values.max())}")
    stored = np.repeat(values.astype(bool), counts).reshape(shape)
    return Binvox(np.ascontiguousarray(stored.transpose(0, 2, 1)), translate, scale)


def _header(
    content: bytes,
) -> tuple[tuple[int, int, int], tuple[float, float, float], float, int]:
    """Sizes in the order of the file, place, scale, and where the runs begin."""
    head = content[:LONGEST_HEADER_BYTES]
    if not head.startswith(b"#binvox"):
        raise SolidError("no binvox file: it does not begin with #binvox")
    fields: dict[str, list[str]] = {}
    start = 0
    while "data" not in fields:
        end = head.find(b"\n", start)
        if end < 0:
            raise SolidError("the binvox header has no data line")
        line, _, _ = head[start:end].partition(b"#")  # a comment
        words = line.decode("ascii", errors="replace").split()
        if words:
            fields[words[0]] = words[1:]
        start = end + 1
    try:
        x, z, y = (int(word) for word in fields["dim"])
        tx, ty, tz = (float(word) for word in fields.get("translate", ["0", "0", "0"]))
        (scale,) = (float(word) for word in fields.get("scale", ["1"]))
    except (KeyError, ValueError) as error:
        raise SolidError("the binvox header lacks a readable dim, translate or scale") from error
    if min(x, y, z) < 1:
        raise SolidError(f"a binvox grid has at least one voxel a side, got {x} x {z} x {y}")
    return (x, z, y), (tx, ty, tz), scale, start


def _runs(flat: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """(value, count) pairs, runs longer than 255 cut up."""
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts = np.concatenate([[0], edges])
    lengths = np.diff(np.concatenate([starts, [len(flat)]]))
    pieces = -(-lengths // LONGEST_RUN)
    pairs = np.empty((int(pieces.sum()), 2), dtype=np.uint8)
    pairs[:, 0] = np.repeat(flat[starts], pieces)
    pairs[:, 1] = LONGEST_RUN
    last = np.cumsum(pieces) - 1
    pairs[last, 1] = lengths - (pieces - 1) * LONGEST_RUN
    return pairs
