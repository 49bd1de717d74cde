from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMenu, QTabBar
from pytestqt.qtbot import QtBot

from ganstudio import registry
from ganstudio.ui.fault_card import FaultCard
from ganstudio.ui.guard import Guard
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


class Interrupted(Panel):
    """Is being built when the program is told to end."""

    title, area, order = "Interrupted", "bottom", 40
    told = True
    released = 0

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        if self.told:
            signal.raise_signal(signal.SIGTERM)

    def release(self) -> None:
        type(self).released += 1


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


def test_a_panel_that_is_brought_to_the_front_while_it_is_built_is_built_once(
    window: MainWindow,
) -> None:
    made: list[Panel] = []

    class Asking(Panel):  # with a dialog, and its tab is clicked meanwhile
        title, area = "Asking", "bottom"

        def __init__(self, studio: Studio) -> None:
            super().__init__(studio)
            made.append(self)
            dock._turn(True)

    window.docks.add("asking", Asking, window.studio)
    dock = window.docks.docks["asking"]
    assert [dock.content] == made


def test_a_program_that_is_told_to_end_while_a_panel_is_built_lets_go_of_it(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Interrupted, "released", 0)
    window.docks.add("interrupted", Interrupted, window.studio)
    with Guard(window):
        window.show()
        qtbot.waitUntil(lambda: window._closed, timeout=20_000)
    assert isinstance(window.docks.docks["interrupted"].content, Interrupted)
    assert Interrupted.released == 1


@pytest.mark.parametrize("painted", [False, True])
def test_a_window_that_closes_builds_no_more_panels(
    painted: bool, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window._retry.setInterval(60_000)
    window.show()
    if painted:
        window.docks.fill()
    before = built(window)
    with monkeypatch.context() as patched:
        patched.setattr(window.studio, "close", lambda _: False)  # a thread takes its time
        window.close()
        assert window._retry.isActive()
        assert not window._unseen.isActive()
        assert not window.docks._filling.isActive()
    assert built(window) == before < set(PANELS)


def test_a_floating_panel_of_a_kept_layout_is_seen_at_once(
    window: MainWindow, studio: Studio, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.filled, timeout=20_000):
        window.show()
    window.docks.docks["behind"].setFloating(True)
    window.keep_layout()
    again = MainWindow(studio, window.settings)
    seen: list[set[str]] = []
    again.painted.connect(lambda: seen.append(built(again)))
    with qtbot.waitSignal(again.filled, timeout=20_000):
        again.show()
    assert seen == [{"front", "behind"}]
    assert again.docks.docks["behind"].content.isVisible()
    again.docks.release()
    again._closed = True
    again.close()
    again.deleteLater()


def test_a_panel_that_is_floated_from_behind_a_tab_is_seen(
    window: MainWindow, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.filled, timeout=20_000):
        window.show()
    docks, behind = window.docks, window.docks.docks["behind"]
    assert not behind.content.isVisible()
    (bar,) = [one for one in window.centre.findChildren(QTabBar) if one.isVisible()]
    docks.tidy()
    bar.customContextMenuRequested.emit(bar.tabRect(1).center())
    (menu,) = bar.findChildren(QMenu)
    menu.actions()[0].trigger()
    menu.close()
    qtbot.waitUntil(behind.content.isVisible, timeout=10_000)
    assert window.screen().geometry().contains(behind.pos())
    behind.close()
    assert not behind.seen


def test_the_menu_lists_panels_in_the_order_of_their_tabs(window: MainWindow) -> None:
    menu = QMenu(window)
    docks = window.docks.docks
    window.docks.docks = dict(reversed(docks.items()))  # as found, in another order
    window.docks.fill_menu(menu)
    listed = [action.text() for action in menu.actions()]
    assert listed.index("Front") < listed.index("Behind")
    assert sorted(listed) == sorted(dock.windowTitle() for dock in docks.values())
