"""The ``ganstudio`` command: the window, or a command of the terminal."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from io import TextIOWrapper

from ganstudio import __version__, preload

WINDOW_PACKAGES = {
    "PySide6": "PySide6-Essentials",
    "pyqtgraph": "pyqtgraph",
    "OpenGL": "PyOpenGL",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window, or obey the command that the arguments start with.

    Options alone belong to the window; ``--help`` and ``--version`` need neither Qt nor torch.

    Args:
        argv: the arguments without the program's name; the process's own when None.

    Returns:
        The exit status.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    _print_anything()
    if arguments == ["--version"]:
        print(f"GAN Studio {__version__}")
        return 0
    if not _wants_window(arguments):
        preload.prepare(window=False)
        from ganstudio import cli

        return cli.main(arguments)
    hindrance = _hindrance()
    if hindrance:
        print(hindrance, file=sys.stderr)
        return 1
    gc.disable()  # until the first picture, a tenth of the time to which it takes
    try:
        preload.prepare()
        from ganstudio.ui import app

        return app.main(arguments)
    finally:
        gc.enable()


def _print_anything() -> None:
    """What a terminal cannot show, such as a path in another script, must not end a training."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _wants_window(arguments: list[str]) -> bool:
    return not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help"))


def _hindrance() -> str:
    """Why no window can be opened here and what to do, or nothing."""
    missing = [name for module, name in WINDOW_PACKAGES.items() if find_spec(module) is None]
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    if missing:
        return (
            f"The window needs {', '.join(missing)}. Install what is missing with\n\n"
            f"    {python} -m pip install {' '.join(missing)}\n\n"
            f"or train in the terminal: {python} -m ganstudio train"
        )
    if sys.platform == "linux" and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        return (
            "There is no display here to open a window on (neither DISPLAY nor WAYLAND_DISPLAY "
            f"is set).\nTrain in the terminal instead:\n\n    {python} -m ganstudio train\n"
        )
    return ""


if __name__ == "__main__":
    sys.exit(main())
