"""A history of years: gone through line by line, in little memory."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from ganstudio.train import history
from ganstudio.train.tree import _last_scores
from ganstudio.ui import history as curves

LINES = 8_000
ROOM_BYTES = 2 << 20


def line(nimg: int) -> bytes:
    terms = {"D/real": 0.123456, "D/fake": 0.654321, "G/fooled": 1.234567}
    report = {"nimg": nimg, "step": nimg, "seconds": nimg / 7, "terms": terms}
    return history.encoded(report | {"samples_per_second": 640.0})


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """Some 1.3 MB, and far more once it is parsed."""
    path = tmp_path / "history.jsonl"
    with path.open("wb") as file:
        file.writelines(line(nimg) for nimg in range(LINES))
    return path


def test_cutting_and_copying_take_little_memory(long: Path, tmp_path: Path) -> None:
    late = {"nimg": 100, "event": "measured", "values": {}}
    history.append(long, history.encoded(late))
    before = long.stat().st_ino
    tracemalloc.start()
    history.copy(long, tmp_path / "copy.jsonl", LINES // 2)
    history.cut(long, LINES // 2)
    assert sum(1 for _ in history.read(long)) == LINES // 2 + 2
    assert sum(1 for _ in history.read(tmp_path / "copy.jsonl")) == LINES // 2 + 2
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < ROOM_BYTES
    assert long.stat().st_ino != before  # the late line came after what went, and stays


def test_what_only_loses_its_end_is_not_written_again(long: Path) -> None:
    before = long.stat().st_ino
    with long.open("ab") as file:
        file.write(line(LINES)[:40])  # as a kill leaves it
    history.cut(long, LINES - 11)
    assert long.stat().st_ino == before
    assert long.read_bytes().endswith(line(LINES - 11))
    history.append(long, line(5))
    assert [one["nimg"] for one in history.read(long)][-2:] == [LINES - 11, 5]


def test_lines_without_an_end_are_bounded_too(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(line(1) + b"x" * (3 * history.LONGEST_LINE_BYTES) + b"\n" + line(2))
    assert [one["nimg"] for one in history.read(path)] == [1, 2]
    history.cut(path, 2)
    assert path.read_bytes() == line(1) + line(2)


def test_lines_that_others_wrote_are_judged_by_what_they_say(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    lines = [{"step": 1, "nimg": 5}, {"event": "began"}, {"nimg": "many"}, {"nimg": 50}, [1], 7]
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    history.cut(path, 10)
    assert list(history.read(path)) == [{"step": 1, "nimg": 5}, {"event": "began"}]


def test_curves_of_a_long_history_are_drawn_from_part_of_it(
    long: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.append(long, history.encoded({"nimg": LINES, "event": "saved"}))
    monkeypatch.setattr(curves, "MOST_PARSED_BYTES", long.stat().st_size // 10)
    taken: list[object] = []
    monkeypatch.setattr(curves.History, "add", lambda self, *report: taken.append(report))
    read = curves.History.load(long)
    assert LINES // 12 < len(taken) < LINES // 9
    assert [mark.nimg for mark in read.marks] == [LINES]


def test_scores_are_found_at_the_end_without_reading_the_rest(long: Path) -> None:
    measured = {"nimg": 7, "event": "measured", "values": {"fid": 12.5}}
    history.append(long, history.encoded(measured))
    tracemalloc.start()
    assert _last_scores(long) == {"fid": 12.5}
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1 << 20
