import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.curve_looks import alike, colour, strokes
from ganstudio.ui.curve_plot import MOST_POINTS
from ganstudio.ui.history import RATE, History
from ganstudio.ui.panels.curves import CurvesPanel


def report(i, **terms):
    return m.Stats(i, 64 * i, 0.1 * i, 640.0, terms or {"D/real": 1.0 / i, "G/fooled": 2.0}, 1)


@pytest.fixture
def panel(shown):
    return shown(CurvesPanel)


@pytest.fixture
def full(panel, quiet):
    quiet.statsArrived.emit([report(i) for i in range(1, 201)])
    panel._redraw()
    return panel


def drawn(panel, name):
    raw, mean = panel._plot.lines[name]
    return raw.getData(), mean.getData()


def test_before_training_it_says_what_will_come(panel):
    assert panel._pages.currentIndex() == 0
    assert not panel._controls.table.isEnabled()
    assert not panel._controls.fit.isEnabled()


def test_every_term_becomes_a_curve_and_the_speed_hides(full):
    assert list(full._plot.legend.rows) == ["D/real", "G/fooled", RATE]
    assert not full._plot.legend.rows[RATE].isChecked()
    assert not full._plot.lines[RATE][0].isVisible()
    (x, y), (mean_x, _) = drawn(full, "D/real")
    np.testing.assert_allclose(x, 0.064 * np.arange(1, 201))
    np.testing.assert_allclose(y, 1 / np.arange(1, 201))
    assert len(mean_x) == 200
    assert full._pages.currentIndex() == 1
    assert full._controls.readout.text() == "12.8 kimg  ·  0:20"


def test_what_is_handed_over_stays_bounded(panel, quiet):
    quiet.statsArrived.emit([report(i) for i in range(1, 30_001)])
    panel._redraw()
    for data in drawn(panel, "D/real"):
        assert 200 < len(data[0]) <= MOST_POINTS


def test_nothing_is_drawn_while_hidden_or_unchanged(shown, quiet, monkeypatch):
    panel = shown(CurvesPanel, visible=False)
    quiet.statsArrived.emit([report(1)])
    panel._redraw()
    assert not panel._throttle.isActive()
    assert panel._plot.lines == {}
    panel.show()
    assert panel._throttle.isActive()
    panel._redraw()
    assert "D/real" in panel._plot.lines
    monkeypatch.setattr(panel.history, "curve", None)
    panel._redraw()


class Paints(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, watched, event):
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_a_redraw_is_painted_once(full, quiet, qapp):
    for _ in range(5):
        qapp.processEvents()
    paints = Paints(full)
    full._plot.chart.viewport().installEventFilter(paints)
    for i in range(201, 204):
        quiet.statsArrived.emit([report(i)])
        full._throttle.stop()
        full._redraw()
        for _ in range(5):
            qapp.processEvents()
    assert paints.count == 3


def test_a_click_on_a_name_hides_its_curve(full, qtbot):
    row = full._plot.legend.rows["D/real"]
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    full._redraw()
    assert not full._plot.lines["D/real"][0].isVisible()
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    full._redraw()
    assert full._plot.lines["D/real"][0].isVisible()


def test_without_smoothing_only_what_was_reported_is_shown(full):
    full._controls.smoothing.setValue(0)
    full._redraw()
    raw, mean = full._plot.lines["D/real"]
    assert raw.isVisible()
    assert not mean.isVisible()
    assert raw.opts["pen"].color().alphaF() == 1.0


def test_stronger_smoothing_is_smoother(panel, quiet):
    noise = np.random.default_rng(0).normal(size=400)
    quiet.statsArrived.emit([report(i + 1, **{"D/real": float(noise[i])}) for i in range(400)])
    spread = []
    for value in (20, 80):
        panel._controls.smoothing.setValue(value)
        panel._redraw()
        spread.append(drawn(panel, "D/real")[1][1][100:].std())
    assert spread[1] < 0.5 * spread[0]


