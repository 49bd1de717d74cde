from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ganstudio.ui.presence import LAST_TRACE, MOST_DEAD, Presence

DIES = """
import os, sys
from pathlib import Path
from ganstudio.ui.presence import Presence
p = Presence(Path(sys.argv[1]))
p.begin()
for word in sys.argv[2].split():
    if word == "stood": p.stood()
    if word == "crash": import ctypes; ctypes.string_at(0)
    if word == "end": p.end(); sys.exit(p.failed_starts)
os._exit(p.failed_starts)
"""


def window(root: Path, does: str) -> int:
    """Another window, in a process of its own that ends as it is told; its count of deaths."""
    done = subprocess.run([sys.executable, "-c", DIES, str(root), does], check=False, timeout=120)
    return done.returncode


def test_starts_that_die_are_counted_until_one_stands(tmp_path: Path) -> None:
    assert [window(tmp_path, ""), window(tmp_path, ""), window(tmp_path, "stood")] == [0, 1, 2]
    assert window(tmp_path, "") == 0


def test_a_window_that_ends_early_as_it_should_is_no_failed_start(tmp_path: Path) -> None:
    assert window(tmp_path, "end") == 0
    assert window(tmp_path, "end") == 0
    assert not [path for path in (tmp_path / "windows").iterdir() if path.is_dir()]


def test_a_living_window_is_no_failed_start(tmp_path: Path) -> None:
    first, second = Presence(tmp_path), Presence(tmp_path)
    first.begin()
    try:
        second.begin()
        assert second.failed_starts == 0
    finally:
        second.end()
        first.end()


def test_a_crash_leaves_its_trace_for_the_next_window(tmp_path: Path) -> None:
    assert window(tmp_path, "stood crash") < 0
    presence = Presence(tmp_path)
    presence.begin()
    try:
        assert presence.failed_starts == 0
        assert "Segmentation fault" in presence.crash()
        presence.stood()
        assert "Segmentation fault" in (tmp_path / LAST_TRACE).read_text()
        assert presence.crash() == ""
    finally:
        presence.end()


def test_a_state_folder_that_cannot_be_written_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "windows").write_text("a file where a folder should be")
    presence = Presence(tmp_path)
    presence.begin()
    presence.stood()
    presence.end()
    assert presence.crash() == ""
    assert "cannot be kept" in caplog.text


def test_what_dead_windows_leave_does_not_grow_without_end(tmp_path: Path) -> None:
    for number in range(MOST_DEAD + 5):
        folder = tmp_path / "windows" / f"{number}-x"
        folder.mkdir(parents=True)
        (folder / "starting").touch()
    presence = Presence(tmp_path)
    presence.begin()
    try:
        assert presence.failed_starts == MOST_DEAD
        assert len([p for p in (tmp_path / "windows").iterdir() if p.is_dir()]) == MOST_DEAD + 1
    finally:
        presence.end()
