"""The window as a program: what must stand before it, and what must not be left behind."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QIcon, QSurfaceFormat
from PySide6.QtWidgets import QApplication

from ganstudio import preload
from ganstudio.resources import default_state_root, resource
from ganstudio.ui import theme
from ganstudio.ui.gl.machine import surface_format
from ganstudio.ui.guard import Guard
from ganstudio.ui.presence import Presence
from ganstudio.ui.recovery import ASKED, FAILED_STARTS, SAFE, Recovery, safe_settings, user_settings
from ganstudio.ui.report import LOG
from ganstudio.ui.studio import Studio
from ganstudio.ui.window import MainWindow

LOG_BYTES = 1 << 20

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window and stay until it is closed.

    Args:
        argv: options without the program's name; the process's own when None.

    Returns:
        The exit status of the event loop.
    """
    options = parse(sys.argv[1:] if argv is None else argv)
    state = default_state_root()
    keep_log(state)
    presence = Presence(state)
    presence.begin()
    app = make_application()
    died = presence.failed_starts >= FAILED_STARTS
    safe = SAFE if died else ASKED if options.safe_mode else ""
    settings = safe_settings(state) if safe else user_settings()
    kept = str(settings.value("looks", "dark"))
    theme.apply(app, "light" if (options.theme or kept) == "light" else "dark")
    studio = Studio(options.runs, options.data_root, options.device)
    window = MainWindow(studio, settings)
    recovery = Recovery(window, presence, safe)
    try:
        with Guard(window, presence) as guard:
            app.commitDataRequest.connect(guard.save_for_logout)
            window.painted.connect(_collect)
            window.filled.connect(lambda: begin(studio, recovery, welcome=not safe))
            show(window, guard)
            status = app.exec()
    finally:
        recovery.release()
        studio.close()
    presence.end(stood=not safe)
    return status


def _collect() -> None:
    """From now on garbage is looked for, but not among what stays until the end."""
    gc.freeze()
    gc.enable()


def keep_log(state: Path) -> None:
    """Log to the terminal, and to a file that is small and stays for a debug bundle."""
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    try:
        state.mkdir(parents=True, exist_ok=True)
        path = state / LOG
        file = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
        handlers.append(file)
    except OSError as error:
        print(f"no log is kept: {error}", file=sys.stderr)
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, handlers=handlers)


def show(window: MainWindow, guard: Guard) -> None:
    """Show the window, also if a panel raises as it is laid out."""
    try:
        window.show()
    except Exception as error:
        guard.caught(type(error), error, error.__traceback__)
        window.show()


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the options of the window."""
    parser = argparse.ArgumentParser(prog="ganstudio", description="The window of GAN Studio.")
    parser.add_argument("--runs", type=Path, metavar="DIR", help="where runs are kept")
    parser.add_argument("--data-root", type=Path, metavar="DIR", help="where data sets are kept")
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda", "mps"),
        default="auto",
        help="what is trained on (default: auto, the best there is)",
    )
    parser.add_argument("--theme", choices=("dark", "light"), help="default: as it was last time")
    parser.add_argument(
        "--safe-mode",
        action="store_true",
        help="start with default settings and without plug-ins; two failed starts do the same",
    )
    return parser.parse_args(list(argv))


def make_application() -> QApplication:
    """The QApplication, after everything that must come before it; the one there is, if any."""
    preload.prepare()
    os.environ.setdefault("QT_API", "pyside6")
    there = QApplication.instance()
    if isinstance(there, QApplication):
        return there
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    QSurfaceFormat.setDefaultFormat(surface_format())
    app = QApplication(["ganstudio"])
    app.setApplicationName("ganstudio")
    app.setApplicationDisplayName("GAN Studio")
    app.setDesktopFileName("ganstudio")
    try:
        app.setWindowIcon(QIcon(str(resource("icons", "ganstudio.svg"))))
    except FileNotFoundError:
        log.warning("the program's own icon is missing")
    return app


def begin(studio: Studio, recovery: Recovery | None = None, welcome: bool = True) -> None:
    """What follows once the window stands: torch, what was left, the welcome model."""
    studio.load_catalogue()
    if recovery is not None:
        recovery.begin()
    if not welcome:
        return
    try:
        folder = resource("models", "welcome")
    except FileNotFoundError:
        log.info("no welcome model in this installation")
        return
    studio.welcome(folder)
