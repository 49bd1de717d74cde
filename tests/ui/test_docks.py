from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from ganstudio import registry
from ganstudio.ui.fault_card import FaultCard
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.studio import Studio
from ganstudio.ui.window import MainWindow


class Front(Panel):
    title, area, order = "Front", "centre", 10


class Behind(Panel):
    title, area, order = "Behind", "centre", 20


class Slow(Panel):
    title, area, order = "Slow", "bottom", 10
    meanwhile = "In a moment."


class Broken(Panel):
    title, area, order = "Broken", "bottom", 20

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        raise LookupError("nothing to stand on")


PANELS = {"front": Front, "behind": Behind, "slow": Slow, "broken": Broken}


@pytest.fixture
def window(
    studio: Studio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    monkeypatch.setattr(registry, "discover", lambda _: PANELS)
    made = MainWindow(studio, QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat))
    made.resize(1200, 800)
    yield made
    made.close()
    qtbot.waitUntil(lambda: made._closed, timeout=20_000)
    made.deleteLater()


def built(window: MainWindow) -> set[str]:
    return {key for key, dock in window.docks.docks.items() if dock.built}


def test_the_first_picture_waits_only_for_panels_that_are_seen(
    window: MainWindow, qtbot: QtBot
) -> None:
    seen: list[Any] = []
    window.painted.connect(lambda: seen.append(built(window)))
    assert built(window) == set()
    with qtbot.waitSignal(window.filled, timeout=20_000):
        window.show()
        notices = window.docks.docks["slow"].findChildren(Notice)
        assert [notice.text for notice in notices if notice.isVisible()] == ["In a moment."]
    assert seen == [{"front"}]
    assert built(window) == set(PANELS)
    assert isinstance(window.docks.docks["slow"].content, Slow)
    assert window.docks.docks["slow"].content.isVisible()
    assert not window.docks.docks["behind"].content.isVisible()


def test_a_panel_that_raises_late_leaves_a_card(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.filled, timeout=20_000):
        window.show()
    card = window.docks.docks["broken"].content
    assert isinstance(card, FaultCard)
    assert "nothing to stand on" in card.trace


def test_a_panel_that_is_asked_for_is_there(window: MainWindow) -> None:
    assert isinstance(window.docks.docks["behind"].content, Behind)
    assert built(window) == {"behind"}


def test_a_tab_that_is_clicked_is_not_kept_waiting(window: MainWindow, qtbot: QtBot) -> None:
    window.show()
    window.docks.docks["behind"].raise_()
    qtbot.waitUntil(lambda: window.docks.docks["behind"].built, timeout=10_000)
    qtbot.waitUntil(lambda: window.docks.docks["behind"].content.isVisible(), timeout=10_000)


def test_a_window_that_nobody_sees_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    window._unseen.setInterval(0)
    with qtbot.waitSignal(window.filled, timeout=20_000):
        window._unseen.start()
    assert built(window) == set(PANELS)
