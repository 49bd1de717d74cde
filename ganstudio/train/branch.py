"""Branches: a run that goes on from a moment of another one, which stays as it is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from ganstudio.knobs import knobs_of
from ganstudio.reading import UnreadableError, parse_json, parse_toml, read_bytes, shown
from ganstudio.recipe import Recipe
from ganstudio.train.files import RunError, check_format, checkpoints_in, nimg_of, write_atomically

FILE = "parent.toml"
LARGEST_NOTE_BYTES = 1 << 16
LARGEST_STATE_BYTES = 16 << 20


@dataclass(frozen=True)
class Parent:
    """Where a run branched off.

    Attributes:
        run: the parent's folder.
        nimg: real samples seen by then.
    """

    run: Path
    nimg: int


def parent_of(folder: Path) -> Parent | None:
    """Where this run branched off; None if it began from nothing.

    Raises:
        RunError: if its note cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        content = parse_toml(read_bytes(path, LARGEST_NOTE_BYTES))
        run, nimg = Path(str(content["run"])), int(content["nimg"])
        where = Path(os.path.normpath(folder / run))
    except (OSError, KeyError, ValueError, TypeError, OverflowError) as error:
        told = error if isinstance(error, OSError) else shown(error)
        raise RunError(f"{path} cannot be read: {told}") from error
    return Parent(where, nimg)


def note_parent(folder: Path, parent: Parent) -> None:
    """Keep where a run branched off, by a relative path, so that both can move together.

    Raises:
        OSError: if the disk will not take it.
    """
    run = parent.run.resolve()
    try:
        where = Path(os.path.relpath(run, folder.resolve())).as_posix()
    except ValueError:  # on another drive
        where = str(run)
    content = {"run": where, "nimg": parent.nimg}
    write_atomically(folder / FILE, tomli_w.dumps(content).encode())


def checkpoints_before(folder: Path, nimg: float) -> list[Path]:
    """Checkpoints to go on from, the one nearest to a moment first, none of them after it.

    Raises:
        RunError: if there is none.
    """
    there = checkpoints_in(folder)
    found = [path for path in there[::-1] if nimg_of(path.name) <= nimg]
    if found:
        return found
    first = f"; its first is of {nimg_of(there[0].name) / 1000:g} kimg" if there else ""
    raise RunError(f"{folder} has no checkpoint at or before {nimg / 1000:g} kimg{first}")


def recipe_at(folder: Path, nimg: float) -> Recipe:
    """The recipe of a run as it was at the checkpoint nearest to, or before, a moment.

    Knobs that were turned by then have the values that they had; the length is the run's.

    Raises:
        RecipeError: if the run's recipe cannot be read.
        RunError: if there is no such checkpoint.
        OSError: if the run cannot be read.
    """
    check_format(folder)
    asked = Recipe.of_run(folder)
    state = checkpoints_before(folder, nimg)[0] / "state.json"
    try:
        kept = dict(parse_json(read_bytes(state, LARGEST_STATE_BYTES))["recipe"])
    except UnreadableError as error:
        raise RunError(f"{error}, too large for the state of a training") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"{state} is damaged: {shown(error)}") from error
    return Recipe.from_dict({**kept, "kimg": asked.basics.kimg}, asked.spec)


def difference(then: Recipe, now: Recipe) -> str:
    """What differs between two recipes and is fixed while training, in words."""
    if (then.variant, then.data) != (now.variant, now.data):
        return f"{then.variant} on {then.data} then, {now.variant} on {now.data} now"
    changed = []
    for old, new in ((then.gan, now.gan), (then.dataset, now.dataset)):
        for name, knob in knobs_of(type(new)).items():
            before, after = getattr(old, name), getattr(new, name)
            if before != after and not knob.live:
                changed.append(f"{name} {before} then, {after} now")
    return "; ".join(changed)
