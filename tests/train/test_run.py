import json
import os
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from ganstudio.recipe import Recipe
from ganstudio.train.checkpoints import (
    MOST_KEPT,
    NEWEST_KEPT,
    Checkpoint,
    flatten_optimizer,
    restore_optimizer,
)
from ganstudio.train.run import RunError, RunFolder, write_atomically


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path, Recipe.make())


def checkpoint(nimg: int) -> Checkpoint:
    return Checkpoint(
        {"G.w": torch.full((2, 2), float(nimg))},
        {"G.w": torch.zeros(2), "D.w": torch.ones(3)},
        {"G.0.step": torch.tensor(1.0)},
        {"nimg": nimg, "steps": 1},
    )


def test_a_checkpoint_comes_back_as_it_was(run: RunFolder) -> None:
    path = run.write(checkpoint(120_064))
    assert path.name == "000120.064k"
    back = run.read()
    assert back.state == {"nimg": 120_064, "steps": 1}
    assert torch.equal(back.generator["G.w"], torch.full((2, 2), 120_064.0))
    assert torch.equal(back.weights["D.w"], torch.ones(3))
    tensors, nimg = run.read_generator()
    assert nimg == 120_064
    assert list(tensors) == ["G.w"]


def test_the_first_the_newest_and_some_between_are_kept(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # forty of them take a busy disk long
    for nimg in range(0, 40_000, 1000):
        run.write(checkpoint(nimg))
    kept = [float(path.name[:-1]) for path in run.checkpoints()]
    assert len(kept) == MOST_KEPT
    assert kept[0] == 0
    assert kept[-NEWEST_KEPT:] == [37, 38, 39]
    assert max(b - a for a, b in pairwise(kept)) <= 6
    assert not [p for p in (run.path / "checkpoints").iterdir() if p.name.startswith(".")]


def test_writing_one_again_replaces_it(run: RunFolder) -> None:
    run.write(checkpoint(64))
    changed = checkpoint(64)
    changed.state["steps"] = 7
    run.write(changed)
    assert run.read().state["steps"] == 7
    assert len(run.checkpoints()) == 1


def test_a_flipped_byte_is_noticed_and_the_one_before_is_used(
    run: RunFolder, caplog: pytest.LogCaptureFixture
) -> None:
    run.write(checkpoint(1000))
    path = run.write(checkpoint(2000)) / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert run.read().nimg == 1000
    assert "checksum does not agree" in caplog.text
    with pytest.raises(RunError, match="damaged"):
        run.read("000002.000k")


@pytest.mark.parametrize("harm", ["short", "header", "missing", "manifest", "newer"])
def test_what_is_not_whole_is_refused_with_a_reason(run: RunFolder, harm: str) -> None:
    path = run.write(checkpoint(1000))
    weights, manifest = path / "weights.safetensors", path / "manifest.json"
    if harm == "short":
        weights.write_bytes(weights.read_bytes()[:-4])
    elif harm == "missing":
        weights.unlink()
    elif harm == "manifest":
        manifest.write_text("{")
    else:
        listed = json.loads(manifest.read_text())
        if harm == "newer":
            listed["format"] = 99
        else:
            import hashlib

            lying = (1 << 60).to_bytes(8, "little") + weights.read_bytes()[8:]
            weights.write_bytes(lying)
            entry = {"bytes": len(lying), "sha256": hashlib.sha256(lying).hexdigest()}
            listed["files"]["weights.safetensors"] = entry
        manifest.write_text(json.dumps(listed))
    with pytest.raises(RunError):
        run.read(path.name)
    with pytest.raises(RunError, match="no checkpoint that is whole"):
        run.read()


def test_what_a_killed_writer_left_is_not_read(run: RunFolder) -> None:
    left = run.path / "checkpoints" / ".000009.000k.123"
    left.mkdir()
    (left / "manifest.json").write_text("{}")
    (run.path / "checkpoints" / "000008.000k").mkdir()  # no manifest: not complete
    assert run.checkpoints() == []
    with pytest.raises(RunError, match="there are: none"):
        run.checkpoint("000008.000k")


def test_history_survives_a_cut_line_and_forgets_what_is_rewound(run: RunFolder) -> None:
    for nimg in (100, 200, 300):
        run.append_history({"nimg": nimg, "terms": {"D/real": 0.5}})
    with run.history_path.open("a") as file:
        file.write('{"nimg": 40')
    assert [line["nimg"] for line in run.history()] == [100, 200, 300]
    run.cut(200)
    assert [line["nimg"] for line in run.history()] == [100, 200]


def test_a_bad_byte_costs_at_most_its_line(run: RunFolder) -> None:
    for nimg in (100, 200):
        run.append_history({"nimg": nimg})
        with run.history_path.open("ab") as file:
            file.write(b'{"nimg": \xff1}\n')
    assert [line["nimg"] for line in run.history()] == [100, 200]
    run.cut(100)
    assert run.history_path.read_text() == '{"nimg": 100}\n'


def test_a_second_program_is_kept_out(run: RunFolder) -> None:
    run.acquire()
    with pytest.raises(RunError, match="another program"):
        RunFolder.open(run.path).acquire()
    run.release()
    other = RunFolder.open(run.path)
    other.acquire()
    other.release()


def test_folders_never_collide_and_a_run_is_never_overwritten(tmp_path: Path) -> None:
    recipe = Recipe.make()
    made = {RunFolder.create(tmp_path, recipe).path for _ in range(3)}
    assert len(made) == 3
    with pytest.raises(RunError, match="already holds a run"):
        RunFolder.create(tmp_path, recipe, made.pop())
    with pytest.raises(RunError, match="no run folder"):
        RunFolder.open(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        RunFolder.create(blocked, Recipe.make())


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    write_atomically(path, b"old")

    def broken(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_optimiser_comes_back_with_state_groups_and_layout() -> None:
    def make() -> tuple[torch.nn.Module, torch.optim.Optimizer]:
        torch.manual_seed(0)
        layer = torch.nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
        return layer, torch.optim.Adam(layer.parameters(), lr=0.1, fused=True)

    def step(layer: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
        optimizer.zero_grad()
        layer(torch.ones(1, 3, 5, 5)).square().sum().backward()
        optimizer.step()

    layer, optimizer = make()
    step(layer, optimizer)
    tensors, groups = flatten_optimizer(optimizer, "G")
    again, restored = make()
    again.load_state_dict(layer.state_dict())
    restore_optimizer(restored, "G", tensors, json.loads(json.dumps(groups)))
    step(layer, optimizer)
    step(again, restored)
    assert torch.equal(layer.weight, again.weight)


def test_what_was_rewound_away_is_not_taken_for_the_newest(run: RunFolder) -> None:
    for nimg in (0, 1000, 2000, 3000):
        run.write(checkpoint(nimg))
    run.cut(1000)
    run.write(checkpoint(1500))
    names = [path.name for path in run.checkpoints()]
    assert names == ["000000.000k", "000001.000k", "000001.500k"]


def test_going_back_forgets_later_checkpoints_pictures_and_lines(run: RunFolder) -> None:
    for nimg in (1000, 2000, 3000):
        path = run.write(checkpoint(nimg))
        (run.path / "samples" / f"{path.name}.png").write_bytes(b"")
        run.append_history({"nimg": nimg})
    run.cut(2000)
    assert [p.name for p in run.checkpoints()] == ["000001.000k", "000002.000k"]
    assert not (run.path / "samples" / "000003.000k.png").exists()
    assert (run.path / "samples" / "000002.000k.png").exists()
    assert [line["nimg"] for line in run.history()] == [1000, 2000]


def test_a_checkpoint_set_aside_by_a_killed_writer_is_put_back(run: RunFolder) -> None:
    path = run.write(checkpoint(1000))
    path.rename(path.with_name(f".{path.name}.old"))
    (path.parent / ".000002.000k.77").mkdir()
    assert run.checkpoints() == []
    run.acquire()
    run.release()
    assert run.read().nimg == 1000
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_checkpoint_stays_if_its_replacement_cannot_take_its_place(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.write(checkpoint(1000))
    rename = Path.replace

    def refuses(self: Path, target: Path) -> Path:
        if f".{os.getpid()}." in self.name:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", refuses)
    changed = checkpoint(1000)
    changed.state["steps"] = 9
    with pytest.raises(OSError, match="Input/output"):
        run.write(changed)
    assert run.read().state["steps"] == 1
