"""Finds the members of a room: one class a file, the file's name is its key."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from typing import Any

from ganstudio import plugins

log = logging.getLogger(__name__)


def keys(room: str) -> list[str]:
    """The keys of a room's members, found by looking at file names alone: nothing is imported.

    Plug-ins are among them once they are allowed; none takes the place of a member of ours.

    Args:
        room: a package inside ``ganstudio``, such as ``gans`` or ``ui.panels``.
    """
    return sorted({*_own(room), *(key for key, one in _plugins(room).items() if _usable(one))})


def find(room: str, key: str) -> type[Any]:
    """The class of one member, imported now.

    Raises:
        KeyError: if there is no such member; the message lists those there are.
        PermissionError: if it is a plug-in that is switched off.
        TypeError: if its file does not hold exactly one class of the room's base.
    """
    if key not in _own(room):
        plugin = _plugins(room).get(key)
        if plugin is None:
            raise KeyError(f"no {key!r} in {room}; there are: {', '.join(keys(room))}")
        return _of_plugin(plugin)
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


def hindrance(room: str, key: str) -> str:
    """Why a plug-in of that key cannot be used; empty if it can, or is none.

    One that failed is not imported again, for that may take long or do harm.
    """
    plugin = None if key in _own(room) else _plugins(room).get(key)
    if plugin is None:
        return ""
    if _usable(plugin) or not plugins.allowed(plugin):
        try:
            _of_plugin(plugin)
        except PermissionError as error:
            if not plugins.allowed(plugin):
                return str(error)
        except Exception as error:
            plugins.fail(plugin, error)
        else:
            return ""
    why = plugins.failures[plugin].rstrip().rpartition("\n")[2]
    return f"{plugin.name}, a plug-in of {plugin.distribution}, does not load: {why}"


def blame(room: str, key: str, error: BaseException) -> None:
    """A member was of no use after all; that of a plug-in is shown among the plug-ins."""
    log.error("%s/%s cannot be used", room, key, exc_info=error)
    if key not in _own(room) and key in _plugins(room):
        plugins.fail(_plugins(room)[key], error)


def _own(room: str) -> list[str]:
    package = importlib.import_module(f"ganstudio.{room}")
    return [
        module.name
        for module in pkgutil.iter_modules(package.__path__)
        if not module.name.startswith("_") and module.name != "base"
    ]


def _plugins(room: str) -> dict[str, plugins.Plugin]:
    return {plugin.key: plugin for plugin in plugins.found() if plugin.room == room}


def _usable(plugin: plugins.Plugin) -> bool:
    """One that failed is not tried again before the next start."""
    return plugins.allowed(plugin) and plugin not in plugins.failures


def _of_plugin(plugin: plugins.Plugin) -> type[Any]:
    base = importlib.import_module(f"ganstudio.{plugin.room}.base").BASE
    member = plugins.load(plugin)
    if isinstance(member, type) and issubclass(member, base):
        return member
    error = TypeError(f"{plugin.target} of {plugin.distribution} must be a {base.__name__}")
    plugins.fail(plugin, error)
    raise error