def test_logarithm_and_minutes(full):
    full._controls.logarithm.setChecked(True)
    full._controls._axis.setCurrentText("minutes")
    full._redraw()
    (x, y), _ = drawn(full, "D/real")
    np.testing.assert_allclose(y, -np.log10(np.arange(1, 201)), atol=1e-12)
    assert x[-1] == pytest.approx(20 / 60)
    axis = full._plot.chart.getAxis("left")
    ticks = axis.tickValues(-2.0, 0.0, 200)[0][1]
    assert axis.tickStrings(ticks, 1.0, None)[:3] == ["0.01", "0.02", "0.05"]
    assert axis.tickStrings([-2.0], 1.0, None) == ["0.01"]


def test_values_under_the_mouse_stand_beside_the_names(full):
    full._plot.hover(0.064 * 4)
    assert full._plot.legend.rows["D/real"]._value == "0.2500" or full._controls.reports > 1
    full._controls.smoothing.setValue(0)
    full._redraw()
    full._plot.hover(0.064 * 4)
    assert full._plot.legend.rows["D/real"]._value == "0.2500"
    assert full._controls.readout.text() == "0.26 kimg"
    assert full._plot._hair.isVisible()
    full._plot.hover(None)
    assert full._plot.legend.rows["D/real"]._value == "0.0050"
    assert not full._plot._hair.isVisible()


def test_tuned_knobs_and_saves_are_marked_in_the_unit_of_x(full, quiet):
    quiet._on_tuned(m.Tuned("g_lr", 1e-4, 2e-4, 6400))
    quiet.saved.emit(m.Saved(Path("x"), 3200))
    full._redraw()
    assert full._plot.marks._marks == [(3.2, "saved", False), (6.4, "g_lr 0.0002 → 0.0001", True)]
    full._controls._axis.setCurrentText("minutes")
    full._redraw()
    assert full._plot.marks._marks[1][0] == pytest.approx(10 / 60)
    full.grab()


def test_rewinding_cuts_what_came_after(full, quiet):
    quiet.rewound.emit(m.Rewound(6400, 100))
    full._redraw()
    assert drawn(full, "D/real")[0][0][-1] == pytest.approx(6.4)


def test_a_new_run_clears(full, quiet):
    quiet.begin(np.zeros((1, 1, 8, 8), np.float32))
    assert full._plot.lines == {}
    assert full._plot.legend.rows == {}
    assert full._pages.currentIndex() == 0
    assert full.history.series == {}


def test_a_resumed_run_brings_its_curves(panel, quiet, qtbot):
    lines = [
        json.dumps({"nimg": 64 * i, "step": i, "seconds": 0.1 * i, "terms": {"D/real": 3.0}})
        for i in range(1, 11)
    ]
    (quiet.runs_root / "history.jsonl").write_text("\n".join(lines))
    with qtbot.waitSignal(panel._run.reader.done):
        quiet.begin(np.zeros((1, 1, 8, 8), np.float32), resumed=True)
        quiet.statsArrived.emit([report(10), report(11), report(12)])
    panel._redraw()
    (x, y), _ = drawn(panel, "D/real")
    np.testing.assert_allclose(x, 0.064 * np.arange(1, 13))
    assert y[0] == 3.0
    assert y[-1] == pytest.approx(1 / 12)


def write_history(folder, value, count=10, **last):
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        {"nimg": 64 * i, "step": i, "seconds": 0.1 * i, "terms": {"D/real": value}}
        for i in range(1, count + 1)
    ]
    lines += [last] if last else []
    (folder / "history.jsonl").write_text("\n".join(json.dumps(line) for line in lines))


def begin(quiet, folder, resumed):
    quiet._on_started(m.Started(folder, resumed, {}, {}, np.zeros((1, 1, 8, 8)), 500_000))


def test_curves_of_the_run_before_do_not_come_into_a_new_one(panel, quiet, qtbot, tmp_path):
    write_history(tmp_path / "old", 3.0)
    with qtbot.waitSignal(panel._run.reader.done):
        begin(quiet, tmp_path / "old", resumed=True)
        quiet.statsArrived.emit([report(11)])
        begin(quiet, tmp_path / "new", resumed=False)
        quiet.statsArrived.emit([report(1)])
    panel._redraw()
    (x, y), _ = drawn(panel, "D/real")
    assert x.tolist() == [0.064]
    assert y.tolist() == [1.0]


