"""The run folder: recipe, history, checkpoints, samples; complete after a kill at any instant."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from torch import Tensor

import ganstudio
from ganstudio.disk import (
    StrayError,
    discard,
    flush_folder,
    insist_inside,
    needing,
    sweep,
    temporary,
)
from ganstudio.recipe import Recipe
from ganstudio.train import history
from ganstudio.train.checkpoints import Checkpoint as Checkpoint
from ganstudio.train.checkpoints import Checkpoints
from ganstudio.train.files import FORMAT as FORMAT
from ganstudio.train.files import FORMAT_FILE, MOMENT, check_format, nimg_of
from ganstudio.train.files import RunError as RunError
from ganstudio.train.files import write_atomically as write_atomically
from ganstudio.train.lock import RunLock
from ganstudio.train.timeline import Kept, Timeline, read_snapshot


class RunFolder:
    """One run on the disk.

    Every file and folder is written under a temporary name, flushed and renamed.

    Args:
        path: the folder; it exists.

    Attributes:
        timeline: the light snapshots, see ``train/timeline.py``.

    Raises:
        RunError: if a newer program wrote it.
    """

    def __init__(self, path: Path) -> None:
        check_format(path)
        self.path = path
        self.timeline = Timeline(path)
        self._checkpoints = Checkpoints(path)
        self._lock = RunLock(path)

    @classmethod
    def create(cls, root: Path, recipe: Recipe, path: Path | None = None) -> RunFolder:
        """A new folder named after the time and the recipe, with the recipe in it.

        Args:
            root: where runs are kept.
            recipe: what is trained.
            path: this folder instead; it must not hold a run already.

        Raises:
            RunError: if ``path`` holds a run or cannot be made.
        """
        if path is None:
            wanted = root / f"{time.strftime('%Y-%m-%d-%H%M')}-{recipe.variant}-{recipe.data}"
        elif (path / "recipe.toml").exists():
            raise RunError(f"{path} already holds a run; resume it, or name another folder")
        else:
            wanted = path
        try:
            wanted.parent.mkdir(parents=True, exist_ok=True)
            if path is not None and path.is_dir():
                _furnish(path, recipe)
            else:
                sweep(root)
                path = _build(wanted, recipe, numbered=path is None)
        except OSError as error:
            raise RunError(f"the run folder {wanted} cannot be written: {error}") from error
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """An existing run.

        Raises:
            RunError: if this is no run folder.
        """
        if not (path / "recipe.toml").is_file():
            raise RunError(f"{path} is no run folder: it has no recipe.toml")
        return cls(path)

    def acquire(self) -> None:
        """Become the only program that trains here, and sweep what a killed one left.

        Raises:
            RunError: if another one does, or the folder takes no lock.
        """
        try:
            insist_inside(self.path, *self.path.iterdir())  # the lock itself may be a link
            self._lock.acquire()
        except StrayError as error:
            raise RunError(str(error)) from None
        except OSError as error:
            raise RunError(f"the run {self.path} cannot be locked: {error}") from error
        self._checkpoints.sweep()
        self.timeline.sweep()
        for folder in (self.path, *(path for path in self.path.iterdir() if path.is_dir())):
            sweep(folder)

    def release(self) -> None:
        """Let others write here."""
        self._lock.release()

    # Checkpoints, see ``train/checkpoints.py`` ------------------------------------------------

    def checkpoints(self) -> list[Path]:
        """Complete checkpoints, oldest training first."""
        return self._checkpoints.all()

    def checkpoint(self, name: str | None = None) -> Path:
        """The folder of one checkpoint; None is the newest.

        Raises:
            RunError: if there is none of that name; the message lists those there are.
        """
        return self._checkpoints.named(name)

    def write(self, checkpoint: Checkpoint) -> Path:
        """Put a checkpoint on the disk, whole or not at all, and let old ones go.

        Raises:
            OSError: if the disk will not take it; what was there before stays.
        """
        return self._checkpoints.write(checkpoint)

    def read(self, name: str | None = None) -> Checkpoint:
        """A checkpoint; without a name the newest whose checksums agree.

        Raises:
            RunError: if there is none, or the named one is damaged.
        """
        return self._checkpoints.read(name)

    def recover(self, tell: Callable[[str], None]) -> Checkpoint:
        """The newest checkpoint to train on from; damaged ones that are newer are set aside.

        Args:
            tell: takes a sentence for the person about each of those.

        Raises:
            RunError: if there is none that is whole.
        """
        return self._checkpoints.recover(tell)

    def read_generator(self, name: str | None = None) -> tuple[dict[str, Tensor], int]:
        """Averaged generator weights of a checkpoint, and the real samples seen until it.

        Raises:
            RunError: if there is none, or the named one is damaged.
        """
        return self._checkpoints.read_generator(name)

    def read_weights(self, nimg: int) -> tuple[dict[str, Tensor], int]:
        """Raw weights of all players at the checkpoint nearest to a moment, and that moment.

        Raises:
            RunError: if no checkpoint has them, or that one is damaged.
        """
        return self._checkpoints.read_weights(nimg)

    # Moments ----------------------------------------------------------------------------------

    def moments(self) -> list[Kept]:
        """All that can be looked at again, snapshots and checkpoints, in the order of training.

        Where both are of one moment, the checkpoint counts: its weights are exact.
        """
        found = {one.nimg: one for one in self.timeline.snapshots()}
        for path in self.checkpoints():
            nimg = nimg_of(path.name)
            found[nimg] = Kept(nimg, path, 0)
        return [found[nimg] for nimg in sorted(found)]

    def read_moment(self, nimg: int) -> dict[str, Tensor]:
        """Averaged generator weights of a kept moment, some of 16 bits.

        Raises:
            RunError: if it is not kept, or damaged.
        """
        for one in self.moments():
            if one.nimg == nimg:
                if one.path.is_dir():
                    return self.read_generator(one.path.name)[0]
                return read_snapshot(one.path)
        raise RunError(f"{self.path} keeps nothing of {nimg / 1000:.3f} kimg")

    # History ----------------------------------------------------------------------------------

    @property
    def history_path(self) -> Path:
        """One JSON object a line: nimg, step, seconds and terms, or an event."""
        return self.path / "history.jsonl"

    def append_history(self, *lines: dict[str, Any]) -> None:
        """Add lines, all of them or none.

        Raises:
            NoRoomError: if the disk is full.
            OSError: if it will not take them for another reason.
        """
        history.append(self.history_path, b"".join(map(history.encoded, lines)))

    def history(self) -> list[dict[str, Any]]:
        """All lines; one that a kill cut short is left out."""
        return list(history.read(self.history_path))

    def cut(self, nimg: int) -> None:
        """Forget all that came after so many real samples: training goes on from there."""
        self.cut_history(nimg)
        self.cut_files(nimg)

    def cut_history(self, nimg: int) -> None:
        """Forget the lines that came after so many real samples.

        Raises:
            OSError: if the disk will not take the others; all stay then.
        """
        history.cut(self.history_path, nimg)

    def cut_files(self, nimg: int) -> None:
        """Forget checkpoints, snapshots and pictures that came after so many real samples."""
        self._checkpoints.cut(nimg)
        self.timeline.cut(nimg)
        for picture in (self.path / "samples").glob("*k.png"):
            if MOMENT.fullmatch(picture.stem) and nimg_of(picture.stem) > nimg:
                picture.unlink(missing_ok=True)

    def inherit(self, parent: RunFolder, nimg: int) -> None:
        """Take over what another run has of the training until then: lines, snapshots, pictures.

        Raises:
            OSError: if it cannot be read, or the disk will not take it.
        """
        history.copy(parent.history_path, self.history_path, nimg)
        for one in parent.timeline.snapshots():
            if one.nimg <= nimg:
                _share(one.path, self.timeline.folder)
        for picture in (parent.path / "samples").glob("*k.png"):
            if MOMENT.fullmatch(picture.stem) and nimg_of(picture.stem) <= nimg:
                _share(picture, self.path / "samples")

    def note(self, text: str) -> None:
        """Add one line with the time to ``log.txt``, as far as the disk lets us."""
        with suppress(OSError), (self.path / "log.txt").open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {text}\n")


def _furnish(folder: Path, recipe: Recipe) -> None:
    """Lay out an empty run; the recipe comes last, for with it the folder is a run."""
    for part in ("checkpoints", "samples"):
        (folder / part).mkdir(exist_ok=True)
    made_by = f'format = {FORMAT}\nprogram = "ganstudio {ganstudio.__version__}"\n'
    write_atomically(folder / FORMAT_FILE, made_by.encode())
    write_atomically(folder / "recipe.toml", recipe.to_toml().encode())


def _build(wanted: Path, recipe: Recipe, numbered: bool) -> Path:
    """Lay a run out under a temporary name, then give it its own, or the next that is free."""
    building = temporary(wanted)
    try:
        building.mkdir()
        _furnish(building, recipe)
        for number in count(1):
            path = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
            if path.exists() and numbered:
                continue
            try:
                building.rename(path)
            except OSError:
                if not (path.exists() and numbered):
                    raise
                continue
            flush_folder(path.parent)
            return path
    except OSError:
        discard(building)
        raise
    raise AssertionError("numbers do not end")


def _share(file: Path, folder: Path) -> None:
    """Let a file lie in another folder too: by a link, for nobody changes it; or as a copy."""
    folder.mkdir(exist_ok=True)
    target = folder / file.name
    try:
        os.link(file, target)
    except FileNotFoundError:  # its own run thinned it meanwhile
        return
    except OSError:
        building = temporary(target)
        with needing(file.stat().st_size, target):
            shutil.copyfile(file, building)
            building.replace(target)
