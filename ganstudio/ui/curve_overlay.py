"""Curves of other runs under those of the run in hand: its parent's, and chosen ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPen

from ganstudio.ui import theme
from ganstudio.ui.background import Background
from ganstudio.ui.chart import new_line
from ganstudio.ui.curve import Curve
from ganstudio.ui.curve_controls import CurveView
from ganstudio.ui.curve_looks import STYLES, other_colour, pen
from ganstudio.ui.history import MEASURED, History

PARENT_OPACITY = 0.85
DOT_PX = 4


@dataclass(frozen=True)
class OtherRun:
    """A run that is laid over the one in hand.

    Attributes:
        folder: where it is.
        parent: whether the run in hand was branched from it.
        since: real samples seen from where on it is drawn.
        place: among those that were chosen; gives its colour.
    """

    folder: Path
    parent: bool = False
    since: float = 0.0
    place: int = 0


@dataclass(frozen=True)
class _Reading:
    """What became of reading some histories."""

    histories: dict[Path, History]
    faults: tuple[str, ...]


class CurveOverlay(QObject):
    """Reads histories of other runs on a thread and draws them thin, one colour a run.

    Args:
        chart: where the lines go.
        parent: who owns it.

    Signals:
        changed: there is something else to draw.
        faulted (str): a history could not be read, and why.
    """

    changed = Signal()
    faulted = Signal(str)

    def __init__(self, chart: pg.PlotWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._chart = chart
        self.runs: tuple[OtherRun, ...] = ()
        self.hidden: set[Path] = set()
        self._histories: dict[Path, History] = {}
        self._lines: dict[tuple[Path, str], pg.GraphicsObject] = {}
        self._drawn: dict[tuple[Path, str], Curve] = {}
        self._reader = Background("other curves", self)
        self._reader.done.connect(self._on_read)

    def choose(self, runs: Sequence[OtherRun]) -> None:
        """Draw these from now on; what is not read yet follows."""
        self.runs = tuple(runs)
        wanted = [run.folder for run in self.runs]
        self._histories = {f: h for f, h in self._histories.items() if f in wanted}
        self.hidden &= set(wanted)
        for key in [key for key in self._lines if key[0] not in wanted]:
            self._chart.removeItem(self._lines.pop(key))
        missing = [folder for folder in wanted if folder not in self._histories]
        if missing:
            self._reader.submit(partial(_read, missing))
        self.changed.emit()

    def release(self) -> None:
        """Stop reading."""
        self._reader.close()

    @property
    def names(self) -> list[str]:
        """Curves that any of them has."""
        found = dict.fromkeys(
            name for history in self._histories.values() for name in history.series
        )
        return list(found)

    def colour(self, run: OtherRun) -> str:
        """Grey for the parent, else one of those that can be told apart."""
        if run.parent:
            return theme.current().muted
        return other_colour(run.place)

    def curves(self, names: Sequence[str], view: CurveView) -> dict[tuple[Path, str], Curve]:
        """What is to be drawn of these names, smoothed, before any logarithm."""
        found = {}
        for run in self.runs:
            history = self._histories.get(run.folder)
            if history is None or run.folder in self.hidden:
                continue
            for name in names:
                if name in history.series:
                    curve = history.curve(name, view.axis, view.window)
                    since = run.since / 1000 if view.axis == "kimg" else history.minutes(run.since)
                    curve = curve.clipped(since, float("inf")) if run.since else curve
                    if len(curve.x):
                        found[run.folder, name] = curve
        self._drawn = found
        return found

    def draw(
        self,
        curves: dict[tuple[Path, str], Curve],
        names: Sequence[str],
        span: tuple[float, float],
        points: int,
    ) -> None:
        """Put the lines on the chart.

        Args:
            curves: as they are to be drawn.
            names: the curves shown; their place among them gives the strokes.
            span: from where to where on x.
            points: at most so many a line.
        """
        by_folder = {run.folder: run for run in self.runs}
        for key, curve in curves.items():
            line = self._lines.get(key) or self._add(key)
            line.setData(*curve.clipped(*span).line(points), connect="finite")
            look = self._pen(by_folder[key[0]], names.index(key[1]))
            if line.opts["pen"] != look:
                self._colour(line, look, dotted=key[1].startswith(MEASURED))
        for key, line in self._lines.items():
            line.setVisible(key in curves)

    def value_at(self, folder: Path, name: str, x: float) -> float | None:
        """The value of a drawn curve nearest to a place on x."""
        curve = self._drawn.get((folder, name))
        return None if curve is None else curve.value_at(x)

    def style(self, run: OtherRun) -> Qt.PenStyle:
        """The strokes that stand for a run in the legend."""
        return Qt.PenStyle.DashLine if run.parent else Qt.PenStyle.SolidLine

    def _pen(self, run: OtherRun, place: int) -> QPen:
        """A parent is dashed throughout; in others strokes tell the curves apart."""
        if run.parent:
            return pen(self.colour(run), PARENT_OPACITY, Qt.PenStyle.DashLine)
        return pen(self.colour(run), 1.0, STYLES[min(place, len(STYLES) - 1)])

    @staticmethod
    def _colour(line: pg.GraphicsObject, look: QPen, dotted: bool) -> None:
        line.setPen(look)
        if dotted:
            line.setSymbolPen(look.color())
            line.setSymbolBrush(look.color())

    def _add(self, key: tuple[Path, str]) -> pg.GraphicsObject:
        line = new_line(dotted=key[1].startswith(MEASURED))
        line.setZValue(5)  # over raw reports, under the averages of the run in hand
        self._chart.addItem(line, ignoreBounds=True)
        self._lines[key] = line
        return line

    def _on_read(self, reading: _Reading) -> None:
        wanted = {run.folder for run in self.runs}
        self._histories |= {f: h for f, h in reading.histories.items() if f in wanted}
        for fault in reading.faults:
            self.faulted.emit(fault)
        self.changed.emit()


def _read(folders: Sequence[Path]) -> _Reading:
    histories, faults = {}, []
    for folder in folders:
        try:
            histories[folder] = History.load(folder / "history.jsonl")
        except OSError as error:
            histories[folder] = History()
            faults.append(f"The curves of {folder.name} cannot be read: {error}")
    return _Reading(histories, tuple(faults))
