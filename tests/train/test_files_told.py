"""What is told of the files of a data set, and the list that stays in the run folder."""

from pathlib import Path

import torch

from ganstudio.data.base import Remark, Samples
from ganstudio.train import files_told
from ganstudio.train import messages as m
from ganstudio.train.files_told import FILE, tell_of_files


def told(run: Path, *remarks: Remark, notes: tuple[str, ...] = ()) -> list[m.Event]:
    events: list[m.Event] = []
    tell_of_files(Samples(torch.zeros(2, 2), remarks=remarks, notes=notes), run, events.append)
    return events


def bad(number: int) -> Remark:
    return Remark(f"/own/{number}.png", "is empty", "left out")


def test_faults_come_first_and_one_file_counts_once(tmp_path: Path) -> None:
    turned = Remark("/own/a.png", "lies on its side", "converted")
    clear = Remark("/own/a.png", "has transparent parts", "converted")
    (event,) = told(tmp_path, turned, clear, bad(1))
    lines = (tmp_path / FILE).read_text().splitlines()
    assert event.text.startswith("1 file left out and 1 file converted; all are listed in ")
    assert event.level == "warning"
    assert lines[0] == "left out: /own/1.png is empty"
    assert event.detail.splitlines() == lines
    assert len(lines) == 3


def test_conversions_alone_are_no_warning(tmp_path: Path) -> None:
    (event,) = told(tmp_path, Remark("/own/a.png", "has a palette", "converted"))
    assert (event.level, event.text[:16]) == ("info", "1 file converted")


def test_of_very_many_some_are_shown_and_all_are_written(tmp_path: Path) -> None:
    (event,) = told(tmp_path, *map(bad, range(1234)))
    assert event.text.startswith("1,234 files left out")
    assert len((tmp_path / FILE).read_text().splitlines()) == 1234
    assert len(event.detail.splitlines()) == files_told.MOST_SHOWN + 1
    assert event.detail.endswith("and 1,034 more lines")


def test_a_list_of_before_goes_when_nothing_is_wrong_any_more(tmp_path: Path) -> None:
    told(tmp_path, bad(1))
    (event,) = told(tmp_path, notes=("kept in memory",))
    assert event == m.Noted("kept in memory", "warning")
    assert not (tmp_path / FILE).exists()


def test_a_list_that_cannot_be_written_is_told_all_the_same(tmp_path: Path) -> None:
    (event,) = told(tmp_path / "nowhere", bad(1))
    assert "the list could not be written" in event.text
    assert "1.png is empty" in event.detail
