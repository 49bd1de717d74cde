"""Carries out the export of solids: one dialog at a time, files written one after the other."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ganstudio.solids.export import Report
from ganstudio.train.messages import Noted
from ganstudio.ui.background import Background
from ganstudio.ui.solid_export import Choice, ExportDialog, remembered, save


class SolidWriter(QObject):
    """Opens the dialog, keeps what was chosen, writes on a thread.

    Args:
        parent: whose window the dialog belongs to.

    Attributes:
        choice: what was chosen last.
        dialog: the one that is open, if any.

    Signals:
        chosen (Choice): the person exports with this.
        noted (Noted): how it went.
        scaled (float): the side of a voxel in the file that was written, in millimetres.
    """

    chosen = Signal(object)
    noted = Signal(object)
    scaled = Signal(float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.choice = Choice()
        self.dialog: ExportDialog | None = None
        self.worker = Background("export", self, keep_all=True)
        self._measure = Background("export report", self)
        self.worker.done.connect(self._on_saved)
        self.worker.broken.connect(
            lambda error: self.noted.emit(Noted(f"Not saved: {error}", "error"))
        )

    def release(self) -> None:
        """Close the dialog and write what waits."""
        if self.dialog is not None:
            self.dialog.reject()
        self._measure.close()
        self.worker.close()

    def ask(self, grid: np.ndarray, threshold: float, name: str, suffix: str, surface: str) -> None:
        """Open the dialog for a solid.

        Args:
            grid: (X, Y, Z), float in [0, 1] or bool.
            threshold: voxels above it are solid.
            name: of the file, without its ending.
            suffix: of the format to begin with.
            surface: that is looked at: meshes begin with it, unless they are for printing.
        """
        if self.dialog is not None:
            self.dialog.reject()
        choice = remembered(self.choice, suffix, "smooth" if surface == "smooth" else "cubes")
        dialog = ExportDialog(grid, threshold, name, choice, self._measure, self._window)
        dialog.wanted.connect(partial(self._write, dialog))
        dialog.finished.connect(partial(self._forget, dialog))
        self.dialog = dialog
        dialog.show()

    def follow(self, grid: np.ndarray | None, threshold: float) -> None:
        """Another solid or threshold is meant by the open dialog."""
        if self.dialog is not None and grid is not None:
            self.dialog.show_grid(grid, threshold)

    def _write(self, dialog: ExportDialog, path: Path, choice: Choice) -> None:
        self.choice = choice
        self.chosen.emit(choice)
        grid, threshold = dialog.solid
        self.worker.submit(partial(save, path, grid, choice, threshold))

    def _forget(self, dialog: ExportDialog, _: int) -> None:
        if self.dialog is dialog:
            self.dialog = None

    def _on_saved(self, saved: tuple[Path, Report]) -> None:
        path, report = saved
        self.noted.emit(Noted(f"Saved {path.name}: {report.text}"))
        if report.mm_per_voxel is not None:
            self.scaled.emit(report.mm_per_voxel)
