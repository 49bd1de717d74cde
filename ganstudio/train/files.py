"""Files of a run: written whole or not at all, and judged before they are read."""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path

LARGEST_HEADER_BYTES = 16 << 20
MOMENT = re.compile(r"\d{6,}\.\d{3}k")
"""How moments are named, see ``moment_name``."""


class RunError(ValueError):
    """A run folder cannot be used; the message says why and what to do."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new content and nothing between.

    Raises:
        OSError: if the disk will not take it; the old file stays.
    """
    building = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_flushed(building, content)
        building.replace(path)
    except OSError:
        building.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def write_flushed(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk.

    Raises:
        OSError: if the disk will not take it; part of it may be there.
    """
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def check_header(path: Path, content: bytes) -> None:
    """See that a safetensors file claims a header that it can have.

    Raises:
        RunError: if it does not: a reader could be kept busy for long.
    """
    length = struct.unpack("<Q", content[:8])[0] if len(content) >= 8 else -1
    if not 0 < length <= min(LARGEST_HEADER_BYTES, len(content) - 8):
        raise RunError(f"{path} has an impossible header of {length} bytes")


def moment_name(nimg: int) -> str:
    """How a moment is named in a run folder: kimg to the sample, sorted as text is."""
    return f"{nimg / 1000:010.3f}k"


def nimg_of(name: str) -> int:
    """Real samples, from the name of a moment."""
    return round(float(name.removesuffix("k")) * 1000)


def checkpoints_in(run: Path) -> list[Path]:
    """Complete checkpoints of a run, oldest training first."""
    folder = run / "checkpoints"
    if not folder.is_dir():
        return []
    there = (
        path
        for path in folder.iterdir()
        if MOMENT.fullmatch(path.name) and (path / "manifest.json").is_file()
    )
    return sorted(there, key=lambda path: nimg_of(path.name))
