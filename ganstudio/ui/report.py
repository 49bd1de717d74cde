"""What helps to understand a fault, as text and as a file to hand on; nothing is sent anywhere."""

from __future__ import annotations

import os
import platform
import sys
import zipfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from ganstudio import __version__

PACKAGES = (
    "torch", "torchvision", "numpy", "pydantic", "safetensors", "PySide6-Essentials", "pyqtgraph",
    "PyOpenGL", "Pillow", "scipy", "trimesh", "filelock", "psutil",
)  # fmt: skip
LOG = "log.txt"  # of the program, in its state folder
MOST_BYTES = 1 << 20  # of one file, from its end


def machine() -> dict[str, str]:
    """Versions and what the program runs on, without asking torch or the graphics device."""
    import psutil

    memory = psutil.virtual_memory()
    return {
        "GAN Studio": __version__,
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "Qt": f"{qVersion()}, PySide6 {PySide6.__version__}, {QGuiApplication.platformName()}",
        "processors": f"{psutil.cpu_count(logical=False)} cores, {os.cpu_count()} threads",
        "memory": f"{memory.total >> 20:,} MB, {memory.available >> 20:,} MB free",
        "locale": os.environ.get("LC_ALL") or os.environ.get("LANG") or "",
        "frozen": str(bool(getattr(sys, "frozen", False))),
        "packages": ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
    }


def report(trace: str) -> str:
    """What is copied from a failure: the trace, and what the program runs on."""
    facts = "\n".join(f"{name}: {value}" for name, value in machine().items())
    return without_home(f"{trace.rstrip()}\n\n{facts}\n".lstrip())


def without_home(text: str) -> str:
    """The same text with ``~`` for the person's own folder, whose name is often theirs."""
    home = str(Path.home())
    for spelled in (home, home.replace("\\", "\\\\"), Path.home().as_posix()):
        if len(spelled) > 1:
            text = text.replace(spelled, "~")
    return text


def write_bundle(path: Path, texts: Mapping[str, str], files: Mapping[str, Path]) -> list[str]:
    """Write a zip of texts alone: no pictures, no weights, no names of home folders.

    Args:
        path: of the zip; written whole or not at all.
        texts: contents by the name inside.
        files: text files by the name inside; of a long one the end. One that is missing is
            left out.

    Returns:
        The names inside.

    Raises:
        OSError: if the zip cannot be written.
    """
    contents = {"machine.txt": report(""), **texts}
    for name, file in files.items():
        found = _end_of(file)
        if found:
            contents[name] = found
    building = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(building, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, text in contents.items():
                bundle.writestr(name, without_home(text))
        building.replace(path)
    finally:
        building.unlink(missing_ok=True)
    return list(contents)


def _end_of(file: Path) -> str:
    """The last part of a text file; empty if it is not there or cannot be read."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - MOST_BYTES))
            return stream.read(MOST_BYTES).decode(errors="replace")
    except OSError:
        return ""


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"
