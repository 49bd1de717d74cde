"""Faults are planted for real: disks that are full, programs that are killed, broken files."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PATIENCE_S = 60.0


class SmallDisk:
    """A real file system of few megabytes.

    Args:
        path: where it is mounted.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._filler = path, path / "somebody-else's.bin"

    @property
    def free_bytes(self) -> int:
        state = os.statvfs(self.path)
        return state.f_bavail * state.f_frsize

    def fill(self, leaving_bytes: int = 0) -> None:
        """Let somebody else's file take what is left, but for so much."""
        with self._filler.open("ab") as file:
            file.write(bytes(max(self.free_bytes - leaving_bytes, 0)))
        assert self.free_bytes <= leaving_bytes

    def clear(self) -> None:
        """Remove that file: there is room again."""
        self._filler.unlink()


@contextmanager
def mounted(path: Path, size_mb: int) -> Iterator[SmallDisk]:
    path.mkdir(parents=True)
    how = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(path)]
    try:
        refused = subprocess.run(how, capture_output=True, text=True).stderr
    except OSError as error:
        refused = str(error)
    if refused or not os.path.ismount(path):
        pytest.skip(f"no file system can be mounted here: {refused.strip()}")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk of 2 MB."""
    with mounted(tmp_path / "disk", 2) as disk:
        yield disk


def until(true: Callable[[], object], what: str) -> None:
    """Wait for something that comes by itself."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.01)
