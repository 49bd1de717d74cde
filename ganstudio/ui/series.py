"""One curve of a run as it is remembered: bounded, however long the run trains."""

from __future__ import annotations

import math

import numpy as np

CAPACITY = 8192
NIMG, SECONDS, MEAN, LOW, HIGH = range(5)  # columns of what is kept


class Series:
    """One curve in at most ``capacity`` buckets of mean, lowest and highest value.

    A bucket holds one report at first. Each time they run out, neighbours are joined and a
    bucket holds twice as many, so that memory and drawing stay bounded and no spike is lost.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._rows = np.empty((capacity, 5))
        self._full = 0
        self.per_bucket = 1
        self._open: list[tuple[float, float, float]] = []

    def __len__(self) -> int:
        return self._full + bool(self._open)

    def add(self, nimg: float, seconds: float, value: float) -> None:
        """Append one report; values that are no number leave a gap and are not kept."""
        if not math.isfinite(value):
            return
        self._open.append((nimg, seconds, value))
        if len(self._open) >= self.per_bucket:
            self._rows[self._full] = self._bucket()
            self._full += 1
            self._open.clear()
            if self._full == len(self._rows):
                self._join()

    def rows(self) -> np.ndarray:
        """(N, 5): nimg and seconds at the bucket's end, mean, lowest, highest."""
        if not self._open:
            return self._rows[: self._full].copy()
        return np.vstack([self._rows[: self._full], self._bucket()])

    def cut(self, nimg: float) -> None:
        """Forget all that came after this moment."""
        self._full = int(np.searchsorted(self._rows[: self._full, NIMG], nimg, side="right"))
        self._open = [report for report in self._open if report[0] <= nimg]

    def _bucket(self) -> tuple[float, float, float, float, float]:
        values = [value for _, _, value in self._open]
        nimg, seconds, _ = self._open[-1]
        return nimg, seconds, sum(values) / len(values), min(values), max(values)

    def _join(self) -> None:
        first, second = self._rows[0 : self._full : 2], self._rows[1 : self._full : 2]
        joined = second.copy()
        joined[:, MEAN] = (first[:, MEAN] + second[:, MEAN]) / 2
        joined[:, LOW] = np.minimum(first[:, LOW], second[:, LOW])
        joined[:, HIGH] = np.maximum(first[:, HIGH], second[:, HIGH])
        self._full //= 2
        self._rows[: self._full] = joined
        self.per_bucket *= 2