def test_a_panel_that_took_the_place_of_another_shows_the_run(shown, quiet, qtbot, tmp_path):
    write_history(tmp_path / "run", 3.0)
    quiet.run_folder = tmp_path / "run"
    panel = shown(CurvesPanel)
    qtbot.waitUntil(lambda: bool(panel.history.series), timeout=10_000)
    assert panel._run.folder == tmp_path / "run"
    panel._redraw()
    assert drawn(panel, "D/real")[0][1].tolist() == [3.0] * 10


def test_what_is_told_while_the_file_is_read_is_kept(panel, quiet, qtbot, tmp_path):
    write_history(tmp_path / "run", 3.0, event="saved", nimg=640)
    with qtbot.waitSignal(panel._run.reader.done):
        begin(quiet, tmp_path / "run", resumed=True)
        quiet.saved.emit(m.Saved(Path("x"), 640))  # stands in the file too
        quiet.statsArrived.emit([report(11), report(12)])
        quiet._on_tuned(m.Tuned("g_lr", 1e-4, 2e-4, 768))
        quiet.rewound.emit(m.Rewound(704, 11))
        quiet._on_tuned(m.Tuned("d_lr", 1e-4, 2e-4, 704))
    assert [mark.text for mark in panel.history.marks] == ["saved", "d_lr 0.0002 → 0.0001"]
    assert panel.history.nimg == 704


def test_curves_that_cannot_be_read_are_said_where_it_stays(panel, quiet, qtbot, tmp_path):
    write_history(tmp_path / "run", 3.0)
    with (
        pytest.MonkeyPatch.context() as patch,
        qtbot.waitSignal(quiet.noted) as said,
    ):
        patch.setattr(History, "load", unreadable)
        begin(quiet, tmp_path / "run", resumed=True)
        quiet.statsArrived.emit([report(11)])
        qtbot.waitUntil(lambda: not panel._run.reader.busy)
    assert said.args[0].level == "error"
    assert "cannot be read" in said.args[0].text
    assert panel.history.nimg == 704


def unreadable(path):
    raise OSError("no such disk")


def test_zooming_stops_following_and_fit_goes_on(full, quiet):
    full._plot.chart.setXRange(1, 2, padding=0)
    full._plot.view.sigRangeChangedManually.emit([True, True])
    quiet.statsArrived.emit([report(i) for i in range(201, 300)])
    full._redraw()
    assert full._plot.view.viewRange()[0] == pytest.approx([1, 2])
    assert full._controls.fit.isEnabled()
    full._controls.fit.click()
    full._redraw()
    assert full._plot.view.viewRange()[0][1] > 19
    assert not full._controls.fit.isEnabled()


def test_the_view_rests_until_the_curves_leave_it(full, quiet):
    before = full._plot.view.viewRange()
    reach = before[0][1] / 0.064  # reports that fit into it
    quiet.statsArrived.emit([report(i) for i in range(201, int(reach))])
    full._redraw()
    assert full._plot.view.viewRange() == before
    quiet.statsArrived.emit([report(i) for i in range(int(reach), int(reach) + 3)])
    full._redraw()
    assert full._plot.view.viewRange()[0][1] > before[0][1]
    np.testing.assert_allclose(full._plot.view.viewRange()[1], before[1])


def test_the_view_draws_in_when_the_curves_fill_little_of_it(full):
    assert full._plot.view.viewRange()[1][1] > 2
    full._plot._on_toggled("G/fooled", shown=False)
    full._redraw()
    low, high = full._plot.view.viewRange()[1]
    assert low < 1 / 200
    assert 1 < high < 1.2


def test_table_and_picture_are_saved(full, tmp_path, monkeypatch):
    target = tmp_path / "curves"
    monkeypatch.setattr(
        pictures, "ask_save", lambda *args: target.with_suffix(args[2].removeprefix("curves"))
    )
    told = []
    full.studio.noted.connect(told.append)
    full._controls.table.trigger()
    rows = target.with_suffix(".csv").read_text().splitlines()
    assert rows[0] == f"nimg,seconds,D/real,G/fooled,{RATE}"
    assert len(rows) == 201
    full._controls.picture.trigger()
    assert target.with_suffix(".png").read_bytes()[:4] == b"\x89PNG"
    assert [note.text for note in told] == ["Saved curves.csv", "Saved curves.png"]
    monkeypatch.setattr(pictures, "ask_save", lambda *args: Path("/no/way"))
    told.clear()
    full._controls.table.trigger()
    full._controls.picture.trigger()
    assert [note.level for note in told] == ["error", "error"]
    assert all("Not saved" in note.text for note in told)


