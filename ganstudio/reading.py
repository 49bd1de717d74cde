"""Files that anybody may have made: read within a limit, never waited for, nothing executed."""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import IO, Any

DEEPEST_KEY = 16
# strings and comments, each in one go: what is left of a text are keys, numbers and signs
_QUOTED = re.compile(
    r'#[^\n]*+|"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|'
    r"'''(?:[^']|'(?!''))*+(?:''')?|"
    r'"(?:[^"\\\n]|\\.)*+"?|'
    r"'[^'\n]*+'?",
    re.DOTALL,
)
_DEEP_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{DEEPEST_KEY}}}")
LONGEST_SHOWN = 120


class UnreadableError(OSError):
    """Something that is not read, though the disk would give it; the message says why."""


def read_bytes(path: Path, most_bytes: int) -> bytes:
    """All of a file.

    Args:
        path: a file; a pipe or a device would be waited for without end.
        most_bytes: a larger one is refused before anything is read.

    Raises:
        UnreadableError: if it is no file, or larger.
        OSError: if it cannot be read.
    """
    with open_plain(path) as file:
        size_bytes = os.fstat(file.fileno()).st_size
        if size_bytes > most_bytes:
            raise UnreadableError(f"{path} is larger than {_size(most_bytes)}")
        return file.read(size_bytes)


def open_plain(path: Path) -> IO[bytes]:
    """A file opened for reading, if it is one.

    Raises:
        UnreadableError: if it is something else.
        OSError: if it cannot be opened.
    """
    if not stat.S_ISREG(path.stat().st_mode):  # to open some things is to act on them already
        raise UnreadableError(f"{path} is no file")
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise UnreadableError(f"{path} is no file")
    return file


def parse_toml(text: str | bytes) -> dict[str, Any]:
    """The tables of a TOML text.

    A key of a hundred thousand parts would take all memory that there is, so long ones are
    refused before anything is parsed.

    Raises:
        ValueError: if it is no TOML, or nested too deeply.
    """
    text = text if isinstance(text, str) else text.decode("utf-8")
    if _DEEP_KEY.search(_QUOTED.sub("q", text)):
        raise ValueError(f"it has a key of more than {DEEPEST_KEY} parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def parse_json(text: str | bytes) -> Any:
    """What a JSON text says.

    Raises:
        ValueError: if it is no JSON, or nested too deeply.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def shown(value: object) -> str:
    """A value of a file as a message can show it, cut where it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of very many digits
        text = f"a {type(value).__name__} too large to be shown"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _size(count: int) -> str:
    """A limit for people."""
    return f"{count >> 20} MB" if count >= 1 << 20 else f"{count >> 10} kB"
