"""The plot of a run's curves: lines, marks, the line of the moment, names with values beside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ganstudio.ui import theme
from ganstudio.ui.chart import Chart, Uprights, new_line
from ganstudio.ui.curve import Curve
from ganstudio.ui.curve_controls import CurveView
from ganstudio.ui.curve_looks import colour, curve_pen, pen, strokes
from ganstudio.ui.curve_overlay import CurveOverlay
from ganstudio.ui.history import MEASURED, RATE, History
from ganstudio.ui.legend import LEAST_PX, Entry, Legend
from ganstudio.ui.scrubber import ScrubView, TimeLine

MOST_POINTS = 700  # about one a pixel: more would only take the window's time
ROOM, LEAST_FILL = 0.06, 0.7  # of the view: ahead of the newest point; what the curves fill


class CurvePlot(QWidget):
    """Draws a history as it is told to; knows neither studio nor training.

    Attributes:
        pointed: the place on x under the mouse; None while it is elsewhere.
        moment: the place on x of the moment that is shown; None for now.
        following: whether the view grows with the curves.

    Signals:
        changed: something else is to be shown; draw again.
        hovered: the mouse is over another place, or has left.
        fitWanted: show everything.
        scrubbed (float, bool): dragged to this place on x; whether the button was let go.
    """

    changed = Signal()
    hovered = Signal()
    fitWanted = Signal()  # noqa: N815
    scrubbed = Signal(float, bool)

    def __init__(self) -> None:
        super().__init__()
        self.pointed: float | None = None
        self.moment: float | None = None
        self.following = True
        self._fits_anew = True
        self.lines: dict[str, tuple[pg.GraphicsObject, pg.GraphicsObject]] = {}
        self.floors: dict[str, pg.InfiniteLine] = {}
        self.drawn: dict[str, Curve] = {}
        self._names: list[str] = []
        self._hidden = {RATE}
        self._shown: list[str] = []
        self.view = ScrubView()
        self.chart = Chart(self.view)
        self.chart.setMinimumSize(240, 90)
        self.chart.setLabel("bottom", "")
        self.marks, self.time_line = Uprights(), TimeLine()
        self._hair = pg.InfiniteLine(angle=90)
        self._hair.setVisible(False)
        for item in (self.marks, self._hair, self.time_line):
            self.chart.addItem(item, ignoreBounds=True)
        self.overlay = CurveOverlay(self.chart, self)
        self.legend = Legend()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[3])
        row.addWidget(self.chart, 1)
        row.addWidget(self.legend)
        self._connect()
        self.recolour()

    def _connect(self) -> None:
        self.view.scrubbed.connect(self.scrubbed)
        self.view.sigRangeChangedManually.connect(self._on_zoomed)
        self.chart.scene().sigMouseMoved.connect(self._on_hover)
        self.chart.leaveEvent = lambda event: self.hover(None)
        self.chart.mouseDoubleClickEvent = self._on_double_click
        self.overlay.changed.connect(self.changed)
        self.legend.toggled.connect(self._on_toggled)
        self.legend.runToggled.connect(self._on_run_toggled)

    def release(self) -> None:
        """Let go of the plot, stop reading other runs."""
        self.overlay.release()
        self.chart.release()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave most of the width to the curves, and all of it where names would cover them."""
        super().resizeEvent(event)
        least = self.chart.minimumWidth() + theme.SPACE[3] + LEAST_PX
        self.legend.setVisible(self.width() >= least)
        self.legend.fit(self.width())

    def clear(self) -> None:
        """Forget the run in hand; other runs stay."""
        for items in self.lines.values():
            for item in items:
                self.chart.removeItem(item)
        for line in self.floors.values():
            self.chart.removeItem(line)
        self.floors.clear()
        self._hidden = {name for name in self._hidden if not name.startswith(MEASURED)}
        self.lines.clear()
        self.drawn.clear()
        self.legend.clear()
        self.fit()

    def fit(self) -> None:
        """Let the next drawing show everything, and follow the newest from then on."""
        self.following = self._fits_anew = True

    # What the mouse does --------------------------------------------------------------------

    def _on_toggled(self, name: str, shown: bool) -> None:
        (self._hidden.discard if shown else self._hidden.add)(name)
        self.changed.emit()

    def _on_run_toggled(self, key: str, shown: bool) -> None:
        hidden = self.overlay.hidden
        (hidden.discard if shown else hidden.add)(Path(key))
        self.changed.emit()

    def _on_zoomed(self) -> None:
        self.following = False
        self.changed.emit()

    def _on_double_click(self, event: QMouseEvent) -> None:
        self.fitWanted.emit()

    def _on_hover(self, position: QPointF) -> None:
        inside = self.view.sceneBoundingRect().contains(position)
        held = inside and self.view.scrubs and self.time_line.near(position)
        self.chart.viewport().setCursor(
            Qt.CursorShape.SizeHorCursor if held else Qt.CursorShape.ArrowCursor
        )
        self.hover(float(self.view.mapSceneToView(position).x()) if inside else None)

    def hover(self, x: float | None) -> None:
        """The mouse is over this place on x."""
        self.pointed = x
        self._hair.setVisible(x is not None)
        if x is not None:
            self._hair.setValue(x)
        self.read_out()
        self.hovered.emit()

    # Drawing --------------------------------------------------------------------------------

    def draw(self, history: History, view: CurveView) -> None:
        """Draw all that is to be seen of this history and of the runs laid over it."""
        self._names = names = list(history.series) or self.overlay.names
        self._add_lines()
        wanted = [name for name in names if name.startswith(MEASURED) == view.metrics]
        empty = Curve(*(np.empty(0) for _ in range(4)))
        self.drawn = {
            n: history.curve(n, view.axis, view.window) if n in history.series else empty
            for n in wanted
        }
        self._shown = [name for name in wanted if name not in self._hidden]
        shown = {name: self.drawn[name] for name in self._shown if len(self.drawn[name].x)}
        others = self.overlay.curves(self._shown, view)
        self._show_floors(history, shown, view)
        if view.logarithm:
            shown = {name: curve.logarithm() for name, curve in shown.items()}
            others = {key: curve.logarithm() for key, curve in others.items()}
        if self.following:
            self._follow([*shown.values(), *others.values()], smoothed=view.window > 1)
        span = tuple(self.view.viewRange()[0])
        self._draw_lines(shown, span, smoothed=view.window > 1)
        self.overlay.draw(others, self._shown, span, MOST_POINTS)
        self._show_marks(history, view)
        self._list_runs()
        self.chart.settle()
        self.read_out()

    def _draw_lines(
        self, shown: dict[str, Curve], span: tuple[float, float], smoothed: bool
    ) -> None:
        for name, (raw, mean) in self.lines.items():
            visible = name in shown
            raw.setVisible(visible)
            mean.setVisible(visible and smoothed)
            if visible:
                part, look = shown[name].clipped(*span), curve_pen(name, self._names, smoothed)
                raw.setData(*part.band(MOST_POINTS), connect="finite")
                if raw.opts["pen"] != look:
                    raw.setPen(look)
                if smoothed:
                    mean.setData(*part.line(MOST_POINTS), connect="finite")

    def _follow(self, curves: list[Curve], smoothed: bool) -> None:
        """All of x; on y the smoothed lines, or what was reported where nothing is smoothed."""
        if not curves:
            return
        end = max(float(curve.x[-1]) for curve in curves)
        parts = [(c.mean, c.mean) if smoothed else (c.low, c.high) for c in curves]
        floors = [line.value() for line in self.floors.values() if line.isVisible()]
        low = np.concatenate([*(part[0] for part in parts), floors])
        high = np.concatenate([*(part[1] for part in parts), floors])
        low, high = low[np.isfinite(low)], high[np.isfinite(high)]
        width = max(end, 1e-3)
        if not self._still_fits(0, 0, width):
            self.view.setXRange(0, (1 + ROOM) * width, padding=0.01)
        if len(low) and len(high):
            bottom, top = float(low.min()), float(high.max())
            span = max(top - bottom, 1e-6)
            if not self._still_fits(1, bottom, bottom + span):
                self.view.setYRange(bottom - 0.06 * span, top + 0.12 * span, padding=0)
        self._fits_anew = False

    def _still_fits(self, axis: int, low: float, high: float) -> bool:
        """Whether the view holds these values and is not far too large for them.

        A view that moved a little with each report would have the axes drawn anew each time.
        """
        left, right = self.view.viewRange()[axis]
        filled = (high - low) / (right - left)
        return not self._fits_anew and left <= low and high <= right and filled >= LEAST_FILL

    def _show_marks(self, history: History, view: CurveView) -> None:
        """What happened in the run, and where it was branched off."""
        marks = [(mark.nimg, mark.text, mark.kind == "tuned") for mark in history.marks]
        marks += [(int(run.since), "branched", True) for run in self.overlay.runs if run.parent]
        places = history.places(np.array([mark[0] for mark in marks]), view.axis)
        self.marks.show_marks(
            [(float(at), text, strong) for at, (_, text, strong) in zip(places, marks, strict=True)]
        )

    def _show_floors(self, history: History, shown: dict[str, Curve], view: CurveView) -> None:
        """A dashed line for what real samples get, for each shown score that has one."""
        for name, line in self.floors.items():
            floor = history.floors.get(name)
            fits = floor is not None and (not view.logarithm or floor > 0)
            line.setVisible(name in shown and fits)
            if fits and floor is not None:
                line.setValue(float(np.log10(floor)) if view.logarithm else floor)

    # The list beside it -----------------------------------------------------------------------

    def read_out(self) -> None:
        """Values under the mouse, at the moment shown, or the newest, beside the names."""
        place = self.pointed if self.pointed is not None else self.moment
        at = float("inf") if place is None else place
        for name, row in self.legend.rows.items():
            row.setVisible(name in self.drawn)
            curve = self.drawn.get(name)
            row.set_value(curve.value_at(at) if curve is not None else None)
        for key, row in self.legend.runs.items():
            values = {n: self.overlay.value_at(Path(key), n, at) for n in self._shown}
            row.set_value(next(iter(values.values())) if len(values) == 1 else None)

    def title_scores(self, titles: dict[str, str], floors: dict[str, float]) -> None:
        """Say in words what the scores measure."""
        for name, title in titles.items():
            if name in self.legend.rows:
                floor = floors.get(name)
                real = "" if floor is None else f"; real samples get {floor:.3g}"
                self.legend.rows[name].setToolTip(f"{title}{real}")

    def _list_runs(self) -> None:
        entries = []
        for run in self.overlay.runs:
            tip = f"Branched from this run\n{run.folder}" if run.parent else str(run.folder)
            entries.append(
                Entry(
                    str(run.folder), run.folder.name, self.overlay.colour(run),
                    self.overlay.style(run), tip, run.folder not in self.overlay.hidden,
                )
            )  # fmt: skip
        self.legend.set_runs(entries)

    def _add_lines(self) -> None:
        for name in self._names:
            if name in self.lines:
                continue
            measured = name.startswith(MEASURED)
            raw, mean = new_line(dotted=measured), new_line(dotted=False)
            mean.setPen(curve_pen(name, self._names))
            raw.setZValue(1)
            mean.setZValue(10)
            for item in (raw, mean):
                self.chart.addItem(item, ignoreBounds=True)
            self.lines[name] = raw, mean
            if measured:
                self._add_measured(name)
            look = colour(name, self._names), strokes(name, self._names)
            self.legend.add(name, *look, name not in self._hidden)

    def _add_measured(self, name: str) -> None:
        """Dots, for there are few; the first score is shown, the others wait in the list."""
        if sum(other.startswith(MEASURED) for other in self.lines) > 1:
            self._hidden.add(name)
        floor = pg.InfiniteLine(angle=0)
        self.chart.addItem(floor, ignoreBounds=True)
        self.floors[name] = floor
        self._colour_measured(name)

    def _colour_measured(self, name: str) -> None:
        shade, (raw, _) = colour(name, self._names), self.lines[name]
        raw.setSymbolPen(pen(shade))
        raw.setSymbolBrush(shade)
        self.floors[name].setPen(pen(shade, 0.7, Qt.PenStyle.DashLine))

    def recolour(self) -> None:
        """Take the palette's colours; lines follow when they are drawn next."""
        self._hair.setPen(pen(theme.current().muted))
        self.time_line.update()
        for name, (_, mean) in self.lines.items():
            mean.setPen(curve_pen(name, self._names))
            if name in self.floors:
                self._colour_measured(name)
            self.legend.rows[name].colour = colour(name, self._names)
            self.legend.rows[name].update()
        self.changed.emit()
