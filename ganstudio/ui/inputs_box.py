"""All that a model is told besides noise: one input below the other, as the model takes them."""

from __future__ import annotations

import logging

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ganstudio import registry
from ganstudio.samples import ConditionSpec
from ganstudio.train.messages import Examples, Model, Told
from ganstudio.ui import theme
from ganstudio.ui.inputs.base import Input

log = logging.getLogger(__name__)

ROOM = "ui.inputs"


class InputsBox(QWidget):
    """Holds an input for each kind of condition that the model takes.

    Attributes:
        inputs: by kind, in the order in which the model names them.

    Signals:
        changed: the person wants the generator to be told something else.
        refused (str): why what the person wanted cannot be.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.inputs: dict[str, Input] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, theme.SPACE[2])
        self._column.setSpacing(theme.SPACE[2])
        self.hide()

    def take(self, model: Model, examples: Examples | None) -> None:
        """Serve this model from now on; announces nothing."""
        for kind in [kind for kind in self.inputs if model.input(kind) is None]:
            self._drop(self.inputs.pop(kind))
        for taken in model.inputs:
            if taken.kind not in self.inputs:
                self._add(taken)
            if taken.kind in self.inputs:
                self.inputs[taken.kind].take(model, examples)
        self.setVisible(bool(self.inputs))

    @property
    def told(self) -> Told:
        """What the generator is told, (1, ...) each."""
        return {kind: asked.told for kind, asked in self.inputs.items()}

    def show_told(self, told: Told) -> None:
        """Set the inputs to what was told elsewhere; kinds left out stay; announces nothing."""
        for kind, value in told.items():
            if kind in self.inputs and (kind == "classes" or value.shape[1:] == self._shape(kind)):
                self.inputs[kind].show_told(value)

    @property
    def views(self) -> list[tuple[str, QWidget]]:
        """What is to be seen beside the result, with its name."""
        return [
            (asked.spec.title.capitalize() or "Source", asked.view)
            for asked in self.inputs.values()
            if asked.view is not None
        ]

    def release(self) -> None:
        """End what the inputs started."""
        for asked in self.inputs.values():
            asked.release()

    def _shape(self, kind: str) -> tuple[int, ...]:
        return self.inputs[kind].spec.shape

    def _add(self, taken: ConditionSpec) -> None:
        if taken.kind not in registry.keys(ROOM):
            log.error("there is no control for %s", taken.kind)
            return
        made: Input = registry.find(ROOM, taken.kind)()
        made.changed.connect(self.changed)
        made.refused.connect(self.refused)
        self.inputs[taken.kind] = made
        self._column.addWidget(made)

    def _drop(self, gone: Input) -> None:
        gone.release()
        if gone.view is not None:
            gone.view.hide()
            gone.view.deleteLater()
        self._column.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
