"""A heading that shows and hides what is under it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ganstudio.ui import theme


class Fold(QWidget):
    """A part of a panel that can be folded away.

    Args:
        title: of the heading.
        open_: whether it is open at first.

    Attributes:
        body: the layout for what is folded.
    """

    def __init__(self, title: str, open_: bool = False) -> None:
        super().__init__()
        self.header = QToolButton()
        self.header.setCheckable(True)
        self.header.setText(title)
        self.header.setIconSize(QSize(14, 14))
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.tone(self.header, "fold")
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(theme.SPACE[1])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.header)
        column.addWidget(self._content)
        self.header.setChecked(open_)
        self.header.toggled.connect(self._show)
        self._show(open_)

    def set_title(self, title: str) -> None:
        """Rename the heading."""
        self.header.setText(title)

    def set_open(self, open_: bool) -> None:
        """Show or hide what is under the heading."""
        self.header.setChecked(open_)

    def _show(self, open_: bool) -> None:
        self._content.setVisible(open_)
        theme.decorate(self.header, "chevron-down" if open_ else "chevron-right", "muted")
