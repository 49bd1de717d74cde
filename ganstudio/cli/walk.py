"""`ganstudio walk`: a film that leads through places in latent space."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.cli import progress
from ganstudio.cli.options import (
    UsageError,
    add_moment,
    check_device,
    failed,
    load_sampler,
    positive,
)
from ganstudio.cli.places import check_fits, read_place

if TYPE_CHECKING:
    from ganstudio.latent.stand import Stand
    from ganstudio.latent.walks import KeyFrames
    from ganstudio.train.sampler import Sampler


def add(walk: argparse.ArgumentParser) -> None:
    """The grammar of `walk`."""
    add_moment(walk)
    walk.add_argument(
        "places", type=Path, nargs="*", metavar="LATENT", help=".toml or .safetensors files"
    )
    walk.add_argument(
        "--random", type=int, default=0, metavar="N", help="so many random places besides"
    )
    walk.add_argument("--seed", type=int, default=0, metavar="N", help="of the random places")
    walk.add_argument(
        "--seconds", default="2", metavar="S", help="from place to place (default: 2)"
    )
    walk.add_argument("--fps", default="30", metavar="N", help="frames a second (default: 30)")
    walk.add_argument(
        "--way",
        choices=("spherical", "linear"),
        default="spherical",
        help="along the sphere where latents lie, or straight (default: spherical)",
    )
    walk.add_argument(
        "--easing", default="smooth", metavar="E", help="how it starts and stops (default: smooth)"
    )
    walk.add_argument("--loop", action="store_true", help="go back to the first place at the end")
    walk.add_argument("--psi", default=None, metavar="P", help="truncation of all places")
    walk.add_argument(
        "--size", metavar="WxH", help="of the film in pixels (default: 512 high, about)"
    )
    walk.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=".mp4, .gif, .webp, or .png for a folder of pictures",
    )
    walk.set_defaults(command=write_walk)


def write_walk(arguments: argparse.Namespace) -> int:
    """Write the film, with a progress bar."""
    from ganstudio.latent.walks import EASINGS, KeyFrames

    faults: list[str] = []
    seconds = positive(arguments.seconds, "--seconds", faults)
    fps = positive(arguments.fps, "--fps", faults)
    size = _size(arguments.size, faults)
    psi = _number(arguments.psi, "--psi", faults)
    if arguments.random < 0 or arguments.seed < 0:
        faults.append("--random and --seed must be at least 0")
    if not arguments.places and arguments.random < 1:
        faults.append("name latent files to walk through, or ask for some with --random N")
    if arguments.easing not in EASINGS:
        faults.append(f"--easing {arguments.easing}, but it must be one of {', '.join(EASINGS)}")
    check_device(arguments.device, faults)
    files = {path: read_place(path, faults) for path in arguments.places}
    if faults:
        raise UsageError(*faults)
    sampler = load_sampler(arguments, faults)
    for path, place in files.items():
        if place is not None:
            check_fits(path, place, sampler, faults)
    if sampler.model.z_dim == 0:
        faults.append("this model takes no noise, so there is no latent space to walk through")
    if faults:
        raise UsageError(*faults)
    stands = _stands(arguments, files, sampler, psi)
    try:
        walk = KeyFrames(
            stands,
            seconds,
            arguments.way,
            arguments.easing,
            arguments.loop,
            len(sampler.model.classes),
            sampler.model.prior,
        )
        walk.count(fps)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return _film(sampler, walk, arguments.out, fps, size)


def _film(
    sampler: Sampler, walk: KeyFrames, path: Path, fps: float, size: tuple[int, int] | None
) -> int:
    from ganstudio.train.tasks.base import TaskError
    from ganstudio.train.tasks.film import Film

    try:
        with progress.desk() as desk:
            made = Film().run(sampler, desk, walk=walk, path=path, fps=fps, size=size)
    except TaskError as error:
        raise UsageError(str(error)) from None
    except (RuntimeError, OSError) as error:
        return failed(str(error))
    print(f"{made.path}: {made.frames} frames through {len(walk.stands)} places")
    return 0


def _stands(
    arguments: argparse.Namespace,
    files: dict[Path, Stand | None],
    sampler: Sampler,
    psi: float | None,
) -> tuple[Stand, ...]:
    """The places in the order they were named, random ones last; what they leave out is filled."""
    from ganstudio.latent.stand import Stand

    named = [files[path] for path in arguments.places]
    z = sampler.model.draw(arguments.random, arguments.seed)
    stands = [place for place in named if place is not None] + [Stand(row) for row in z]
    first = sampler.fill({}, len(stands))
    told = [{kind: value[i : i + 1] for kind, value in first.items()} for i in range(len(stands))]
    filled = [
        replace(stand, told=known | stand.told) for stand, known in zip(stands, told, strict=True)
    ]
    return tuple(filled if psi is None else [replace(stand, psi=psi) for stand in filled])


def _size(text: str | None, faults: list[str]) -> tuple[int, int] | None:
    if text is None:
        return None
    width, by, height = text.lower().partition("x")
    if by and width.isdecimal() and height.isdecimal() and int(width) and int(height):
        return int(width), int(height)
    faults.append(f"--size {text}, but it must be width and height, such as 640x480")
    return None


def _number(text: str | None, option: str, faults: list[str]) -> float | None:
    if text is None:
        return None
    return positive(text, option, faults, or_zero=True)
