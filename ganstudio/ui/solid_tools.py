"""The strip under the solids: one tool at a time, and the way back to the wall."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QToolButton, QVBoxLayout, QWidget

from ganstudio.ui import theme
from ganstudio.ui.flow import FlowLayout

TOOLS = {
    "Compare": ("import", "Open a file, see it beside the generated object, search for it."),
    "Morph": ("sliders", "Go from one object to another, on a slider, as film or as meshes."),
    "Arithmetic": ("plus", "Add and take away: A − B + C."),
}


class SolidTools(QWidget):
    """Buttons of which at most one is down, and under them what it opens.

    Args:
        pages: what each of ``TOOLS`` opens, in that order.

    Signals:
        chosen (str): this tool is open now; empty for none.
        backWanted: to the wall.
    """

    chosen = Signal(str)
    backWanted = Signal()  # noqa: N815

    def __init__(self, pages: tuple[QWidget, ...]) -> None:
        super().__init__()
        self.back = QPushButton()
        self.back.setToolTip("Show all objects again.")
        theme.decorate(self.back, "chevron-left")
        self.back.clicked.connect(self.backWanted)
        self.back.hide()
        self._buttons: dict[str, QToolButton] = {}
        self._pages = pages
        head = QWidget()
        flow = FlowLayout(head, theme.SPACE[1])
        flow.addWidget(self.back)
        for page, (name, (icon, tip)) in zip(pages, TOOLS.items(), strict=True):
            button = QToolButton()
            button.setText(name)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setCheckable(True)
            button.setToolTip(tip)
            button.setAccessibleName(name)
            theme.decorate(button, icon)
            button.clicked.connect(lambda down, name=name: self.open(name if down else ""))
            self._buttons[name] = button
            flow.addWidget(button)
            page.hide()
        column = QVBoxLayout(self)
        edge, gap = theme.SPACE[3], theme.SPACE[2]
        column.setContentsMargins(edge, gap, edge, gap)
        column.setSpacing(gap)
        column.addWidget(head)
        for page in pages:
            column.addWidget(page)

    @property
    def tool(self) -> str:
        """The name of the tool that is open; empty for none."""
        return next((name for name, button in self._buttons.items() if button.isChecked()), "")

    def open(self, name: str) -> None:
        """Open a tool, or with an empty name close whichever is open; ``chosen`` follows."""
        for other, button in self._buttons.items():
            button.setChecked(other == name)
        for page, other in zip(self._pages, TOOLS, strict=True):
            page.setVisible(other == name)
        self.chosen.emit(name)

    def allow(self, name: str, able: bool) -> None:
        """Let a tool be opened, or grey it and close it."""
        self._buttons[name].setEnabled(able)
        if not able and self.tool == name:
            self.open("")

    def offer_back(self, count: int) -> None:
        """Offer the way back to so many objects; none for 0."""
        self.back.setText(f"Back to {count} objects")
        self.back.setVisible(count > 0)
