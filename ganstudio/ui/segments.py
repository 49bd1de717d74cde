"""A row of buttons of which one is down."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from ganstudio.ui import theme


class Segments(QWidget):
    """One choice out of a few, all of them in sight.

    Args:
        names: the texts of the buttons; the first is down.

    Signals:
        chosen (str): another one went down.
    """

    chosen = Signal(str)

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for name in names:
            button = QToolButton()
            button.setText(name)
            button.setCheckable(True)
            theme.tone(button, "flat")
            button.setStyleSheet("padding: 4px 9px;")
            group.addButton(button)
            row.addWidget(button)
            self._buttons[name] = button
        self._buttons[names[0]].setChecked(True)
        group.buttonToggled.connect(self._on_toggled)

    @property
    def value(self) -> str:
        """The text of the button that is down."""
        return next(name for name, button in self._buttons.items() if button.isChecked())

    def choose(self, name: str) -> None:
        """Press one; ``chosen`` follows if it was up."""
        self._buttons[name].setChecked(True)

    def enable(self, name: str, enabled: bool, tip: str = "") -> None:
        """Let one be pressed, or grey it and say why."""
        self._buttons[name].setEnabled(enabled)
        self._buttons[name].setToolTip(tip)

    def _on_toggled(self, button: QToolButton, down: bool) -> None:
        if down:
            self.chosen.emit(button.text())
