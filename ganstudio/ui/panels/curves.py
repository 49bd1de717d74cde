"""The curves: every named term of both players against samples seen or time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPen, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.chart import Chart, Uprights, pen
from ganstudio.ui.curve_controls import CurveControls
from ganstudio.ui.history import MEASURED, RATE, Curve, History
from ganstudio.ui.legend import Legend
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.studio import Studio

REDRAW_MS = 250  # a redraw takes longer than a frame, so a few a second while training
MOST_POINTS = 700  # about one a pixel: more would only take the window's time
FAINT = 0.22
ALIKE = 80  # sum of the differences of red, green and blue
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
EMPTY = "Nothing to plot yet. The losses of both players appear here while they train."
UNMEASURED = (
    "Nothing measured yet. The samples are measured beside the training, first after a minute or "
    "25,000 real samples, whichever comes later."
)
DOT_PX = 5


@dataclass(frozen=True)
class _Read:
    """What became of reading the curves of a run, numbered so that runs are not mixed up."""

    run: int
    history: History | None = None
    fault: str = ""


class CurvesPanel(Panel):
    """Losses and speed with smoothing, logarithm, marks, values under the mouse and export."""

    title = "Curves"
    area = "bottom"
    order = 10

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._history = History()
        self._run, self._reading = 0, False
        self._waiting: list[Callable[[History], None]] = []  # until the file is read
        self._hidden = {RATE}
        self._lines: dict[str, tuple[pg.PlotDataItem, pg.PlotDataItem]] = {}
        self._floors: dict[str, pg.InfiniteLine] = {}
        self._titles: dict[str, str] = {}
        self._cost_s: float | None = None
        self._drawn: dict[str, Curve] = {}
        self._following, self._changed = True, False
        self._cursor: float | None = None
        self._build()
        self._reader = Background("history", self)
        self._reader.done.connect(self._on_read)
        self._throttle = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._throttle.timeout.connect(self._redraw)
        theme.notifier.changed.connect(self._recolour)
        for signal, slot in (
            (studio.started, self._on_started), (studio.statsArrived, self._on_stats),
            (studio.tuned, self._on_tuned), (studio.saved, self._on_saved),
            (studio.rewound, self._on_rewound), (studio.measured, self._on_measured),
        ):  # fmt: skip
            signal.connect(slot)

    @property
    def history(self) -> History:
        """What is plotted."""
        return self._history

    def release(self) -> None:
        """Stop timer and reader, let go of the plot."""
        theme.notifier.changed.disconnect(self._recolour)
        self._throttle.stop()
        self._reader.close()
        self._chart.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was missed while hidden."""
        super().showEvent(event)
        self._touch()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        edge = theme.SPACE[3]
        column.setContentsMargins(edge, theme.SPACE[2], theme.SPACE[2], theme.SPACE[2])
        column.setSpacing(theme.SPACE[2])
        self._controls = CurveControls()
        for signal, slot in (
            (self._controls.changed, self._touch),
            (self._controls.fitWanted, self.fit),
            (self._controls.tableWanted, self._ask_csv),
            (self._controls.pictureWanted, self._ask_png),
        ):
            signal.connect(slot)
        column.addWidget(self._controls)
        self._chart = Chart()
        self._chart.setMinimumSize(240, 90)
        self._chart.setLabel("bottom", "")
        self._view = self._chart.getViewBox()
        self._view.sigRangeChangedManually.connect(self._on_zoomed)
        self._marks, self._hair = Uprights(), pg.InfiniteLine(angle=90)
        self._hair.setVisible(False)
        for item in (self._marks, self._hair):
            self._chart.addItem(item, ignoreBounds=True)
        self._chart.scene().sigMouseMoved.connect(self._on_hover)
        self._chart.leaveEvent = lambda event: self._hover(None)
        self._chart.mouseDoubleClickEvent = self._on_double_click
        self._legend = Legend()
        self._legend.toggled.connect(self._on_toggled)
        self._plot = QWidget()
        row = QHBoxLayout(self._plot)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[3])
        row.addWidget(self._chart, 1)
        row.addWidget(self._legend)
        self._notice = Notice(EMPTY)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._notice)
        self._pages.addWidget(self._plot)
        self._pages.addWidget(Notice(UNMEASURED))
        column.addWidget(self._pages, 1)
        self._recolour()
        self._enable()

    # What the studio says -------------------------------------------------------------------

    def _on_started(self, event: m.Started) -> None:
        self._history = History()
        self._run += 1
        self._waiting.clear()
        self._clear()
        path = event.run / "history.jsonl"
        self._reading = event.resumed and path.is_file()
        if self._reading:
            self._reader.submit(partial(_read, self._run, path))

    def _on_stats(self, reports: list[m.Stats]) -> None:
        def add(history: History) -> None:
            for s in reports:
                history.add(s.nimg, s.seconds, s.terms, s.samples_per_second)

        self._apply(add)

    def _on_read(self, read: _Read) -> None:
        if not self._reading or read.run != self._run:
            return  # of a run that has ended meanwhile
        self._reading = False
        if read.history is not None:
            self._history = read.history
        if read.fault:
            self.studio.noted.emit(m.Noted(read.fault, "error"))
        waiting, self._waiting = self._waiting, []
        for change in waiting:
            change(self._history)
        self._touch()

    def _on_tuned(self, event: m.Tuned) -> None:
        self._apply(lambda h: h.mark_tuned(event.nimg, event.knob, event.before, event.value))

    def _on_measured(self, event: m.Measured) -> None:
        self._titles |= {MEASURED + name: title for name, title in event.titles.items()}
        self._cost_s = event.seconds
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
            change(self._history)
            self._touch()

    # What the person does -------------------------------------------------------------------

    def fit(self) -> None:
        """Show everything, and follow the newest."""
        self._chart.getAxis("left").setLogMode(y=self._controls.logarithm.isChecked())
        self._following = True
        self._touch()

    def export_csv(self, path: Path) -> None:
        """Write the curves as a table.

        Raises:
            OSError: if the file cannot be written.
        """
        with path.open("w", encoding="utf-8", newline="") as file:
            self._history.write_csv(file)

    def export_png(self, path: Path) -> bool:
        """Write the plot with its legend as a picture; False if that fails."""
        return self._plot.grab().save(str(path))

    def _ask_csv(self) -> None:
        path = pictures.ask_save(self, "Save curves", "curves.csv", "Table (*.csv)")
        if path is None:
            return
        try:
            self.export_csv(path)
        except OSError as error:
            self.studio.noted.emit(m.Noted(f"Not saved: {error}", "error"))
        else:
            self.studio.noted.emit(m.Noted(f"Saved {path.name}"))

    def _ask_png(self) -> None:
        path = pictures.ask_save(self, "Save plot", "curves.png", "PNG picture (*.png)")
        if path is None:
            return
        if self.export_png(path):
            self.studio.noted.emit(m.Noted(f"Saved {path.name}"))
        else:
            self.studio.noted.emit(m.Noted(f"Not saved: {path} cannot be written", "error"))

    def _on_toggled(self, name: str, shown: bool) -> None:
        (self._hidden.discard if shown else self._hidden.add)(name)
        self._touch()

    def _on_zoomed(self) -> None:
        self._following = False
        self._touch()

    def _on_double_click(self, event: QMouseEvent) -> None:
        self.fit()

    def _on_hover(self, position: QPointF) -> None:
        inside = self._view.sceneBoundingRect().contains(position)
        self._hover(float(self._view.mapSceneToView(position).x()) if inside else None)

    def _hover(self, x: float | None) -> None:
        self._cursor = x
        self._hair.setVisible(x is not None)
        if x is not None:
            self._hair.setValue(x)
        self._read_out()

    # Drawing --------------------------------------------------------------------------------

    def _touch(self) -> None:
        """Something changed: draw again soon, if anybody looks."""
        self._changed = True
        if self.isVisible() and not self._throttle.isActive():
            self._throttle.start()

    def _redraw(self) -> None:
        if not self._changed or not self.isVisible():
            return
        self._changed = False
        metrics = self._controls.metrics.isChecked()
        window = 1.0 if metrics else self._controls.reports
        axis, history = self._controls.axis, self._history
        names = [name for name in history.series if name.startswith(MEASURED) == metrics]
        curves = {name: history.curve(name, axis, window) for name in names}
        self._drawn = curves
        self._add_lines()
        shown = {n: c for n, c in curves.items() if n not in self._hidden and len(c.x)}
        self._show_floors(shown)
        if self._controls.logarithm.isChecked():
            shown = {name: curve.logarithm() for name, curve in shown.items()}
        if self._following:
            self._follow(shown, smoothed=window > 1)
        (start, end), _ = self._view.viewRange()
        for name, (raw, mean) in self._lines.items():
            visible = name in shown
            raw.setVisible(visible)
            mean.setVisible(visible and window > 1)
            if visible:
                part = shown[name].clipped(start, end)
                raw.setData(*part.band(MOST_POINTS), connect="finite")
                raw.setPen(self._pen(name, faint=window > 1))
                if window > 1:
                    mean.setData(*part.line(MOST_POINTS), connect="finite")
        self._show_marks()
        self._chart.settle()
        self._read_out()
        self._enable()

    def _follow(self, shown: dict[str, Curve], smoothed: bool) -> None:
        """All of x; on y the smoothed lines, or what was reported where nothing is smoothed."""
        if not shown:
            return
        end = max(float(curve.x[-1]) for curve in shown.values())
        parts = [(c.mean, c.mean) if smoothed else (c.low, c.high) for c in shown.values()]
        low = np.concatenate([part[0] for part in parts])
        high = np.concatenate([part[1] for part in parts])
        floors = [line.value() for line in self._floors.values() if line.isVisible()]
        low, high = np.append(low, floors), np.append(high, floors)
        low, high = low[np.isfinite(low)], high[np.isfinite(high)]
        self._view.setXRange(0, max(end, 1e-3), padding=0.01)
        if len(low) and len(high):
            span = max(float(high.max() - low.min()), 1e-6)
            self._view.setYRange(
                float(low.min()) - 0.06 * span, float(high.max()) + 0.12 * span, padding=0
            )

    def _show_marks(self) -> None:
        marks = self._history.marks
        nimg = np.array([mark.nimg for mark in marks], dtype=float)
        x = nimg / 1000 if self._controls.axis == "kimg" else self._history.seconds_at(nimg) / 60
        self._marks.show_marks(
            [
                (float(at), mark.text, mark.kind == "tuned")
                for at, mark in zip(x, marks, strict=True)
            ]
        )

    def _show_floors(self, shown: dict[str, Curve]) -> None:
        """A dashed line for what real samples get, for each shown score that has one."""
        powers = self._controls.logarithm.isChecked()
        for name, line in self._floors.items():
            floor = self._history.floors.get(name)
            fits = floor is not None and (not powers or floor > 0)
            line.setVisible(name in shown and fits)
            if fits and floor is not None:
                line.setValue(float(np.log10(floor)) if powers else floor)

    def _read_out(self) -> None:
        """Values under the mouse, or the newest, beside the names."""
        for name, row in self._legend.rows.items():
            row.setVisible(name in self._drawn)
            curve = self._drawn.get(name)
            at = self._cursor if self._cursor is not None else float("inf")
            row.set_value(curve.value_at(at) if curve is not None else None)
        if not self._history.series:
            text = ""
        elif self._cursor is not None:
            text = f"{max(self._cursor, 0):,.2f} {self._controls.axis}"
        else:
            text = f"{self._history.nimg / 1000:,.1f} kimg  ·  {_clock(self._history.seconds)}"
        if self._controls.metrics.isChecked() and self._cost_s is not None:
            text += f"  ·  measured in {self._cost_s:.1f} s"
        self._controls.readout.setText(text)

    def _add_lines(self) -> None:
        for name in self._history.series:
            if name not in self._lines:
                raw, mean = pg.PlotDataItem(), pg.PlotDataItem(pen=self._pen(name))
                raw.setZValue(1)
                mean.setZValue(10)
                for item in (raw, mean):
                    self._chart.addItem(item, ignoreBounds=True)
                self._lines[name] = raw, mean
                if name.startswith(MEASURED):
                    self._add_measured(name)
                shown = name not in self._hidden
                self._legend.add(name, self._colour(name), self._style(name), shown)
        for name, title in self._titles.items():
            if name in self._legend.rows:
                floor = self._history.floors.get(name)
                real = "" if floor is None else f"; real samples get {floor:.3g}"
                self._legend.rows[name].setToolTip(f"{title}{real}")
        self._turn_page()

    def _add_measured(self, name: str) -> None:
        """Dots, for there are few; the first score is shown, the others wait in the list."""
        raw, _ = self._lines[name]
        colour = self._colour(name)
        raw.setSymbol("o")
        raw.setSymbolSize(DOT_PX)
        raw.setSymbolPen(pen(colour))
        raw.setSymbolBrush(colour)
        if sum(other.startswith(MEASURED) for other in self._lines) > 1:
            self._hidden.add(name)
        floor = pg.InfiniteLine(angle=0, pen=pen(colour, 0.7, Qt.PenStyle.DashLine))
        self._chart.addItem(floor, ignoreBounds=True)
        self._floors[name] = floor

    def _turn_page(self) -> None:
        measured = self._controls.metrics.isChecked() and self._lines
        self._pages.setCurrentIndex(1 if self._drawn else 2 if measured else 0)

    def _clear(self) -> None:
        for items in self._lines.values():
            for item in items:
                self._chart.removeItem(item)
        for line in self._floors.values():
            self._chart.removeItem(line)
        self._floors.clear()
        self._titles.clear()
        self._cost_s = None
        self._hidden = {name for name in self._hidden if not name.startswith(MEASURED)}
        self._lines.clear()
        self._drawn.clear()
        self._legend.clear()
        self._pages.setCurrentIndex(0)
        self._following = True
        self._touch()

    def _enable(self) -> None:
        for button in (self._controls.table, self._controls.picture):
            button.setEnabled(bool(self._lines))
        self._controls.fit.setEnabled(bool(self._lines) and not self._following)

    def _recolour(self) -> None:
        self._hair.setPen(pen(theme.current().muted))
        for name, (raw, mean) in self._lines.items():
            mean.setPen(self._pen(name))
            if name in self._floors:
                self._floors[name].setPen(pen(self._colour(name), 0.7, Qt.PenStyle.DashLine))
                raw.setSymbolPen(pen(self._colour(name)))
                raw.setSymbolBrush(self._colour(name))
            self._legend.rows[name].colour = self._colour(name)
            self._legend.rows[name].update()
        self._touch()

    def _pen(self, name: str, faint: bool = False) -> QPen:
        """Faint lines are not dashed: the many strokes of raw reports would fall to dust."""
        if faint:
            return pen(self._colour(name), FAINT)
        return pen(self._colour(name), 1, self._style(name))

    def _colour(self, name: str) -> str:
        if name.startswith(MEASURED):
            measured = [other for other in self._history.series if other.startswith(MEASURED)]
            colours = theme.current()
            roles = (colours.fake, colours.real, colours.disc, colours.penalty, colours.warn)
            return roles[measured.index(name) % len(roles)]
        return theme.current().muted if name == RATE else theme.term_colour(name)

    def _style(self, name: str) -> Qt.PenStyle:
        """Dashes, then dots, for a curve whose colour is close to an earlier one's."""
        if name.startswith(MEASURED):
            return STYLES[0]
        names = list(self._history.series)
        mine = self._colour(name)
        alike = sum(_alike(self._colour(other), mine) for other in names[: names.index(name)])
        return STYLES[min(alike, len(STYLES) - 1)]


def _read(run: int, path: Path) -> _Read:
    try:
        return _Read(run, History.load(path))
    except OSError as error:
        return _Read(run, fault=f"The earlier curves of this run cannot be read: {error}")


def _alike(one: str, other: str) -> bool:
    """Whether two colours, ``#rrggbb``, are hard to tell apart as thin lines."""
    first, second = (bytes.fromhex(colour.removeprefix("#")) for colour in (one, other))
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) < ALIKE


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
