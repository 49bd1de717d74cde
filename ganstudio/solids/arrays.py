"""Arrays in files of NumPy: checked before they are read, and never unpickled."""

from __future__ import annotations

import math
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from ganstudio.solids.faults import SolidError

MOST_BYTES = 1 << 28  # of one array out of a zip
LARGEST_GROWTH = 1100  # what a zip can grow to against its size
SAMPLES = "samples"  # what `ganstudio sample` writes, in [-1, 1]
_FAULTS = (ValueError, TypeError, OverflowError, SyntaxError, TokenError, EOFError, MemoryError)


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


def read_npy(path: Path) -> NDArray[Any]:
    """The grid of a .npy file.

    Raises:
        SolidError: if it holds none, or objects of Python.
    """
    with path.open("rb") as file:
        if file.read(6) != b"\x93NUMPY":
            raise SolidError("no .npy file")
    # mapped, not read: a header that promises more than the file holds allocates nothing
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except _FAULTS as error:
        raise SolidError(f"no readable .npy file ({error})") from error
    return occupancy(np.array(mapped))


def read_npz(path: Path) -> NDArray[Any]:
    """The grid of a .npz file; of several samples the first.

    Raises:
        SolidError: if it holds none or several, or objects of Python.
    """
    size = path.stat().st_size
    shapes: dict[str, tuple[int, ...]] = {}
    try:
        with zipfile.ZipFile(path) as package:
            for info in package.infolist():
                if info.filename.endswith(".npy"):
                    shapes[info.filename[:-4]] = _promised(package, info, size)
            name = _chosen(shapes)
            content = package.read(f"{name}.npy")
        values = np.lib.format.read_array(BytesIO(content), allow_pickle=False)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise SolidError(f"no readable .npz file ({error})") from error
    except _FAULTS as error:
        if isinstance(error, SolidError):
            raise
        raise SolidError(f"no readable .npz file ({error})") from error
    if name == SAMPLES and values.dtype.kind == "f":
        values = np.clip((values[0] + 1) / 2, 0, 1)
    return occupancy(values[0] if values.ndim == 5 else values)


def _promised(package: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> tuple[int, ...]:
    """The shape of an array, once it is sure that no more is promised than can be there."""
    if info.file_size > min(MOST_BYTES, LARGEST_GROWTH * size):
        raise SolidError(f"promises {info.file_size:,} bytes of {info.filename}")
    with package.open(info) as file:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, kind = read(file)
    if kind.hasobject:
        raise SolidError(f"holds objects of Python in {info.filename}, which are never read")
    if math.prod(shape) * kind.itemsize > info.file_size:
        raise SolidError(f"promises {shape} in {info.filename}, but holds {info.file_size} bytes")
    return shape


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
