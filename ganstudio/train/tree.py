"""The runs in a folder, and which of them branched off which: read quickly, from little."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ganstudio.reading import shown
from ganstudio.recipe import RecipeError, read
from ganstudio.train import history
from ganstudio.train.branch import Parent, parent_of
from ganstudio.train.files import RunError, check_format, checkpoints_in, nimg_of

LONGEST_KEY = 80
TAIL_BYTES = 64 << 10  # of the history, where the newest lines are


@dataclass(frozen=True)
class RunSummary:
    """What is worth telling of one run.

    Attributes:
        path: its folder.
        variant: key of what was trained.
        data: key of what it was trained on.
        kimg: the length that was asked for.
        nimg: real samples seen by its newest checkpoint; 0 before there is one.
        started: when.
        changed: when its newest checkpoint was written.
        parent: where it branched off; None if it began from nothing.
        scores: measured last, by name.
    """

    path: Path
    variant: str
    data: str
    kimg: float
    nimg: int
    started: datetime
    changed: datetime
    parent: Parent | None = None
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def parent_nimg(self) -> int | None:
        """Real samples that its parent had seen when it branched off."""
        return None if self.parent is None else self.parent.nimg


@dataclass(frozen=True)
class Survey:
    """The runs that were found.

    Attributes:
        runs: those that can be used, the newest change first.
        notes: why others were left out, one line each.
    """

    runs: tuple[RunSummary, ...]
    notes: tuple[str, ...]

    def children(self, run: Path | None) -> tuple[RunSummary, ...]:
        """Those that branched off this run, the earliest branch first.

        None gives those that began from nothing, or whose parent is not here.
        """
        if run is not None:
            of = [one for one in self.runs if one.parent is not None and one.parent.run == run]
            return tuple(sorted(of, key=lambda one: one.parent_nimg or 0))
        there = {one.path for one in self.runs}
        return tuple(one for one in self.runs if one.parent is None or one.parent.run not in there)


def runs_under(root: Path) -> Survey:
    """The runs in a folder; what cannot be read is left out and noted.

    Args:
        root: the folder of runs; it need not exist.
    """
    runs: list[RunSummary] = []
    notes: list[str] = []
    for folder in _folders(root):
        try:
            runs.append(summary(folder))
        except (OSError, ValueError, OverflowError) as error:
            told = isinstance(error, RunError | RecipeError)
            reason = str(error) if told else f"{folder.name}: {error}"
            notes.append(reason.splitlines()[0])
    runs.sort(key=lambda run: run.changed, reverse=True)
    return Survey(tuple(runs), tuple(notes))


def summary(folder: Path) -> RunSummary:
    """What is worth telling of one run.

    Raises:
        RunError: if a newer program wrote it, or the note of its parent is damaged.
        RecipeError: if its recipe is.
        OSError: if it cannot be read.
    """
    check_format(folder)
    recipe = read(folder / "recipe.toml")
    kimg = recipe.get("kimg", math.nan)
    if not _is_number(kimg):
        raise RunError(f"{folder.name}: kimg = {shown(kimg)}, but it must be a number")
    checkpoints = checkpoints_in(folder)
    stamp = (checkpoints[-1] if checkpoints else folder / "recipe.toml").stat().st_mtime
    return RunSummary(
        path=folder,
        variant=str(recipe.get("variant", "?"))[:LONGEST_KEY],
        data=str(recipe.get("data", "?"))[:LONGEST_KEY],
        kimg=float(kimg),
        nimg=nimg_of(checkpoints[-1].name) if checkpoints else 0,
        started=_started(folder),
        changed=datetime.fromtimestamp(stamp),
        parent=parent_of(folder),
        scores=_last_scores(folder / "history.jsonl"),
    )


def _folders(root: Path) -> Iterator[Path]:
    """What looks like a run, also where links lead in a circle."""
    try:
        found = sorted(root.iterdir()) if root.is_dir() else []
    except OSError:
        return
    for folder in found:
        with suppress(OSError):
            if (folder / "recipe.toml").is_file():
                yield folder


def _is_number(value: Any) -> bool:
    """Whether it is one, and no larger than a float can be."""
    return type(value) is float or (type(value) is int and abs(value) < 1 << 1000)


def _started(folder: Path) -> datetime:
    """From the first line of its log; a run without one is as old as its recipe."""
    log = folder / "log.txt"
    if log.is_file():  # a pipe would be waited for
        with suppress(OSError, ValueError), log.open(encoding="utf-8") as file:
            return datetime.fromisoformat(file.readline(64)[:19])
    return datetime.fromtimestamp((folder / "recipe.toml").stat().st_mtime)


def _last_scores(path: Path) -> dict[str, float]:
    """Of the last measurement that stands near the end."""
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        lines = file.read().splitlines()
    for text in reversed(lines):
        if b'"measured"' not in text:
            continue
        line = history.parsed(text)
        values = line.get("values") if line is not None else None
        if isinstance(values, dict):
            known = {str(name): value for name, value in values.items()}
            return {n: float(v) for n, v in known.items() if _is_number(v)}
    return {}
