"""What data sets made of somebody's own files share: finding, checking and reading them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.data._folder.decoding import Decoded as Decoded
from ganstudio.data._folder.decoding import decode as decode
from ganstudio.data._folder.listing import Listing as Listing
from ganstudio.data._folder.listing import all_files as all_files
from ganstudio.data._folder.listing import class_folders as class_folders
from ganstudio.data._folder.listing import first_files as first_files
from ganstudio.data.base import DataError
from ganstudio.knobs import Config, knob
from ganstudio.pictures import UnfitError, open_picture, to_square

LONGEST_SHOWN = 200  # characters of what should be a path
SPARE = 2  # a photograph is decoded at so many times the size it gets, at least


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


def read_square(
    path: Path, config: FolderConfig, told: list[str] | None = None
) -> NDArray[np.uint8]:
    """The middle square of a picture file, (C, size, size) uint8.

    Args:
        path: the file.
        config: how large, and whether in colour.
        told: what had to be converted is added here.

    Raises:
        UnfitError: if it cannot be used.
        OSError: if it cannot be read.
    """
    image = open_picture(path, config.colour, SPARE * config.size, told)
    return to_square(image, config.size)


def partner(path: Path, suffixes: Sequence[str]) -> Path | None:
    """The file beside this one that has its name and one of these endings."""
    beside = (path.with_suffix(suffix) for suffix in suffixes)
    return next((other for other in beside if other.is_file()), None)


def labelled(
    path: Path, folder: Path, places: Mapping[str, NDArray[np.int64]]
) -> dict[str, NDArray[np.int64]]:
    """The class of a file as a column ``label``; no column where there are no classes.

    Args:
        path: a file below the folder.
        folder: the folder of the set.
        places: the number of each class, by the name of its sub-folder.

    Raises:
        UnfitError: if it lies in none of them.
    """
    if not places:
        return {}
    name = path.relative_to(folder).parts[0]
    if name not in places:
        raise UnfitError("lies beside the folders that are classes, so it has none")
    return {"label": places[name]}


def first(
    count: int, config: FolderConfig, read: Callable[[Path, Any], NDArray[np.uint8]] = read_square
) -> Tensor | None:
    """A few pictures of a folder for its card; None if there are not so many.

    Args:
        count: how many.
        config: where they are.
        read: makes one file into an array.
    """
    if lacking(config.folder, ""):
        return None
    found: list[NDArray[np.uint8]] = []
    for path in first_files(config.path):
        with suppress(UnfitError, OSError):
            found.append(read(path, config))
        if len(found) == count:
            return torch.from_numpy(np.stack(found))
    return None
