"""What data sets made of somebody's own files share: finding, checking and reading them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import torch
from torch import Tensor

from ganstudio.data.base import DataError
from ganstudio.knobs import Config, knob
from ganstudio.pictures import SUFFIXES, UnfitError, open_picture, to_square

T = TypeVar("T")

MOST_NAMES = 1 << 20  # looked at below a folder: somebody may have named the whole disk
MOST_NAMES_OF_CLASS = 1 << 12  # until a picture is found; a form asks at each change
MOST_FAULTS = 20  # that are listed one by one
LONGEST_SHOWN = 200  # characters of what should be a path
FEWEST = 2


class FolderConfig(Config):
    """Where the files are and how large the pictures shall be."""

    folder: str = knob("", browse="folder", help="The folder, with all that lies below it.")
    size: Literal[16, 32, 64, 128, 256] = knob(
        64,
        help="Pixels a side: the middle square of each picture is scaled to it. Training takes "
        "four times as long with each doubling.",
    )
    colour: bool = knob(True, help="Off makes grey pictures, which train a little faster.")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of one picture."""
        return (3 if self.colour else 1, self.size, self.size)

    @property
    def path(self) -> Path:
        """The folder, with ``~`` resolved."""
        return located(self.folder)


def located(folder: str) -> Path:
    """A folder as somebody wrote it, with ``~`` resolved where there is such a home."""
    try:
        return Path(folder).expanduser()
    except RuntimeError:
        return Path(folder)


def lacking(folder: str, what: str) -> list[str]:
    """Why nothing can be read from a folder, one line each: quick, so that a form can ask."""
    if not folder.strip():
        return [f"folder is empty: choose the folder that holds {what}"]
    path = located(folder)
    if not os.path.isdir(path):  # unlike Path.is_dir it takes any text without an error
        return [f"{str(path)[:LONGEST_SHOWN]} is no folder: choose the one that holds {what}"]
    if not os.access(path, os.R_OK | os.X_OK):
        return [f"{path} may not be read: change its permissions, or choose another folder"]
    return []


def insist(faults: Sequence[str]) -> None:
    """Refuse to go on with these faults.

    Raises:
        DataError: if there are any; with all of them.
    """
    if faults:
        raise DataError("; ".join(faults))


def files(folder: Path, suffixes: frozenset[str] = SUFFIXES) -> list[Path]:
    """All files of these kinds below a folder, sorted; hidden ones and links to folders left out.

    Raises:
        DataError: if the folder cannot be listed, or holds more than a million names.
    """
    refused: list[OSError] = []
    names = list(islice(walk(folder, refused), MOST_NAMES + 1))
    if len(names) > MOST_NAMES:
        raise DataError(f"{folder} holds more than {MOST_NAMES:,} files: choose a smaller one")
    found = [path for path in names if path.suffix.lower() in suffixes]
    if not found and refused:
        raise DataError(f"{folder} cannot be read: {refused[0]}")
    return found


def class_folders(folder: Path, suffixes: frozenset[str] = SUFFIXES) -> tuple[str, ...]:
    """Names of the sub-folders that hold such files, sorted; empty if fewer than two do."""
    try:
        with os.scandir(folder) as inside:
            names = sorted(entry.name for entry in inside if entry.is_dir(follow_symlinks=False))
    except (OSError, ValueError):
        return ()
    seen = [name for name in names if not name.startswith(".")]
    named = [name for name in seen if _has_one(folder / name, suffixes)]
    return tuple(named) if len(named) > 1 else ()


def read_square(path: Path, config: FolderConfig) -> np.ndarray:
    """The middle square of a picture file, (C, size, size) uint8.

    Raises:
        UnfitError: if it cannot be used.
        OSError: if it cannot be read.
    """
    return to_square(open_picture(path, config.colour), config.size)


def read_all(
    paths: Sequence[Path], read: Callable[[Path], T], what: str
) -> tuple[list[Path], list[T], tuple[str, ...]]:
    """Read many files at once; those that cannot be used are left out and told.

    Args:
        paths: the files.
        read: makes one of them into whatever is wanted; raises ``UnfitError`` or ``OSError``.
        what: what they should be, in words.

    Returns:
        the files that were read, what came of them, and notes on those that were not.

    Raises:
        DataError: if fewer than two can be used; lists every fault.
    """
    kept: list[Path] = []
    values: list[T] = []
    faults: list[str] = []

    def attempt(path: Path) -> T | str:
        try:
            return read(path)
        except UnfitError as error:
            return f"{path} {error}"
        except OSError as error:
            return f"{path} cannot be read: {error.strerror or error}"
        except Exception as error:  # one file is never worth all the others
            return f"{path} cannot be read: {type(error).__name__} {error}".rstrip()

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        for path, value in zip(paths, pool.map(attempt, paths), strict=True):
            if isinstance(value, str):
                faults.append(value)
            else:
                kept.append(path)
                values.append(value)
    if len(values) < FEWEST:
        lines = list(_listed(faults)) or ["there are none"]
        raise DataError(f"{what}: at least {FEWEST} are needed. " + "; ".join(lines))
    notes = tuple(_listed([f"left out: {fault}" for fault in faults]))
    return kept, values, notes


def stacked(pictures: Sequence[np.ndarray]) -> Tensor:
    """Pictures (C, H, W) uint8 as one tensor (N, C, H, W)."""
    return torch.from_numpy(np.stack(pictures))


def partner(path: Path, suffixes: Sequence[str]) -> Path | None:
    """The file beside this one that has its name and one of these endings."""
    beside = (path.with_suffix(suffix) for suffix in suffixes)
    return next((other for other in beside if other.is_file()), None)


def first(
    count: int, config: FolderConfig, read: Callable[[Path, Any], np.ndarray] = read_square
) -> Tensor | None:
    """A few pictures of a folder for its card; None if there are not so many.

    Args:
        count: how many.
        config: where they are.
        read: makes one file into an array.
    """
    if lacking(config.folder, ""):
        return None
    found: list[np.ndarray] = []
    for path in islice(walk(config.path), MOST_NAMES_OF_CLASS):
        if path.suffix.lower() not in SUFFIXES:
            continue
        try:
            found.append(read(path, config))
        except (UnfitError, OSError):
            continue
        if len(found) == count:
            return stacked(found)
    return None


def walk(folder: Path, refused: list[OSError] | None = None) -> Iterator[Path]:
    """Every file below a folder in order; hidden ones and links to folders left out."""
    note = None if refused is None else refused.append
    for here, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here, name) for name in sorted(names) if not name.startswith("."))


def _has_one(folder: Path, suffixes: frozenset[str]) -> bool:
    names = islice(walk(folder), MOST_NAMES_OF_CLASS)
    return any(path.suffix.lower() in suffixes for path in names)


def _listed(faults: list[str]) -> Iterator[str]:
    yield from faults[:MOST_FAULTS]
    if len(faults) > MOST_FAULTS:
        yield f"and {len(faults) - MOST_FAULTS} more"
