"""Numbers that became infinite or undefined: what is kept of it, and where to go back to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch

from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.checkpoints import Checkpoint
from ganstudio.train.files import RunError, moment_name, write_atomically
from ganstudio.train.mishaps import NotFiniteError
from ganstudio.train.run import RunFolder
from ganstudio.train.trainer import Trainer

FOLDER = "diverged"
EVIDENCE_KEPT = 20
FURTHER = 1.5  # of the way until it diverged: whoever got so far is over it
MOST_TIMES = 3


class Divergence:
    """Counts how often a training diverged without getting further, and finds its way back.

    The first time it goes back to the newest checkpoint that is finite, then to one before that
    for each time more, since what leads there may lie further back.

    Args:
        run: where checkpoints and evidence are kept.
    """

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self.times = 0
        self._way = self._back_nimg = 0

    def count(self, nimg: int) -> int:
        """It diverged here; how often that happened in a row."""
        once_more = self.times and nimg - self._back_nimg < FURTHER * max(self._way, 1)
        self.times = self.times + 1 if once_more else 1
        return self.times

    def way_back(self, nimg: int) -> Checkpoint:
        """The checkpoint to go on from.

        Raises:
            RunError: if none is whole and finite.
        """
        found: Checkpoint | None = None
        left = self.times
        for path in reversed(self._run.checkpoints()):
            try:
                checkpoint = self._run.read(path.name)
            except RunError:  # told when it is the one that is wanted; here the next will do
                continue
            if _finite(checkpoint):
                found, left = checkpoint, left - 1
                if not left:
                    break
        if found is None:
            raise RunError(f"{self._run.path} has no checkpoint with finite weights to go back to")
        self._way, self._back_nimg = nimg - found.nimg, found.nimg
        return found


def keep_evidence(
    run: RunFolder,
    error: NotFiniteError,
    trainer: Trainer,
    recipe: Recipe,
    reports: Iterable[m.Stats],
) -> Path:
    """Write down what was found, before anything goes back.

    Args:
        run: its folder ``diverged`` gets the file; the oldest there are let go.
        error: what was not finite.
        trainer: as it is, with bad weights.
        recipe: the knobs as they were.
        reports: the last ones, oldest first.

    Raises:
        OSError: if the disk will not take it.
    """
    found = {
        "when": time.strftime("%Y-%m-%d %H:%M:%S"),
        "step": trainer.steps,
        "nimg": error.nimg,
        error.what: {name: _plain(value) for name, value in error.values.items()},
        "tensors_not_finite": trainer.faulty(),
        "machine": str(trainer.machine),
        "recipe": recipe.to_dict(),
        "reports": [
            {
                "step": one.step,
                "nimg": one.nimg,
                "seconds": round(one.seconds, 3),
                "terms": {name: _plain(value) for name, value in one.terms.items()},
            }
            for one in reports
        ],
    }
    folder = run.path / FOLDER
    folder.mkdir(exist_ok=True)
    path = folder / f"{moment_name(error.nimg)}.json"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{moment_name(error.nimg)}-{number}.json"
    write_atomically(path, json.dumps(found, indent=1).encode())
    for old in sorted(folder.glob("*.json"), key=lambda one: one.stat().st_mtime)[:-EVIDENCE_KEPT]:
        old.unlink(missing_ok=True)
    return path


def _plain(value: float) -> Any:
    """JSON has no word for what is not finite."""
    return value if abs(value) < float("inf") else repr(value)


def _finite(checkpoint: Checkpoint) -> bool:
    tensors = (checkpoint.weights, checkpoint.generator, checkpoint.optimizer)
    return all(
        bool(torch.isfinite(value).all())
        for held in tensors
        for value in held.values()
        if value.is_floating_point()
    )
