from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QColor, QGuiApplication

from ganstudio.train import messages as m
from ganstudio.ui import theme
from ganstudio.ui.panels import log as module
from ganstudio.ui.panels.log import LogPanel
from ganstudio.ui.studio import Studio


@pytest.fixture
def panel(studio: Studio, qtbot: Any) -> LogPanel:
    made = LogPanel(studio)
    qtbot.addWidget(made)
    made.resize(700, 260)
    made.show()
    return made


def line(panel: LogPanel, place: int) -> str:
    item = panel.list.topLevelItem(place)
    assert item is not None
    return item.text(2)


def test_released_it_no_longer_follows_the_palette(
    studio: Studio, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(LogPanel, "_repaint_lines", lambda self: heard.append("log"))
    made = LogPanel(studio)
    qtbot.addWidget(made)
    theme.notifier.changed.emit()
    assert heard == ["log"]
    made.release()
    theme.notifier.changed.emit()
    assert heard == ["log"]


def test_an_empty_log_says_so(panel: LogPanel) -> None:
    assert panel.empty.isVisible()
    assert not panel.copy_button.isEnabled()
    panel.add("something")
    assert not panel.empty.isVisible()
    assert panel.copy_button.isEnabled()


def test_every_event_becomes_a_line(panel: LogPanel, studio: Studio) -> None:
    reals = np.zeros((1, 1, 8, 8), np.float32)
    facts = {"device": "cpu", "parameters": "1.2 M"}
    studio.started.emit(m.Started(Path("runs/a"), False, facts, {}, reals, 500_000))
    studio.noted.emit(m.Noted("the disk is nearly full", "warning"))
    studio.saved.emit(m.Saved(Path("runs/a/checkpoints/000120k"), 120_000))
    studio.tuned.emit(m.Tuned("g_lr", 0.001, 0.0002, 64_000))
    studio.rewound.emit(m.Rewound(60_000, 900))
    studio.refused.emit(m.Refused(m.Tune("batch", 3), "batch cannot change"))
    assert line(panel, 0) == "Started: a, until 500.0 kimg"
    assert panel.list.topLevelItem(0).childCount() == 3
    assert line(panel, 1) == "the disk is nearly full"
    assert line(panel, 2) == "Saved at 120.0 kimg: checkpoints/000120k"
    assert line(panel, 3) == "g_lr: 0.0002 → 0.001, at 64.0 kimg"
    assert line(panel, 4) == "Rewound to 60.0 kimg"
    assert line(panel, 5) == "Tune was refused: batch cannot change"
    assert [panel.list.topLevelItem(place).text(1) for place in (0, 1, 5)] == [
        "info", "warning", "warning",
    ]  # fmt: skip


def test_a_failure_unfolds_to_its_traceback_and_can_be_copied(
    panel: LogPanel, studio: Studio
) -> None:
    studio.failed.emit(
        m.Failed("ValueError: no", "Traceback:\n  file x\nValueError: no", Path("r"))
    )
    item = panel.list.topLevelItem(0)
    assert item.isExpanded()
    assert item.childCount() == 3
    assert item.foreground(2).color() == QColor(theme.DARK.error)
    panel.copy_button.click()
    copied = QGuiApplication.clipboard().text()
    assert "Rescued: r" in copied
    assert "  file x" in copied


def test_only_marked_lines_are_copied(panel: LogPanel) -> None:
    for text in ("one", "two", "three"):
        panel.add(text)
    panel.list.topLevelItem(1).setSelected(True)
    assert panel.text().endswith("two")
    assert "one" not in panel.text()


def test_lines_can_be_filtered(panel: LogPanel) -> None:
    for level in ("info", "warning", "error"):
        panel.add(level, level)
    hidden = []
    for choice in range(3):
        panel.filter.setCurrentIndex(choice)
        hidden.append([panel.list.topLevelItem(place).isHidden() for place in range(3)])
    assert hidden == [[False] * 3, [True, False, False], [True, True, False]]
    panel.add("a later note")
    assert panel.list.topLevelItem(3).isHidden()


def test_the_log_is_bounded(panel: LogPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LINES", 5)
    for number in range(9):
        panel.add(str(number))
    assert panel.list.topLevelItemCount() == 5
    assert line(panel, 0) == "4"


def test_clearing_empties_it(panel: LogPanel) -> None:
    panel.add("gone")
    panel.clear_button.click()
    assert panel.list.topLevelItemCount() == 0
    assert panel.empty.isVisible()


def test_colours_follow_the_theme(panel: LogPanel, qapp: Any) -> None:
    panel.add("careful", "warning")
    theme.apply(qapp, "light")
    assert panel.list.topLevelItem(0).foreground(1).color() == QColor(theme.LIGHT.warn)
    theme.apply(qapp, "dark")


def test_many_lines_of_a_text_become_one(panel: LogPanel) -> None:
    panel.add("first\n  second")
    assert line(panel, 0) == "first second"
    assert panel.list.topLevelItem(0).toolTip(2) == "first\n  second"


def test_the_details_of_a_note_unfold(panel: LogPanel, studio: Studio) -> None:
    studio.noted.emit(m.Noted("2 files left out", "warning", detail="a.png is empty\nb.png is"))
    item = panel.list.topLevelItem(panel.list.topLevelItemCount() - 1)
    assert item is not None
    assert [item.child(place).text(0) for place in range(item.childCount())] == [
        "a.png is empty",
        "b.png is",
    ]
    assert not item.isExpanded()
