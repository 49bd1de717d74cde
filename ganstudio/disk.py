"""Writing to the disk: whole files or none, clear words when it is full, and sweeping up."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LONGEST_NAME = 200
_FULL = {errno.ENOSPC, errno.EDQUOT}
_TOKEN = secrets.token_hex(3)  # in containers programs have the same process number each time
_TEMPORARY = re.compile(r"\..+\.([0-9]{1,10})\.([0-9a-f]{6})", re.DOTALL)


class NoRoomError(OSError):
    """The disk is full.

    Attributes:
        needed_bytes: what was to be written.
        free_bytes: what there is.
    """

    def __init__(self, path: Path, needed_bytes: int, free_bytes: int) -> None:
        self.needed_bytes, self.free_bytes = needed_bytes, free_bytes
        super().__init__(errno.ENOSPC, "the disk is full", str(path))

    def __str__(self) -> str:
        return (
            f"the disk is full: {in_words(self.needed_bytes)} are needed for {self.filename}, "
            f"and {in_words(self.free_bytes)} are free"
        )


class StrayError(OSError):
    """Something would be written or removed outside the folder that it belongs to."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new content and nothing between.

    Raises:
        NoRoomError: if the disk is full; the old file stays.
        OSError: if the disk will not take it for another reason; the old file stays.
    """
    building = temporary(path)
    with needing(len(content), path):
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


@contextmanager
def needing(size_bytes: int, path: Path) -> Iterator[None]:
    """Writing so much: refused at once where it cannot fit, and in numbers where it did not.

    Args:
        size_bytes: what will be written.
        path: what is written; its folder exists.

    Raises:
        NoRoomError: before the body where there is less room, or instead of its own error.
    """
    if (free := free_bytes(path.parent)) < size_bytes:
        raise NoRoomError(path, size_bytes, free)
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL or isinstance(error, NoRoomError):
            raise
        raise NoRoomError(path, size_bytes, free_bytes(path.parent)) from error


def free_bytes(folder: Path) -> int:
    """Room on the disk of a folder for this user.

    Raises:
        OSError: if the folder is not there.
    """
    return shutil.disk_usage(folder).free


def temporary(path: Path) -> Path:
    """The name under which this program builds a file or folder before it gets its own."""
    name = path.name
    if len(os.fsencode(name)) > LONGEST_NAME:  # a disk takes 255 bytes, and more is added
        name = f"{name[:40]}-{zlib.crc32(os.fsencode(name)):08x}"
    return path.with_name(f".{name}.{os.getpid()}.{_TOKEN}")


def sweep(folder: Path) -> None:
    """Remove what writers that are no more left in a folder under temporary names."""
    for left in folder.glob(".*") if folder.is_dir() else ():
        named = _TEMPORARY.fullmatch(left.name)
        if named is not None and not _alive(int(named[1]), named[2]):
            discard(left)


def insist_inside(folder: Path, *parts: Path) -> None:
    """See that what lies in a folder does so truly, and is no link to somewhere else.

    Args:
        folder: it may be reached through links itself.
        parts: what is about to be written or removed, there or not.

    Raises:
        StrayError: if one leads out of the folder.
    """
    home = folder.resolve()
    for part in parts:
        where = part.resolve()
        if not where.is_relative_to(home):
            raise StrayError(
                f"{part} is a link that leads out of its folder, to {where}, where nothing is "
                "written; put what it leads to in its place"
            )


def discard(path: Path) -> None:
    """Remove a file, a link or a whole folder, as far as the disk lets us."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def in_words(size_bytes: float) -> str:
    """A size for people, such as ``12.3 MB``."""
    if size_bytes < 1000:
        return f"{size_bytes:.0f} bytes"
    power = 1 if size_bytes < 1e6 else 2 if size_bytes < 1e9 else 3
    return f"{size_bytes / 1000**power:.1f} {('kB', 'MB', 'GB')[power - 1]}"


def _alive(process: int, token: str) -> bool:
    """Whether the writer of a temporary name may still be at it."""
    if process == os.getpid():
        return token == _TOKEN
    from psutil import pid_exists

    try:
        return pid_exists(process)
    except OverflowError:  # no system has such numbers: the name is none of ours
        return False
