"""`ganstudio list`: what there is to choose, and `ganstudio check`: what this machine has."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

ROOMS = {"variants": "gans", "data": "data", "metrics": "metrics"}


def add(listing: argparse.ArgumentParser) -> None:
    """The grammar of `list`."""
    listing.add_argument("what", choices=("variants", "data", "recipes", "metrics", "plugins"))
    listing.set_defaults(command=list_members)


def add_check(check: argparse.ArgumentParser) -> None:
    """The grammar of `check`."""
    check.add_argument("--data-root", type=Path, metavar="DIR")
    check.set_defaults(command=check_machine)


def list_members(arguments: argparse.Namespace) -> int:
    """Print what there is to choose."""
    if arguments.what == "recipes":
        rows = _shipped_recipes()
    elif arguments.what == "plugins":
        from ganstudio.cli.plugins import print_plugins

        return print_plugins()
    else:
        from ganstudio import registry

        members = registry.discover(ROOMS[arguments.what])
        rows = [
            (key, _kind(member), (member.__doc__ or "").split("\n")[0])
            for key, member in members.items()
        ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(2)]
    for key, family, summary in rows:
        print(f"{key:{widths[0]}}  {family:{widths[1]}}  {summary}")
    return 0


def _kind(member: Any) -> str:
    """What it is for: a variant's family, a data set's samples, what a metric is taken of."""
    if hasattr(member, "scores"):
        return ", ".join(member.takes)
    return getattr(member, "family", "") or str(member.spec(member.Config()))


def _shipped_recipes() -> list[tuple[str, str, str]]:
    import tomllib

    from ganstudio.resources import resource

    rows = []
    for path in sorted(resource("recipes").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
        summary = text.split("\n")[0].removeprefix("#").strip()
        rows.append((path.stem, f"{content['variant']} on {content['data']}", summary))
    return rows


def check_machine(arguments: argparse.Namespace) -> int:
    """Print what this machine has."""
    from ganstudio.train.check import print_report

    return print_report(arguments.data_root)
