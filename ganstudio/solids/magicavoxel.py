"""The .vox format of MagicaVoxel: models of voxels in chunks; colours are passed over.

Source: MagicaVoxel file format, https://github.com/ephtracy/voxel-model
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ganstudio.solids.faults import SolidError

LONGEST_SIDE = 256  # coordinates are bytes
VERSION = 150
INK = 1  # the colour number that written voxels get


class Model(NamedTuple):
    """One model of a file.

    Attributes:
        shape: voxels along x, y and z, z up.
        voxels: (N, 4) uint8: x, y, z and the number of the colour, 1 to 255.
    """

    shape: tuple[int, int, int]
    voxels: NDArray[np.uint8]

    def grid(self) -> NDArray[np.uint8]:
        """(X, Y, Z) numbers of colours; 0 is empty."""
        grid = np.zeros(self.shape, dtype=np.uint8)
        x, y, z, colour = self.voxels.T
        grid[x, y, z] = colour
        return grid


def encode(grid: NDArray[np.bool_], colour: tuple[int, int, int] = (166, 138, 222)) -> bytes:
    """The bytes of a .vox file with one model in one colour.

    Raises:
        ValueError: if the grid is not three axes of 1 to 256 voxels.
    """
    grid = np.asarray(grid, dtype=bool)
    if grid.ndim != 3 or not 1 <= min(grid.shape) <= max(grid.shape) <= LONGEST_SIDE:
        raise SolidError(f".vox holds 1 to {LONGEST_SIDE} voxels a side, got {grid.shape}")
    cells = np.argwhere(grid)
    voxels = np.full((len(cells), 4), INK, dtype=np.uint8)
    voxels[:, :3] = cells
    # in the file the palette begins with colour 1
    stored = np.full((256, 4), (*colour, 255), dtype=np.uint8)
    chunks = (
        _chunk(b"SIZE", struct.pack("<3i", *grid.shape))
        + _chunk(b"XYZI", struct.pack("<i", len(voxels)) + voxels.tobytes())
        + _chunk(b"RGBA", stored.tobytes())
    )
    main = b"MAIN" + struct.pack("<2i", 0, len(chunks)) + chunks
    return b"VOX " + struct.pack("<i", VERSION) + main


def decode(content: bytes) -> list[Model]:
    """The models of a .vox file, more than one in animations; other chunks are passed over.

    Models stay lists of voxels, so a file cannot make this take much more memory than it has.

    Raises:
        ValueError: if this is no .vox file, or it is cut off or contradicts itself.
    """
    if len(content) < 20 or content[:4] != b"VOX " or content[8:12] != b"MAIN":
        raise SolidError("no MagicaVoxel file: it does not begin with VOX and MAIN")
    own, _ = struct.unpack_from("<2i", content, 12)
    at = 20 + max(own, 0)
    size: tuple[int, int, int] | None = None
    models: list[Model] = []
    promised: int | None = None
    while at + 12 <= len(content):
        name = content[at : at + 4]
        length, _ = struct.unpack_from("<2i", content, at + 4)
        body = content[at + 12 : at + 12 + max(length, 0)]
        if length < 0 or len(body) < length:
            raise SolidError(f"the .vox file is cut off in its {_named(name)} chunk")
        at += 12 + length
        if name == b"PACK":
            (promised,) = _fields("<i", body, name)
        elif name == b"SIZE":
            size = _size(body)
        elif name == b"XYZI":
            if size is None:
                raise SolidError("the .vox file has voxels before their SIZE")
            models.append(Model(size, _voxels(body, size)))
    if not models or (promised is not None and promised != len(models)):
        wanted = 1 if promised is None else promised
        raise SolidError(f"the .vox file promises {wanted} models, but holds {len(models)}")
    return models


def _size(body: bytes) -> tuple[int, int, int]:
    x, y, z = _fields("<3i", body, b"SIZE")
    if not 1 <= min(x, y, z) <= max(x, y, z) <= LONGEST_SIDE:
        raise SolidError(f"a .vox model has 1 to {LONGEST_SIDE} voxels a side, got {x} x {y} x {z}")
    return x, y, z


def _voxels(body: bytes, size: tuple[int, int, int]) -> NDArray[np.uint8]:
    (count,) = _fields("<i", body, b"XYZI")
    if count < 0 or 4 + 4 * count > len(body):
        held = (len(body) - 4) // 4
        raise SolidError(f"the .vox file promises {count} voxels, but holds {held}")
    voxels = np.frombuffer(body, dtype=np.uint8, offset=4, count=4 * count).reshape(-1, 4)
    if (voxels[:, :3] >= np.array(size)).any():
        raise SolidError(f"a voxel of the .vox file lies outside its {' x '.join(map(str, size))}")
    return voxels[voxels[:, 3] > 0]


def _fields(layout: str, body: bytes, name: bytes) -> tuple[int, ...]:
    if len(body) < struct.calcsize(layout):
        raise SolidError(f"the {_named(name)} chunk of the .vox file is too short")
    return struct.unpack_from(layout, body)


def _named(name: bytes) -> str:
    return name.decode("ascii", errors="replace")


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<2i", len(body), 0) + body
