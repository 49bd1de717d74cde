"""What happened in a run, one JSON object a line: terms, scores, turned knobs, checkpoints."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from ganstudio.train.files import write_atomically

log = logging.getLogger(__name__)

Line = dict[str, Any]


def read(path: Path) -> list[Line]:
    """All lines; one that a kill cut short is left out."""
    if not path.is_file():
        return []
    lines, whole = [], True
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        line = parsed(text)
        whole = whole and line is not None
        lines += [line] if line is not None else []
    if not whole:
        log.warning("%s: a line is not whole and is left out", path)
    return lines


def parsed(text: str | bytes) -> Line | None:
    """One line; None if it is not whole."""
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def append(path: Path, line: Line) -> None:
    """Add one line."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def until(lines: list[Line], nimg: int) -> list[Line]:
    """Those of the training until then."""
    return [line for line in lines if line.get("nimg", 0) <= nimg]


def replace(path: Path, lines: list[Line]) -> None:
    """Write these instead of all that was there.

    Raises:
        OSError: if the disk will not take them; the old ones stay.
    """
    write_atomically(path, "".join(json.dumps(line) + "\n" for line in lines).encode())
