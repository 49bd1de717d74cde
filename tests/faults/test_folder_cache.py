"""What was decoded is kept on the disk, and whatever happens to that, training has its pictures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio import disk
from ganstudio.data import _folder
from ganstudio.data._folder import decoding, store
from ganstudio.data.base import Samples
from ganstudio.data.image_folder import ImageFolder

from .conftest import SmallDisk, until

LOAD = """
import sys
from pathlib import Path
from ganstudio.data import _folder
config = _folder.FolderConfig(size=16)
def read(path, told):
    if path.name == "19.bmp":
        print("reading", flush=True)
        sys.stdin.read()
    return {"x": _folder.read_square(path, config, told)}
listing = _folder.Listing(Path(sys.argv[1]))
_folder.decode(listing, read, "pictures", {}, lambda text: None)
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Two classes of ten pictures that one can tell apart, and one that is broken."""
    for index in range(20):
        path = tmp_path / "own" / "ab"[index % 2] / f"{index:02}.bmp"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (16, 16), (index * 10, 0, 0)).save(path)
    (tmp_path / "own" / "a" / "broken.bmp").touch()
    return tmp_path / "own"


def load(folder: Path, size: int = 16, tell=lambda text: None) -> Samples:
    config = ImageFolder.Config(folder=str(folder), size=size)
    return ImageFolder(config, Path("nowhere"), tell=tell).load()


def whole(samples: Samples) -> bool:
    """Whether it is all that the folder holds."""
    reds = samples.x[:, 0, 0, 0].tolist()
    expected = [*range(0, 200, 20), *range(10, 200, 20)]
    faults = [Path(one.path).name for one in samples.remarks]
    return (reds, faults) == (expected, ["broken.bmp"]) and samples.labels.sum() == 10


def kept() -> list[Path]:
    root = store.store_root()
    return sorted(root.iterdir()) if root.is_dir() else []


def repaint(path: Path, colour: tuple[int, int, int], unseen: bool = False) -> None:
    """Another picture under the same name; ``unseen`` as if it had never changed."""
    before = path.stat()
    Image.new("RGB", (16, 16), colour).save(path)
    assert path.stat().st_size == before.st_size
    if unseen:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_the_second_opening_decodes_nothing(own):
    assert whole(load(own))
    repaint(own / "a" / "00.bmp", (99, 0, 0), unseen=True)
    samples = load(own)
    assert whole(samples)
    assert samples.notes == ()
    assert len(kept()) == 1


def test_another_file_or_another_size_is_another_set(own):
    load(own)
    repaint(own / "a" / "00.bmp", (99, 0, 0))
    assert load(own).x[0, 0, 0, 0] == 99
    Image.new("RGB", (16, 16)).save(own / "b" / "new.bmp")
    assert len(load(own).x) == 21
    assert load(own, 32).x.shape == (21, 3, 32, 32)
    assert len(kept()) == 4


def test_what_somebody_writes_into_the_tensors_stays_in_memory(own):
    load(own).x.zero_()
    assert whole(load(own))


@pytest.mark.parametrize("name", ["x", "label", store.MANIFEST])
@pytest.mark.parametrize("how", ["flipped", "cut", "longer", "gone", "folder"])
def test_a_damaged_set_is_made_again(own, name, how):
    load(own)
    (folder,) = kept()
    path, content = folder / name, bytearray((folder / name).read_bytes())
    path.unlink()
    if how == "folder":
        path.mkdir()
    elif how != "gone":
        content[len(content) // 2] ^= 1
        path.write_bytes({"flipped": content, "cut": content[:-1], "longer": content * 2}[how])
    samples = load(own)
    assert whole(samples)
    assert samples.notes == ()
    assert kept() == [folder]
    repaint(own / "a" / "00.bmp", (99, 0, 0), unseen=True)
    assert whole(load(own))


@pytest.mark.parametrize(
    "manifest",
    [
        "[" * 100_000,
        "{}",
        "7",
        '{"count": 1e400, "columns": {"x": {"dtype": "uint8", "shape": [3], "sums": []}}}',
        '{"count": 9, "columns": {"x": {"dtype": "object", "shape": [3]}}, "remarks": []}',
        '{"count": 9, "columns": {"../../own/a/00.bmp": {"dtype": "uint8"}}, "remarks": []}',
        '{"count": -1, "columns": {"x": {"dtype": "uint8", "shape": [-3]}}, "remarks": [1]}',
        '{"count": 0, "columns": {}, "remarks": []}',
    ],
)
def test_a_hostile_manifest_is_no_set(own, manifest):
    load(own)
    seal = f"{zlib.crc32(manifest.encode()):08x}\n"
    (kept()[0] / store.MANIFEST).write_text(seal + manifest)
    assert whole(load(own))


def test_a_full_disk_keeps_nothing_and_training_has_its_pictures(own, small_disk, monkeypatch):
    monkeypatch.setenv("GANSTUDIO_CACHE", str(small_disk.path))
    small_disk.fill(8192)
    samples = load(own)
    assert whole(samples)
    assert "stay in memory" in samples.notes[0]
    assert "are free" in samples.notes[0]
    assert kept() == []
    small_disk.clear()
    assert load(own).notes == ()
    assert len(kept()) == 1


def test_a_disk_that_fills_up_meanwhile(own, small_disk: SmallDisk, monkeypatch):
    monkeypatch.setenv("GANSTUDIO_CACHE", str(small_disk.path))
    monkeypatch.delattr(os, "posix_fallocate")  # some systems cannot take the room beforehand
    config = _folder.FolderConfig(size=64)

    def read(path: Path, told: list[str]) -> dict[str, np.ndarray]:
        if path.name == "09.bmp" and small_disk.free_bytes > 8192:
            small_disk.fill(8192)
        return {"x": _folder.read_square(path, config, told)}

    listing = _folder.Listing(own)
    found = _folder.decode(listing, read, "pictures", {}, lambda text: None)
    assert len(found.columns["x"]) == 20
    assert "stay in memory" in found.notes[0]
    assert kept() == []


def test_a_cache_that_cannot_be_is_told(own, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GANSTUDIO_CACHE", str(tmp_path / "file" / "cache"))
    samples = load(own)
    assert whole(samples)
    assert "Not a directory" in samples.notes[0]
    assert samples.let_go is None


def test_a_program_that_is_killed_leaves_nothing_that_is_taken_for_whole(own):
    child = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(own)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout.readline() == b"reading\n"
        until(lambda: kept() or child.poll(), "an unfinished set")
        child.send_signal(signal.SIGKILL)
    (left,) = kept()
    assert left.name.startswith(".")
    assert whole(load(own))
    assert [path.name[0] for path in kept()] != ["."]
    assert len(kept()) == 1


def test_whoever_stops_waiting_leaves_nothing_behind(own, monkeypatch):
    monkeypatch.setattr(decoding, "TOLD_S", 0.0)
    before = set(threading.enumerate())

    def stop(text: str) -> None:
        raise KeyboardInterrupt(text)

    with pytest.raises(KeyboardInterrupt, match=r"reading pictures, \d of 21"):
        load(own, tell=stop)
    assert kept() == []
    assert set(threading.enumerate()) == before


def test_two_at_once_both_have_it(own):
    found: list[Samples] = []
    both = [threading.Thread(target=lambda: found.append(load(own))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert [whole(one) for one in found] == [True, True]
    assert whole(load(own))


def test_two_that_build_one_set_leave_each_other_alone(own):
    first, second = (store.Writer("key", 2) for _ in range(2))
    sample = {"x": np.full((1, 2, 2), 7, np.uint8)}
    first.add(sample)
    second.add(sample)
    second.discard()
    first.add(sample)
    first.finish(())
    first.discard()
    third = store.Writer("key", 2)
    third.add(sample)
    third.finish(())  # it came too late
    third.discard()
    assert [path.name for path in kept()] == ["key"]
    assert len(store.Stored.open("key").columns["x"]) == 2


def test_stopping_is_heard_while_files_take_long(own, monkeypatch):
    monkeypatch.setattr(decoding, "LOOK_S", 0.01)
    stopped, begun = threading.Event(), []

    def read(path: Path, told: list[str]) -> dict[str, np.ndarray]:
        begun.append(path)
        assert stopped.wait(30), "nobody asked whether it is still wanted"
        return {"x": np.zeros((1, 2, 2), np.uint8)}

    def stop(text: str) -> None:
        raise KeyboardInterrupt(text)

    listing = _folder.Listing(own)
    with pytest.raises(KeyboardInterrupt, match=r"reading pictures, 0 of 21$"):
        _folder.decode(listing, read, "pictures", {}, stop, stopped)
    assert len(begun) <= 2, "one of each group, and no file after it"
    assert kept() == []


def test_the_set_that_was_not_used_for_longest_makes_room(own, monkeypatch):
    load(own)
    by_size = {16: kept()[0]}
    for size in (32, 64):
        load(own, size)
        (by_size[size],) = set(kept()) - set(by_size.values())
    now = time.time()
    for age, size in ((300, 64), (200, 16), (100, 32)):
        os.utime(by_size[size] / store.MANIFEST, (now - age, now - age))
    load(own, 16)  # so 32 is the next to go
    held = sum(file.stat().st_size for one in kept() for file in one.iterdir())
    monkeypatch.setattr(store, "MOST_BYTES", held)
    Image.new("RGB", (16, 16)).save(own / "b" / "new.bmp")
    load(own, 16)
    assert by_size[16] in kept()
    assert by_size[32] in kept()
    assert by_size[64] not in kept()
    monkeypatch.setattr(store, "MOST_BYTES", 100)
    samples = load(own, 128)
    assert "stay in memory" in samples.notes[0]
    assert "all decoded folders together may take 100 bytes" in samples.notes[0]


def test_a_set_whose_time_cannot_be_set_is_taken_all_the_same(own, monkeypatch):
    load(own)
    repaint(own / "a" / "00.bmp", (99, 0, 0), unseen=True)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(store.os, "utime", refuse)
    assert whole(load(own))


def test_half_of_a_disk_stays_free(own, small_disk: SmallDisk, monkeypatch):
    monkeypatch.setenv("GANSTUDIO_CACHE", str(small_disk.path))
    size_bytes = 21 * (3 * 128 * 128 + 8)
    small_disk.fill(size_bytes + (200 << 10))
    samples = load(own, 128)
    assert disk.in_words(2 * size_bytes) in samples.notes[0]


def test_what_was_read_is_let_go_and_comes_again(own):
    samples = load(own)
    assert whole(samples)
    samples.let_go()
    assert whole(samples)
    assert torch.equal(samples.x, load(own).x)
