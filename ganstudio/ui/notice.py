"""What a panel says while it has nothing to show."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ganstudio.ui import theme

WIDEST_PX, LEAST_PX, EDGE_PX = 340, 120, 16


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
        theme.tone(self._label, "muted")
        QVBoxLayout(self).addWidget(self._label)

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def say(self, text: str) -> None:
        """Say something else."""
        self._label.setText(text)

    def minimumSizeHint(self) -> QSize:
        """Qt: the text wraps; what it keeps free at its sides now must not hold the panel wide."""
        return QSize(2 * EDGE_PX + LEAST_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines of a length that is pleasant to read, however wide the panel is."""
        side = max((self.width() - WIDEST_PX) // 2, EDGE_PX)
        self._label.setContentsMargins(side, 0, side, 0)
