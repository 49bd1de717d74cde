"""Finds the members of a room: one class a file, the file's name is its key."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import Any

log = logging.getLogger(__name__)


def keys(room: str) -> list[str]:
    """The keys of a room's members, found by looking at file names alone: nothing is imported.

    Args:
        room: a package inside ``ganstudio``, such as ``gans`` or ``ui.panels``.
    """
    package = importlib.import_module(f"ganstudio.{room}")
    own = {
        module.name
        for module in pkgutil.iter_modules(package.__path__)
        if not module.name.startswith("_") and module.name != "base"
    }
    return sorted(own | set(_plugins(room)))


def find(room: str, key: str) -> type[Any]:
    """The class of one member, imported now.

    Raises:
        KeyError: if there is no such member; the message lists those there are.
        TypeError: if its file does not hold exactly one class of the room's base.
    """
    plugins = _plugins(room)
    if key in plugins:
        loaded: type[Any] = plugins[key].load()
        return loaded
    if key not in keys(room):
        raise KeyError(f"no {key!r} in {room}; there are: {', '.join(keys(room))}")
    base = importlib.import_module(f"ganstudio.{room}.base").BASE
    module = importlib.import_module(f"ganstudio.{room}.{key}")
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, base)
        and value is not base
        and value.__module__ == module.__name__
        and not value.__name__.startswith("_")
    ]
    if len(found) != 1:
        raise TypeError(f"{module.__name__} must hold one {base.__name__}, it holds {len(found)}")
    return found[0]


def discover(room: str) -> dict[str, type[Any]]:
    """Every member of a room by key. One that fails to import is logged and left out.

    Args:
        room: a package inside ``ganstudio`` whose ``base`` module names its class ``BASE``.
    """
    members = {}
    for key in keys(room):
        try:
            members[key] = find(room, key)
        except Exception:
            log.exception("%s/%s cannot be used", room, key)
    return members


@cache
def _plugins(room: str) -> dict[str, Any]:
    return {point.name: point for point in entry_points(group=f"ganstudio.{room}")}
