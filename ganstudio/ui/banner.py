"""A line across the window for what went wrong, beside the work and never in its way."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from ganstudio.ui import theme


class Banner(QFrame):
    """Hidden until something failed; says what, and leads to the log.

    Signals:
        logWanted: Show log was pressed.
    """

    logWanted = Signal()  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE[3], theme.SPACE[1], theme.SPACE[2], theme.SPACE[1])
        row.setSpacing(theme.SPACE[2])
        self._sign, self._text = QToolButton(), QLabel()
        self._sign.setEnabled(True)
        self._sign.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.tone(self._sign, "flat")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        more, shut = QPushButton("Show log"), QToolButton()
        theme.decorate(shut, "close")
        theme.tone(shut, "flat")
        shut.setIconSize(QSize(16, 16))
        shut.setToolTip("Dismiss")
        more.clicked.connect(self.logWanted)
        shut.clicked.connect(self.hide)
        row.addWidget(self._sign)
        row.addWidget(self._text, 1)
        row.addWidget(more)
        row.addWidget(shut)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def say(self, text: str, error: bool = True) -> None:
        """Show a text until it is dismissed or another takes its place."""
        self._text.setText(text)
        theme.tone(self, "failed" if error else "warned")
        theme.decorate(self._sign, "error" if error else "warning", "error" if error else "warn")
        self.show()