def test_curves_of_like_colours_differ_in_their_strokes(panel, quiet):
    quiet.statsArrived.emit([report(1, **{"D/r1": 1.0, "D/r2": 1.0, "D/real": 1.0})])
    panel._redraw()
    names = list(panel.history.series)
    assert len({(colour(name, names), strokes(name, names)) for name in names[:3]}) == 3
    close = strokes("D/r1", names) != strokes("D/r2", names)
    assert close == alike(colour("D/r1", names), colour("D/r2", names))


def test_what_was_measured_has_a_plot_of_its_own(full, quiet):
    full._controls.metrics.setChecked(True)
    full._redraw()
    assert full._pages.currentIndex() == 2
    for nimg, fcd in ((5000, 40.0), (10_000, 8.0)):
        values, floors = {"fcd": fcd, "recall": 0.5}, {"fcd": 2.0}
        quiet.measured.emit(m.Measured(nimg, values, floors, 3.0, {"fcd": "FCD (n = 500)"}))
    full._redraw()
    assert full._pages.currentIndex() == 1
    rows = full._plot.legend.rows
    assert [name for name, row in rows.items() if row.isVisible()] == ["M/fcd", "M/recall"]
    assert rows["M/fcd"].isChecked()
    assert not rows["M/recall"].isChecked()
    assert rows["M/fcd"].toolTip() == "FCD (n = 500); real samples get 2"
    (x, y), _ = drawn(full, "M/fcd")
    assert x.tolist() == [5.0, 10.0]
    assert y.tolist() == [40.0, 8.0]
    assert full._plot.floors["M/fcd"].isVisible()
    assert full._plot.floors["M/fcd"].value() == 2.0
    assert full._controls.readout.text().endswith("measured in 3.0 s")
    (_, top), (_, _) = full._plot.view.viewRange()[::-1]
    assert full._plot.view.viewRange()[1][0] < 2.0
    assert top > 40
    full._controls.metrics.setChecked(False)
    full._redraw()
    assert not rows["M/fcd"].isVisible()
    assert not full._plot.lines["M/fcd"][0].isVisible()
    assert full._plot.lines["D/real"][0].isVisible()
    assert full.history.nimg == 200 * 64  # an earlier moment was measured, nothing was rewound


def test_measurements_follow_a_rewind(full, quiet):
    quiet.measured.emit(m.Measured(5000, {"fcd": 4.0}, {}, 1.0))
    quiet.measured.emit(m.Measured(10_000, {"fcd": 3.0}, {}, 1.0))
    quiet.rewound.emit(m.Rewound(6000, 90))
    assert full.history.curve("M/fcd").x.tolist() == [5.0]


# The time machine ------------------------------------------------------------------------------

KEPT = (640, 3200, 6400, 12_000)


@pytest.fixture
def travelling(full, quiet, monkeypatch, tmp_path):
    """A panel with curves up to 12.8 kimg, and moments that can be shown."""
    for name in ("open", "back"):
        monkeypatch.setattr(quiet.explorer, name, lambda *args: None)
    quiet._on_remembered(m.Remembered(full._run.folder or tmp_path / "none", KEPT))
    full._run.changed.emit()
    quiet.statsArrived.emit([report(i) for i in range(1, 201)])
    full._redraw()
    return full


def at(panel, kimg, height=0.5):
    """The place in the chart's viewport of a place on x."""
    y_low, y_high = panel._plot.view.viewRange()[1]
    scene = panel._plot.view.mapViewToScene(QPointF(kimg, y_low + height * (y_high - y_low)))
    return panel._plot.chart.mapFromScene(scene)


PLAIN = Qt.KeyboardModifier.NoModifier


