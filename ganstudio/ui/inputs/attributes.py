"""Attributes: things that a sample has or has not, each a toggle."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from ganstudio.train.messages import Examples, Model
from ganstudio.ui import theme
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.inputs.base import Input


class AttributesInput(Input):
    """A button for each attribute: down for one that the sample shall have."""

    kind = "attributes"

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[QToolButton] = []
        self.none, self.example = _button("None"), _button("Example")
        self.none.setToolTip("Without any of them")
        self.example.setToolTip("As the next sample of the data has them")
        self.none.clicked.connect(self._clear)
        self.example.clicked.connect(self._next)
        self._turn = 0
        self._chips = QWidget()
        self._flow = FlowLayout(self._chips, theme.SPACE[1])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        self.name, head = QLabel(), QWidget()
        theme.tone(self.name, "muted")
        self.name.setMinimumHeight(self.none.sizeHint().height())
        line = FlowLayout(head, theme.SPACE[1])
        for part in (self.name, self.none, self.example):
            line.addWidget(part)
        column.addWidget(head)
        column.addWidget(self._chips)

    def take(self, model: Model, examples: Examples | None) -> None:
        """A button for each name."""
        for button in self.buttons:
            self._flow.removeWidget(button)
            button.deleteLater()
        taken = model.input(self.kind)
        self.buttons = [_button(name) for name in (taken.names if taken else ())]
        for button in self.buttons:
            button.setCheckable(True)
            button.toggled.connect(lambda _: self.changed.emit())
            self._flow.addWidget(button)
        self._turn = 0
        super().take(model, examples)
        self.example.setEnabled(self.known is not None)
        self.name.setText(self.heading)

    @property
    def told(self) -> np.ndarray:
        """(1, A) float32, 1 where a button is down."""
        return np.array([[float(button.isChecked()) for button in self.buttons]], np.float32)

    def show_told(self, value: np.ndarray) -> None:
        """Press what is at least half there."""
        for button, amount in zip(self.buttons, value[0], strict=True):
            button.blockSignals(True)
            button.setChecked(bool(amount >= 0.5))
            button.blockSignals(False)

    def _clear(self) -> None:
        self.show_told(np.zeros((1, len(self.buttons))))
        self.changed.emit()

    def _next(self) -> None:
        if self.known is not None:
            self._turn = (self._turn + 1) % len(self.known)
            self.show_told(self.known[self._turn : self._turn + 1])
            self.changed.emit()


def _button(text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
