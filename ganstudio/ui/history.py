"""What the curves remember of a run: bounded, however long it trains, and quick to thin out."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TextIO

import numpy as np

CAPACITY = 8192
MOST_MARKS = 500
RATE = "samples/s"
MEASURED = "M/"  # leads the names of what was measured, which has a plot of its own
_BLOCK = 64
_NIMG, _SECONDS, _MEAN, _LOW, _HIGH = range(5)

Axis = Literal["kimg", "minutes"]


@dataclass(frozen=True)
class Mark:
    """Something that happened at a moment of training.

    Attributes:
        nimg: real samples seen by then.
        kind: ``tuned`` or ``saved``.
        text: the label.
        knob: for ``tuned``, which; else empty.
        before: for ``tuned``, the value it had; else empty.
    """

    nimg: int
    kind: Literal["tuned", "saved"]
    text: str
    knob: str = ""
    before: str = ""


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
        self._full = int(np.searchsorted(self._rows[: self._full, _NIMG], nimg, side="right"))
        self._open = [report for report in self._open if report[0] <= nimg]

    def _bucket(self) -> tuple[float, float, float, float, float]:
        values = [value for _, _, value in self._open]
        nimg, seconds, _ = self._open[-1]
        return nimg, seconds, sum(values) / len(values), min(values), max(values)

    def _join(self) -> None:
        first, second = self._rows[0 : self._full : 2], self._rows[1 : self._full : 2]
        joined = second.copy()
        joined[:, _MEAN] = (first[:, _MEAN] + second[:, _MEAN]) / 2
        joined[:, _LOW] = np.minimum(first[:, _LOW], second[:, _LOW])
        joined[:, _HIGH] = np.maximum(first[:, _HIGH], second[:, _HIGH])
        self._full //= 2
        self._rows[: self._full] = joined
        self.per_bucket *= 2


class History:
    """All curves and marks of one run.

    Args:
        capacity: buckets a curve, an even number.

    Raises:
        ValueError: if ``capacity`` is odd or below 2.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        if capacity < 2 or capacity % 2:
            raise ValueError(f"capacity is an even number from 2 on, got {capacity}")
        self._capacity = capacity
        self.series: dict[str, Series] = {}
        self.floors: dict[str, float] = {}
        self.marks: list[Mark] = []
        self.nimg, self.seconds = 0.0, 0.0

    def add(
        self, nimg: float, seconds: float, terms: dict[str, float], rate: float | None = None
    ) -> None:
        """Take one report. One from before the last means that training was rewound.

        Args:
            nimg: real samples seen.
            seconds: time spent training.
            terms: values by name.
            rate: samples a second, kept as a curve of its own.
        """
        if (nimg, seconds) == (self.nimg, self.seconds) and self.series:
            return
        if nimg < self.nimg:
            self.rewind(nimg - 1)
        self.nimg, self.seconds = nimg, seconds
        values = terms if rate is None else {**terms, RATE: rate}
        for name, value in values.items():
            if name not in self.series:
                self.series[name] = Series(self._capacity)
            self.series[name].add(nimg, seconds, value)

    def measured(self, nimg: float, values: dict[str, float], floors: dict[str, float]) -> None:
        """Take what was measured of an earlier moment, as curves named ``M/...``.

        Args:
            nimg: how far trained the generator was.
            values: scores by name.
            floors: what real samples get, by name.
        """
        seconds = float(self.seconds_at(np.array([nimg]))[0])
        for name, value in values.items():
            series = self.series.setdefault(MEASURED + name, Series(self._capacity))
            series.add(nimg, seconds, value)
        self.floors |= {MEASURED + name: value for name, value in floors.items()}

    def rewind(self, nimg: float) -> None:
        """Forget curves and marks after this moment."""
        for series in self.series.values():
            series.cut(nimg)
        self.marks = [mark for mark in self.marks if mark.nimg <= nimg]
        last = [series.rows()[-1] for series in self.series.values() if len(series)]
        self.nimg = max((float(row[_NIMG]) for row in last), default=0.0)
        self.seconds = max((float(row[_SECONDS]) for row in last), default=0.0)

    def mark_tuned(self, nimg: int, knob: str, before: Any, value: Any) -> None:
        """Mark a turned knob; turning it again at the same moment moves the same mark."""
        old = self.marks[-1] if self.marks else None
        if old is not None and (old.knob, old.nimg) == (knob, nimg):
            self.marks.pop()
            before = old.before
        lead = f"{knob} {_short(before)}" if before not in (None, "") else knob
        self._mark(Mark(nimg, "tuned", f"{lead} → {_short(value)}", knob, _short(before)))

    def mark_saved(self, nimg: int) -> None:
        """Mark a checkpoint."""
        self._mark(Mark(nimg, "saved", "saved"))

    def seconds_at(self, nimg: np.ndarray) -> np.ndarray:
        """Training time (N,) in seconds at moments (N,) given in samples seen."""
        longest = max(self.series.values(), key=len, default=None)
        if longest is None or not len(longest):
            return np.zeros_like(nimg, dtype=float)
        rows = longest.rows()
        times: np.ndarray = np.interp(nimg, rows[:, _NIMG], rows[:, _SECONDS])
        return times

    def curve(self, name: str, axis: Axis = "kimg", window: float = 1.0) -> Curve:
        """One curve, ready to be thinned out and drawn.

        Args:
            name: of the term.
            axis: what x counts.
            window: how many buckets the moving average looks back; 1 or less leaves it alone.
        """
        rows = self.series[name].rows()
        x = rows[:, _NIMG] / 1000 if axis == "kimg" else rows[:, _SECONDS] / 60
        x = np.maximum.accumulate(x) if len(x) else x
        mean = rows[:, _MEAN] if window <= 1 else smooth(rows[:, _MEAN], 1 - 1 / window)
        return Curve(x, mean, rows[:, _LOW], rows[:, _HIGH])

    def write_csv(self, file: TextIO) -> None:
        """Write what is remembered, a line a moment and a column a term."""
        names = list(self.series)
        lines: dict[tuple[float, float], dict[str, float]] = {}
        for name in names:
            for nimg, seconds, mean, _, _ in self.series[name].rows().tolist():
                lines.setdefault((nimg, seconds), {})[name] = mean
        writer = csv.writer(file)
        writer.writerow(["nimg", "seconds", *names])
        for nimg, seconds in sorted(lines):
            values = lines[nimg, seconds]
            cells = [f"{values[name]:.7g}" if name in values else "" for name in names]
            writer.writerow([int(nimg), f"{seconds:.3f}", *cells])

    @classmethod
    def load(cls, path: Path, capacity: int = CAPACITY) -> History:
        """Read a run's ``history.jsonl``; lines that cannot be understood are passed over.

        Raises:
            OSError: if the file cannot be read.
        """
        history = cls(capacity)
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in _records(file):
                history._take(line)
        return history

    def _take(self, line: dict[str, Any]) -> None:
        nimg = _number(line.get("nimg"))
        if nimg is None:
            return
        event, terms = line.get("event"), line.get("terms")
        if event == "tuned" and "knob" in line:
            self.mark_tuned(int(nimg), str(line["knob"]), line.get("before"), line.get("value"))
        elif event == "saved":
            self.mark_saved(int(nimg))
        elif event == "measured":
            self.measured(nimg, _numbers(line.get("values")), _numbers(line.get("floors")))
        elif event == "rewound":
            self.rewind(nimg)
        elif isinstance(terms, dict):
            seconds = _number(line.get("seconds"))
            values = {str(name): _number(value) for name, value in terms.items()}
            numbers = {name: value for name, value in values.items() if value is not None}
            self.add(
                nimg,
                self.seconds if seconds is None else seconds,
                numbers,
                _number(line.get("samples_per_second")),
            )

    def _mark(self, mark: Mark) -> None:
        if mark in self.marks:  # read from the file and told again
            return
        self.marks.append(mark)
        if len(self.marks) > MOST_MARKS:
            saves = [i for i, old in enumerate(self.marks) if old.kind == "saved"]
            del self.marks[saves[0] if saves else 0]


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


def _records(file: TextIO) -> Iterator[dict[str, Any]]:
    for line in file:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


def _number(value: Any) -> float | None:
    """A finite number, or None for anything else that JSON can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _numbers(content: Any) -> dict[str, float]:
    """Those entries of a JSON object that are finite numbers."""
    if not isinstance(content, dict):
        return {}
    values = {str(name): _number(value) for name, value in content.items()}
    return {name: value for name, value in values.items() if value is not None}


def _short(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
