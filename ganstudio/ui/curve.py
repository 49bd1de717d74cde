"""One curve ready to be drawn: clipped to what is in view, thinned out, smoothed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

_BLOCK = 64


@dataclass(frozen=True)
class Curve:
    """One curve as arrays of one length: x, the (smoothed) mean, the raw lowest and highest."""

    x: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def clipped(self, start: float, end: float) -> Curve:
        """The part between two places on x, with one neighbour on each side."""
        first = max(int(np.searchsorted(self.x, start)) - 1, 0)
        last = int(np.searchsorted(self.x, end, side="right")) + 1
        part = slice(first, last)
        return Curve(self.x[part], self.mean[part], self.low[part], self.high[part])

    def line(self, points: int) -> tuple[np.ndarray, np.ndarray]:
        """x and mean in at most so many points, averaging neighbours."""
        size = -(-len(self.x) // points)
        if size <= 1:
            return self.x, self.mean
        starts = np.arange(0, len(self.x), size)
        counts = np.diff(np.append(starts, len(self.x)))
        ends = starts + counts - 1
        return self.x[ends], np.add.reduceat(self.mean, starts) / counts

    def band(self, points: int) -> tuple[np.ndarray, np.ndarray]:
        """x and a line through lowest and highest values in at most so many points."""
        size = -(-2 * len(self.x) // points)
        x, low, high = self.x, self.low, self.high
        if size > 1:
            starts = np.arange(0, len(x), size)
            x = x[np.append(starts[1:], len(x)) - 1]
            low, high = np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)
        if np.array_equal(low, high):
            return x, low
        y = np.empty(2 * len(x))
        y[0::2], y[1::2] = low, high
        y[2::4], y[3::4] = high[1::2], low[1::2]  # up, then down: no needless strokes between
        return np.repeat(x, 2), y

    def value_at(self, x: float) -> float | None:
        """The mean nearest to a place on x; None where the curve is not."""
        if not len(self.x) or x < self.x[0]:
            return None
        right = min(int(np.searchsorted(self.x, x)), len(self.x) - 1)
        left = max(right - 1, 0)
        nearest = left if x - self.x[left] < self.x[right] - x else right
        return float(self.mean[nearest])

    def logarithm(self) -> Curve:
        """The same in powers of ten; zero and below become gaps."""

        def log10(values: np.ndarray) -> np.ndarray:
            logs: np.ndarray = np.log10(np.where(values > 0, values, np.nan))
            return logs

        return replace(self, mean=log10(self.mean), low=log10(self.low), high=log10(self.high))


def smooth(values: np.ndarray, keep: float) -> np.ndarray:
    """Exponential moving average that starts at the first value instead of at zero.

    Blocks are filtered by one matrix product, and only their ends run in sequence: some
    thousand values take well under a millisecond.

    Args:
        values: (N,).
        keep: share of the old average that stays, 0 to below 1.

    Returns:
        (N,) averages, each divided by the weight that it has gathered.

    Source: Kingma and Ba 2015, arXiv:1412.6980, section 3, for the division.
    """
    count = len(values)
    if not count or keep <= 0:
        return values
    blocks = np.zeros((-(-count // _BLOCK), _BLOCK))
    blocks.reshape(-1)[:count] = values
    age = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    answers = blocks @ ((1 - keep) * np.where(age >= 0, keep ** np.maximum(age, 0), 0)).T
    carry, decay = 0.0, keep ** np.arange(1, _BLOCK + 1)
    for block in answers:
        block += carry * decay
        carry = block[-1]
    averages: np.ndarray = answers.reshape(-1)[:count]
    return averages / (1 - keep ** np.arange(1.0, count + 1))
