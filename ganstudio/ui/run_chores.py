"""Copies, throws away and shows runs for a panel: asks where it matters, says how it went."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ganstudio.train import messages as m
from ganstudio.train.lock import holder, refusal
from ganstudio.ui import run_files
from ganstudio.ui.background import Background
from ganstudio.ui.studio import Studio


class RunChores(QObject):
    """Work on whole folders, on a thread, one after the other.

    Args:
        studio: hears how it went, and knows which run is being trained.
        window: the panel that asks; dialogs stand over it.

    Signals:
        done: the folder of runs is another now.
    """

    done = Signal()

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio, self._window = studio, window
        self.worker = Background("run files", self, keep_all=True)
        self.worker.done.connect(self._on_done)
        self.worker.broken.connect(lambda error: self._say(str(error), "error"))

    def release(self) -> None:
        """Finish what was begun."""
        self.worker.close()

    def show(self, run: Path) -> None:
        """Show it in the system's file browser."""
        if not run_files.show(run):
            self._say(f"There is no file browser here. The run is in {run}", "warning")

    def duplicate(self, run: Path) -> None:
        """Copy it beside itself."""
        self.worker.submit(partial(_told, run_files.duplicate, run, "{} is copied"))

    def trash(self, run: Path) -> None:
        """Move it to the trash, from where it can come back; never the one being trained."""
        if self._trains(run):
            self._say("This run is being trained: stop it first.", "warning")
        elif holder(run) is not None:
            self._say(refusal(run), "warning")
        else:
            self.worker.submit(partial(_told, run_files.trash, run, "{} is in the trash"))

    def _trains(self, run: Path) -> bool:
        return self._studio.training and run == self._studio.run_folder

    def _on_done(self, text: str) -> None:
        self._say(text, "info")
        self.done.emit()

    def _say(self, text: str, level: m.Level) -> None:
        self._studio.noted.emit(m.Noted(text, level))


def _told(work: Callable[[Path], object], run: Path, text: str) -> str:
    """Do it, and say so."""
    work(run)
    return text.format(run.name)
