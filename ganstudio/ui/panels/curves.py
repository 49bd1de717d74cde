"""The curves: every named term of both players, and the time machine along them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.branching import Branching
from ganstudio.ui.curve_controls import CurveControls
from ganstudio.ui.history import History
from ganstudio.ui.journey import Journey
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.run_in_view import RunInView
from ganstudio.ui.studio import Studio
from ganstudio.ui.time_bar import TimeBar
from ganstudio.ui.timelapse import Timelapse

REDRAW_MS = 333  # a redraw takes longer than a frame, so three a second at most
SLOWEST_MS, RIPENS_MS = 1000, 2  # for each second of training
EMPTY = "Nothing to plot yet. The losses of both players appear here while they train."
UNMEASURED = (
    "Nothing measured yet. The samples are measured beside the training, first after a minute or "
    "25,000 real samples, whichever comes later."
)


class CurvesPanel(Panel):
    """Losses and speed with smoothing, logarithm, marks and export; drag along them to see then."""

    title = "Curves"
    area = "bottom"
    order = 10
    keys = (
        ("Left, Right", "To the kept moment before or after"),
        ("Page Up, Page Down", "Ten moments at once"),
        ("Home, End", "To the first moment, and to now"),
    )
    meanwhile = EMPTY  # pyqtgraph takes long to import

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._run = RunInView(studio, self)
        self._changed = False
        self._build()
        self._throttle = QTimer(self, singleShot=True)
        self._throttle.timeout.connect(self._redraw)
        theme.notifier.changed.connect(self._plot.recolour)
        for signal, slot in (
            (self._run.began, self._on_began), (self._run.changed, self._touch),
            (studio.catalogueReady, self._enable), (studio.comparedChanged, self._lay_over),
        ):  # fmt: skip
            signal.connect(slot)
        if self._run.folder is not None:  # this panel took the place of another that failed
            self._on_began()

    @property
    def history(self) -> History:
        """What is plotted."""
        return self._run.history

    def release(self) -> None:
        """Stop timers and readers, let go of the plot."""
        theme.notifier.changed.disconnect(self._plot.recolour)
        self._throttle.stop()
        self._journey.release()
        self._run.release()
        self._plot.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was missed while hidden."""
        super().showEvent(event)
        self._touch()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        from ganstudio.ui.curve_plot import CurvePlot

        column = QVBoxLayout(self)
        edge = theme.SPACE[3]
        column.setContentsMargins(edge, theme.SPACE[2], theme.SPACE[2], theme.SPACE[1])
        column.setSpacing(theme.SPACE[1])
        self._controls, self._plot = CurveControls(), CurvePlot()
        self._journey = Journey(self.studio, self)
        self._bar, self._branching = TimeBar(self._journey), Branching(self.studio, self)
        self._timelapse = Timelapse(self.studio, self)
        for signal, slot in (
            (self._controls.changed, self._touch), (self._controls.fitWanted, self.fit),
            (self._controls.tableWanted, self._ask_csv),
            (self._controls.pictureWanted, self._ask_png),
            (self._plot.changed, self._touch), (self._plot.hovered, self._read_out),
            (self._plot.fitWanted, self.fit), (self._plot.scrubbed, self._on_scrubbed),
            (self._plot.overlay.faulted, self._on_fault), (self._journey.moved, self._on_journey),
            (self._bar.branchWanted, self._ask_branch),
            (self._bar.filmWanted, self._timelapse.ask),
            (self._bar.filmCancelled, self._timelapse.cancel),
            (self._timelapse.progressed, self._bar.show_film),
            (self._timelapse.ended, self._bar.end_film),
        ):  # fmt: skip
            signal.connect(slot)
        self._pages = QStackedWidget()
        for page in (Notice(EMPTY), self._plot, Notice(UNMEASURED)):
            self._pages.addWidget(page)
        column.addWidget(self._controls)
        column.addWidget(self._pages, 1)
        column.addWidget(self._bar)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._enable()

    # What the studio says -------------------------------------------------------------------

    def _on_began(self) -> None:
        """The curves of another run."""
        self._plot.clear()
        self._pages.setCurrentIndex(0)
        self._lay_over()
        self._on_moved()
        self._touch()

    def _lay_over(self) -> None:
        """The curves of other runs: the parent's, and those that were chosen."""
        from ganstudio.ui.curve_overlay import OtherRun

        parent = self._run.parent_run
        before = [] if parent is None else [OtherRun(parent.run, True, parent.nimg)]
        there = [self._run.folder, *(other.folder for other in before)]
        chosen = enumerate(self.studio.compared)
        runs = [OtherRun(one, place=place) for place, one in chosen if one not in there]
        self._plot.overlay.choose([*before, *runs])

    def _on_fault(self, text: str) -> None:
        self.studio.noted.emit(m.Noted(text, "error"))

    # Going through time ---------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right along the moments, Home to the first, End to now."""
        acts: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Left: lambda: self._journey.step(-1),
            Qt.Key.Key_Right: lambda: self._journey.step(1),
            Qt.Key.Key_PageUp: lambda: self._journey.step(-10),
            Qt.Key.Key_PageDown: lambda: self._journey.step(10),
            Qt.Key.Key_Home: self._journey.first,
            Qt.Key.Key_End: self._journey.now,
        }
        act = acts.get(event.key())
        if act is None or event.modifiers() or not self._journey.moments:
            super().keyPressEvent(event)
        else:
            act()

    def _on_scrubbed(self, x: float, finished: bool) -> None:
        """Stand at the moment next to this place on x; beyond the newest one is now."""
        kept = self._journey.moments
        if not kept:
            return
        stops = np.array([*kept, max(self._run.history.nimg, kept[-1])], dtype=float)
        places = self._run.history.places(stops, self._controls.axis)
        nearest = int(np.abs(places[:-1] - x).argmin())
        is_now = x > places[-1] or places[-1] - x < abs(float(places[nearest]) - x)
        self._journey.go(None if is_now else kept[nearest])

    def _on_journey(self) -> None:
        """Follow at once, but for a moment more of a live run: the next drawing sees to that."""
        live = self._journey.at is None and self._plot.moment is None
        if not (live and self._throttle.isActive()):
            self._on_moved()

    def _on_moved(self) -> None:
        """The line, the ticks and the values follow."""
        axis, history, at = self._controls.axis, self._run.history, self._journey.at
        kept = self._journey.moments
        self._plot.view.scrubs = bool(kept)
        self._plot.time_line.show_ticks(history.places(np.array(kept, dtype=float), axis))
        shown = max(history.nimg, float(kept[-1]) if kept else 0.0) if at is None else at
        place = float(history.places(np.array([shown]), axis)[0])
        self._plot.moment = None if at is None else place
        label = "now" if at is None else f"{shown / 1000:,.1f} kimg"
        self._plot.time_line.show_at(place if kept else None, label, at is not None)
        self._bar.set_end(history.nimg)
        self._plot.read_out()
        self._read_out()

    # What the person does -------------------------------------------------------------------

    def fit(self) -> None:
        """Show everything, and follow the newest."""
        self._plot.chart.getAxis("left").setLogMode(y=self._controls.logarithm.isChecked())
        self._plot.fit()
        self._touch()

    def export_csv(self, path: Path) -> None:
        """Write the curves as a table.

        Raises:
            OSError: if the file cannot be written.
        """
        with path.open("w", encoding="utf-8", newline="") as file:
            self._run.history.write_csv(file)

    def export_png(self, path: Path) -> bool:
        """Write the plot with its legend as a picture; False if that fails."""
        return self._plot.grab().save(str(path))

    def _ask_branch(self) -> None:
        if self._run.folder is not None:
            self._branching.ask(self._run.folder, self._journey.at)

    def _ask_csv(self) -> None:
        path = pictures.ask_save(self, "Save curves", "curves.csv", "Table (*.csv)")
        if path is None:
            return
        try:
            self.export_csv(path)
        except OSError as error:
            self._on_fault(f"Not saved: {error}")
        else:
            self.studio.noted.emit(m.Noted(f"Saved {path.name}"))

    def _ask_png(self) -> None:
        path = pictures.ask_save(self, "Save plot", "curves.png", "PNG picture (*.png)")
        if path is None:
            return
        if self.export_png(path):
            self.studio.noted.emit(m.Noted(f"Saved {path.name}"))
        else:
            self._on_fault(f"Not saved: {path} cannot be written")

    # Drawing --------------------------------------------------------------------------------

    def _touch(self) -> None:
        """Something changed: draw again soon, if anybody looks."""
        self._changed = True
        if self.isVisible() and not self._throttle.isActive():
            ripe_ms = RIPENS_MS * self._run.history.seconds  # a report moves a long curve less
            self._throttle.start(round(min(max(ripe_ms, REDRAW_MS), SLOWEST_MS)))

    def _redraw(self) -> None:
        if not self._changed or not self.isVisible():
            return
        self._changed = False
        self._plot.draw(self._run.history, self._controls.view)
        self._plot.title_scores(self._run.titles, self._run.history.floors)
        measured = self._controls.metrics.isChecked() and self._plot.lines
        self._pages.setCurrentIndex(1 if self._plot.drawn else 2 if measured else 0)
        self._on_moved()
        self._enable()

    def _read_out(self) -> None:
        """Where the values beside the names stand."""
        history, at = self._run.history, self._journey.at
        if not history.series:
            text = ""
        elif self._plot.pointed is not None:
            text = f"{max(self._plot.pointed, 0):,.2f} {self._controls.axis}"
        else:
            nimg = history.nimg if at is None else at
            seconds = history.seconds if at is None else 60 * history.minutes(at)
            text = f"{nimg / 1000:,.1f} kimg  ·  {_clock(seconds)}"
        if self._controls.metrics.isChecked() and self._run.cost_s is not None:
            text += f"  ·  measured in {self._run.cost_s:.1f} s"
        self._controls.readout.setText(text)

    def _enable(self) -> None:
        any_lines = bool(self._run.history.series)
        for button in (self._controls.table, self._controls.picture):
            button.setEnabled(any_lines)
        self._controls.fit.setEnabled(bool(self._plot.lines) and not self._plot.following)
        known = self._run.folder is not None and bool(self._run.history.series)
        self._bar.set_branchable(known and self._branching.able)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
