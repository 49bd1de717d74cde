"""Finds the files that ship with the program: beside the package, inside it, or in a bundle."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_documents_path, user_state_path

_PACKAGE = Path(__file__).resolve().parent


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder.

    Raises:
        FileNotFoundError: if this installation lacks it.
    """
    for root in (_PACKAGE / "_resources", _PACKAGE.parent / "resources"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(
        f"the shipped file {'/'.join(parts)} is missing here; reinstall GAN Studio"
    )


def default_data_root() -> Path:
    """Where downloaded data sets are kept: ``$GANSTUDIO_DATA`` or the user's cache."""
    return Path(os.environ.get("GANSTUDIO_DATA") or user_cache_path("ganstudio") / "data")


def cache_root() -> Path:
    """Where what can be made again is kept: ``$GANSTUDIO_CACHE`` or the user's cache."""
    return Path(os.environ.get("GANSTUDIO_CACHE") or user_cache_path("ganstudio"))


def default_runs_root() -> Path:
    """Where the window keeps runs: ``$GANSTUDIO_RUNS`` or the user's documents."""
    return Path(os.environ.get("GANSTUDIO_RUNS") or user_documents_path() / "GAN Studio" / "runs")


def default_state_root() -> Path:
    """Where programs note what they are at, for after a crash: the user's state folder."""
    return user_state_path("ganstudio")
