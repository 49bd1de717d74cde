"""`ganstudio timelapse`: the same latents through all kept moments of a run, as a film."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganstudio.cli import progress
from ganstudio.cli.options import DEVICES, UsageError, check_device, failed, positive
from ganstudio.cli.places import check_fits, favourites, read_place

MOST_TILES = 4096


def add(timelapse: argparse.ArgumentParser) -> None:
    """The grammar of `timelapse`."""
    timelapse.add_argument("run", type=Path, metavar="RUN", help="a run folder")
    timelapse.add_argument(
        "--n", type=int, default=0, metavar="N", help="samples side by side (default: 16 pictures)"
    )
    timelapse.add_argument("--seed", type=int, default=0, metavar="N", help="of the latents")
    timelapse.add_argument(
        "--latent",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="the places in latent space that these files hold, instead of random ones",
    )
    timelapse.add_argument(
        "--favourites", action="store_true", help="the places that are kept in the run, likewise"
    )
    timelapse.add_argument("--seconds", default="10", metavar="S", help="length (default: 10)")
    timelapse.add_argument("--fps", default="30", metavar="N", help="frames a second (default: 30)")
    timelapse.add_argument(
        "--height", type=int, default=512, metavar="PX", help="of the film (default: 512)"
    )
    timelapse.add_argument("--no-label", action="store_true", help="leave kimg out of the corner")
    timelapse.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=".mp4, .gif, .webp, or .png for a folder of pictures",
    )
    timelapse.add_argument("--device", default="auto", help=DEVICES)
    timelapse.set_defaults(command=write_timelapse)


def write_timelapse(arguments: argparse.Namespace) -> int:
    """Write the film, with a progress bar."""
    faults: list[str] = []
    seconds = positive(arguments.seconds, "--seconds", faults)
    fps = positive(arguments.fps, "--fps", faults)
    if not 0 <= arguments.n <= MOST_TILES:
        faults.append(f"--n {arguments.n}, but it must be 1 to {MOST_TILES}")
    if arguments.seed < 0:
        faults.append(f"--seed {arguments.seed}, but it must be at least 0")
    if not 16 <= arguments.height <= 8192:
        faults.append(f"--height {arguments.height}, but it must be 16 to 8192")
    if not (arguments.run / "recipe.toml").is_file():
        faults.append(f"{arguments.run} is no run folder: it has no recipe.toml")
    files = list(arguments.latent)
    if arguments.favourites:
        files += favourites(arguments.run, faults)
    if files and (arguments.n or arguments.seed):
        faults.append("--n and --seed are of random latents: leave them out beside files")
    places = [read_place(path, faults) for path in files]
    check_device(arguments.device, faults)
    if faults:
        raise UsageError(*faults)
    from ganstudio.recipe import RecipeError
    from ganstudio.train.run import RunError
    from ganstudio.train.sampler import Sampler
    from ganstudio.train.tasks.base import TaskError
    from ganstudio.train.tasks.timelapse import Timelapse

    try:
        sampler = Sampler.load(arguments.run, arguments.device)
        for path, place in zip(files, places, strict=True):
            if place is not None:
                check_fits(path, place, sampler, faults)
        if faults:
            raise UsageError(*faults)
        with progress.desk() as desk:
            made = Timelapse().run(
                sampler,
                desk,
                places=[place for place in places if place is not None],
                path=arguments.out,
                n=arguments.n,
                seed=arguments.seed,
                seconds=seconds,
                fps=fps,
                height=arguments.height,
                label=not arguments.no_label,
            )
    except RecipeError as error:
        raise UsageError(*error.faults) from None
    except (TaskError, RunError) as error:
        raise UsageError(str(error)) from None
    except (RuntimeError, OSError) as error:
        return failed(str(error))
    skipped = f"; {made.skipped} could not be read" if made.skipped else ""
    print(f"{made.path}: {made.frames} frames of {made.moments} moments{skipped}")
    return 0
