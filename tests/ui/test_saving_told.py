"""What the window says of a disk that is full, and that it takes it back by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings

from ganstudio import registry
from ganstudio.train import messages as m
from ganstudio.ui.studio import Studio
from ganstudio.ui.window import MainWindow

FULL = m.Noted("Not saved: the disk is full: 12.3 MB are needed", "error", "saving")


@pytest.fixture
def window(
    studio: Studio, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    monkeypatch.setattr(registry, "discover", lambda _: {})
    made = MainWindow(studio, QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat))
    made.show()
    yield made
    made.close()
    qtbot.waitUntil(made.isHidden)
    made.deleteLater()


def test_a_full_disk_stands_in_the_banner_until_there_is_room(window: MainWindow) -> None:
    window.studio.noted.emit(FULL)
    assert window.banner.text == FULL.text
    assert window.banner.isVisible()
    window.studio.noted.emit(m.Noted("Pictures cannot be written", "warning", "pictures"))
    assert window.banner.isVisible()
    window.studio.noted.emit(m.Noted("Saved again: 000012.000k", topic="saving"))
    assert window.banner.isHidden()


def test_what_was_said_meanwhile_stays(window: MainWindow) -> None:
    window.studio.noted.emit(FULL)
    window.studio.noted.emit(m.Noted("Something else", "error"))
    window.studio.noted.emit(m.Noted("Saved again: 000012.000k", topic="saving"))
    assert window.banner.text == "Something else"
    assert window.banner.isVisible()
