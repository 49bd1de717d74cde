import json
import os

import pytest
from PySide6.QtCore import Qt

from ganstudio.train import messages as m
from ganstudio.ui import run_files
from ganstudio.ui.curve_looks import MOST_OTHERS, other_colour
from ganstudio.ui.panels.runs import RunsPanel
from ganstudio.ui.run_rows import BEST, KIMG, RUN, SCORE, VARIANT, WHEN


def make_run(root, name, variant="dcgan", nimg=0, age=0.0, parent=None, fcd=()):
    folder = root / name
    checkpoint = folder / "checkpoints" / f"{nimg / 1000:010.3f}k"
    checkpoint.mkdir(parents=True)
    (checkpoint / "manifest.json").write_text("{}")
    os.utime(checkpoint, (1e9 - age, 1e9 - age))
    (folder / "recipe.toml").write_text(f'variant = "{variant}"\ndata = "digits"\nkimg = 500.0\n')
    if parent:
        (folder / "parent.toml").write_text(f'run = "../{parent}"\nnimg = 1000\n')
    lines = [
        json.dumps({"nimg": 1000 * (i + 1), "event": "measured", "values": {"fcd": value}})
        for i, value in enumerate(fcd)
    ]
    (folder / "history.jsonl").write_text("\n".join(lines))
    return folder


@pytest.fixture
def root(quiet):
    make_run(quiet.runs_root, "2026-11-22-1530-dcgan-digits", nimg=64_500, age=10, fcd=(9, 3, 4))
    make_run(quiet.runs_root, "b", "wgan", nimg=2000, age=20, parent="2026-11-22-1530-dcgan-digits")
    make_run(quiet.runs_root, "c", "wgan", nimg=3000, age=30, parent="b")
    make_run(quiet.runs_root, "d", "hinge", nimg=900_000, age=5)
    return quiet.runs_root


@pytest.fixture
def panel(root, shown, qtbot):
    made = shown(RunsPanel)
    qtbot.waitUntil(lambda: made._list is not None)
    return made


def rows(tree, parent=None):
    """The names in the tree as nested lists, as they are shown."""
    model = tree.model()
    index = parent if parent is not None else tree.rootIndex()
    found = []
    for row in range(model.rowCount(index)):
        child = model.index(row, RUN, index)
        found.append(child.data())
        if model.hasChildren(child):
            found.append(rows(tree, child))
    return found


def cell(panel, folder, column):
    index = panel.tree._shown.mapFromSource(panel.tree._items[folder].index())
    return index.siblingAtColumn(column)


def test_branches_stand_under_what_they_branched_from(panel):
    assert rows(panel.tree) == ["d", "dcgan-digits", ["b", ["c"]]]
    assert panel.tree.isExpanded(panel.tree.model().index(1, RUN))


def test_what_the_columns_say(panel, root):
    folder = root / "2026-11-22-1530-dcgan-digits"
    texts = [cell(panel, folder, c).data() for c in (VARIANT, KIMG, SCORE, BEST)]
    assert texts == ["dcgan", "64.5", "4", "3"]
    assert "at 2.0 kimg" in cell(panel, folder, BEST).data(Qt.ItemDataRole.ToolTipRole)
    assert cell(panel, root / "d", SCORE).data() == "–"
    assert "Branched from b at 1.0 kimg" in cell(panel, root / "c", RUN).data(
        Qt.ItemDataRole.ToolTipRole
    )
    assert cell(panel, root / "d", WHEN).data() == "2001"


def test_no_runs_no_tree(quiet, shown, qtbot):
    panel = shown(RunsPanel)
    qtbot.waitUntil(lambda: panel._list is not None)
    assert panel._pages.currentWidget() is panel.notice
    assert "No runs in" in panel.notice.text
    assert not panel.open.isEnabled()


def test_all_words_of_the_filter_must_be_there(panel):
    panel.search.setText("wgan")
    assert rows(panel.tree) == ["dcgan-digits", ["b", ["c"]]]
    panel.search.setText("digits hin")
    assert rows(panel.tree) == ["d"]
    panel.search.setText("d.c")
    assert panel.notice.text == "No run has all these words."
    assert panel._pages.currentWidget() is panel.notice
    panel.search.clear()
    assert len(rows(panel.tree)) == 3
    assert panel._pages.currentWidget() is panel.tree


def test_sorting_counts_numbers_as_numbers(panel):
    panel.tree.sortByColumn(KIMG, Qt.SortOrder.AscendingOrder)
    assert rows(panel.tree)[0] == "dcgan-digits"
    panel.tree.sortByColumn(SCORE, Qt.SortOrder.AscendingOrder)
    assert rows(panel.tree)[0] == "dcgan-digits"
    panel.tree.sortByColumn(RUN, Qt.SortOrder.DescendingOrder)
    assert rows(panel.tree)[0] == "d"


def test_narrow_trees_leave_columns_out(panel):
    panel.tree.resize(300, 400)
    assert [panel.tree.isColumnHidden(c) for c in (VARIANT, SCORE, KIMG)] == [True, True, False]
    panel.tree.resize(900, 400)
    assert not any(panel.tree.isColumnHidden(c) for c in (VARIANT, SCORE, KIMG))


