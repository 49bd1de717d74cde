"""What the curves remember of a run: bounded, however long it trains, and quick to thin out."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, TextIO

import numpy as np

from ganstudio.reading import parse_json
from ganstudio.ui.curve import Curve, smooth
from ganstudio.ui.series import CAPACITY, HIGH, LOW, MEAN, NIMG, SECONDS, Series

MOST_MARKS = 500
MOST_CURVES = 500  # a file may name any number
LONGEST_LINE = 1 << 20
MOST_PARSED_BYTES = 32 << 20  # of a longer history only every so-manieth report is taken
RATE = "samples/s"
MEASURED = "M/"  # leads the names of what was measured, which has a plot of its own

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
            if (series := self._curve_of(name)) is not None:
                series.add(nimg, seconds, value)

    def measured(self, nimg: float, values: dict[str, float], floors: dict[str, float]) -> None:
        """Take what was measured of an earlier moment, as curves named ``M/...``.

        Args:
            nimg: how far trained the generator was.
            values: scores by name.
            floors: what real samples get, by name.
        """
        seconds = float(self.seconds_at(np.array([nimg]))[0])
        for name, value in values.items():
            if (series := self._curve_of(MEASURED + name)) is not None:
                series.add(nimg, seconds, value)
        known = {MEASURED + name: value for name, value in floors.items()}
        self.floors |= {name: value for name, value in known.items() if name in self.series}

    def _curve_of(self, name: str) -> Series | None:
        """The curve of this name, begun where there is none; None where there are too many."""
        if name not in self.series and len(self.series) < MOST_CURVES:
            self.series[name] = Series(self._capacity)
        return self.series.get(name)

    def rewind(self, nimg: float) -> None:
        """Forget curves and marks after this moment."""
        for series in self.series.values():
            series.cut(nimg)
        self.marks = [mark for mark in self.marks if mark.nimg <= nimg]
        last = [series.rows()[-1] for series in self.series.values() if len(series)]
        self.nimg = max((float(row[NIMG]) for row in last), default=0.0)
        self.seconds = max((float(row[SECONDS]) for row in last), default=0.0)

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
        times: np.ndarray = np.interp(nimg, rows[:, NIMG], rows[:, SECONDS])
        return times

    def minutes(self, nimg: float) -> float:
        """Training time in minutes at a moment given in samples seen."""
        return float(self.seconds_at(np.array([nimg]))[0]) / 60

    def places(self, nimg: np.ndarray, axis: Axis) -> np.ndarray:
        """Where on x moments (N,) stand that are given in samples seen, (N,)."""
        nimg = np.asarray(nimg, dtype=float)
        return nimg / 1000 if axis == "kimg" else self.seconds_at(nimg) / 60

    def curve(self, name: str, axis: Axis = "kimg", window: float = 1.0) -> Curve:
        """One curve, ready to be thinned out and drawn.

        Args:
            name: of the term.
            axis: what x counts.
            window: how many buckets the moving average looks back; 1 or less leaves it alone.
        """
        rows = self.series[name].rows()
        x = rows[:, NIMG] / 1000 if axis == "kimg" else rows[:, SECONDS] / 60
        x = np.maximum.accumulate(x) if len(x) else x
        mean = rows[:, MEAN] if window <= 1 else smooth(rows[:, MEAN], 1 - 1 / window)
        return Curve(x, mean, rows[:, LOW], rows[:, HIGH])

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
        if not path.is_file():  # a pipe would be waited for
            raise FileNotFoundError(f"{path} is no file")
        every = 1 + path.stat().st_size // MOST_PARSED_BYTES
        with path.open("rb") as file:
            for line in _records(file, every):
                history.take(line)
        return history

    def take(self, line: dict[str, Any]) -> None:
        """Take one line of a run's ``history.jsonl``, unless it cannot be understood."""
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


def _records(file: BinaryIO, every: int) -> Iterator[dict[str, Any]]:
    """What happened, line by line; of the reports every so-manieth."""
    for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b"")):
        if number % every and b'"event"' not in line:
            continue
        try:
            record = parse_json(line)
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
