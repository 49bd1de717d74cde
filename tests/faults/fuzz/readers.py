"""Every reader of files that anybody may have made, in one table, for whoever throws bytes at it.

A reader may answer any bytes with a value or with its documented error and a sentence, within
two seconds and 100 MB, and with nothing else.
"""

from __future__ import annotations

import io
import struct
import wave
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh
from fuzz.run_readers import ROWS
from PIL import Image

from ganstudio.data import captioned_folder
from ganstudio.latent import bank, file
from ganstudio.latent.stand import Stand
from ganstudio.pictures import UnfitError, open_picture
from ganstudio.solids import binvox, magicavoxel, opening
from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes import threemf
from ganstudio.sounds import read_wav
from ganstudio.words import encode, vocabulary

SECONDS = 2.0
MEGABYTES = 100
LONGEST_TOLD = 20_000  # characters of a refusal, which may list thirty faults
SIDE = 16  # voxels that a solid is brought to


@dataclass(frozen=True)
class Reader:
    """One way in.

    Attributes:
        read: takes a scratch folder and the bytes.
        refuses: the documented errors.
        seeds: good files, small, to begin from.
    """

    read: Callable[[Path, bytes], object]
    refuses: tuple[type[Exception], ...]
    seeds: Callable[[], list[bytes]]


def placed(name: str, read: Callable[[Path], object]) -> Callable[[Path, bytes], object]:
    """A reader of paths as one of bytes: they lie in a file of this name."""

    def attempt(folder: Path, content: bytes) -> object:
        path = folder / name
        path.write_bytes(content)
        return read(path)

    return attempt


# Solids ---------------------------------------------------------------------------------------


def _solid(suffix: str, seeds: Callable[[], list[bytes]]) -> Reader:
    return Reader(
        placed(f"solid{suffix}", lambda path: opening.open_solid(path, SIDE)), (SolidError,), seeds
    )


def _mesh(suffix: str) -> list[bytes]:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]], float)
    body = trimesh.Trimesh(points, [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], process=False)
    kinds = {".ply": ({}, {"encoding": "ascii"}), ".stl": ({}, {"file_type": "stl_ascii"})}
    found = []
    for extra in kinds.get(suffix, ({},)):
        content = body.export(**{"file_type": suffix[1:], **extra})
        found.append(content.encode() if isinstance(content, str) else bytes(content))
    return found


def _grid() -> np.ndarray:
    grid = np.zeros((4, 5, 6), bool)
    grid[1:3, 1:4, 2:5] = True
    return grid


def _npy(values: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=values.dtype.hasobject)
    return buffer.getvalue()


def _npz() -> list[bytes]:
    buffer, packed = io.BytesIO(), io.BytesIO()
    np.savez(buffer, grid=_grid())
    np.savez_compressed(packed, samples=np.zeros((2, 1, 4, 4, 4), np.float32))
    return [buffer.getvalue(), packed.getvalue()]


def _mat() -> list[bytes]:
    def element(kind: int, body: bytes) -> bytes:
        return struct.pack("<2I", kind, len(body)) + body + bytes(-len(body) % 8)

    numbers = _grid().astype(np.uint8).tobytes(order="F")
    matrix = b"".join(
        (
            element(6, struct.pack("<2I", 9, 0)),
            element(5, struct.pack("<3i", 4, 5, 6)),
            element(1, b"instance"),
            element(2, numbers),
        )
    )
    head = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM"
    plain = element(14, matrix)
    packed = zlib.compress(plain)
    return [head + plain, head + struct.pack("<2I", 15, len(packed)) + packed]


# Latents, sounds, pictures --------------------------------------------------------------------


def _stand() -> Stand:
    told = {"classes": np.array([3]), "attributes": np.ones((1, 4), np.float32)}
    return Stand(np.arange(6, dtype=np.float32), told, 0.7, np.ones((2, 3), np.float32), 0.5)


def _bank() -> bytes:
    ways = np.eye(3, 5, dtype=np.float32)
    return bank._pack(bank.Bank("z", ("a", "b", "c"), ways, np.ones(3, np.float32), "made up"))


def _wav() -> list[bytes]:
    found = []
    for channels, width, rate in ((1, 2, 16_000), (2, 1, 8000), (2, 3, 44_100)):
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as sound:
            sound.setnchannels(channels)
            sound.setsampwidth(width)
            sound.setframerate(rate)
            sound.writeframes(bytes(range(240)))
        found.append(buffer.getvalue())
    return found


def _pictures() -> list[bytes]:
    image = Image.fromarray(np.arange(192, dtype=np.uint8).reshape(8, 8, 3))
    found = []
    for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"):
        buffer = io.BytesIO()
        image.save(buffer, kind)
        found.append(buffer.getvalue())
    return found


def _caption(folder: Path, content: bytes) -> object:
    (folder / "a.txt").write_bytes(content)
    text = captioned_folder._caption(folder / "a.txt")
    return encode(text, vocabulary([text]), 20)


READERS: dict[str, Reader] = {
    "stl": _solid(".stl", lambda: _mesh(".stl")),
    "obj": _solid(".obj", lambda: _mesh(".obj")),
    "ply": _solid(".ply", lambda: _mesh(".ply")),
    "off": _solid(".off", lambda: _mesh(".off")),
    "glb": _solid(".glb", lambda: _mesh(".glb")),
    "3mf": _solid(".3mf", lambda: [_threemf()]),
    "binvox": _solid(".binvox", lambda: [binvox.encode(binvox.Binvox(_grid()))]),
    "vox": _solid(".vox", lambda: [magicavoxel.encode(_grid())]),
    "npy": _solid(".npy", lambda: [_npy(_grid()), _npy(_grid().astype(np.float32))]),
    "npz": _solid(".npz", _npz),
    "mat": _solid(".mat", _mat),
    "wav": Reader(placed("sound.wav", read_wav), (ValueError,), _wav),
    "picture": Reader(
        placed("picture.png", lambda path: open_picture(path, True)), (UnfitError,), _pictures
    ),
    "latent-text": Reader(
        placed("place.toml", file.load),
        (file.LatentError,),
        lambda: [file.to_text(_stand()).encode()],
    ),
    "latent-file": Reader(
        placed("place.safetensors", file.load), (file.LatentError,), lambda: [file._pack(_stand())]
    ),
    "caption": Reader(_caption, (UnfitError,), lambda: [b"a red chair\n", "é\n".encode("utf-16")]),
    "bank": Reader(placed("ways.safetensors", bank.load), (bank.BankError,), lambda: [_bank()]),
}


READERS |= {name: Reader(*row) for name, row in ROWS.items()}


def _threemf() -> bytes:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]], np.float32)
    return threemf.encode(points, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]))
