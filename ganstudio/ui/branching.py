"""From the wish to go on from a moment to the new run: asks, stops what trains, begins."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from ganstudio.recipe import RecipeError
from ganstudio.train import messages as m
from ganstudio.train.files import RunError
from ganstudio.ui.branch_dialog import Branch, BranchDialog
from ganstudio.ui.studio import Studio


class Branching(QObject):
    """Begins branches for a panel.

    Args:
        studio: trains.
        window: the panel that asks; dialogs stand over it.
    """

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio, self._window = studio, window
        self._waiting: Branch | None = None  # until the training before has ended
        studio.stateChanged.connect(self._on_state)

    @property
    def able(self) -> bool:
        """Whether torch is there, without which no recipe can be read."""
        return self._studio.catalogue is not None

    def ask(self, folder: Path, nimg: int | None = None) -> BranchDialog | None:
        """Ask how to go on from this moment; None is the newest.

        Returns:
            The dialog that is open now; None if the run cannot be gone on with, which is said.
        """
        window, training = self._window.window(), self._studio.training
        try:
            dialog = BranchDialog(folder, self._studio.runs_root, nimg, training, window)
        except (RecipeError, RunError, OSError) as error:
            self._say(f"{folder.name} cannot be continued: {error}")
            return None
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self.begin)
        dialog.open()
        return dialog

    def begin(self, branch: Branch) -> None:
        """Begin it, once the training that goes on has ended."""
        if self._studio.training:
            self._waiting = branch
            self._studio.stop()
        else:
            self._launch(branch)

    def _on_state(self, state: str, text: str) -> None:
        if self._waiting is None or self._studio.training:
            return
        branch, self._waiting = self._waiting, None
        if state == "failed":  # what it said stands in the banner, and must be read first
            return
        self._launch(branch)

    def _launch(self, branch: Branch) -> None:
        try:
            self._studio.branch(branch.folder, branch.nimg, branch.recipe, name=branch.name)
        except (RecipeError, RunError, OSError) as error:
            self._say(f"{branch.folder.name} cannot be continued: {error}")

    def _say(self, text: str) -> None:
        self._studio.noted.emit(m.Noted(text, "error"))
