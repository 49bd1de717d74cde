"""Puts native libraries and the environment in order; every entry point calls it first.

Two libraries cannot stand being loaded after the window's:

- triton, which torch's optimisers import when first used, binds to the LLVM of Mesa's software
  OpenGL once a context exists, and the process dies. Loaded before, it keeps its own.
- on Windows, torch's ``c10.dll`` fails to initialise after Qt has loaded its runtime.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ganstudio.heaps import share_heap

log = logging.getLogger(__name__)

_kept: dict[Path, Any] = {}  # what is loaded, held so that it is never unloaded


def prepare(window: bool = True) -> None:
    """Make it safe to open a window now and to import torch later; imports neither.

    Cheap (0.1 s where triton is installed, else nothing), safe to call again, and never raises:
    what cannot be done is logged, since most machines work without.

    Args:
        window: whether a window follows. Without one there is no order to keep, and a command
            starts sooner.
    """
    if getattr(sys, "frozen", False):
        import multiprocessing

        multiprocessing.freeze_support()
    if not window:
        return
    share_heap()
    os.environ.setdefault("QT_API", "pyside6")  # pyqtgraph asks for it
    for path in _early_libraries():
        _load(path)


def _early_libraries() -> Iterator[Path]:
    if sys.platform == "win32":
        for folder in _folders("torch"):
            yield folder / "lib" / "c10.dll"
    elif sys.platform == "linux":
        for folder in _folders("triton"):
            yield from sorted(folder.glob("_C/libtriton*.so"))


def _folders(package: str) -> list[Path]:
    """Where a package is installed, found without importing it."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        log.exception("%s cannot be looked up", package)
        return []
    return [Path(entry) for entry in (spec and spec.submodule_search_locations) or ()]


def _load(path: Path) -> None:
    if path in _kept or not path.exists():
        return
    import ctypes

    try:
        if sys.platform == "win32":
            os.add_dll_directory(str(path.parent))
        _kept[path] = ctypes.CDLL(str(path))
    except OSError:
        log.exception("%s cannot be loaded ahead of the window", path)
