"""STL: three corners for every triangle, in binary or as text.

Source: 3D Systems, Stereolithography Interface Specification, 1989.
"""

from __future__ import annotations

import re

import numpy as np

from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes.soup import Soup, checked, floats

HEAD_BYTES = 84
_RECORD = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("colour", "<u2")])
_VERTEX = re.compile(rb"\bvertex\s+(\S+)\s+(\S+)\s+(\S+)", re.IGNORECASE)


def decode(content: bytes) -> Soup:
    """Read the bytes of an .stl file of either kind.

    Raises:
        SolidError: if they are neither, or hold fewer triangles than they promise.
    """
    spoken = content.lstrip()[:5].lower() == b"solid"
    count = int.from_bytes(content[80:HEAD_BYTES], "little")
    fits = len(content) >= HEAD_BYTES and HEAD_BYTES + _RECORD.itemsize * count == len(content)
    # many binary files begin with solid too: their length tells them apart
    return _text(content) if spoken and not fits else _binary(content, count)


def _binary(content: bytes, count: int) -> Soup:
    if len(content) < HEAD_BYTES:
        raise SolidError("is no STL file: it is too short")
    held = (len(content) - HEAD_BYTES) // _RECORD.itemsize
    if count > held:
        raise SolidError(f"promises {count:,} triangles, but holds {held:,}")
    records = np.frombuffer(content, _RECORD, count, HEAD_BYTES)
    return _soup(records["corners"].astype(np.float64))


def _text(content: bytes) -> Soup:
    words = [word for corner in _VERTEX.findall(content) for word in corner]
    if len(words) % 9:
        raise SolidError("is cut off in the middle of a triangle")
    return _soup(floats(words, "coordinates"))


def _soup(corners: np.ndarray) -> Soup:
    vertices = corners.reshape(-1, 3)
    return checked(vertices, np.arange(len(vertices), dtype=np.int64).reshape(-1, 3))
