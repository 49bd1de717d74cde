"""Starts that die of what an earlier window left behind: broken layouts, settings, notes."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QByteArray, QSettings

pytestmark = pytest.mark.timeout(900)
Start = Callable[..., Any]
SECTIONS = 13  # where a layout says how many parts it has: Qt believes it and runs off its end


def settings(home: Path) -> QSettings:
    return QSettings(str(home / "config/ganstudio/window.conf"), QSettings.Format.IniFormat)


def plant_a_layout_that_kills(home: Path) -> None:
    kept = settings(home)
    for part in ("centre", "window"):
        state = kept.value(f"layout/{part}")
        assert isinstance(state, QByteArray)
        broken = bytearray(bytes(state.data()))
        broken[SECTIONS : SECTIONS + 4] = b"\xff" * 4
        kept.setValue(f"layout/{part}", QByteArray(bytes(broken)))
    kept.sync()


def test_two_starts_that_die_are_followed_by_a_safe_one(start: Start, tmp_path: Path) -> None:
    assert start("close").wait() == 0
    plant_a_layout_that_kills(tmp_path)
    for _ in range(2):
        assert start("close").wait() == -signal.SIGSEGV
    broken = settings(tmp_path).value("layout/centre")

    safe = start("press:Dismiss close")
    assert safe.wait() == 0, safe.said
    banners = safe.heard("BANNER")
    assert "crashed when it ran last (Fatal Python error: Segmentation fault)" in banners[0]
    assert "safe mode" in banners[1]
    assert settings(tmp_path).value("layout/centre") == broken, "asked before, not yet reset"

    healing = start("press:Dismiss press:Reset_settings close")
    assert healing.wait() == 0, healing.said
    assert "kept in" in healing.heard("BANNER")[-1]
    assert (tmp_path / "config/ganstudio/window.conf.broken").is_file()

    healed = start("close")
    assert healed.wait() == 0, healed.said
    assert healed.heard("BANNER") == [""]
    assert isinstance(settings(tmp_path).value("layout/centre"), QByteArray)


RUBBISH = {
    "noise": b"\0\xff\xfe" * 500,
    "cut short": b"[layout]\nwindow=@ByteArray(\\0\\0\\0",
    "a lying type": b"looks=@Variant(\\0\\0\\0\\x7f\\0",
    "wrong types": b"[explore]\non=banana\n[layout]\ngeometry=@ByteArray(nonsense)\nwindow=7\n",
}


@pytest.mark.parametrize("content", RUBBISH.values(), ids=RUBBISH)
def test_settings_that_are_rubbish_are_lived_with(
    start: Start, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "config/ganstudio/window.conf"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    window = start("close")
    assert window.wait() == 0, window.said
    assert window.heard("BANNER") == [""]


def test_a_note_of_a_dead_window_is_read_after_the_window_stands_and_may_be_rubbish(
    start: Start, tmp_path: Path
) -> None:
    dead = tmp_path / "state/ganstudio/windows/4711-dead"
    dead.mkdir(parents=True)
    note = tmp_path / "runs/broken/.trained-by.json"
    note.parent.mkdir(parents=True)
    note.write_bytes(b"\0\xff" * 500_000)
    (dead / "trace.txt").write_bytes(b"\xff\0\x1b[31m" * 500_000)
    window = start("press:Dismiss close")
    assert window.wait() == 0, window.said
    assert "crashed when it ran last" in window.heard("BANNER")[0]


def test_safe_mode_can_be_asked_for(start: Start) -> None:
    window = start("close", "--safe-mode")
    assert window.wait() == 0, window.said
    assert "without --safe-mode" in window.heard("BANNER")[0]
