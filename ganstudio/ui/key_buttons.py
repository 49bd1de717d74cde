"""What can be done with all key frames of a walk: add one, draw random ones, undo, clear."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QWidget

from ganstudio.ui import theme
from ganstudio.ui.flow import FlowLayout

RANDOM = 6  # key frames of a random walk


class KeyButtons(QWidget):
    """Four buttons in a row.

    Args:
        add: one more key frame, of what Latent shows.
        fill: random ones in place of all.
        undo: takes the last change back.
        clear: removes all.
    """

    def __init__(
        self,
        add: Callable[[], object],
        fill: Callable[[], object],
        undo: Callable[[], object],
        clear: Callable[[], object],
    ) -> None:
        super().__init__()
        flow = FlowLayout(self, theme.SPACE[1])
        self.add, self.random, self.undo, self.clear = (
            QPushButton(text) for text in ("Add", "Random", "", "")
        )
        self.undo.setAccessibleName("Undo")
        self.clear.setAccessibleName("Clear")
        for button, icon, tip, act in (
            (self.add, "pin", "Add what Latent shows as a key frame  (P)", add),
            (self.random, "dice", f"{RANDOM} random latents as key frames", fill),
            (self.undo, "undo", "Take the last change back  (Ctrl+Z)", undo),
            (self.clear, "close", "Remove all key frames", clear),
        ):
            theme.decorate(button, icon)
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, act=act: act())
            flow.addWidget(button)

    def allow(self, clearing: bool, undoing: bool) -> None:
        """Grey what would do nothing."""
        self.clear.setEnabled(clearing)
        self.undo.setEnabled(undoing)
