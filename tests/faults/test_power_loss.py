"""Power loss: whatever the disk had not been told to keep is gone, and a run is there still.

The operations of a real writer are recorded. After each of them two disks are laid out: one that
kept nothing but what was flushed, and one that kept every name and no content that was not.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from ganstudio.recipe import Recipe
from ganstudio.train import checkpoints, history
from ganstudio.train.checkpoints import Checkpoint
from ganstudio.train.run import RunFolder, write_atomically
from ganstudio.train.timeline import read_snapshot

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="nobody says here which file is flushed"
)
OPERATIONS = ("fsync", "replace", "rename", "mkdir", "unlink", "rmdir", "truncate")


class Disk:
    """What of a folder is safe from a power loss: contents and names that were flushed.

    Args:
        folder: all in it is safe at first.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._contents: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {}
        self._held: dict[int, int] = {}  # while it is open, nothing else gets its number
        for path in [folder, *folder.rglob("*")]:
            self.flushed(path)

    def flushed(self, path: Path) -> None:
        """The disk was told to keep this file, or the names in this folder."""
        number = self._number(path)
        if path.is_dir():
            self._names[number] = {one.name: self._number(one) for one in path.iterdir()}
        else:
            self._contents[number] = path.read_bytes()

    def left_without_names(self, target: Path) -> None:
        """What a loss leaves that takes all that was not flushed."""
        self._lay_out(self._number(self.folder), target)

    def left_with_names(self, target: Path) -> None:
        """What a loss leaves that takes contents only."""
        target.mkdir()
        for path in sorted(self.folder.rglob("*")):
            copy = target / path.relative_to(self.folder)
            if path.is_dir():
                copy.mkdir()
            else:
                copy.write_bytes(self._contents.get(path.stat().st_ino, b""))

    def close(self) -> None:
        for handle in self._held.values():
            os.close(handle)

    def _lay_out(self, folder: int, target: Path) -> None:
        target.mkdir()
        for name, number in self._names.get(folder, {}).items():
            if stat.S_ISDIR(os.fstat(self._held[number]).st_mode):
                self._lay_out(number, target / name)
            else:
                (target / name).write_bytes(self._contents.get(number, b""))

    def _number(self, path: Path) -> int:
        number = path.stat().st_ino
        if number not in self._held:
            self._held[number] = os.open(path, os.O_RDONLY)
        return number


@contextmanager
def losses(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """Folders as they would be after a loss at each point of what is done meanwhile."""
    disk, found, laying = Disk(folder), [], False
    place = folder.parent / "losses"
    place.mkdir()

    def recorded(name: str, operate: Callable[..., Any]) -> Callable[..., Any]:
        def do(*args: Any, **named: Any) -> Any:
            nonlocal laying
            result = operate(*args, **named)
            if laying:
                return result
            laying = True
            if name == "fsync":
                disk.flushed(Path(os.readlink(f"/proc/self/fd/{args[0]}")))
            for way in (disk.left_without_names, disk.left_with_names):
                found.append(place / f"{len(found):03d}")
                way(found[-1])
            laying = False
            return result

        return do

    with monkeypatch.context() as patch:
        for name in OPERATIONS:
            patch.setattr(os, name, recorded(name, getattr(os, name)))
        yield found
    disk.close()


def checkpoint(nimg: int, steps: int = 1) -> Checkpoint:
    weights = {"G.w": torch.full((4, 4), float(steps))}
    return Checkpoint(weights, weights, weights, {"nimg": nimg, "steps": steps})


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    made = RunFolder.create(tmp_path, Recipe.make(), tmp_path / "run")
    for nimg in (500, 1000):
        made.append_history({"nimg": nimg})
        made.write(checkpoint(nimg))
    return made


def survivor(folder: Path) -> RunFolder:
    """The run as the next start finds it, after its sweep."""
    found = RunFolder.open(folder)
    found.acquire()
    found.release()
    return found


def test_a_new_checkpoint_is_there_or_the_one_before(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with losses(run.path, monkeypatch) as found:
        run.append_history({"nimg": 1500})
        history.flush(run.history_path)
        run.write(checkpoint(1500))
    assert len(found) >= 14
    newest = []
    for folder in found:
        left = survivor(folder)
        newest.append(left.read().nimg)
        assert {line["nimg"] for line in left.history()} >= {500, 1000, newest[-1]}
    assert set(newest) == {1000, 1500}
    assert newest[-2:] == [1500, 1500]


def test_one_that_is_written_again_is_the_old_or_the_new(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with losses(run.path, monkeypatch) as found:
        run.write(checkpoint(1000, steps=2))
    steps = [survivor(folder).read("000001.000k").state["steps"] for folder in found]
    assert set(steps) == {1, 2}
    assert steps[-2:] == [2, 2]


def test_recipe_and_snapshots_are_whole(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (run.path / "recipe.toml").read_bytes()
    after = Recipe.make(seed=7).to_toml().encode()
    with losses(run.path, monkeypatch) as found:
        write_atomically(run.path / "recipe.toml", after)
        run.timeline.write(700, {"G.w": torch.ones(4, 4)})
    for folder in found:
        left = survivor(folder)
        assert (folder / "recipe.toml").read_bytes() in (before, after)
        for snapshot in left.timeline.snapshots():
            read_snapshot(snapshot.path)
    assert (found[-2] / "recipe.toml").read_bytes() == after
    assert [one.nimg for one in survivor(found[-2]).timeline.snapshots()] == [700]


def test_a_new_run_is_there_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "runs"
    root.mkdir()
    with losses(root, monkeypatch) as found:
        RunFolder.create(root, Recipe.make())
    for folder in found:
        for made in folder.glob("[!.]*"):
            assert Recipe.of_run(RunFolder.open(made).path) == Recipe.make()
    assert len(list(found[-2].glob("[!.]*"))) == 1


def test_checksums_catch_what_was_never_flushed(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that flushes nothing loses its checkpoint here: the test above can fail."""
    with losses(run.path, monkeypatch) as found, monkeypatch.context() as patch:
        patch.setattr(
            checkpoints, "write_flushed", lambda path, content: path.write_bytes(content) and None
        )
        run.write(checkpoint(1500))
    left = survivor(found[-1])
    assert (left.path / "checkpoints" / "000001.500k").is_dir()
    assert left.read().nimg == 1000