def drag(panel, start, *stops, button=Qt.MouseButton.LeftButton, keys=PLAIN):
    """With the mouse over the chart, from one place on x over others."""
    viewport, scene = panel._plot.chart.viewport(), panel._plot.chart.scene()

    def send(kind, kimg, pressed):
        scene._lastMoveEventTime = 0  # pyqtgraph leaves out what comes within 10 ms
        place = QPointF(at(panel, kimg))
        event = QMouseEvent(kind, place, viewport.mapToGlobal(place), pressed, pressed, keys)
        QApplication.sendEvent(viewport, event)

    send(QEvent.Type.MouseButtonPress, start, button)
    for kimg in stops:
        send(QEvent.Type.MouseMove, kimg, button)
    place = QPointF(at(panel, stops[-1]))
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseButtonRelease, place, viewport.mapToGlobal(place), button, none, keys
    )
    QApplication.sendEvent(viewport, event)


def test_a_drag_along_the_curves_snaps_to_moments(travelling, quiet):
    drag(travelling, 10.0, 9.0, 4.0, 3.0)
    assert travelling._journey.at == 3200
    line = travelling._plot.time_line
    assert line.x == pytest.approx(3.2)
    assert line.past
    drag(travelling, 4.0, 5.0, 6.0, 12.75)
    assert travelling._journey.at is None
    assert line.x == pytest.approx(12.8)
    assert not line.past


def test_other_buttons_and_shift_still_pan(travelling):
    before = travelling._plot.view.viewRange()[0]
    shift = Qt.KeyboardModifier.ShiftModifier
    drag(travelling, 10.0, 9.0, 8.0, keys=shift)
    assert travelling._plot.view.viewRange()[0] != before
    moved = travelling._plot.view.viewRange()[0]
    drag(travelling, 10.0, 9.0, 8.0, button=Qt.MouseButton.MiddleButton)
    assert travelling._plot.view.viewRange()[0] != moved
    assert travelling._journey.at is None


def test_without_moments_a_drag_pans(full):
    before = full._plot.view.viewRange()[0]
    drag(full, 10.0, 9.0, 8.0)
    assert full._plot.view.viewRange()[0] != before


def test_values_at_the_moment_shown_stand_beside_the_names(travelling):
    travelling._controls.smoothing.setValue(0)
    travelling._redraw()
    travelling._journey.go(640)
    assert travelling._plot.legend.rows["D/real"]._value == "0.1000"
    assert travelling._controls.readout.text() == "0.6 kimg  ·  0:01"
    travelling._plot.hover(0.064 * 4)
    assert travelling._plot.legend.rows["D/real"]._value == "0.2500"
    travelling._plot.hover(None)
    travelling._journey.now()
    assert travelling._plot.legend.rows["D/real"]._value == "0.0050"


def test_the_line_stands_at_minutes_too(travelling):
    travelling._journey.go(6400)
    travelling._controls._axis.setCurrentText("minutes")
    travelling._redraw()
    assert travelling._plot.time_line.x == pytest.approx(10 / 60)
    travelling._on_scrubbed(5 / 60, True)
    assert travelling._journey.at == 3200


def test_keys_go_along_the_moments(travelling, qtbot):
    key = Qt.Key
    for pressed, then in (
        (key.Key_Left, 12_000), (key.Key_Left, 6400), (key.Key_Right, 12_000), (key.Key_Home, 640),
        (key.Key_PageDown, None), (key.Key_PageUp, 640), (key.Key_End, None),
    ):  # fmt: skip
        qtbot.keyClick(travelling._plot.chart, pressed)
        assert travelling._journey.at == then, pressed
    travelling.grab()


def test_another_run_begins_at_now(travelling, quiet):
    travelling._journey.go(640)
    quiet.begin(np.zeros((1, 1, 8, 8), np.float32))
    assert travelling._journey.at is None
    assert travelling._plot.moment is None


def test_an_opened_run_brings_its_curves(panel, quiet, qtbot, tmp_path):
    write_history(tmp_path / "run", 3.0)
    with qtbot.waitSignal(panel._run.changed):
        quiet._on_remembered(m.Remembered(tmp_path / "run", (64, 640)))
    panel._redraw()
    assert drawn(panel, "D/real")[0][1].tolist() == [3.0] * 10
    assert panel._plot.view.scrubs


