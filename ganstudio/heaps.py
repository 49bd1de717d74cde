"""The heaps of glibc, which hands little of what was freed back by itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

M_ARENA_MAX, HEAPS = -8, 2  # as malloc.h has it


def share_heaps() -> None:
    """Have all threads share two heaps; to be called before there are threads.

    glibc gives each its own, up to eight for every core, and each keeps what the largest training
    on it needed: the window grew by hundreds of megabytes over a few trainings. Does nothing with
    other libraries, or where ``MALLOC_ARENA_MAX`` is set.
    """
    if "MALLOC_ARENA_MAX" not in os.environ and (mallopt := _function("mallopt")):
        mallopt(M_ARENA_MAX, HEAPS)


def trim_heaps() -> None:
    """Hand free pages back to the system; does nothing with other libraries than glibc."""
    if trim := _function("malloc_trim"):
        trim(0)


def _function(name: str) -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    import ctypes  # not by commands that answer at once

    found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None)
    return found
