"""Names and formats of what lies in a run folder, judged before anything is read."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.disk import write_atomically as write_atomically
from ganstudio.reading import parse_toml, read_bytes, shown

if TYPE_CHECKING:
    from torch import Tensor

FORMAT = 1
"""Of run folders and checkpoints; those of older formats open for ever."""
FORMAT_FILE = "format.toml"
LARGEST_FORMAT_BYTES = 4096
LARGEST_HEADER_BYTES = 16 << 20
MOMENT = re.compile(r"\d{6,}\.\d{3}k")
"""How moments are named, see ``moment_name``."""


class RunError(ValueError):
    """A run folder cannot be used; the message says why and what to do."""


def pack(tensors: dict[str, Tensor], notes: Mapping[str, str] | None = None) -> bytes:
    """Tensors as a safetensors file.

    Raises:
        MemoryError: if there is no room for it.
    """
    from safetensors.torch import save

    try:
        return save(tensors, None if notes is None else dict(notes))
    except Exception:
        raise
    except BaseException as error:  # a panic of its Rust part, which is no Exception
        raise MemoryError(f"tensors cannot be packed: {error}") from error


def check_format(run: Path) -> None:
    """See that this program knows how a run folder is to be read.

    Raises:
        RunError: if a newer one wrote it, or it does not say.
    """
    path = run / FORMAT_FILE
    if not path.is_file():  # folders that are older than their formats
        return
    try:
        number = parse_toml(read_bytes(path, LARGEST_FORMAT_BYTES))["format"]
        if not isinstance(number, int) or number < 1:
            raise ValueError(f"format = {shown(number)}, but it must be a number from 1 on")
    except (OSError, KeyError, ValueError) as error:
        raise RunError(f"{path} cannot be used: {error}") from error
    if number > FORMAT:
        raise RunError(
            f"{run} was written by a newer GAN Studio, as format {number}; this one reads up to "
            f"format {FORMAT}: update it"
        )


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
