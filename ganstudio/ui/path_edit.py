"""A line for a path: typed, looked for, or dropped on it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit

from ganstudio.knobs import Knob


class PathEdit(QLineEdit):
    """A path that a knob takes.

    Args:
        knob: ``browse`` says whether it is a folder's or a file's.
    """

    def __init__(self, knob: Knob) -> None:
        super().__init__()
        self.knob = knob
        self.setPlaceholderText(f"No {knob.browse} yet: choose one, or drop it here")

    def browse(self) -> None:
        """Ask for one, beginning where the present one is."""
        title, here = f"Choose {self.knob.title.lower()}", self.text()
        if self.knob.browse == "folder":
            chosen = QFileDialog.getExistingDirectory(self, title, here)
        else:
            chosen, _ = QFileDialog.getOpenFileName(self, title, here)
        if chosen:
            self.setText(chosen)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and folders are welcome; texts as in any line."""
        if _paths(event):
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped; a file dropped where a folder is wanted means its folder."""
        paths = _paths(event)
        if not paths:
            super().dropEvent(event)
            return
        path = paths[0]
        if self.knob.browse == "folder" and path.is_file():
            path = path.parent
        self.setText(str(path))
        event.acceptProposedAction()


def _paths(event: QDropEvent) -> list[Path]:
    urls = event.mimeData().urls()
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
