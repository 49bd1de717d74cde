"""Explore mode in a window of bare panels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QSettings

from ganstudio import registry
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.studio import Studio
from ganstudio.ui.window import MainWindow


def bare(name: str, area: str, order: int = 10, stage: tuple[str, ...] = ()) -> type[Panel]:
    return type(name, (Panel,), {"title": name, "area": area, "order": order, "stage": stage})


PANELS = {
    "plans": bare("Plans", "left"),
    "pictures": bare("Pictures", "centre", 10, ("image",)),
    "blocks": bare("Blocks", "centre", 20, ("voxels",)),
    "walk": bare("Walk", "centre", 60),
    "chart": bare("Chart", "centre", 70),
    "noise": bare("Noise", "right"),
    "journal": bare("Journal", "bottom"),
}
Maker = Callable[[], MainWindow]


@pytest.fixture
def make(
    studio: Studio, tmp_path: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Maker]:
    monkeypatch.setattr(registry, "discover", lambda _: PANELS)
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(studio, settings)
        window.show()
        qtbot.waitExposed(window)
        made.append(window)
        return window

    yield make
    for window in made:
        window.close()
        qtbot.waitUntil(lambda window=window: window._closed, timeout=20_000)
        window.deleteLater()


def layout(window: MainWindow) -> dict[str, tuple[int, int]]:
    """How large those are that are in front."""
    return {
        key: (dock.width(), dock.height())
        for key, dock in window.docks.docks.items()
        if not dock.visibleRegion().isEmpty()
    }


def hidden(window: MainWindow) -> set[str]:
    return {key for key, dock in window.docks.docks.items() if dock.isHidden()}


def test_exploring_puts_the_rest_aside_and_gives_the_tools_a_column(
    make: Maker, qtbot: Any
) -> None:
    window = make()
    docks = window.docks.docks
    narrow = docks["noise"].width()
    window.explore.action.trigger()
    assert window.explore.on
    assert hidden(window) == {"plans", "journal"}
    assert window.centre.tabifiedDockWidgets(docks["pictures"]) == [docks["blocks"]]
    assert window.centre.tabifiedDockWidgets(docks["walk"]) == [docks["chart"]]
    qtbot.waitUntil(lambda: docks["noise"].width() > narrow)
    assert window.transport.isVisible()


def test_leaving_brings_every_dock_back_as_it_was(make: Maker, qtbot: Any) -> None:
    window = make()
    docks = window.docks.docks
    docks["journal"].hide()
    docks["chart"].raise_()
    qtbot.waitUntil(lambda: not docks["chart"].visibleRegion().isEmpty())
    QCoreApplication.processEvents()
    before = layout(window)
    window.explore.action.trigger()
    qtbot.waitUntil(lambda: "plans" in hidden(window))
    docks["journal"].show()  # looked at while exploring
    window.explore.action.trigger()
    qtbot.waitUntil(lambda: layout(window) == before)
    assert hidden(window) == {"journal"}
    assert not window.explore.on


def test_how_exploring_was_left_is_found_again(make: Maker, qtbot: Any) -> None:
    window = make()
    window.explore.enter()
    window.docks.docks["noise"].hide()
    window.explore.leave()
    assert "noise" not in hidden(window)
    window.explore.enter()
    assert hidden(window) == {"plans", "journal", "noise"}
    window.reset_layout()
    assert hidden(window) == {"plans", "journal"}


def test_it_is_remembered_across_starts_with_the_layout_for_training(
    make: Maker, qtbot: Any
) -> None:
    first = make()
    first.docks.docks["journal"].hide()
    first.explore.enter()
    first.docks.docks["noise"].hide()
    first.close()
    second = make()
    assert second.explore.on
    assert second.explore.action.isChecked()
    assert hidden(second) == {"plans", "journal", "noise"}
    second.explore.action.trigger()
    assert hidden(second) == {"journal"}
    second.close()
    assert not make().explore.on
