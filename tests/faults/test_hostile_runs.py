"""Run folders that somebody sent: nothing is run, nothing hangs, nothing outside is touched."""

from __future__ import annotations

import json
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fuzz.run_readers import NIMG, home, in_checkpoint

from ganstudio.latent import bank, file
from ganstudio.latent.bank import Bank, BankError
from ganstudio.latent.file import LatentError
from ganstudio.recipe import Recipe
from ganstudio.train import examples
from ganstudio.train.files import RunError, checkpoints_in
from ganstudio.train.run import RunFolder
from ganstudio.train.sampler import Sampler
from ganstudio.train.tree import runs_under

posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")


class Payload:
    """What runs when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {Payload.mark}",)

    mark = ""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    scratch = tmp_path / "work"
    scratch.mkdir()
    return home(scratch)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder that is nobody's business."""
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in ("manifest.json", "notes.txt", ".hidden", "000001.000k.png"):
        (folder / name).write_text("precious")
    return folder


def state_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def safetensors(header: dict | bytes, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


LIES = {
    "overlapping": safetensors(
        {
            "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
            "b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
        },
        bytes(12),
    ),
    "beyond the end": safetensors(
        {"a": {"dtype": "F32", "shape": [100], "data_offsets": [0, 400]}}, bytes(8)
    ),
    "of a huge shape": safetensors(
        {"a": {"dtype": "F32", "shape": [1 << 40, 1 << 40], "data_offsets": [0, 8]}}, bytes(8)
    ),
    "backwards": safetensors(
        {"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}, bytes(8)
    ),
    "twice the same": safetensors(
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
        b'"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        bytes(8),
    ),
    "header of 100 MB": struct.pack("<Q", 100 << 20) + b"{}",
    "header without end": struct.pack("<Q", (1 << 64) - 1) + b"{}",
    "cut off": safetensors({})[:5],
    "empty": b"",
    "of bytes that are no JSON": safetensors(b"\xff" * 50),
    "nested without end": safetensors(b"[" * 100_000),
    "of an unknown type": safetensors(
        {"a": {"dtype": "OBJECT", "shape": [1], "data_offsets": [0, 8]}}, bytes(8)
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_headers_that_lie_are_refused_everywhere(name: str, run: Path) -> None:
    content = LIES[name]
    for part in ("generator.safetensors", "weights.safetensors"):
        with pytest.raises(RunError):
            in_checkpoint(part, lambda folder: RunFolder(folder).read("000002.000k"))(
                run.parent, content
            )
    (run / "examples.safetensors").write_bytes(content)
    with pytest.raises(RunError):
        examples.read(run, Recipe.of_run(run).spec, ())
    place = run / "place.safetensors"
    place.write_bytes(content)
    with pytest.raises(LatentError):
        file.load(place)
    with pytest.raises(BankError):
        bank.load(place)


def test_pickles_under_other_names_are_never_run(run: Path, tmp_path: Path) -> None:
    Payload.mark = str(tmp_path / "ran")
    payload = pickle.dumps(Payload())
    for name in ("generator.safetensors", "weights.safetensors", "state.json", "manifest.json"):
        with pytest.raises(RunError):
            in_checkpoint(name, lambda folder: RunFolder(folder).read("000002.000k"))(
                run.parent, payload
            )
    for suffix in (".safetensors", ".toml"):
        (tmp_path / f"place{suffix}").write_bytes(payload)
        with pytest.raises(LatentError):
            file.load(tmp_path / f"place{suffix}")
    assert not Path(Payload.mark).exists()
    pickle.loads(payload)
    assert Path(Payload.mark).exists(), "the payload works, had it been run"


def test_weights_of_other_networks_are_refused_before_room_is_made(run: Path) -> None:
    content = safetensors(
        {"G.layers.0.weight": {"dtype": "F32", "shape": [0, 1 << 50], "data_offsets": [0, 0]}}
    )
    with pytest.raises(RunError, match="not those of the networks"):
        in_checkpoint("generator.safetensors", lambda folder: Sampler.load(folder, "cpu"))(
            run.parent, content
        )


@pytest.mark.parametrize("name", ["../../../etc", "/etc/passwd", "..", ".", "", "000002.000k/../x"])
def test_names_lead_nowhere_else(name: str, run: Path) -> None:
    with pytest.raises(RunError, match="no checkpoint"):
        RunFolder(run).checkpoint(name)
    with pytest.raises(BankError, match="name"):
        bank.path_of(run, name if name != "000002.000k/../x" else "a/../b")


def test_a_manifest_cannot_name_other_files(run: Path, outside: Path) -> None:
    manifest = next((run / "checkpoints").iterdir()) / "manifest.json"
    content = json.loads(manifest.read_bytes())
    content["files"] = {"../../../../outside/notes.txt": {"bytes": 8, "sha256": "0"}}
    manifest.write_text(json.dumps(content))
    with pytest.raises(RunError):
        RunFolder(run).read("000002.000k")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"nimg": -1}, "nimg"),
        ({"nimg": 1 << 60}, "nimg"),
        ({"nimg": "2000"}, "nimg"),
        ({"steps": 1.5}, "steps"),
        ({"groups": []}, "groups"),
        ({"turns": None}, "turns"),
    ],
)
def test_counters_that_cannot_be_are_refused(change: dict, word: str, run: Path) -> None:
    checkpoint = next((run / "checkpoints").iterdir())
    content = json.loads((checkpoint / "state.json").read_bytes()) | change
    with pytest.raises(RunError, match=word):
        in_checkpoint("state.json", lambda folder: RunFolder(folder).read("000002.000k"))(
            run.parent, json.dumps(content).encode()
        )


