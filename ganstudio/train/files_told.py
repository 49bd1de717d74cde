"""What a person is told of the files of a data set: before a training, and when it begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ganstudio.data.base import DataError, Remark, Samples, TooFewError
from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.examples import load_samples
from ganstudio.train.run import write_atomically

FILE = "files.txt"
MOST_SHOWN = 200  # of the lines that unfold; the file has all


@dataclass(frozen=True)
class Found:
    """What became of the files of a data set.

    Attributes:
        used: how many samples there are; 0 where nothing can be trained.
        left_out: how many files were left out.
        converted: how many files were read otherwise than as they are.
        remarks: which these were, those that were left out first.
        stop: why nothing can be trained from them; empty if it can.
    """

    used: int = 0
    left_out: int = 0
    converted: int = 0
    remarks: tuple[Remark, ...] = ()
    stop: str = ""


def look_through(recipe: Recipe, data_root: Path, tell: Callable[[str], None]) -> Found:
    """Read all files of a recipe's data set as a training would, and say what became of them.

    What is decoded is kept, so that the training need not read them again.

    Args:
        recipe: what would be trained.
        data_root: where data sets are kept.
        tell: hears how far it is; whatever it raises ends it.
    """
    try:
        samples = load_samples(recipe, data_root, tell)
    except TooFewError as error:
        ordered = faults_first(error.remarks)
        return Found(0, *count(ordered), ordered, error.summary)
    except DataError as error:
        return Found(stop=str(error))
    ordered = faults_first(samples.remarks)
    apart = samples.told if recipe.spec.condition.kind == "domain" else None
    used = len(samples.x) + (0 if apart is None else len(apart))
    return Found(used, *count(ordered), ordered)


def faults_first(remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    """Those that were left out, then those that were converted."""
    return tuple(sorted(remarks, key=lambda one: one.done != "left out"))


def count(remarks: Sequence[Remark]) -> tuple[int, int]:
    """How many files were left out, and how many converted."""
    left_out = sum(one.done == "left out" for one in remarks)
    return left_out, len({one.path for one in remarks if one.done == "converted"})


def tell_of_files(samples: Samples, run: Path, announce: Callable[[m.Event], None]) -> None:
    """Say which files were left out or converted, and write the whole list into the run folder.

    Args:
        samples: as they were loaded.
        run: the run folder.
        announce: takes the events.
    """
    for note in samples.notes:
        announce(m.Noted(note, "warning"))
    if not samples.remarks:
        (run / FILE).unlink(missing_ok=True)
        return
    ordered = faults_first(samples.remarks)
    lines = [str(one) for one in ordered]
    left_out, converted = count(ordered)
    counts = ((left_out, "left out"), (converted, "converted"))
    text = " and ".join(f"{n:,} {'file' if n == 1 else 'files'} {what}" for n, what in counts if n)
    try:
        write_atomically(run / FILE, "".join(f"{line}\n" for line in lines).encode())
        text += f"; all are listed in {run / FILE}"
    except OSError as error:
        text += f"; the list could not be written: {error}"
    shown = lines[:MOST_SHOWN]
    if len(lines) > MOST_SHOWN:
        shown.append(f"and {len(lines) - MOST_SHOWN:,} more lines")
    announce(m.Noted(text, "warning" if left_out else "info", detail="\n".join(shown)))
