"""`ganstudio plugins`: what other packages offer, and whether it may be used."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ganstudio.cli.options import UsageError, failed

if TYPE_CHECKING:
    from ganstudio.plugins import Plugin

NONE = "No installed package offers a plug-in."


def add(plugins: argparse.ArgumentParser) -> None:
    """The grammar of `plugins`."""
    plugins.set_defaults(command=lambda arguments: print_plugins())
    what = plugins.add_subparsers(title="what to do (default: list them)", metavar="")
    for word, tip in (
        ("allow", "let them be imported from now on: trust a package, or one of its plug-ins"),
        ("forbid", "let them be imported no more"),
    ):
        command = what.add_parser(word, help=tip, description=f"{tip[0].upper()}{tip[1:]}.")
        command.add_argument("names", nargs="+", metavar="NAME", help="a package, or room/key")
        command.set_defaults(command=change, word=word)


def print_plugins() -> int:
    """Print what there is; nothing of it is imported."""
    from ganstudio.plugins import found, state

    if not found():
        print(NONE)
    rows = [
        (one.name, state(one), f"{one.distribution} {one.version}", one.target) for one in found()
    ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=False))
        print("  ".join((*cells, row[-1])))
    return 0


def change(arguments: argparse.Namespace) -> int:
    """Allow or forbid what is named; all or nothing."""
    from ganstudio.plugins import allow, forbid, found, named, settings_path

    there = ", ".join(one.name for one in found()) or "none"
    faults = [
        f"there is no plug-in or package {name}; there are: {there}"
        for name in arguments.names
        if not named(name)
    ]
    if faults:
        raise UsageError(*faults)
    chosen: list[Plugin] = [one for name in arguments.names for one in named(name)]
    try:
        (allow if arguments.word == "allow" else forbid)(chosen)
    except OSError as error:
        return failed(f"{settings_path()} cannot be written: {error}")
    return print_plugins()
