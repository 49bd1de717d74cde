"""PLY: a header that says what each row holds, then rows as text or in binary.

Source: Turk 1994, The PLY Polygon File Format.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes.soup import Soup, checked, fans, floats, whole

LONGEST_HEADER_BYTES = 65_536
_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2",
    "ushort": "u2", "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
_STRUCT = {
    "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "f4": "f", "f8": "d",
}  # fmt: skip
_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}


@dataclass
class _Element:
    """A kind of row: its columns are (name, type, type of the length or empty)."""

    name: str
    count: int
    columns: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def least_bytes(self) -> int:
        """Bytes of a row in binary whose lists are all empty."""
        return sum(int((length or kind)[1]) for _, kind, length in self.columns)


@dataclass
class _Table:
    """The rows of an element: numbers by name; of lists the lengths, and all items in a row."""

    scalars: dict[str, NDArray[Any]] = field(default_factory=dict)
    lists: dict[str, tuple[NDArray[Any], NDArray[Any]]] = field(default_factory=dict)


def decode(content: bytes) -> Soup:
    """Read the bytes of a .ply file.

    Raises:
        SolidError: if they are none, hold fewer rows than they promise, or no faces.
    """
    order, elements, at = _header(content)
    tables: dict[str, _Table] = {}
    lines = content[at:].splitlines() if not order else []
    for element in elements:
        if order:
            table, at = _binary(content, at, element, order)
        else:
            table, lines = _text(lines, element)
        tables[element.name] = table
    corners = tables.get("vertex", _Table()).scalars
    if not {"x", "y", "z"} <= corners.keys():
        raise SolidError("has no corners with x, y and z")
    vertices = np.stack([corners[axis].astype(np.float64) for axis in "xyz"], axis=1)
    lists = tables.get("face", _Table()).lists
    named = lists.get("vertex_indices", lists.get("vertex_index"))
    if named is None:
        return checked(vertices, np.zeros((0, 3), np.int64))
    return checked(vertices, fans(named[0].astype(np.int64), named[1].astype(np.int64)))


def _header(content: bytes) -> tuple[str, list[_Element], int]:
    """The byte order (empty for text), the elements, and where the rows begin."""
    head = content[:LONGEST_HEADER_BYTES]
    if not head.startswith(b"ply"):
        raise SolidError("is no PLY file: it does not begin with ply")
    end = head.find(b"end_header")
    begin = head.find(b"\n", end) + 1
    if end < 0 or not begin:
        raise SolidError("is a PLY file whose header does not end")
    order: str | None = None
    elements: list[_Element] = []
    for line in head[:end].decode("latin-1").splitlines()[1:]:
        words = line.split()
        if words[:1] == ["format"] and len(words) > 1:
            order = _ORDERS.get(words[1])
        elif words[:1] == ["element"] and len(words) == 3 and words[2].isdecimal():
            if len(words[2]) > 12:
                raise SolidError(f"promises {words[2][:12]}... rows of {words[1]}")
            elements.append(_Element(words[1], int(words[2])))
        elif words[:1] == ["property"] and elements:
            elements[-1].columns.append(_column(words))
        elif words[:1] not in ([], ["comment"], ["obj_info"]):
            raise SolidError(f"has a line in its PLY header that means nothing: {line[:40]!r}")
    if order is None:
        raise SolidError("is a PLY file of no known format")
    return order, elements, begin


def _column(words: list[str]) -> tuple[str, str, str]:
    """Name, type, and the type of a list's length."""
    kinds = words[2:4] if words[1:2] == ["list"] else words[1:2]
    if len(words) != (5 if len(kinds) == 2 else 3) or any(k not in _TYPES for k in kinds):
        raise SolidError(f"has a PLY property that means nothing: {' '.join(words)[:40]!r}")
    length = _TYPES[kinds[0]] if len(kinds) == 2 else ""
    return words[-1], _TYPES[kinds[-1]], length


