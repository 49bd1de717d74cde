"""What a panel says while it has nothing to show."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from ganstudio.ui import theme

WIDEST_PX = 340


class Notice(QWidget):
    """One calm sentence in the middle of the panel.

    Attributes:
        text: the sentence now.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._label = QLabel(text)
        self._label.setWordWrap(True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setMaximumWidth(WIDEST_PX)
        self._label.setMinimumWidth(120)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.tone(self._label, "muted")
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self._label, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def say(self, text: str) -> None:
        """Say something else."""
        self._label.setText(text)
