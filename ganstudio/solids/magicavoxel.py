"""The .vox format of MagicaVoxel: coloured voxels in chunks, some files without a palette.

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


class Material(NamedTuple):
    """What a colour is made of, from the old MATT chunk: 0 diffuse, 1 metal, 2 glass, 3 light."""

    kind: int
    weight: float


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


class Vox(NamedTuple):
    """What a .vox file holds.

    Attributes:
        models: in the order of the file; more than one in animations and scenes.
        palette: (256, 4) uint8 red, green, blue, alpha of each colour number; 0 is unused.
        materials: by colour number, where the file tells any.
    """

    models: list[Model]
    palette: NDArray[np.uint8]
    materials: dict[int, Material]


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
    palette = default_palette()
    palette[INK] = (*colour, 255)
    # in the file the palette begins with colour 1
    stored = np.roll(palette, -1, axis=0)
    chunks = (
        _chunk(b"SIZE", struct.pack("<3i", *grid.shape))
        + _chunk(b"XYZI", struct.pack("<i", len(voxels)) + voxels.tobytes())
        + _chunk(b"RGBA", stored.tobytes())
    )
    main = b"MAIN" + struct.pack("<2i", 0, len(chunks)) + chunks
    return b"VOX " + struct.pack("<i", VERSION) + main


def decode(content: bytes) -> Vox:
    """Read the bytes of a .vox file; chunks it does not know are passed over.

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
    materials: dict[int, Material] = {}
    palette = default_palette()
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
        elif name == b"RGBA":
            palette = _palette(body)
        elif name == b"MATT":
            number, kind, weight = _fields("<2if", body, name)
            materials[number] = Material(kind, weight)
    if not models or (promised is not None and promised != len(models)):
        wanted = 1 if promised is None else promised
        raise SolidError(f"the .vox file promises {wanted} models, but holds {len(models)}")
    return Vox(models, palette, materials)


def default_palette() -> NDArray[np.uint8]:
    """(256, 4) the colours of a file that brings none: a cube of 6 x 6 x 6, then four ramps."""
    palette = np.zeros((256, 4), dtype=np.uint8)
    steps = np.array([255, 204, 153, 102, 51, 0], dtype=np.uint8)
    red, green, blue = np.meshgrid(steps, steps, steps, indexing="ij")
    palette[1:216, :3] = np.stack([red, green, blue], axis=-1).reshape(-1, 3)[:-1]
    ramp = np.array([238, 221, 187, 170, 136, 119, 85, 68, 34, 17], dtype=np.uint8)
    for channel in range(3):
        palette[216 + 10 * channel : 226 + 10 * channel, channel] = ramp
    palette[246:, :3] = ramp[:, None]
    palette[1:, 3] = 255
    return palette


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


def _palette(body: bytes) -> NDArray[np.uint8]:
    if len(body) < 1024:
        raise SolidError(f"a .vox palette takes 1024 bytes, got {len(body)}")
    stored = np.frombuffer(body, dtype=np.uint8, count=1024).reshape(256, 4)
    palette = np.roll(stored, 1, axis=0)
    palette[0] = 0
    return palette


def _fields(layout: str, body: bytes, name: bytes) -> tuple[int, ...]:
    if len(body) < struct.calcsize(layout):
        raise SolidError(f"the {_named(name)} chunk of the .vox file is too short")
    return struct.unpack_from(layout, body)


def _named(name: bytes) -> str:
    return name.decode("ascii", errors="replace")


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<2i", len(body), 0) + body
