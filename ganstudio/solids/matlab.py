"""MATLAB files of version 5, as 3D ShapeNets keeps its volumes: one array out of them.

Read here and not with SciPy, which reserves as much memory as a damaged file asks for.

Source: MathWorks, MAT-File Format, chapter 1: Level 5 MAT-file format.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.solids.faults import SolidError

HEAD_BYTES = 128
MOST_BYTES = 1 << 28  # of one array
LARGEST_GROWTH = 1100  # what deflate can grow to against its size
_MATRIX, _COMPRESSED = 14, 15
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8",
            13: "u8"}  # fmt: skip
_CLASSES = range(6, 16)  # of arrays that hold numbers: double to uint64
_OTHERS = {1: "cell", 2: "struct", 3: "object", 4: "text", 5: "sparse", 17: "function"}
_COMPLEX = 0x08


def decode(content: bytes, key: str = "instance") -> NDArray[Any]:
    """The array of this name.

    Args:
        content: the bytes of a .mat file.
        key: the name; a file with one array of three axes may call it anything.

    Raises:
        SolidError: if this is no such file, or the array is missing or not made of numbers.
    """
    if content[:8] == b"\x89HDF\r\n\x1a\n" or content[:19] == b"MATLAB 7.3 MAT-file":
        raise SolidError("is a MATLAB 7.3 file, which is not read here; save it with -v7")
    if len(content) < HEAD_BYTES or content[126:128] not in (b"IM", b"MI"):
        raise SolidError("is no MATLAB file of version 5")
    order = "<" if content[126:128] == b"IM" else ">"
    found: dict[str, NDArray[Any] | str] = {}
    for kind, body in _elements(content[HEAD_BYTES:], order):
        whole = body
        if kind == _COMPRESSED:
            inner = list(_elements(_inflated(body), order))
            if not inner:
                continue
            kind, whole = inner[0]
        if kind == _MATRIX:
            name, array = _matrix(whole, order)
            found[name] = array
    solids = [array for array in found.values() if not isinstance(array, str) and array.ndim == 3]
    chosen = found.get(key, solids[0] if len(solids) == 1 else None)
    if isinstance(chosen, str):
        raise SolidError(f"keeps {key} as a {chosen}; only arrays of numbers are read")
    if chosen is None:
        names = ", ".join(sorted(found)[:5]) or "nothing"
        raise SolidError(f"has no array {key}, but {names}")
    return chosen


def _elements(content: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Type and bytes of each element in a row."""
    at = 0
    while at + 8 <= len(content):
        kind, size = struct.unpack_from(order + "2I", content, at)
        if kind >> 16:  # a small one: both numbers and the bytes share eight bytes
            kind, size = kind & 0xFFFF, kind >> 16
            if size > 4:
                raise SolidError("is damaged: a small element is larger than 4 bytes")
            yield kind, content[at + 4 : at + 4 + size]
            at += 8
            continue
        at += 8
        if size > len(content) - at:
            raise SolidError(f"promises {size:,} bytes, but holds {len(content) - at:,}")
        yield kind, content[at : at + size]
        at += size if kind == _COMPRESSED else size + -size % 8


def _inflated(body: bytes) -> bytes:
    most = min(MOST_BYTES, LARGEST_GROWTH * len(body) + 64)
    unpack = zlib.decompressobj()
    try:
        content = unpack.decompress(body, most)
    except zlib.error as error:
        raise SolidError(f"is damaged ({error})") from error
    if unpack.unconsumed_tail:
        raise SolidError(f"holds an array of more than {MOST_BYTES >> 20} MB")
    return content


def _matrix(body: bytes, order: str) -> tuple[str, NDArray[Any] | str]:
    """Name and numbers of an array; of another thing the name and what it is."""
    parts = [part for _, part in zip(range(4), _elements(body, order), strict=False)]
    if len(parts) < 3 or len(parts[0][1]) < 8 or len(parts[1][1]) % 4:
        raise SolidError("is damaged: an array has no size or no name")
    flags = struct.unpack_from(order + "I", parts[0][1])[0]
    name = parts[2][1].decode("latin-1")
    if flags & 0xFF not in _CLASSES:
        return name, _OTHERS.get(flags & 0xFF, "thing of unknown kind")
    if flags >> 8 & _COMPLEX:
        return name, "array of complex numbers"
    shape = np.frombuffer(parts[1][1], order + "i4").tolist()
    if len(parts) < 4 or parts[3][0] not in _NUMBERS:
        raise SolidError(f"is damaged: the array {name} has no numbers")
    kind, numbers = np.dtype(order + _NUMBERS[parts[3][0]]), parts[3][1]
    if not shape or min(shape) < 0 or math.prod(shape) * kind.itemsize != len(numbers):
        raise SolidError(
            f"promises an array of {' x '.join(map(str, shape))}, but holds "
            f"{len(numbers) // kind.itemsize:,} numbers"
        )
    return name, np.frombuffer(numbers, kind).reshape(shape, order="F")
