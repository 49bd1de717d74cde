"""The lines that another program adds to a history, and no line twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganstudio.train import history
from ganstudio.ui.history import LONGEST_LINE


class Tail:
    """Where reading a history stands.

    Args:
        path: the file; it may be replaced by another at any time, as a rewind does.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file, self._offset = 0, 0

    def skip(self) -> None:
        """Go to the end of the last whole line.

        Raises:
            OSError: if the file cannot be read.
        """
        with self.path.open("rb") as file:
            stat = self.path.stat()
            start = max(0, stat.st_size - LONGEST_LINE)
            file.seek(start)
            self._file, self._offset = stat.st_ino, start + file.read().rfind(b"\n") + 1

    def rest(self) -> list[dict[str, Any]] | None:
        """The whole lines since; None if it is another file now and has to be read anew.

        Raises:
            OSError: if the file cannot be read.
        """
        with self.path.open("rb") as file:
            stat = self.path.stat()
            if stat.st_ino != self._file or stat.st_size < self._offset:
                return None
            file.seek(self._offset)
            content = file.read(stat.st_size - self._offset)
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        lines = (history.parsed(text) for text in whole.splitlines())
        return [line for line in lines if line is not None]
