"""Decoded samples on the disk, so that a folder is decoded once: mapped, checked, and bounded.

Each set is a folder of its own below ``store_root()``: ``manifest.json`` and one file of plain
numbers for each column. It is built under a temporary name and renamed when it is whole. All of
it may be deleted at any time; it is made again.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
import threading
import zlib
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from itertools import count as counter
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio import __version__
from ganstudio.data.base import Remark
from ganstudio.disk import (
    NoRoomError,
    discard,
    flush_folder,
    free_bytes,
    in_words,
    needing,
    sweep,
    temporary,
    write_flushed,
)
from ganstudio.reading import parse_json, read_bytes
from ganstudio.resources import cache_root

Column = NDArray[Any]

FORMAT = 1
MOST_BYTES = 20 * 10**9  # of all sets together, and never more than half of what they could have
CHECKED_BYTES = 256 << 20  # of a column at each opening, spread over it: all would take minutes
BLOCK = 256  # samples under one checksum
MANIFEST = "manifest.json"
LARGEST_MANIFEST_BYTES = 1 << 30
DTYPES = ("uint8", "int16", "int64")
_NUMBERS = counter()
_NAMING = threading.Lock()
_UNRESERVED = 0x4000 if sys.platform == "linux" else 0  # mmap.MAP_NORESERVE, not in Python 3.11


class Stored:
    """A set on the disk, mapped into memory.

    Attributes:
        columns: (N, ...) by name; what somebody writes to them never reaches the disk.
        remarks: what was found while it was decoded.
    """

    def __init__(self, remarks: tuple[Remark, ...]) -> None:
        self.columns: dict[str, Column] = {}
        self.remarks = remarks
        self._maps: list[mmap.mmap] = []

    @classmethod
    def open(cls, key: str) -> Stored | None:
        """The set under a key; None if it is not there or not as it was written."""
        folder = store_root() / key
        try:
            manifest = _unsealed(read_bytes(folder / MANIFEST, LARGEST_MANIFEST_BYTES))
            stored = cls(tuple(Remark(*map(str, line)) for line in manifest["remarks"]))  # type: ignore[arg-type]
            for name, facts in manifest["columns"].items():
                stored._map(folder / Path(name).name, int(manifest["count"]), facts)
            with suppress(OSError):  # it is used last now, on a disk that takes this
                os.utime(folder / MANIFEST)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return None
        return stored if "x" in stored.columns else None

    def let_go(self) -> None:
        """Free the memory of the pages that were read; they come again when needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            for mapped in self._maps:
                mapped.madvise(mmap.MADV_DONTNEED)

    def _map(self, path: Path, count: int, facts: Mapping[str, Any]) -> None:
        """Map one column; a ValueError if it is not what it should be."""
        dtype, shape = str(facts["dtype"]), tuple(int(n) for n in facts["shape"])
        values = prod(shape)
        if dtype not in DTYPES or min((count, *shape)) < 1:
            raise ValueError(f"{path} is no column of samples")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size != count * values * np.dtype(dtype).itemsize:
                raise ValueError(f"{path} has {size} bytes")
            _check(file, size // count * BLOCK, size, facts["sums"])
            if os.name == "posix":
                mapped = mmap.mmap(
                    file.fileno(),
                    size,
                    mmap.MAP_PRIVATE | _UNRESERVED,
                    mmap.PROT_READ | mmap.PROT_WRITE,
                )
            else:
                mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_COPY)
        self._maps.append(mapped)
        self.columns[path.name] = np.frombuffer(mapped, dtype).reshape(count, *shape)


