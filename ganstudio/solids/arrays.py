"""Arrays in files of NumPy: checked before they are read, and never unpickled."""

from __future__ import annotations

import math
import struct
import zipfile
import zlib
from io import BytesIO
from tokenize import TokenError
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from ganstudio.reading import shown
from ganstudio.solids.faults import SolidError

MOST_BYTES = 1 << 28  # of one array out of a zip
LARGEST_GROWTH = 1100  # what a zip can grow to against its size
SAMPLES = "samples"  # what `ganstudio sample` writes, in [-1, 1]
_FAULTS = (
    ValueError, TypeError, OverflowError, SyntaxError, TokenError, EOFError, MemoryError,
    RecursionError, LookupError, struct.error,
)  # fmt: skip
"""What a damaged header makes NumPy and the zip raise."""


def occupancy(values: ArrayLike) -> NDArray[Any]:
    """A grid as solids are: (X, Y, Z), bool, or finite floats in [0, 1].

    Whole numbers other than 0 count as solid.

    Raises:
        SolidError: if it is no such grid.
    """
    grid: NDArray[Any] = np.asarray(values)
    if grid.ndim == 4 and grid.shape[0] == 1:
        grid = grid[0]
    if grid.ndim != 3 or min(grid.shape) < 1:
        raise SolidError(f"a solid is a grid (X, Y, Z), got the shape {grid.shape}")
    if grid.dtype.kind in "bui":
        return grid.astype(bool, copy=False)
    if grid.dtype.kind != "f":
        raise SolidError(f"occupancy is bool or float, got {grid.dtype}")
    low, high = float(grid.min()), float(grid.max())
    if not (low >= 0 and high <= 1):  # so worded that nan is refused too
        raise SolidError(
            f"occupancy runs from 0 to 1, got {low:.3g} to {high:.3g}; "
            "of samples in [-1, 1] take (x + 1) / 2"
        )
    return grid


def decode_npy(content: bytes) -> NDArray[Any]:
    """The array of the bytes of a .npy file.

    Raises:
        SolidError: if they are none, hold objects of Python, or promise more than there is.
    """
    file = BytesIO(content)
    try:
        shape, _, kind = _header(file)
        _insist_held("the .npy file", shape, kind, len(content))
        file.seek(0)
        return npy.read_array(file, allow_pickle=False)
    except SolidError:
        raise
    except _FAULTS as error:
        raise SolidError(f"no readable .npy file ({shown(str(error))})") from error


def decode_npz(content: bytes) -> NDArray[Any]:
    """The grid of the bytes of a .npz file; of several samples the first.

    Raises:
        SolidError: if it holds none or several, or objects of Python.
    """
    size = len(content)
    shapes: dict[str, tuple[int, ...]] = {}
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            for info in package.infolist():
                if info.filename.endswith(".npy"):
                    shapes[info.filename[:-4]] = _promised(package, info, size)
            name = _chosen(shapes)
            values = decode_npy(package.read(f"{name}.npy"))
    except SolidError:
        raise
    except (*_FAULTS, zipfile.BadZipFile, zlib.error, RuntimeError, OSError) as error:
        raise SolidError(f"no readable .npz file ({shown(str(error))})") from error
    if name == SAMPLES and values.dtype.kind == "f":
        values = np.clip((values[0] + 1) / 2, 0, 1)
    return occupancy(values[0] if values.ndim == 5 else values)


def _promised(package: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> tuple[int, ...]:
    """The shape of an array, once it is sure that no more is promised than can be there."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others take any room
        raise SolidError(f"packs {shown(info.filename)} in a way that NumPy does not write")
    if info.file_size > min(MOST_BYTES, LARGEST_GROWTH * size):
        raise SolidError(f"promises {info.file_size:,} bytes of {shown(info.filename)}")
    with package.open(info) as file:
        shape, _, kind = _header(file)
    _insist_held(shown(info.filename), shape, kind, info.file_size)
    return shape


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type of what follows."""
    version = npy.read_magic(file)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    return read(file)


def _insist_held(name: str, shape: tuple[int, ...], kind: np.dtype[Any], size_bytes: int) -> None:
    """See that an array can be there before room is made for it."""
    if kind.hasobject:
        raise SolidError(f"holds objects of Python in {name}, which are never read")
    if min(shape, default=1) < 0 or math.prod(shape) * max(kind.itemsize, 1) > size_bytes:
        raise SolidError(f"promises {shown(shape)} in {name}, but holds {size_bytes:,} bytes")


def _chosen(shapes: dict[str, tuple[int, ...]]) -> str:
    """The name of the one array that is a solid, or several of them."""
    grids = [
        name
        for name, shape in shapes.items()
        if len(shape) in (3, 4) or (len(shape) == 5 and shape[0] and shape[1] == 1)
    ]
    if len(grids) != 1:
        said = ", ".join(f"{name} {shape}" for name, shape in list(shapes.items())[:5])
        raise SolidError(f"holds {len(grids)} grids instead of one: {said or 'nothing'}")
    return grids[0]
