"""Files that changed on the disk, and what kills left: noticed, told, put aside or swept up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ganstudio.disk import sweep, temporary
from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.engine import Engine
from ganstudio.train.run import RunError, RunFolder

SMALL = {"batch": 16, "width": 4, "z_dim": 4}
NEWEST = "000000.032k"


def build(folder: Path, told: list[m.Event], **more: object) -> Engine:
    recipe = Recipe.make("gan", "points", SMALL, measure_kimg=0)
    return Engine.build(recipe, told.append, folder=folder, data_root=folder, device="cpu", **more)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with three checkpoints."""
    engine = build(tmp_path / "run", [])
    for _ in range(2):
        engine.step(None)
        engine.save(wait=True)
    engine.close()
    return tmp_path / "run"


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


@pytest.mark.parametrize("harm", [flip, cut_short, empty, Path.unlink])
@pytest.mark.parametrize("name", ["weights.safetensors", "optimizer.safetensors", "state.json"])
def test_the_checkpoint_before_a_damaged_one_is_used_and_the_person_is_told(
    run: Path, name: str, harm: object
) -> None:
    harm(run / "checkpoints" / NEWEST / name)
    told: list[m.Event] = []
    engine = build(run, told, resume=True)
    assert engine.trainer.nimg == 16
    engine.step(None)
    engine.save(wait=True)
    engine.close()
    (note,) = [event for event in told if isinstance(event, m.Noted)]
    assert note.level == "error"
    assert NEWEST in note.text
    assert "at 0.016 kimg" in note.text
    after = [event for event in told if isinstance(event, m.Started | m.Noted)]
    assert isinstance(after[0], m.Started)  # or a new start would cover what it says
    assert (run / "checkpoints" / f"{NEWEST}.damaged").is_dir()
    assert RunFolder.open(run).read().nimg == 32


def test_going_back_to_the_last_checkpoint_passes_over_a_damaged_one(run: Path) -> None:
    told: list[m.Event] = []
    engine = build(run, told, resume=True)
    flip(run / "checkpoints" / NEWEST / "weights.safetensors")
    engine.rewind(None)
    assert engine.trainer.nimg == 16
    engine.close()
    assert any(isinstance(event, m.Noted) and "damaged" in event.text for event in told)


def test_a_run_without_a_whole_checkpoint_loses_nothing_more(run: Path) -> None:
    for path in (run / "checkpoints").iterdir():
        flip(path / "weights.safetensors")
    there = sorted(run.rglob("*"))
    with pytest.raises(RunError, match="no checkpoint that is whole"):
        build(run, [], resume=True)
    assert set(there) <= set(run.rglob("*"))


def test_what_kills_left_is_swept_at_the_next_start_and_nothing_else(run: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ganstudio.disk import temporary\n"
        "for text in sys.argv[1:]: print(temporary(Path(text)))"
    )
    names = [
        "recipe.toml", "history.jsonl", "samples/000000.016k.png", "favourites/Star 1.toml",
        "directions/Smile.safetensors", "timeline/000000.016k.safetensors",
    ]  # fmt: skip
    asked = [sys.executable, "-c", code, *(str(run / name) for name in names)]
    dead = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    for left in map(Path, dead):
        left.parent.mkdir(exist_ok=True)
        left.write_bytes(b"half")
    half = run / "checkpoints" / ".000000.048k.123456789.abcdef"
    half.mkdir()
    (half / "weights.safetensors").write_bytes(b"half")
    at_work = temporary(run / "favourites" / "Star 2.toml")
    at_work.write_bytes(b"of this very program")
    mine = [run / ".notes", run / "favourites" / ".hidden.1", run / "samples" / "mine.txt"]
    for path in mine:
        path.write_text("mine")
    build(run, [], resume=True).close()
    assert [path for path in [*map(Path, dead), half] if path.exists()] == []
    assert at_work.exists()
    assert all(path.exists() for path in mine)


def test_what_another_living_program_writes_stays(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ganstudio.disk import temporary\n"
        "path = temporary(Path(sys.argv[1])); path.write_bytes(b''); print(path, flush=True)\n"
        "sys.stdin.read()"
    )
    asked = [sys.executable, "-c", code, str(tmp_path / "recipe.toml")]
    with subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        path = Path(other.stdout.readline().strip())
        sweep(tmp_path)
        assert path.exists()
        other.communicate("")
    sweep(tmp_path)
    assert not path.exists()


@pytest.mark.parametrize("number", ["9" * 10, "9" * 30, "9" * 200, "\u0663", "2147483648"])
def test_sweeping_bears_names_that_nobody_here_gave(tmp_path: Path, number: str) -> None:
    (tmp_path / f".x.{number}.abcdef").touch()
    sweep(tmp_path)
