import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from ganstudio.train.branch import Parent, note_parent
from ganstudio.train.tree import runs_under


def run(
    root: Path,
    name: str,
    *moments: str,
    parent: Parent | None = None,
    scores: dict[str, float] | None = None,
    changed: float = 1.6e9,
) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "recipe.toml").write_text('variant = "dcgan"\ndata = "digits"\nkimg = 50.0\n')
    (folder / "log.txt").write_text("2026-11-22 14:38:17  device: cpu\nmore\n")
    for moment in moments:
        path = folder / "checkpoints" / moment
        path.mkdir(parents=True)
        (path / "manifest.json").write_text("{}")
        os.utime(path, (changed, changed))
    if parent is not None:
        note_parent(folder, parent)
    if scores is not None:
        lines = [{"nimg": 1, "event": "measured", "values": {"FID": 99.0}}]
        lines += [{"nimg": 2, "terms": {"D/real": 0.5}}] * 50
        lines += [{"nimg": 3, "event": "measured", "values": scores}, {"nimg": 4, "terms": {}}]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / "history.jsonl").write_text(text + '{"event": "measured", "val')
    return folder


def test_runs_are_told_newest_first_with_what_they_reached(tmp_path: Path) -> None:
    run(tmp_path, "old", "000000.000k", changed=1e9)
    run(tmp_path, "new", "000000.000k", "000120.064k", scores={"FID": 12.5}, changed=2e9)
    found = runs_under(tmp_path)
    assert found.notes == ()
    assert [one.path.name for one in found.runs] == ["new", "old"]
    new = found.runs[0]
    assert (new.variant, new.data, new.kimg, new.nimg) == ("dcgan", "digits", 50.0, 120_064)
    assert new.started == datetime(2026, 11, 22, 14, 38, 17)
    assert new.changed == datetime.fromtimestamp(2e9)
    assert new.scores == {"FID": 12.5}
    assert (new.parent, new.parent_nimg) == (None, None)


def test_branches_hang_on_their_parents(tmp_path: Path) -> None:
    root = run(tmp_path, "root", "000100.000k")
    late = run(tmp_path, "late", "000120.000k", parent=Parent(root, 90_000))
    early = run(tmp_path, "early", "000120.000k", parent=Parent(root, 10_000))
    leaf = run(tmp_path, "leaf", "000130.000k", parent=Parent(late, 110_000))
    lost = run(tmp_path, "lost", "000005.000k", parent=Parent(tmp_path / "gone", 1000))
    found = runs_under(tmp_path)
    assert {one.path for one in found.children(None)} == {root, lost}
    assert [one.path for one in found.children(root)] == [early, late]
    assert [(one.path, one.parent_nimg) for one in found.children(late)] == [(leaf, 110_000)]
    assert found.children(leaf) == ()


def test_what_is_damaged_is_left_out_and_noted(tmp_path: Path) -> None:
    good = run(tmp_path, "good")
    (run(tmp_path, "torn") / "recipe.toml").write_text("variant = ")
    (run(tmp_path, "odd") / "recipe.toml").write_text("kimg = 'long'")
    (run(tmp_path, "lost") / "parent.toml").write_text("nothing here")
    (run(tmp_path, "large") / "recipe.toml").write_bytes(b"#" * (1 << 20) + b"##")
    (tmp_path / "no run").mkdir()
    (tmp_path / "file.txt").write_text("")
    found = runs_under(tmp_path)
    assert [one.path for one in found.runs] == [good]
    assert found.runs[0].nimg == 0
    assert len(found.notes) == 4
    assert all("\n" not in note for note in found.notes)
    for name in ("torn", "odd", "lost", "large"):
        assert sum(name in note for note in found.notes) == 1


def test_a_run_without_log_or_scores_is_told_all_the_same(tmp_path: Path) -> None:
    folder = run(tmp_path, "bare")
    (folder / "log.txt").unlink()
    (folder / "history.jsonl").write_bytes(
        b'{"event": "measured", "values": 3}\n\xff\xfe"measured"'
    )
    os.utime(folder / "recipe.toml", (1e9, 1e9))
    (one,) = runs_under(tmp_path).runs
    assert one.started == datetime.fromtimestamp(1e9)
    assert one.scores == {}


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_a_root_that_is_not_there_holds_no_runs(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    assert runs_under(tmp_path / name).runs == ()
