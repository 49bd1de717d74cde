"""The window as a program: what must stand before it, and what must not be left behind."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType, TracebackType

from PySide6.QtCore import QCoreApplication, QSettings, Qt, QTimer
from PySide6.QtGui import QIcon, QSurfaceFormat
from PySide6.QtWidgets import QApplication

from ganstudio import preload
from ganstudio.resources import resource
from ganstudio.train import messages as m
from ganstudio.ui import theme
from ganstudio.ui.gl.viewport import surface_format
from ganstudio.ui.studio import Studio
from ganstudio.ui.window import MainWindow

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window and stay until it is closed.

    Args:
        argv: options without the program's name; the process's own when None.

    Returns:
        The exit status of the event loop.
    """
    options = parse(sys.argv[1:] if argv is None else argv)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    app = make_application()
    settings = QSettings("ganstudio", "window")
    kept = str(settings.value("looks", "dark"))
    theme.apply(app, "light" if (options.theme or kept) == "light" else "dark")
    studio = Studio(options.runs, options.data_root, options.device)
    window = MainWindow(studio, settings)
    try:
        with Guard(window, studio):
            window.show()
            QTimer.singleShot(0, lambda: begin(studio))
            return app.exec()
    finally:
        studio.close()


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


def begin(studio: Studio) -> None:
    """What follows once the window is painted: torch, the catalogue, the welcome model."""
    QCoreApplication.processEvents()
    studio.load_catalogue()
    try:
        folder = resource("models", "welcome")
    except FileNotFoundError:
        log.info("no welcome model in this installation")
        return
    studio.welcome(folder)


class Guard:
    """While it stands, faults that nobody caught are logged and shown, and Ctrl+C saves.

    Args:
        window: shows the fault, and is closed by Ctrl+C.
        studio: its outbox carries faults of other threads to the window's.
    """

    def __init__(self, window: MainWindow, studio: Studio) -> None:
        self.window, self.studio = window, studio

    def __enter__(self) -> Guard:
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook, threading.excepthook = self.caught, self.caught_in_thread
        self._signal = signal.signal(signal.SIGINT, self.interrupted)
        return self

    def __exit__(self, *_: object) -> None:
        sys.excepthook, threading.excepthook = self._hooks
        signal.signal(signal.SIGINT, self._signal)

    def caught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log a fault and hand it to the window; the program lives on."""
        if isinstance(error, KeyboardInterrupt):
            self.window.close()
            return
        log.error("a fault that nobody caught", exc_info=(kind, error, trace))
        text = "".join(traceback.format_exception(kind, error, trace))
        reason = f"Something in the window went wrong: {kind.__name__}: {error}"
        self.studio.outbox.put(m.Failed(reason, text, where="window"))

    def caught_in_thread(self, fault: threading.ExceptHookArgs) -> None:
        """The same for a thread."""
        if fault.exc_value is not None:
            self.caught(fault.exc_type, fault.exc_value, fault.exc_traceback)

    def interrupted(self, number: int, frame: FrameType | None) -> None:
        """Ctrl+C in the terminal: close as the window's own button does, a second one at once."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        self.window.close()
