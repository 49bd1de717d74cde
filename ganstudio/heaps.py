"""The heap of glibc: that there is one, and what becomes of memory that was freed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # as malloc.h has them
LARGEST_KEPT = 32 << 20  # bytes; the most that glibc accepts: what is larger comes from the system
USUAL_TOP, KEPT_TOP = 2 * LARGEST_KEPT, (1 << 31) - 1  # most free bytes at the end of a heap
FORCED = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES")


def share_heap() -> None:
    """Have all threads share one heap; to be called before there are threads.

    glibc gives each thread its own, up to eight for every core. Each keeps what the largest
    training on it needed: the window grew by hundreds of megabytes over a few trainings. And all
    but the first are made of pieces of 64 MB that go back to the system as soon as they are empty,
    whatever ``kept_heaps`` says, so that a training on a thread pays for its pages in every step.
    Does nothing with other libraries, or where ``MALLOC_ARENA_MAX`` is set.
    """
    if "MALLOC_ARENA_MAX" not in os.environ and (mallopt := _function("mallopt")):
        mallopt(M_ARENA_MAX, 1)


@contextmanager
def kept_heaps() -> Iterator[None]:
    """Keep within what is freed, for it will be wanted again; hand it back afterwards.

    A training step frees the same hundreds of megabytes again and again. By itself glibc hands
    much of that back, and each page that is touched anew costs the system a fault: thousands a
    step, a tenth or a fifth of its time. Holds for the whole process, so that of two that overlap
    the first to end ends both. With other libraries it does nothing; where the environment says
    what shall be kept, it only hands back afterwards.
    """
    mallopt = None if any(name in os.environ for name in FORCED) else _function("mallopt")
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT)
        mallopt(M_TRIM_THRESHOLD, KEPT_TOP)
    try:
        yield
    finally:
        if mallopt:
            mallopt(M_TRIM_THRESHOLD, USUAL_TOP)  # as far as glibc goes by itself
        trim_heaps()


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
