"""Who trains a run: one program at a time, known to all others by name."""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from ganstudio.reading import parse_json, read_bytes
from ganstudio.train.files import RunError, write_atomically

LOCK, NOTE = ".lock", ".trained-by.json"
LARGEST_BYTES = 4096
PATIENCE_S = 0.5  # somebody may just be looking whether it is locked
LONGEST_HOST = 64


@dataclass(frozen=True)
class Holder:
    """The program that trains a run.

    Attributes:
        process: its number.
        host: the machine that it runs on.
        since: when it began.
    """

    process: int
    host: str
    since: datetime

    @property
    def ours(self) -> bool:
        """Whether it is this very program."""
        return (self.process, self.host) == (os.getpid(), socket.gethostname())

    def __str__(self) -> str:
        return f"another program (process {self.process} on {self.host})"


class RunLock:
    """The right to train a run.

    It is a lock of the operating system, which ends with the process, however that ends; a note
    beside it says for others who holds it. A note without a lock is of a dead process and means
    nothing.

    Args:
        run: the run's folder.
    """

    def __init__(self, run: Path) -> None:
        self.run = run
        self._lock = FileLock(run / LOCK)

    def acquire(self) -> None:
        """Become the only program that trains here.

        Raises:
            RunError: if another one does; the message says which.
            OSError: if the folder takes no lock.
        """
        try:
            self._lock.acquire(timeout=PATIENCE_S)
        except Timeout:
            raise RunError(refusal(self.run)) from None
        mine = {"process": os.getpid(), "host": socket.gethostname(), "since": time.time()}
        with suppress(OSError):  # a full disk must not keep anybody from training
            write_atomically(self.run / NOTE, json.dumps(mine).encode())

    def release(self) -> None:
        """Let others train here."""
        if self._lock.is_locked:
            with suppress(OSError):
                (self.run / NOTE).unlink(missing_ok=True)
        self._lock.release()


def holder(run: Path) -> Holder | None:
    """The program that trains a run now; None if nobody does, or says so.

    What a dead process left is recognised by its lock, which anybody can take. Where a folder
    can only be read that cannot be tried, and the note is believed.
    """
    known = _noted(run)
    if known is None:
        return None
    try:
        with FileLock(run / LOCK, timeout=0):
            return None
    except (Timeout, OSError):
        return known


def abandoned(run: Path) -> bool:
    """Whether a program of this machine was training a run and died.

    Its note is still there, and its lock is free.
    """
    known = _noted(run)
    return known is not None and known.host == socket.gethostname() and holder(run) is None


def forget(run: Path) -> None:
    """Take away what a dead program noted, so far as the folder can be written."""
    if abandoned(run):
        with suppress(OSError):
            (run / NOTE).unlink(missing_ok=True)


def refusal(run: Path) -> str:
    """Why a run cannot be trained, changed or thrown away, while another program trains it."""
    by = _noted(run) or "another program"
    return f"{run.name} is being trained by {by}: it can be looked at, and trained once that ends"


def _noted(run: Path) -> Holder | None:
    try:
        content = parse_json(read_bytes(run / NOTE, LARGEST_BYTES))
        since = datetime.fromtimestamp(float(content["since"]))
        host = "".join(one for one in str(content["host"]) if one.isprintable())
        return Holder(int(content["process"]), host[:LONGEST_HOST], since)
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return None