def test_open_and_go_on_with_the_chosen_run(panel, root, quiet, monkeypatch):
    calls = []
    monkeypatch.setattr(quiet, "explore", lambda folder: calls.append(("open", folder.name)))
    monkeypatch.setattr(quiet, "resume", lambda folder: calls.append(("resume", folder.name)))
    quiet.catalogue = object()
    panel.tree.choose(root / "b")
    panel.open.click()
    panel.resume.click()
    panel.tree.activated.emit(cell(panel, root / "b", RUN))
    assert calls == [("open", "b"), ("resume", "b"), ("open", "b")]


def test_while_training_runs_are_not_opened(panel, root, quiet):
    quiet.catalogue = object()
    quiet.session = object()
    told = []
    quiet.noted.connect(told.append)
    panel.tree.choose(root / "b")
    panel._enable()
    assert not panel.open.isEnabled()
    assert "training is going on" in panel.open.toolTip()
    assert panel.branch.isEnabled()
    panel._open()
    assert told[0].level == "warning"
    quiet.session = None


def test_the_run_in_training_is_bold(panel, root, quiet):
    panel._on_started(m.Started(root / "d", False, {}, {}, None, 1))
    assert panel.tree._items[root / "d"].font().bold()
    assert not panel.tree._items[root / "b"].font().bold()


def test_ticked_runs_are_compared_and_wear_their_colours(panel, root, quiet):
    tick = Qt.CheckState.Checked
    for name in ("d", "b"):
        panel.tree._items[root / name].setCheckState(tick)
    assert quiet.compared == (root / "d", root / "b")
    shade = panel.tree._items[root / "b"].foreground().color().name()
    assert shade == other_colour(1)
    panel.tree._items[root / "d"].setCheckState(Qt.CheckState.Unchecked)
    assert quiet.compared == (root / "b",)
    panel.untick.trigger()
    assert quiet.compared == ()
    panel.tree.choose(root / "c")
    panel._enable()
    panel.tick.trigger()
    assert quiet.compared == (root / "c",)


def test_more_runs_than_colours_are_not_compared(quiet, shown, qtbot):
    for i in range(MOST_OTHERS + 1):
        make_run(quiet.runs_root, f"run{i}")
    panel = shown(RunsPanel)
    qtbot.waitUntil(lambda: panel._list is not None)
    told = []
    quiet.noted.connect(told.append)
    for item in panel.tree._items.values():
        item.setCheckState(Qt.CheckState.Checked)
    assert len(quiet.compared) == MOST_OTHERS
    assert len(panel.tree.ticked_runs()) == MOST_OTHERS
    assert "told apart" in told[0].text


def test_what_is_chosen_folded_and_ticked_stays_when_runs_come(panel, root, quiet, qtbot):
    quiet.compare([root / "d"])
    panel.tree.choose(root / "d")
    panel.tree.collapse(panel.tree.model().index(1, RUN))
    make_run(root, "e", age=-5)
    panel.refresh()
    qtbot.waitUntil(lambda: root / "e" in panel.tree._items)
    assert rows(panel.tree)[0] == "e"
    assert panel.tree.run == root / "d"
    assert panel.tree.ticked_runs() == [root / "d"]
    assert not panel.tree.isExpanded(panel.tree.model().index(2, RUN))


def test_a_hidden_panel_reads_when_it_is_shown(root, shown, quiet, qtbot):
    panel = shown(RunsPanel, visible=False)
    quiet.saved.emit(m.Saved(root / "d", 64))
    assert not panel._reader.busy
    assert not panel._settling.isActive()
    panel.show()
    qtbot.waitUntil(lambda: panel._list is not None)


def test_parents_in_a_circle_are_listed(quiet, shown, qtbot):
    make_run(quiet.runs_root, "x", parent="y")
    make_run(quiet.runs_root, "y", parent="x")
    panel = shown(RunsPanel)
    qtbot.waitUntil(lambda: panel._list is not None)
    assert set(panel.tree._items) == {quiet.runs_root / "x", quiet.runs_root / "y"}


def test_five_hundred_runs_are_listed(quiet, shown, qtbot):
    for i in range(500):
        folder = quiet.runs_root / f"run-{i:03d}"
        folder.mkdir()
        (folder / "recipe.toml").write_text('variant = "gan"\ndata = "digits"\nkimg = 1.0\n')
    panel = shown(RunsPanel)
    qtbot.waitUntil(lambda: panel._list is not None)
    assert panel.tree.count == 500
    panel.tree.scrollToBottom()
    panel.grab()


def test_a_copy_appears(panel, root, qtbot):
    panel.tree.choose(root / "d")
    panel._enable()
    panel.duplicate.trigger()
    qtbot.waitUntil(lambda: root / "d-copy" in panel.tree._items)


def test_to_the_trash(panel, root, qtbot, monkeypatch):
    thrown = []
    monkeypatch.setattr(run_files, "trash", thrown.append)
    panel.tree.choose(root / "d")
    panel.remove.trigger()
    qtbot.waitUntil(lambda: thrown == [root / "d"])
    qtbot.waitUntil(lambda: not panel._chores.worker.busy)


def test_faults_are_said(panel, root, quiet, qtbot, monkeypatch):
    told = []
    quiet.noted.connect(told.append)
    monkeypatch.setattr(run_files, "show", lambda folder: False)

    def full(folder):
        raise OSError("no space left")

    monkeypatch.setattr(run_files, "duplicate", full)
    panel._chores.show(root / "d")
    panel._chores.duplicate(root / "d")
    qtbot.waitUntil(lambda: len(told) == 2)
    assert "no file browser" in told[0].text
    assert told[1].text == "no space left"