class Writer:
    """Takes decoded samples one by one and puts them on the disk, whole or not at all.

    Args:
        key: of the set, see ``key_of``.
        most: how many samples there may be.
    """

    def __init__(self, key: str, most: int) -> None:
        self._final = store_root() / key
        self._folder = temporary(self._final.with_name(f"{key}-{next(_NUMBERS)}"))
        self._most, self._count = most, 0
        self._files: dict[str, IO[bytes]] = {}
        self._facts: dict[str, dict[str, Any]] = {}
        self._sum: dict[str, int] = {}

    def add(self, sample: Mapping[str, Column]) -> None:
        """One sample more.

        Raises:
            OSError: if the disk will not take it.
        """
        if not self._files:
            self._begin(sample)
        for name, value in sample.items():
            content = np.ascontiguousarray(value).tobytes()
            self._files[name].write(content)
            self._sum[name] = zlib.crc32(content, self._sum[name])
        self._count += 1
        if self._count % BLOCK == 0:
            self._end_block()

    def finish(self, remarks: tuple[Remark, ...]) -> None:
        """Give it its name.

        Raises:
            OSError: if the disk will not take it.
        """
        if self._count % BLOCK:
            self._end_block()
        for file in self._files.values():
            file.truncate()  # to what was written, for room was taken for all
            file.flush()
            os.fsync(file.fileno())
            file.close()
        manifest = {
            "format": FORMAT,
            "count": self._count,
            "columns": self._facts,
            "remarks": remarks,
        }
        write_flushed(self._folder / MANIFEST, _sealed(manifest))
        flush_folder(self._folder)
        with _NAMING:
            if Stored.open(self._final.name) is None:  # else another thread was quicker
                discard(self._final)  # damaged, or it would have been taken
                self._folder.rename(self._final)
        flush_folder(self._final.parent)

    def discard(self) -> None:
        """Leave nothing unfinished behind."""
        for file in self._files.values():
            with suppress(OSError):
                file.close()
        discard(self._folder)

    def _begin(self, sample: Mapping[str, Column]) -> None:
        """Take room for all samples at once: a disk that is too full shows now, not in an hour."""
        needed = self._most * sum(value.nbytes for value in sample.values())
        make_room(needed, self._final)
        self._folder.mkdir(parents=True)
        with needing(needed, self._folder):
            for name, value in sample.items():
                file = (self._folder / name).open("wb", buffering=1 << 20)
                self._files[name] = file
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, self._most * value.nbytes)
                self._facts[name] = {
                    "dtype": value.dtype.name,
                    "shape": value.shape,
                    "sums": [],
                }
                self._sum[name] = 0

    def _end_block(self) -> None:
        for name, facts in self._facts.items():
            facts["sums"].append(self._sum[name])
            self._sum[name] = 0


def store_root() -> Path:
    """Where decoded folders are kept."""
    return cache_root() / "decoded"


def key_of(*parts: Any) -> str:
    """A name for a set that depends on all that it is made of: files, sizes, this version."""
    text = json.dumps([FORMAT, __version__, *parts], sort_keys=True)
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def make_room(needed_bytes: int, final: Path) -> None:
    """Let the sets go that were not used for longest, until another one fits among them.

    Args:
        needed_bytes: how large it is.
        final: where it will be.

    Raises:
        NoRoomError: if it fits in no way.
        OSError: if the folder cannot be made, or no disk would do for so large a set.
    """
    if needed_bytes > MOST_BYTES:
        raise OSError(
            f"they take {in_words(needed_bytes)}, and all decoded folders together may take "
            f"{in_words(MOST_BYTES)}"
        )
    root = store_root()
    root.mkdir(parents=True, exist_ok=True)
    sweep(root)
    kept = [(*_state(folder), folder) for folder in root.iterdir() if folder.name[0] != "."]
    held, free = sum(size for _, size, _ in kept), free_bytes(root)
    most = min(MOST_BYTES, (free + held) // 2)
    if needed_bytes > most:
        raise NoRoomError(final, 2 * needed_bytes, free)
    for _, size, folder in sorted(kept):
        if held + needed_bytes <= most:
            break
        discard(folder)
        held -= size


def _state(folder: Path) -> tuple[float, int]:
    """When a set was used last, and its size; one without a manifest is the first to go."""
    try:
        used = (folder / MANIFEST).stat().st_mtime
        return used, sum(file.stat().st_size for file in folder.iterdir())
    except OSError:
        return 0.0, 0


def _sealed(manifest: Mapping[str, Any]) -> bytes:
    """A line with a checksum, and the manifest."""
    content = json.dumps(manifest).encode()
    return b"%08x\n" % zlib.crc32(content) + content


def _unsealed(content: bytes) -> Any:
    """The manifest; a ValueError if it is damaged."""
    seal, _, rest = content.partition(b"\n")
    if seal != b"%08x" % zlib.crc32(rest):
        raise ValueError("the manifest is damaged")
    return parse_json(rest)


def _check(file: IO[bytes], block_bytes: int, size: int, sums: list[int]) -> None:
    """Compare checksums of blocks, of all or of some that are spread evenly over the file."""
    count = -(-size // block_bytes)
    if len(sums) != count:
        raise ValueError(f"{len(sums)} checksums for {count} blocks")
    checked = min(count, max(2, CHECKED_BYTES // block_bytes))
    for index in np.linspace(0, count - 1, checked).round().astype(int).tolist():
        file.seek(index * block_bytes)
        if zlib.crc32(file.read(block_bytes)) != sums[index]:
            raise ValueError(f"block {index} is damaged")
