"""The command line: the same engine without a window; nothing heavy is imported early."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from ganstudio import __version__
from ganstudio.cli import (
    bench,
    evaluate,
    export,
    listing,
    plugins,
    sample,
    timelapse,
    train,
    walk,
)
from ganstudio.cli.options import INTERRUPTED, UsageError, failed
from ganstudio.heaps import share_heap

__all__ = ["UsageError", "main", "parser"]


def main(argv: Sequence[str] | None = None) -> int:
    """Obey one command.

    Args:
        argv: the arguments without the program's name; the process's own when None.

    Returns:
        The exit status: 0 done, 1 failed on the way, 2 bad arguments with nothing started,
        130 interrupted and saved.
    """
    arguments = parser().parse_args(argv)
    share_heap()
    try:
        command: Callable[[argparse.Namespace], int] = arguments.command
        return command(arguments)
    except UsageError as fault:
        for line in fault.lines:
            print(f"ganstudio: {line}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # a path that no disk takes, a folder nobody may look into
        if error.filename is None:
            raise
        return failed(f"{error.strerror or error}: {os.fsdecode(error.filename)}")


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    top = argparse.ArgumentParser(
        prog="ganstudio",
        description="Train generative adversarial networks and explore them while they train. "
        "Without a command the window opens.",
    )
    top.add_argument("--version", action="version", version=f"GAN Studio {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    train.add(commands.add_parser("train", help="train a recipe in the terminal"))
    sample.add(commands.add_parser("sample", help="make a picture or an .npz of samples"))
    export.add(commands.add_parser("export", help="write a generated object for other programs"))
    walk.add(commands.add_parser("walk", help="film a walk through latent space"))
    timelapse.add(commands.add_parser("timelapse", help="film how a run's samples came to be"))
    evaluate.add(commands.add_parser("evaluate", help="measure how good a run's samples are"))
    bench.add(commands.add_parser("bench", help="train and measure every variant"))
    listing.add(commands.add_parser("list", help="list what there is to choose"))
    plugins.add(commands.add_parser("plugins", help="what other packages add, and allow it"))
    listing.add_check(
        commands.add_parser("check", help="what this machine has: torch, device, OpenGL, Qt")
    )
    return top
