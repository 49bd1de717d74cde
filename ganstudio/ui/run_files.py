"""What can be done with a run's folder as a whole: copy it, throw it away, look into it."""

from __future__ import annotations

import os
import shutil
from itertools import count
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from send2trash import send2trash


def trash(folder: Path) -> None:
    """Put a run into the system's trash.

    Raises:
        OSError: if it cannot be put there; nothing is lost then.
    """
    send2trash(str(folder))


def duplicate(folder: Path) -> Path:
    """Copy a run beside itself, whole or not at all; returns the copy.

    Raises:
        OSError: if the disk will not take it.
    """
    names = (f"{folder.name}-copy" if n == 1 else f"{folder.name}-copy-{n}" for n in count(1))
    target = next(path for path in map(folder.with_name, names) if not path.exists())
    building = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copytree(folder, building, ignore=shutil.ignore_patterns(".*"))
        building.replace(target)
    except OSError:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return target


def show(folder: Path) -> bool:
    """Show a run in the system's file browser; False if there is none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
