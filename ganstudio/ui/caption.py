"""The line under the picture: how old it is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from ganstudio.ui import theme


class Caption(QWidget):
    """What is known of the picture, with buttons for keeping it.

    Signals:
        starred: keep the place among the favourites.
        pinned: offer the place to the walk.
        moreWanted (QPoint): all else that can be done, and where on the screen.
    """

    starred = Signal()
    pinned = Signal()
    moreWanted = Signal(QPoint)  # noqa: N815

    def __init__(self) -> None:
        super().__init__()
        self.status = QLabel()
        theme.tone(self.status, "small")
        self.status.setWordWrap(True)
        self.status.setToolTip("How far trained the model is, and what this picture cost.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.status, 1)
        self.star = self._button("star", "Star: keep this place in the run (S)", "Star")
        self.pin = self._button("pin", "Pin: add this place to the walk (P)", "Pin")
        self.more = self._button("more", "Copy, paste, open and save", "More")
        for button in (self.star, self.pin, self.more):
            row.addWidget(button)
        self.star.clicked.connect(self.starred)
        self.pin.clicked.connect(self.pinned)
        self.more.clicked.connect(
            lambda: self.moreWanted.emit(self.more.mapToGlobal(QPoint(0, self.more.height())))
        )

    def say(self, text: str) -> None:
        """Say what is known of the picture."""
        if self.status.text() != text:
            self.status.setText(text)

    def show_starred(self, starred: bool) -> None:
        """Show whether the place is a favourite already."""
        icon, role = ("star-full", "accent") if starred else ("star", "text")
        if self.star.property("iconName") != icon:
            theme.decorate(self.star, icon, role)

    @staticmethod
    def _button(icon: str, tip: str, name: str) -> QToolButton:
        button = QToolButton()
        theme.tone(button, "flat")
        theme.decorate(button, icon)
        button.setToolTip(tip)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button
