"""Sums of latents: A - B + C with wells that take dragged tiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ganstudio.latent.arithmetic import combined, mean
from ganstudio.latent.stand import Stand
from ganstudio.train.messages import Model
from ganstudio.ui import theme
from ganstudio.ui.well import Well

TIPS = {
    "A": "What has something: drop tiles, or click to put what Latent shows. Several count as "
    "their mean.",
    "B": "The same without it: drop tiles here. It is taken away from A.",
    "C": "What gets it: drop tiles here.",
}
RESULT = "A − B + C. Click to take it to Latent, or drag it."


class SumRow(QWidget):
    """Three wells and their sum.

    Args:
        here: gives what Latent stands on.

    Signals:
        changed: a term is another.
        taken (Stand): the result was clicked.
    """

    changed = Signal()
    taken = Signal(object)

    def __init__(self, here: Callable[[], Stand | None]) -> None:
        super().__init__()
        self.terms = [Well(name, tip, several=True, here=here) for name, tip in TIPS.items()]
        self.result = Well("Sum", RESULT)
        self.result.setAcceptDrops(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        row.addStretch(1)
        for well, sign in zip((*self.terms, self.result), ("", "−", "+", "="), strict=True):
            if sign:
                label = QLabel(sign)
                label.setAlignment(Qt.AlignmentFlag.AlignCenter)
                theme.tone(label, "muted")
                row.addWidget(label)
            row.addWidget(well)
        row.addStretch(1)
        for well in self.terms:
            well.changed.connect(self.changed)
            well.clicked.connect(lambda well=well: self.taken.emit(well.stands[-1]))
        self.result.clicked.connect(lambda: self.taken.emit(self.result.stands[0]))

    @property
    def wells(self) -> list[Well]:
        """Terms and result."""
        return [*self.terms, self.result]

    def add_up(self, model: Model) -> None:
        """Put the sum into the last well, or empty it while a term is missing.

        Raises:
            ValueError: if the terms do not go together.
        """
        if not all(well.stands for well in self.terms):
            self.result.put([])
            return
        a, b, c = (self.middle(well.stands, model) for well in self.terms)
        self.result.put([combined(a, b, c, model.prior, len(model.classes))])

    @staticmethod
    def middle(stands: Sequence[Stand], model: Model) -> Stand:
        """One place for all that a well holds."""
        if len(stands) == 1:
            return stands[0]
        return mean(stands, model.prior, len(model.classes))
