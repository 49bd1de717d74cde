"""What data sets made of somebody's own files share: finding, checking and reading them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from ganstudio.data.base import DataError
from ganstudio.knobs import Config, knob

T = TypeVar("T")

SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"))
MOST_PIXELS = 1 << 27  # of one file: a small file that claims more is a decompression bomb
MOST_FAULTS = 20  # that are listed one by one
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
        return Path(self.folder).expanduser()


class UnfitError(ValueError):
    """A file that cannot be used; the message says why."""


def lacking(folder: str, what: str) -> list[str]:
    """Why nothing can be read from a folder, one line each: quick, so that a form can ask."""
    if not folder.strip():
        return [f"folder is empty: choose the folder that holds {what}"]
    path = Path(folder).expanduser()
    if not path.is_dir():
        return [f"{path} is no folder: choose the one that holds {what}"]
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
        DataError: if the folder cannot be listed.
    """
    found: list[Path] = []
    refused: list[OSError] = []
    for here, folders, names in os.walk(folder, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [
            Path(here, name)
            for name in sorted(names)
            if Path(name).suffix.lower() in suffixes and not name.startswith(".")
        ]
    if not found and refused:
        raise DataError(f"{folder} cannot be read: {refused[0]}")
    return found


def class_folders(folder: Path) -> tuple[str, ...]:
    """Names of the sub-folders that hold pictures, sorted; empty if fewer than two do."""
    if not folder.is_dir():
        return ()
    try:
        inside = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    except OSError:
        return ()
    named = [name for name in inside if not name.startswith(".") and _has_one(folder / name)]
    return tuple(named) if len(named) > 1 else ()


def open_picture(path: Path, colour: bool) -> Image.Image:
    """A picture as it is meant to be seen: upright, first frame, on white where it is clear.

    Raises:
        UnfitError: if it is damaged, no picture, or far too large.
        OSError: if it cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow, about sizes and metadata: judged below
            with Image.open(path) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise UnfitError(f"claims {width} x {height} pixels, more than can be read")
                image.draft("RGB", (1024, 1024))
                upright = ImageOps.exif_transpose(image)
                return _flat(upright).convert("RGB" if colour else "L")
    except UnidentifiedImageError:
        raise UnfitError("is empty" if path.stat().st_size == 0 else "is no picture") from None
    except Image.DecompressionBombError:
        raise UnfitError("claims more pixels than can be read") from None
    except (SyntaxError, ValueError, EOFError, IndexError, KeyError, OverflowError) as error:
        if isinstance(error, UnfitError):
            raise
        raise UnfitError(f"is damaged ({error})") from None
    except OSError as error:
        if error.errno is not None:  # of the disk, not of Pillow
            raise
        raise UnfitError(f"is damaged ({error})") from None


def to_square(image: Image.Image, size: int) -> np.ndarray:
    """The middle square of a picture at this size, (C, size, size) uint8."""
    fitted = ImageOps.fit(image, (size, size), Image.Resampling.LANCZOS)
    pixels = np.asarray(fitted, np.uint8)
    return pixels[None] if pixels.ndim == 2 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


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
    for path in _walk(config.path):
        try:
            found.append(read(path, config))
        except (UnfitError, OSError):
            continue
        if len(found) == count:
            return stacked(found)
    return None


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders.sort()
        yield from (
            Path(here, name) for name in sorted(names) if Path(name).suffix.lower() in SUFFIXES
        )


def _flat(image: Image.Image) -> Image.Image:
    """Without transparency, on white; 16-bit greys scaled to 8 bits instead of cut."""
    if image.mode.startswith("I"):
        values = np.asarray(image, np.float64)
        image = Image.fromarray(np.clip(values / 257, 0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear)
    return image


def _has_one(folder: Path) -> bool:
    return next(_walk(folder), None) is not None


def _listed(faults: list[str]) -> Iterator[str]:
    yield from faults[:MOST_FAULTS]
    if len(faults) > MOST_FAULTS:
        yield f"and {len(faults) - MOST_FAULTS} more"
