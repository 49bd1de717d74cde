"""What other packages offer by entry points: listed, and never imported before it is allowed."""

from __future__ import annotations

import logging
import os
import tomllib
import traceback
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path
from typing import Any

import tomli_w
from platformdirs import user_config_path

from ganstudio.disk import write_atomically

log = logging.getLogger(__name__)

GROUP = "ganstudio."
KINDS = ("allowed", "noticed")
LARGEST_BYTES = 1 << 20
OFF = "GANSTUDIO_NO_PLUGINS"  # in the environment: none is used, whatever was allowed


@dataclass(frozen=True, order=True)
class Plugin:
    """One class that another package offers.

    Attributes:
        distribution: the package, as it was installed.
        room: what it adds to, such as ``gans`` or ``data``.
        key: its key there.
        target: ``module:Class``.
        version: of the package.
    """

    distribution: str
    room: str
    key: str
    target: str
    version: str = ""

    @property
    def name(self) -> str:
        """As it is allowed: room and key."""
        return f"{self.room}/{self.key}"

    @property
    def permit(self) -> str:
        """What is remembered of it; another class under the same key is asked about anew."""
        return f"{self.distribution} {self.name} {self.target}"


failures: dict[Plugin, str] = {}
"""Plug-ins that did not load since the program began, each with its traceback."""


@cache
def found() -> tuple[Plugin, ...]:
    """All that is installed, by package; found in metadata alone, nothing is imported.

    Of several with one key the first package keeps it, and the rest are left out. So are
    packages whose metadata cannot be read, and all of them where the environment wants none.
    """
    if os.environ.get(OFF):
        return ()
    there: dict[tuple[str, str], Plugin] = {}
    packages: set[str] = set()
    for distribution in distributions():
        try:
            offered = _offered(distribution)
        except Exception as error:  # of any package that is installed, ours or not
            log.warning("%s is passed over, its metadata cannot be read: %s", distribution, error)
            continue
        if offered and offered[0].distribution not in packages:  # else it is hidden on the path
            packages.add(offered[0].distribution)
            for plugin in offered:
                key = plugin.room, plugin.key
                there[key] = min(plugin, there.get(key, plugin))
    return tuple(sorted(there.values()))


def allowed(plugin: Plugin) -> bool:
    """Whether it may be imported."""
    return not os.environ.get(OFF) and plugin.permit in _remembered("allowed")


def load(plugin: Plugin) -> Any:
    """Import it.

    Raises:
        PermissionError: if nobody has allowed it.
        ImportError: if its own code would end the program.
        Exception: whatever else its own code raises; ``failures`` keeps the traceback.
    """
    if not allowed(plugin):
        raise PermissionError(
            f"{plugin.name} is a plug-in of {plugin.distribution} and switched off. If you trust "
            f"that package: ganstudio plugins allow {plugin.name}"
        )
    try:
        return EntryPoint(plugin.key, plugin.target, GROUP + plugin.room).load()
    except (Exception, KeyboardInterrupt) as error:
        fail(plugin, error)
        raise
    except BaseException as error:  # such as SystemExit, which ends a thread without a word
        wanted = ImportError(f"its code would end the program: {type(error).__name__} {error}")
        wanted.__cause__ = error
        fail(plugin, wanted)
        raise wanted from error


def fail(plugin: Plugin, error: BaseException) -> None:
    """Note that it cannot be used."""
    failures[plugin] = "".join(traceback.format_exception(error))


def allow(plugins: Iterable[Plugin]) -> None:
    """Let them be imported from now on.

    Raises:
        OSError: if this cannot be written down.
    """
    permits = {plugin.permit for plugin in plugins}
    _remember("allowed", _remembered("allowed") | permits)
    notice(plugins)


def forbid(plugins: Iterable[Plugin]) -> None:
    """Let them be imported no more; what is imported already stays until the program ends.

    Raises:
        OSError: if this cannot be written down.
    """
    permits = {plugin.permit for plugin in plugins}
    _remember("allowed", _remembered("allowed") - permits)


def unnoticed() -> list[Plugin]:
    """Those that a person was never told of."""
    noticed = _remembered("noticed")
    return [plugin for plugin in found() if plugin.permit not in noticed]


def notice(plugins: Iterable[Plugin]) -> None:
    """A person was told of these.

    Raises:
        OSError: if this cannot be written down.
    """
    permits = {plugin.permit for plugin in plugins}
    _remember("noticed", _remembered("noticed") | permits)


def named(text: str) -> list[Plugin]:
    """The plug-ins of a package, or the one with this room and key."""
    return [one for one in found() if text in (one.name, one.distribution)]


def state(plugin: Plugin) -> str:
    """Off, on, or failed."""
    if plugin in failures:
        return "failed"
    return "on" if allowed(plugin) else "off"


def settings_path() -> Path:
    """Where it is kept what is allowed."""
    return user_config_path("ganstudio") / "plugins.toml"


def _offered(distribution: Distribution) -> list[Plugin]:
    """What one package offers us."""
    points = [one for one in distribution.entry_points if one.group.startswith(GROUP)]
    if not points:
        return []
    name, version = distribution.name, distribution.version
    if not name:
        raise ValueError("it has no name")
    return [
        Plugin(name, one.group.removeprefix(GROUP), one.name, one.value, version) for one in points
    ]


def _remembered(kind: str) -> set[str]:
    """What the settings list; nothing where they cannot be read, for then nothing is allowed."""
    return (_settings() or {}).get(kind, set())


def _settings() -> dict[str, set[str]] | None:
    """All of them; empty where they cannot be read, None where there are none."""
    path = settings_path()
    try:
        stat = path.stat()
    except OSError:
        return None
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(1)
def _read(path: Path, changed_ns: int, size_bytes: int) -> dict[str, set[str]]:
    """The settings as they were at that time."""
    try:
        if size_bytes > LARGEST_BYTES:
            raise ValueError(f"{size_bytes} bytes are too many")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        if wrong := [kind for kind in KINDS if not isinstance(content.get(kind, []), list)]:
            raise TypeError(f"{wrong[0]} must be a list")
        return {kind: {str(permit) for permit in content.get(kind, ())} for kind in KINDS}
    except (OSError, ValueError, TypeError, RecursionError) as error:
        log.warning("%s cannot be read, so no plug-in is used: %s", path, error)
        return {}


def _remember(kind: str, permits: Collection[str]) -> None:
    content = {name: sorted(_remembered(name)) for name in KINDS}
    content[kind] = sorted(permits)
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    if _settings() == {}:  # a person may still mend them, and has allowed things there
        kept = path.with_name(f"{path.name}.bak")
        path.replace(kept)
        log.warning("%s could not be read and is kept as %s", path, kept)
    write_atomically(path, tomli_w.dumps(content).encode())
