"""Follows the run in view: keeps its history while it trains, reads that of an opened one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from ganstudio.train import messages as m
from ganstudio.train.branch import Parent, parent_of
from ganstudio.train.files import RunError
from ganstudio.ui.background import Background
from ganstudio.ui.history import MEASURED, History
from ganstudio.ui.history_tail import Tail
from ganstudio.ui.studio import Studio


@dataclass(frozen=True)
class _Read:
    """What became of reading the curves of a run, numbered so that runs are not mixed up."""

    run: int
    history: History | None = None
    lines: tuple[dict[str, Any], ...] = ()  # to be added to what there is
    fault: str = ""


class RunInView(QObject):
    """The run that is trained, or the one that was opened last.

    Attributes:
        history: its curves and marks.
        folder: where it is; None before there is one.
        parent_run: the run that it was branched from, if any.
        titles: its scores in words, by the name of their curve.
        cost_s: what measuring took last, in seconds.

    Signals:
        began: it is another run now.
        changed: there is more in its history, or less.
    """

    began = Signal()
    changed = Signal()

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self.history = History()
        self.folder: Path | None = None
        self.parent_run: Parent | None = None
        self.titles: dict[str, str] = {}
        self.cost_s: float | None = None
        self._run, self._reading = 0, False
        self._tail: Tail | None = None
        self._waiting: list[Callable[[History], None]] = []  # until the file is read
        self.reader = Background("history", self)
        self.reader.done.connect(self._on_read)
        for signal, slot in (
            (studio.started, self._on_started), (studio.statsArrived, self._on_stats),
            (studio.tuned, self._on_tuned), (studio.saved, self._on_saved),
            (studio.rewound, self._on_rewound), (studio.measured, self._on_measured),
            (studio.momentsChanged, self._on_moments), (studio.runGrew, self._on_grown),
        ):  # fmt: skip
            signal.connect(slot)
        if studio.run_in_view is not None:  # this one took the place of another that failed
            self._begin(studio.run_in_view, known=True)

    def release(self) -> None:
        """Stop reading."""
        self.reader.close()

    def _on_started(self, event: m.Started) -> None:
        self._begin(event.run, event.resumed or event.nimg > 0)

    def _on_moments(self) -> None:
        """An opened run brings its curves."""
        run = self._studio.moments_run
        if run is not None and run != self.folder and not self._studio.training:
            self._begin(run, known=True)

    def _begin(self, folder: Path, known: bool) -> None:
        """Follow this run from now on; ``known`` has curves on the disk already."""
        self.history = History()
        self.folder, self.parent_run = folder, _parent(folder)
        self._run += 1
        self._waiting.clear()
        self.titles.clear()
        self.cost_s = None
        self._tail = Tail(folder / "history.jsonl")
        self._reading = known and self._tail.path.is_file()
        if self._reading:
            self.reader.submit(partial(_read, self._run, self._tail))
        self.began.emit()

    def _on_grown(self) -> None:
        """Another program trains it."""
        if self._tail is not None and not self._reading and self.folder == self._studio.moments_run:
            self._reading = True
            self.reader.submit(partial(_read_on, self._run, self._tail))

    def _on_read(self, read: _Read) -> None:
        if not self._reading or read.run != self._run:
            return  # of a run that has ended meanwhile
        self._reading = False
        if read.history is not None:
            self.history = read.history
        for line in read.lines:
            self.history.take(line)
        if read.fault:
            self._studio.noted.emit(m.Noted(read.fault, "error"))
        waiting, self._waiting = self._waiting, []
        for change in waiting:
            change(self.history)
        self.changed.emit()

    def _on_stats(self, reports: list[m.Stats]) -> None:
        def add(history: History) -> None:
            for s in reports:
                history.add(s.nimg, s.seconds, s.terms, s.samples_per_second)

        self._apply(add)

    def _on_tuned(self, event: m.Tuned) -> None:
        self._apply(lambda h: h.mark_tuned(event.nimg, event.knob, event.before, event.value))

    def _on_measured(self, event: m.Measured) -> None:
        self.titles |= {MEASURED + name: title for name, title in event.titles.items()}
        self.cost_s = event.seconds
        self._apply(lambda h: h.measured(event.nimg, event.values, event.floors))

    def _on_saved(self, event: m.Saved) -> None:
        self._apply(lambda h: h.mark_saved(event.nimg))

    def _on_rewound(self, event: m.Rewound) -> None:
        self._apply(lambda h: h.rewind(event.nimg))

    def _apply(self, change: Callable[[History], None]) -> None:
        """Change the history, now or once the earlier part of it is read."""
        if self._reading:
            self._waiting.append(change)
        else:
            change(self.history)
            self.changed.emit()


def _read(run: int, tail: Tail) -> _Read:
    try:
        tail.skip()
        return _Read(run, History.load(tail.path))
    except OSError as error:
        return _Read(run, fault=f"The earlier curves of this run cannot be read: {error}")


def _read_on(run: int, tail: Tail) -> _Read:
    """What was added, or all of it again where it is another file now."""
    try:
        lines = tail.rest()
    except OSError as error:
        return _Read(run, fault=f"The newer curves of this run cannot be read: {error}")
    return _read(run, tail) if lines is None else _Read(run, lines=tuple(lines))


def _parent(folder: Path) -> Parent | None:
    """Where a run was branched off; one whose note is damaged has none."""
    try:
        return parent_of(folder)
    except RunError:
        return None
