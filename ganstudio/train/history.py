"""What happened in a run, one JSON object a line: terms, scores, turned knobs, checkpoints.

Files of hundreds of megabytes are gone through line by line, never held as a whole.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ganstudio.disk import flush_folder, needing, temporary

log = logging.getLogger(__name__)

Line = dict[str, Any]
LONGEST_LINE_BYTES = 1 << 20
_LEAD = re.compile(rb'\{"nimg": (\d{1,18})[,}]')  # as ``encoded`` writes them: not all is parsed


def read(path: Path) -> Iterator[Line]:
    """The lines one by one; one that a kill cut short is left out."""
    whole = True
    for raw in _raw(path):
        line = parsed(raw)
        whole = whole and line is not None
        if line is not None:
            yield line
    if not whole:
        log.warning("%s: a line is not whole and is left out", path)


def parsed(text: str | bytes) -> Line | None:
    """One line; None if it is not whole."""
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) else None


def encoded(line: Line) -> bytes:
    """One line as it stands in the file."""
    return json.dumps(line).encode() + b"\n"


def append(path: Path, content: bytes) -> None:
    """Add lines, all of them or none.

    Raises:
        NoRoomError: if the disk is full.
        OSError: if it will not take them for another reason.
    """
    with needing(len(content), path), path.open("ab", buffering=0) as file:
        before = file.tell()
        try:
            while content:
                content = content[file.write(content) :]
        except OSError:
            with suppress(OSError):
                os.truncate(path, before)
            raise


def flush(path: Path) -> None:
    """Wait until all lines are on the disk.

    Raises:
        OSError: if the disk will not take them.
    """
    if path.is_file():
        with path.open("ab") as file:
            os.fsync(file.fileno())


def cut(path: Path, nimg: int) -> None:
    """Forget the lines that came after so many real samples.

    Where these are the last ones, as after a kill, the file only becomes shorter: that takes no
    room on a full disk.

    Raises:
        OSError: if the disk will not take what stays; all stays as it was then.
    """
    length, gone = 0, False
    for raw in _raw(path):
        if _until(raw, nimg) and not gone:
            length += len(raw)
        elif _until(raw, nimg):
            _write(path, (raw for raw in _raw(path) if _until(raw, nimg)), path.stat().st_size)
            return
        else:
            gone = True
    if gone:
        os.truncate(path, length)
        flush(path)


def copy(source: Path, target: Path, nimg: int) -> None:
    """Write the lines of another history until so many real samples instead of those there.

    Raises:
        OSError: if the disk will not take them; the old ones stay.
    """
    size_bytes = source.stat().st_size if source.is_file() else 0
    _write(target, (raw for raw in _raw(source) if _until(raw, nimg)), size_bytes)


def _raw(path: Path) -> Iterator[bytes]:
    """The lines with their ends; what is too long to be a line comes in pieces."""
    if path.is_file():
        with path.open("rb") as file:
            yield from iter(lambda: file.readline(LONGEST_LINE_BYTES), b"")


def _until(raw: bytes, nimg: int) -> bool:
    """Whether a line is whole, and of the training until then."""
    if not raw.endswith(b"}\n"):
        return False
    if lead := _LEAD.match(raw):
        return int(lead[1]) <= nimg
    line = parsed(raw)
    then = None if line is None else line.get("nimg", 0)
    return isinstance(then, int | float) and then <= nimg


def _write(path: Path, lines: Iterable[bytes], size_bytes: int) -> None:
    building = temporary(path)
    with needing(size_bytes, path):
        try:
            with building.open("wb") as file:
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
            building.replace(path)
        except OSError:
            building.unlink(missing_ok=True)
            raise
    flush_folder(path.parent)
