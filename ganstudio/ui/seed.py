"""A number that chooses the noise, and a die that chooses the number."""

from __future__ import annotations

import random

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QToolButton, QWidget

from ganstudio.ui import theme

LARGEST = 999_999
LARGEST_ROLL = 9_999
LEAST_PX = 116


class SeedBox(QWidget):
    """A seed to type or to roll.

    Args:
        tip: what the noise is for.

    Signals:
        changed (int): the seed is another now.
    """

    changed = Signal(int)

    def __init__(self, tip: str) -> None:
        super().__init__()
        self._spin = QSpinBox()
        self._spin.setRange(0, LARGEST)
        self._spin.setPrefix("Seed ")
        self._spin.setKeyboardTracking(False)
        self._spin.lineEdit().setTextMargins(5, 0, 0, 0)
        self._spin.setMinimumWidth(LEAST_PX)
        self._spin.setToolTip(f"{tip} The same seed gives the same noise.")
        self._spin.setAccessibleName("Seed")
        self._spin.valueChanged.connect(self.changed.emit)
        die = QToolButton()
        die.setToolTip("Roll a new seed")
        die.setAccessibleName("Roll a new seed")
        theme.decorate(die, "dice")
        die.clicked.connect(self.roll)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        row.addWidget(self._spin, 1)
        row.addWidget(die)

    @property
    def value(self) -> int:
        """The seed."""
        return self._spin.value()

    def set_value(self, seed: int) -> None:
        """Choose a seed; ``changed`` follows if it is another."""
        self._spin.setValue(seed)

    def roll(self) -> None:
        """Choose any other seed."""
        seed = random.randrange(LARGEST_ROLL)
        self.set_value(seed + 1 if seed >= self.value else seed)
