"""Latent files on the command line: one place, and what is not to be said beside it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ganstudio.latent.stand import Stand
    from ganstudio.train.sampler import Sampler

# what a latent file says already: options and the values that mean "not given"
SAID_ALREADY = {
    "--n": ("n", None),
    "--columns": ("columns", 0),
    "--seed": ("seed", 0),
    "--class": ("category", None),
    "--attributes": ("attributes", None),
    "--text": ("text", None),
    "--source": ("source", None),
    "--sound": ("sound", None),
    "--psi": ("psi", 1.0),
}


def read_place(path: Path, faults: list[str]) -> Stand | None:
    """The place that a file holds, or a fault."""
    from ganstudio.latent.file import LatentError, load

    try:
        return load(path)
    except LatentError as error:
        faults.append(str(error))
        return None


def favourites(run: Path, faults: list[str]) -> list[Path]:
    """The files of the places that are kept in a run, or a fault if there are none."""
    folder = run / "favourites"
    files = sorted(path for path in folder.glob("*") if path.suffix in (".toml", ".safetensors"))
    if not files:
        faults.append(f"--favourites, but {folder} holds none")
    return files


def check_alone(arguments: argparse.Namespace, faults: list[str]) -> None:
    """A fault for each option that a latent file makes meaningless."""
    for option, (name, left_out) in SAID_ALREADY.items():
        if getattr(arguments, name, left_out) != left_out:
            faults.append(f"{option} does not go with --latent: the file says it all")


def check_fits(path: Path, place: Stand, sampler: Sampler, faults: list[str]) -> None:
    """A fault if a place is of another model."""
    model = sampler.model
    if place.z.shape != (model.z_dim,):
        faults.append(
            f"{path} holds a latent of {len(place.z)} numbers, but this model takes {model.z_dim}"
        )
    elif place.shifts is not None and not model.takes_shift(place.shifts, 1):
        faults.append(f"{path} shifts styles that this model does not have")
    else:
        try:
            sampler.fill(place.told, 1)
        except ValueError as error:
            faults.append(f"{path}: {error}")
