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
        self._open = 0  # reports in the bucket after the full ones, and what they come to
        self._nimg = self._seconds = self._sum = self._low = self._high = 0.0

    def __len__(self) -> int:
        return self._full + bool(self._open)

    def add(self, nimg: float, seconds: float, value: float) -> None:
        """Append one report; values that are no number leave a gap and are not kept."""
        if not math.isfinite(value):
            return
        self._nimg, self._seconds = nimg, seconds
        if self._open:
            self._sum += value
            self._low, self._high = min(self._low, value), max(self._high, value)
        else:
            self._sum = self._low = self._high = value
        self._open += 1
        if self._open >= self.per_bucket:
            self._rows[self._full] = self._bucket()
            self._full += 1
            self._open = 0
            if self._full == len(self._rows):
                self._join()

    def rows(self) -> np.ndarray:
        """(N, 5): nimg and seconds at the bucket's end, mean, lowest, highest."""
        full = self._rows[: self._full]
        return np.vstack([full, self._bucket()]) if self._open else full.copy()

    def cut(self, nimg: float) -> None:
        """Forget all that came after this moment, with the bucket that it lies in."""
        kept = int(np.searchsorted(self._rows[: self._full, NIMG], nimg, side="right"))
        if kept < self._full or self._nimg > nimg:
            self._full, self._open = kept, 0

    def _bucket(self) -> tuple[float, float, float, float, float]:
        return self._nimg, self._seconds, self._sum / self._open, self._low, self._high

    def _join(self) -> None:
        first, second = self._rows[0 : self._full : 2], self._rows[1 : self._full : 2]
        joined = second.copy()
        joined[:, MEAN] = (first[:, MEAN] + second[:, MEAN]) / 2
        joined[:, LOW] = np.minimum(first[:, LOW], second[:, LOW])
        joined[:, HIGH] = np.maximum(first[:, HIGH], second[:, HIGH])
        self._full //= 2
        self._rows[: self._full] = joined
        self.per_bucket *= 2
