"""Time spent training, whatever the clock on the wall does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONG_S = 5.0
ASLEEP = 0.02  # of a long lap: a program that used less of the processor was not running


class Stopwatch:
    """Adds up laps.

    The clock may be set forwards or back, and the machine or the program may be put to sleep in
    the middle of a lap: of a long lap in which the program hardly ran, only what it used of the
    processor counts.

    Args:
        wall: seconds that pass; never goes back.
        cpu: seconds that this program used of the processor.

    Attributes:
        seconds: of all laps so far; may be set, to go on from there.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.process_time,
    ) -> None:
        self._wall, self._cpu = wall, cpu
        self.seconds = 0.0

    @contextmanager
    def lap(self) -> Iterator[None]:
        """Count what happens inside."""
        wall, cpu = self._wall(), self._cpu()
        try:
            yield
        finally:
            passed, used = self._wall() - wall, self._cpu() - cpu
            asleep = passed > LONG_S and used < ASLEEP * passed
            self.seconds += max(used if asleep else passed, 0.0)