def test_a_run_in_training_is_not_replaced_by_moments_of_another(full, quiet, tmp_path):
    quiet.session = object()
    quiet._on_remembered(m.Remembered(tmp_path / "other", (64,)))
    quiet.session = None
    assert "D/real" in full.history.series


def test_ticked_runs_lie_over_those_in_view(full, quiet, qtbot, tmp_path):
    write_history(tmp_path / "one", 3.0)
    write_history(tmp_path / "two", 4.0)
    with qtbot.waitSignal(full._plot.overlay._reader.done):
        quiet.compare([tmp_path / "one", tmp_path / "two"])
    full._redraw()
    lines = full._plot.overlay._lines
    np.testing.assert_allclose(lines[tmp_path / "two", "D/real"].getData()[1], [4.0] * 10)
    runs = full._plot.legend.runs
    assert [row.name for row in runs.values()] == ["one", "two"]
    assert len({row.colour for row in runs.values()}) == 2
    runs[str(tmp_path / "one")].click()
    full._redraw()
    assert not lines[tmp_path / "one", "D/real"].isVisible()
    assert lines[tmp_path / "two", "D/real"].isVisible()
    full.grab()
    quiet.compare([])
    full._redraw()
    assert lines == {}
    assert runs == {}


def test_runs_can_be_compared_without_one_in_view(panel, quiet, qtbot, tmp_path):
    write_history(tmp_path / "one", 3.0)
    with qtbot.waitSignal(panel._plot.overlay._reader.done):
        quiet.compare([tmp_path / "one"])
    panel._redraw()
    assert panel._pages.currentIndex() == 1
    assert panel._plot.overlay._lines[tmp_path / "one", "D/real"].isVisible()
    assert panel._plot.legend.rows["D/real"]._value == ""
    quiet.statsArrived.emit([report(1)])
    panel._redraw()
    assert list(panel._plot.drawn) == ["D/real", "G/fooled", RATE]


def test_curves_that_only_another_run_has_are_left_out(full, quiet, qtbot, tmp_path):
    write_history(tmp_path / "one", 3.0, nimg=700, seconds=2.0, terms={"D/gap": 1.0})
    with qtbot.waitSignal(full._plot.overlay._reader.done):
        quiet.compare([tmp_path / "one"])
    full._redraw()
    assert "D/gap" not in full._plot.legend.rows


def test_with_one_curve_shown_other_runs_tell_its_value(full, quiet, qtbot, tmp_path):
    write_history(tmp_path / "one", 3.0)
    with qtbot.waitSignal(full._plot.overlay._reader.done):
        quiet.compare([tmp_path / "one"])
    full._redraw()
    row = full._plot.legend.runs[str(tmp_path / "one")]
    assert row._value == ""
    full._plot.legend.rows["G/fooled"].click()
    full._redraw()
    assert row._value == "3.0000"


def test_the_parent_lies_grey_under_its_branch_from_where_they_part(full, quiet, qtbot, tmp_path):
    write_history(tmp_path / "old", 3.0)
    write_history(tmp_path / "new", 3.0, count=5)
    (tmp_path / "new" / "parent.toml").write_text('run = "../old"\nnimg = 320\n')
    with qtbot.waitSignal(full._plot.overlay._reader.done):
        begin(quiet, tmp_path / "new", resumed=True)
    qtbot.waitUntil(lambda: not full._run.reader.busy)
    full._redraw()
    line = full._plot.overlay._lines[tmp_path / "old", "D/real"]
    assert line.getData()[0].tolist() == pytest.approx(
        [0.256, 0.32, 0.384, 0.448, 0.512, 0.576, 0.64]
    )
    assert line.opts["pen"].color().name() == theme.current().muted
    assert line.opts["pen"].style() == Qt.PenStyle.DashLine
    assert (0.32, "branched", True) in full._plot.marks._marks
    quiet.compare([tmp_path / "old", tmp_path / "new"])
    assert [run.parent for run in full._plot.overlay.runs] == [True]


def test_another_run_without_curves_is_said(full, quiet, qtbot, tmp_path):
    with qtbot.waitSignal(quiet.noted) as said:
        quiet.compare([tmp_path / "gone"])
    assert "cannot be read" in said.args[0].text
