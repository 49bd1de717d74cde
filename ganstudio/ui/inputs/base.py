"""What an input is: a widget with which a person tells a generator one thing besides noise."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ganstudio.samples import ConditionKind, ConditionSpec
from ganstudio.train.messages import Examples, Model
from ganstudio.ui import theme
from ganstudio.ui.sliders import NAME_PX


class Input(QWidget):
    """Controls for one kind of condition: subclass it in a file of its own under ``ui/inputs/``.

    The file's name is the kind, as in ``ConditionSpec``. The panel builds an input for each
    kind that the model takes, gives it the model, and sends what it tells.

    Attributes:
        kind: of the conditions that it tells.
        spec: what the model takes of that kind.
        known: (N, ...) such conditions out of the model's data; None where there are none.
        view: what is shown to the left of the result, such as the source picture; None for
            nothing.

    Signals:
        changed: it tells something else now, because the person wanted it.
        refused (str): why what the person wanted cannot be.
    """

    kind: ClassVar[ConditionKind]

    changed = Signal()
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.spec = ConditionSpec()
        self.known: np.ndarray | None = None
        self.view: QWidget | None = None

    def take(self, model: Model, examples: Examples | None) -> None:
        """Serve this model from now on, beginning with the first example; announces nothing.

        Args:
            model: it takes a condition of this kind.
            examples: some of the data that it learnt from.
        """
        self.spec = model.input(self.kind) or ConditionSpec(self.kind)
        self.known = None if examples is None else examples.told.get(self.kind)
        self.show_told(self.first)

    @property
    def told(self) -> np.ndarray:
        """The condition as it is set, (1, ...) as ``ConditionSpec`` says."""
        raise NotImplementedError

    def show_told(self, value: np.ndarray) -> None:
        """Set the controls to a condition (1, ...) that came from elsewhere; announces nothing."""
        raise NotImplementedError

    def release(self) -> None:
        """Called once before it goes: end what it started."""

    @property
    def heading(self) -> str:
        """What the condition is about, to be written before the controls."""
        return self.spec.title.capitalize() or self.kind.capitalize()

    @property
    def first(self) -> np.ndarray:
        """The condition to begin with, (1, ...)."""
        if self.known is not None and len(self.known):
            return self.known[:1]
        return np.zeros((1, *self.spec.shape), np.float32)


def row(name: str | QLabel, *parts: QWidget) -> QHBoxLayout:
    """A name and controls in line with the sliders below; the first control takes the room."""
    label = name if isinstance(name, QLabel) else QLabel(name)
    theme.tone(label, "muted")
    label.setFixedWidth(NAME_PX)
    line = QHBoxLayout()
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(theme.SPACE[1])
    line.addWidget(label)
    for place, part in enumerate(parts):
        line.addWidget(part, 0 if place else 1)
    return line


BASE = Input
