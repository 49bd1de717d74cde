"""A walk through latent space as a row of mesh files, for animation programs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.latent.walks import KeyFrames
from ganstudio.solids import export, formats
from ganstudio.solids.faults import SolidError
from ganstudio.train.sampler import Sampler
from ganstudio.train.tasks.base import Desk, Task, TaskError

MOST = 1000


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        folder: where the files lie.
        count: how many there are.
        empty: how many frames had nothing above the threshold and have no file.
    """

    folder: Path
    count: int
    empty: int


class Meshes(Task):
    """The objects along a walk, one file each, numbered from 0000.

    All of them keep the size of their voxels, so that nothing jumps from file to file.

    Arguments:
        walk: the key frames.
        folder: for the files, made where it is missing; where it holds any, a numbered one
            beside it is made. It is left as it is if cancelled.
        suffix: of the files.
        count: how many, evenly spread from the first key frame to the last.
        wishes: how each is written; its size is that of the first object.
        name: what each file's name begins with.
    """

    title = "Sequence of meshes"

    def run(self, sampler: Sampler, desk: Desk, **arguments: Any) -> Written:
        """See the class; ``Written`` comes back."""
        return self._run(sampler, desk, **arguments)

    def _run(
        self,
        sampler: Sampler,
        desk: Desk,
        *,
        walk: KeyFrames,
        folder: Path,
        suffix: str = ".stl",
        count: int = 24,
        wishes: export.Wishes | None = None,
        name: str = "morph",
    ) -> Written:
        if sampler.model.spec.kind != "voxels":
            raise TaskError("only models of solids make meshes")
        if not 2 <= count <= MOST:
            raise TaskError(f"a sequence has 2 to {MOST} meshes, got {count}")
        if suffix not in formats.SUFFIXES:
            raise TaskError(f"a solid is written as {', '.join(formats.SUFFIXES)}, not {suffix}")
        wishes = wishes or export.Wishes()
        scale: float | None = None
        written = empty = 0
        try:
            folder = _free(folder)
            folder.mkdir(parents=True, exist_ok=True)
            for number, occupancy in enumerate(_objects(sampler, desk, walk, count)):
                desk.tell(number / count, f"{number} of {count}")
                try:
                    ready = export.make_ready(occupancy, suffix, wishes, scale)
                except SolidError as error:
                    if str(error) != formats.NOTHING:
                        raise
                    empty += 1
                    continue
                scale = ready.mm_per_voxel
                formats.write(folder / f"{name}-{number:04}{suffix}", ready.content())
                written += 1
        except (SolidError, OSError) as error:
            raise TaskError(f"the sequence cannot be written: {error}") from error
        if not written:
            raise TaskError("nothing on the way is above the threshold")
        return Written(folder, written, empty)


def _free(folder: Path) -> Path:
    """The folder, or the first numbered one that holds nothing: sequences are never mixed."""
    numbered = (folder.with_name(f"{folder.name} {n}") for n in itertools.count(2))
    return next(each for each in itertools.chain([folder], numbered) if _is_free(each))


def _is_free(folder: Path) -> bool:
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def _objects(
    sampler: Sampler, desk: Desk, walk: KeyFrames, count: int
) -> Iterator[NDArray[np.float32]]:
    """The occupancies along the walk."""
    for number in range(count):
        desk.check()
        stand = walk.at(walk.duration * number / (count - 1))
        x = sampler.draw(stand.z[None], stand.told, stand.psi, stand.shifts, stand.noise)
        yield (x[0, 0] + 1) / 2
