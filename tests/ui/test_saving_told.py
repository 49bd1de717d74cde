"""What the window says of a disk that is full, and that it takes it back by itself."""

from __future__ import annotations

from ganstudio.train import messages as m
from ganstudio.ui.window import MainWindow

FULL = m.Noted("Not saved: the disk is full: 12.3 MB are needed", "error", "saving")


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
