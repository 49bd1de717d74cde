"""What several commands share: how faults are told, options for models and machines."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ganstudio.train.sampler import Sampler

INTERRUPTED = 130
FEWEST_MEASURED = 16
DEVICES = "auto, cpu, cuda, cuda:N or mps"


class UsageError(Exception):
    """Arguments that cannot be obeyed; every reason is one of ``lines``."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def failed(reason: str) -> int:
    """Tell why a command failed on its way; the exit status."""
    print(f"ganstudio: {reason}", file=sys.stderr)
    return 1


def add_run(command: argparse.ArgumentParser) -> None:
    """Options of commands that read a run."""
    command.add_argument("run", type=Path, metavar="RUN", help="a run folder")
    command.add_argument("--checkpoint", metavar="NAME", help="default: the newest")


def add_moment(command: argparse.ArgumentParser) -> None:
    """Which run, and when in its training; for commands that draw."""
    add_run(command)
    command.add_argument(
        "--at", metavar="KIMG", help="as it was at the kept moment next to this one instead"
    )
    command.add_argument("--device", default="auto", help=DEVICES)


def load_sampler(arguments: argparse.Namespace, faults: list[str]) -> Sampler:
    """The generator of a run, as the options of ``add_moment`` say.

    Raises:
        UsageError: if it cannot be read; with the faults found so far.
    """
    from ganstudio.recipe import RecipeError
    from ganstudio.train.library import nearest
    from ganstudio.train.sampler import Sampler

    kimg = positive(arguments.at, "--at", faults, or_zero=True)
    if arguments.at is not None and arguments.checkpoint is not None:
        faults.append("--at and --checkpoint both say when: leave one out")
    run, moment = arguments.run, None
    try:
        if arguments.at is not None and not faults:
            moment = nearest(run, round(min(kimg * 1000, 1e15))).nimg
        return Sampler.load(run, arguments.device, arguments.checkpoint, moment)
    except RecipeError as error:
        raise UsageError(*faults, *error.faults) from None
    except OSError as error:
        raise UsageError(*faults, f"{run} is no run folder: {error}") from None
    except (ValueError, RuntimeError) as error:
        raise UsageError(*faults, str(error)) from None


def add_machine(command: argparse.ArgumentParser) -> None:
    """Options of commands that compute on data."""
    command.add_argument("--device", default="auto", help=DEVICES)
    command.add_argument("--data-root", type=Path, metavar="DIR", help="where data sets are kept")


def plain_value(text: str) -> int | float | bool | str:
    """A text as the number or truth value that it spells, else as it is."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def positive(text: str | None, option: str, faults: list[str], or_zero: bool = False) -> float:
    """A number above 0, or a fault; 0 where nothing was said, or where it is allowed."""
    if text is None:
        return 0.0
    value = plain_value(text)
    if (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and (0 < value < float("inf") or (or_zero and value == 0))
    ):
        return float(value)
    faults.append(f"{option} {text}, but it must be {'0 or ' if or_zero else ''}a number above 0")
    return 0.0


def check_count(count: int, faults: list[str]) -> None:
    """A fault if so few samples cannot be measured; 0 leaves their number open."""
    if count and count < FEWEST_MEASURED:
        faults.append(f"--n {count}, but it must be at least {FEWEST_MEASURED}")


def check_device(wish: str, faults: list[str]) -> None:
    """A fault if this machine lacks the device."""
    from ganstudio.train.speed import choose_device

    try:
        choose_device(wish)
    except (ValueError, RuntimeError) as error:
        faults.append(f"--device {wish}: {str(error).splitlines()[0]} ({DEVICES})")
