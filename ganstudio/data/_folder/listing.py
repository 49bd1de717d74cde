"""Which files lie below a folder, looked at one by one so that a million of them take no memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from ganstudio.data.base import DataError, Remark
from ganstudio.pictures import SUFFIXES

MOST_NAMES = 1 << 22  # looked at below a folder: somebody may have named the whole disk
MOST_NAMES_OF_CLASS = 1 << 12  # until a picture is found; a form asks at each change
TOLD_NAMES = 20_000
FOREIGN = frozenset((".heic", ".heif", ".avif", ".jxl", ".jp2", ".psd", ".svg", ".tga", ".raw"))
"""Kinds of pictures that somebody may miss, and is told about."""


class Listing:
    """The files of some kinds below a folder, in the same order each time.

    Hidden files and folders are passed over; links to folders too, which may lead in circles.

    Args:
        folder: where to look.
        suffixes: of the files that are listed.
        beside: of files that belong to them, such as captions.
        tell: hears how far it is in a large folder; whatever it raises ends it.

    Attributes:
        count: how many files are listed.
        digest: another whenever a name, a size or a time of change of any of them is another.
        remarks: what was passed over and may be missed.

    Raises:
        DataError: if the folder cannot be listed, or holds too many names.
    """

    def __init__(
        self,
        folder: Path,
        suffixes: frozenset[str] = SUFFIXES,
        beside: frozenset[str] = frozenset(),
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.folder, self._suffixes = folder, suffixes
        self.count, self.remarks = 0, list[Remark]()
        state = hashlib.blake2b(digest_size=16)
        for looked, path in enumerate(walk(folder, self.remarks), 1):
            if looked > MOST_NAMES:
                raise DataError(
                    f"{folder} holds more than {MOST_NAMES:,} files: choose a smaller one"
                )
            if looked % TOLD_NAMES == 0:
                tell(f"looking through the folder, {looked:,} files")
            suffix = _ending(path)
            if suffix in suffixes or suffix in beside:
                self.count += suffix in suffixes
                state.update(_look(path).encode("utf-8", "surrogateescape"))
            elif suffix in FOREIGN and suffixes is SUFFIXES:
                what = f"is of a kind that is not read ({suffix}); save it as PNG or JPEG"
                self.remarks.append(Remark(path, what, "left out"))
        self.digest = state.hexdigest()

    def __iter__(self) -> Iterator[Path]:
        """The files; those that went away meanwhile are not among them."""
        for path in walk(self.folder):
            if _ending(path) in self._suffixes:
                yield Path(path)


def class_folders(folder: Path, suffixes: frozenset[str] = SUFFIXES) -> tuple[str, ...]:
    """Names of the sub-folders that hold such files, sorted; empty if fewer than two do."""
    try:
        with os.scandir(folder) as inside:
            names = sorted(entry.name for entry in inside if entry.is_dir(follow_symlinks=False))
    except (OSError, ValueError):
        return ()
    seen = [name for name in names if not name.startswith(".")]
    named = [name for name in seen if any(first_files(folder / name, suffixes))]
    return tuple(named) if len(named) > 1 else ()


def all_files(folder: Path, suffixes: frozenset[str] = SUFFIXES) -> Iterator[Path]:
    """The files of some kinds below a folder; none where it holds too many names."""
    names = list(islice(walk(folder), MOST_NAMES + 1))
    if len(names) <= MOST_NAMES:
        yield from (Path(path) for path in names if _ending(path) in suffixes)


def first_files(folder: Path, suffixes: frozenset[str] = SUFFIXES) -> Iterator[Path]:
    """The files of some kinds among the first few thousand names below a folder."""
    for path in islice(walk(folder), MOST_NAMES_OF_CLASS):
        if _ending(path) in suffixes:
            yield Path(path)


def walk(folder: Path, remarks: list[Remark] | None = None) -> Iterator[str]:
    """Every file below a folder in order; what is passed over is added to the remarks."""
    passed: list[Remark] = [] if remarks is None else remarks

    def refused(error: OSError) -> None:
        what = f"cannot be listed: {error.strerror}"
        passed.append(Remark(str(error.filename), what, "left out"))

    for here, folders, names in os.walk(folder, onerror=refused):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if remarks is not None:
            links = (os.path.join(here, name) for name in folders)
            what = "is a link to a folder, which may lead in circles; choose that folder itself"
            passed += [Remark(link, what, "left out") for link in links if os.path.islink(link)]
        names.sort()
        yield from (os.path.join(here, name) for name in names if not name.startswith("."))


def _ending(path: str) -> str:
    return os.path.splitext(path)[1].lower()


def _look(path: str) -> str:
    """A line that changes when the file does."""
    try:
        found = os.stat(path)
    except OSError:
        return f"{path}\0gone\n"
    return f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n"