PARTS = (
    "checkpoints", "timeline", "samples", "directions", "history.jsonl", "log.txt", ".lock",
)  # fmt: skip


@posix
@pytest.mark.parametrize("part", PARTS)
def test_a_link_out_of_the_run_is_never_followed_by_a_writer(
    part: str, run: Path, outside: Path
) -> None:
    before = state_of(outside)
    path = run / part
    if path.exists():
        path.rename(run.parent / "moved")
    path.symlink_to(outside if "." not in part else outside / "notes.txt")
    with pytest.raises(RunError, match="a link that leads out of its folder"):
        RunFolder(run).acquire()
    assert state_of(outside) == before


@posix
def test_links_below_are_removed_and_not_what_they_lead_to(run: Path, outside: Path) -> None:
    """A moment that is a link: letting it go must not reach through it."""
    before = state_of(outside)
    (run / "checkpoints" / "000009.000k").symlink_to(outside)
    (run / "checkpoints" / ".000008.000k.old").symlink_to(outside)
    (run / "timeline" / f"000009.000k.{'0' * 16}.safetensors").symlink_to(outside / "notes.txt")
    (run / "timeline" / ".left").symlink_to(outside)
    (run / "samples" / "000009.000k.png").symlink_to(outside / "notes.txt")
    folder = RunFolder(run)
    folder.acquire()
    try:
        folder.cut(NIMG)
    finally:
        folder.release()
    assert state_of(outside) == before
    assert [path.name for path in checkpoints_in(run)] == ["000002.000k"]


@posix
def test_a_bank_is_not_written_through_a_link(run: Path, outside: Path) -> None:
    before = state_of(outside)
    (run / "directions").symlink_to(outside)
    ways = Bank("z", ("a",), np.eye(1, 4, dtype=np.float32), np.ones(1, np.float32))
    with pytest.raises(OSError, match="leads out of its folder"):
        bank.save(run, "mine", ways)
    assert state_of(outside) == before


@posix
def test_a_run_that_is_reached_through_a_link_can_be_trained(run: Path) -> None:
    link = run.parent.parent / "link"
    link.symlink_to(run)
    folder = RunFolder(link)
    folder.acquire()
    folder.release()


@posix
@pytest.mark.parametrize(
    "name", ["recipe.toml", "spec.json", "parent.toml", "log.txt", "history.jsonl", "format.toml"]
)
def test_pipes_in_a_run_are_not_waited_for(name: str, run: Path) -> None:
    (run / name).unlink(missing_ok=True)
    os.mkfifo(run / name)
    found = runs_under(run.parent)
    assert len(found.runs) + len(found.notes) <= 1  # told of, left out, or no run at all


@posix
def test_endless_files_behind_a_link_are_not_read(run: Path) -> None:
    checkpoint = next((run / "checkpoints").iterdir())
    content = json.loads((checkpoint / "manifest.json").read_bytes())
    content["files"]["generator.safetensors"]["bytes"] = 0
    (checkpoint / "manifest.json").write_text(json.dumps(content))
    (checkpoint / "generator.safetensors").unlink()
    (checkpoint / "generator.safetensors").symlink_to("/dev/zero")
    with pytest.raises(RunError, match="is no file"):
        RunFolder(run).read_generator("000002.000k")


def test_one_hostile_run_does_not_hide_the_others(run: Path) -> None:
    for number, text in enumerate((b"a" + b".a" * 30_000 + b"=1", b"kimg = []", b"kimg = 1e999")):
        bad = run.parent / f"bad{number}"
        bad.mkdir()
        (bad / "recipe.toml").write_bytes(text)
        (bad / "history.jsonl").write_bytes(b'{"event":"measured","values":' + b"[" * 50_000)
    found = runs_under(run.parent)
    assert run in [one.path for one in found.runs]
