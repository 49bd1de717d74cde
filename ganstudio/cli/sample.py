"""`ganstudio sample`: what a trained generator makes, as files; and what drawing takes."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.cli.options import UsageError, add_moment, failed, load_sampler
from ganstudio.cli.places import check_alone, check_fits, read_place

if TYPE_CHECKING:
    from ganstudio.latent.stand import Stand
    from ganstudio.train.messages import Told
    from ganstudio.train.sampler import Sampler

USUAL = 64  # samples
MOST_VALUES = 1 << 24  # drawn at a time, 64 MB, so that any number can be asked for


def add(sample: argparse.ArgumentParser) -> None:
    """The grammar of `sample`."""
    add_model(sample)
    sample.add_argument("--n", type=int, metavar="N", help=f"how many (default: {USUAL})")
    sample.add_argument(
        "--latent",
        type=Path,
        metavar="FILE",
        help="the one place in latent space that this file holds, as the window shows it",
    )
    sample.add_argument("--columns", type=int, default=0, metavar="N", help="of the picture")
    sample.add_argument("--out", type=Path, required=True, metavar="FILE", help=".png or .npz")
    sample.set_defaults(command=write_samples)


def add_model(command: argparse.ArgumentParser) -> None:
    """Options of commands that draw: which model, which latents, what it is told."""
    add_moment(command)
    command.add_argument("--seed", type=int, default=0, metavar="N", help="of the latents")
    command.add_argument(
        "--class",
        dest="category",
        metavar="NAME",
        help="for models that take classes: this one only",
    )
    command.add_argument("--attributes", metavar="A,B", help="for models that take them: these")
    command.add_argument("--text", metavar="TEXT", help="for models that take a caption")
    command.add_argument(
        "--source", type=Path, metavar="PICTURE", help="for models that take a picture"
    )
    command.add_argument("--sound", type=Path, metavar="WAV", help="for models that take a sound")
    command.add_argument(
        "--psi", type=float, default=1.0, metavar="P", help="truncation of the latents; 1 is none"
    )


def write_samples(arguments: argparse.Namespace) -> int:
    """Write samples as a picture or as arrays."""
    faults: list[str] = []
    place = None
    if arguments.latent is not None:
        check_alone(arguments, faults)
        place = read_place(arguments.latent, faults)
    count = 1 if place is not None else USUAL if arguments.n is None else arguments.n
    if count < 1:
        faults.append(f"--n {arguments.n}, but it must be at least 1")
    if arguments.columns < 0:
        faults.append(f"--columns {arguments.columns}, but it must be at least 0")
    if arguments.out.suffix.lower() not in (".png", ".npz"):
        faults.append(f"--out {arguments.out}, but it must end in .png or .npz")
    sampler, known = load_model(arguments, count, faults, place=place)
    import numpy as np

    from ganstudio.train.picture import save_sheet
    from ganstudio.train.run import write_atomically

    z = sampler.model.draw(count, arguments.seed) if place is None else place.z[None]
    bent = (arguments.psi,) if place is None else (place.psi, place.shifts, place.noise)
    size = max(1, MOST_VALUES // sampler.model.spec.size)
    picture = arguments.out.suffix.lower() == ".png"
    parts, inputs = [], []
    for start in range(0, len(z), size):
        some = z[start : start + size]
        given = {kind: value[start : start + size] for kind, value in known.items()}
        told = sampler.fill(given, len(some), start)
        parts.append(sampler.draw(some, told, *bent))
        if not picture:
            inputs.append(told)
    samples = np.concatenate(parts)
    try:
        if picture:
            save_sheet(arguments.out, samples, sampler.model.spec, arguments.columns)
        else:
            import io

            buffer = io.BytesIO()
            arrays: dict[str, Any] = {"samples": samples}
            for kind in inputs[0]:
                name = "labels" if kind == "classes" else kind
                arrays[name] = np.concatenate([told[kind] for told in inputs])
            np.savez_compressed(buffer, **arrays)
            arguments.out.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(arguments.out, buffer.getvalue())
    except OSError as error:
        return failed(f"{arguments.out} cannot be written: {error}")
    print(f"{len(samples)} {sampler.model.spec} at {sampler.nimg / 1000:.1f} kimg: {arguments.out}")
    return 0


def load_model(
    arguments: argparse.Namespace,
    count: int,
    faults: list[str],
    kind: str = "",
    place: Stand | None = None,
) -> tuple[Sampler, Told]:
    """The model of a run and what was said that each sample be told.

    Args:
        arguments: what ``add_model`` added.
        count: of samples.
        faults: found so far.
        kind: of samples that it must make; empty for any.
        place: from a latent file, which says what to tell instead.

    Raises:
        UsageError: with every fault at once.
    """
    from ganstudio.cli.telling import wished

    if not math.isfinite(arguments.psi):
        faults.append(f"--psi {arguments.psi}, but it must be a finite number")
    sampler = load_sampler(arguments, faults)
    if kind and sampler.model.spec.kind != kind:
        faults.append(f"{arguments.run} makes {sampler.model.spec}; only voxels can be exported")
    if place is not None:
        check_fits(arguments.latent, place, sampler, faults)
        known = place.told
    else:
        known = wished(arguments, sampler.model, max(count, 1), faults)
    if arguments.seed < 0:
        faults.append(f"--seed {arguments.seed}, but it must be at least 0")
    try:
        if place is None:
            sampler.fill({kind: value[:1] for kind, value in known.items()}, 1)
    except ValueError as error:
        faults.append(str(error))
    if faults:
        raise UsageError(*faults)
    return sampler, known
