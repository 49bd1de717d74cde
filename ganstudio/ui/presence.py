"""What a window notes while it lives, so that the next one knows how it died."""

from __future__ import annotations

import faulthandler
import logging
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

STARTING, TRACE = "starting", "trace.txt"
LAST_TRACE = "last-crash.txt"
MOST_TRACE_BYTES = 256 << 10
MOST_DEAD = 20  # kept for what they have to tell; a start that keeps dying must not fill a disk


class Presence:
    """A folder for each living window; one whose lock nobody holds is of a window that died.

    ::

        state/windows/4711-ab12/
          alive          locked while the process lives, however it ends
          starting       there until the window has stood for some seconds
          trace.txt      what faulthandler wrote; empty unless the process crashed

    A window that ends as it should takes its folder away. Nothing here raises: where the folder
    cannot be written, the window works without.

    Args:
        root: the state folder of the program.

    Attributes:
        failed_starts: windows in a row that died before they stood; found by names alone, no
            file of a dead window is read for it.
    """

    def __init__(self, root: Path) -> None:
        self.root, self.failed_starts = root, 0
        self._windows = root / "windows"
        self._folder: Path | None = None
        self._alive: FileLock | None = None
        self._trace: IO[str] | None = None
        self._traced_before = False
        self._dead: list[Path] = []

    def begin(self) -> None:
        """Note that a window starts, have crashes traced, and find what dead windows left."""
        try:
            self._windows.mkdir(parents=True, exist_ok=True)
            with FileLock(self._windows / ".lock", timeout=5):
                self._dead = sorted(filter(_is_dead, self._windows.iterdir()), key=_begun)
                self._enter()
        except (OSError, Timeout) as error:
            log.warning("what a crash leaves cannot be kept in %s: %s", self.root, error)
            return
        for folder in self._dead[:-MOST_DEAD]:
            shutil.rmtree(folder, ignore_errors=True)
        self._dead = self._dead[-MOST_DEAD:]
        self.failed_starts = sum((folder / STARTING).exists() for folder in self._dead)

    def stood(self) -> None:
        """The start has succeeded: earlier ones that did not, count no more."""
        self.crash()
        for folder in self._dead:
            shutil.rmtree(folder, ignore_errors=True)
        self._dead = []
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / STARTING).unlink(missing_ok=True)

    def crash(self) -> str:
        """What the newest dead window wrote as it crashed; empty if none did."""
        found = ""
        for folder in self._dead:
            with suppress(OSError), (folder / TRACE).open("rb") as file:
                found = _readable(file.read(MOST_TRACE_BYTES)) or found
        if found:
            with suppress(OSError):
                (self.root / LAST_TRACE).write_text(found, encoding="utf-8")
        return found

    def end(self, stood: bool = False) -> None:
        """This window ends as it should.

        Args:
            stood: the start has succeeded, however short that was.
        """
        if stood:
            self.stood()
        if self._trace is not None:
            faulthandler.disable()
            if self._traced_before:
                faulthandler.enable()
            self._trace.close()
        if self._alive is not None:
            self._alive.release()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = self._alive = self._trace = None

    def write_trace(self, text: str) -> None:
        """Add a line to what the next window tells, just before this process is ended."""
        if self._trace is not None:
            with suppress(OSError):
                print(text, file=self._trace, flush=True)

    def _enter(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=self._windows))
        self._alive = FileLock(folder / "alive")
        self._alive.acquire(timeout=0)
        (folder / STARTING).touch()
        self._trace = (folder / TRACE).open("w", encoding="utf-8", errors="backslashreplace")
        self._traced_before = faulthandler.is_enabled()
        faulthandler.enable(self._trace)
        self._folder = folder


def _is_dead(folder: Path) -> bool:
    """Whether nobody holds its lock: the system lets go of it however a process ends."""
    if not folder.is_dir() or folder.is_symlink():
        return False
    lock = FileLock(folder / "alive")
    try:
        lock.acquire(timeout=0)
    except (OSError, Timeout):
        return False
    lock.release()
    return True


def _readable(content: bytes) -> str:
    """Text that can be shown, whatever was in the file."""
    text = content.decode(errors="replace")
    return "".join(c for c in text if c.isprintable() or c == "\n").strip()


def _begun(folder: Path) -> tuple[float, str]:
    with suppress(OSError):
        return (folder / "alive").stat().st_mtime, folder.name
    return 0.0, folder.name