def _binary(content: bytes, at: int, element: _Element, order: str) -> tuple[_Table, int]:
    """The rows of an element, and where the next one begins."""
    left = len(content) - at
    if element.count * element.least_bytes > left:
        raise SolidError(
            f"promises {element.count:,} rows of {element.name}, which do not fit in its bytes"
        )
    if not element.count or not element.columns:
        return _Table(), at
    first = _lengths(content, at, element, order)
    layout = np.dtype([
        part
        for i, (_, kind, length) in enumerate(element.columns)
        for part in (
            [(f"n{i}", order + length), (f"c{i}", order + kind, (first[i],))]
            if length
            else [(f"c{i}", order + kind)]
        )
    ])  # fmt: skip
    if layout.itemsize * element.count <= left:
        rows = np.frombuffer(content, layout, element.count, at)
        if all((rows[f"n{i}"] == first[i]).all() for i in first):
            return _even(rows, element, first), at + rows.nbytes
    return _uneven(content, at, element, order)


def _lengths(content: bytes, at: int, element: _Element, order: str) -> dict[int, int]:
    """How long the lists of the first row are, by the number of the column."""
    found: dict[int, int] = {}
    for i, (_, kind, length) in enumerate(element.columns):
        if length:
            found[i] = _one(content, at, order + _STRUCT[length])
            at += int(length[1]) + found[i] * int(kind[1])
        else:
            at += int(kind[1])
    return found


def _even(rows: NDArray[Any], element: _Element, first: dict[int, int]) -> _Table:
    """Rows whose lists are all as long as those of the first."""
    table = _Table()
    for i, (name, _, length) in enumerate(element.columns):
        if length:
            sizes = np.full(len(rows), first[i], np.int64)
            table.lists[name] = sizes, rows[f"c{i}"].reshape(-1)
        else:
            table.scalars[name] = rows[f"c{i}"]
    return table


def _uneven(content: bytes, at: int, element: _Element, order: str) -> tuple[_Table, int]:
    """Rows with lists of different lengths, one by one; their numbers are passed over."""
    pieces: dict[str, list[bytes]] = {name: [] for name, _, length in element.columns if length}
    sizes: dict[str, list[int]] = {name: [] for name in pieces}
    for _ in range(element.count):
        for name, kind, length in element.columns:
            if not length:
                at += int(kind[1])
                continue
            count = _one(content, at, order + _STRUCT[length])
            at += int(length[1])
            pieces[name].append(content[at : at + count * int(kind[1])])
            sizes[name].append(count)
            at += count * int(kind[1])
        if at > len(content):
            raise SolidError(f"is cut off in its rows of {element.name}")
    kinds = {name: order + kind for name, kind, _ in element.columns}
    return _Table(
        lists={
            name: (np.array(sizes[name], np.int64), np.frombuffer(b"".join(parts), kinds[name]))
            for name, parts in pieces.items()
        }
    ), at


def _one(content: bytes, at: int, layout: str) -> int:
    """The length of a list."""
    if at + struct.calcsize(layout) > len(content):
        raise SolidError("is cut off in the middle of a row")
    count = int(struct.unpack_from(layout, content, at)[0])
    if count < 0 or count > len(content):
        raise SolidError(f"has a row that promises {count:,} items")
    return count


def _text(lines: list[bytes], element: _Element) -> tuple[_Table, list[bytes]]:
    """The rows of an element, and the lines after them."""
    lines = lines if not lines or lines[0].strip() else [line for line in lines if line.strip()]
    if element.count > len(lines):
        raise SolidError(
            f"promises {element.count:,} rows of {element.name}, but holds {len(lines):,}"
        )
    names = [name for name, _, _ in element.columns]
    words: dict[str, list[bytes]] = {name: [] for name in names}
    sizes: dict[str, list[int]] = {name: [] for name in names}
    for line in lines[: element.count]:
        row = line.split()
        for name, _, length in element.columns:
            count = int(whole(row[:1], "list lengths")[0]) if length and row else 1
            start = 1 if length else 0
            if count < 0 or len(row) < start + count:
                raise SolidError(f"has a row of {element.name} that is too short")
            words[name] += row[start : start + count]
            sizes[name].append(count)
            row = row[start + count :]
    table = _Table()
    for name, _, length in element.columns:
        if length:
            items = whole(words[name], name) if "vertex_ind" in name else np.zeros(0)
            table.lists[name] = np.array(sizes[name], np.int64), items
        elif name in ("x", "y", "z"):
            table.scalars[name] = floats(words[name], "coordinates")
    return table, lines[element.count :]
