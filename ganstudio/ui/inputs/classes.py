"""A class, or two of them blended."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout

from ganstudio.train.messages import Examples, Model
from ganstudio.ui import theme
from ganstudio.ui.inputs.base import Input, row
from ganstudio.ui.knobrow import WheelGuard
from ganstudio.ui.sliders import NamedSlider

HALF = 0.5
SHARE_TIP = "How much of the second class: 0 is the first alone, 1 the second alone."


class ClassesInput(Input):
    """One class out of a list, and a second one to stir in."""

    kind = "classes"

    def __init__(self) -> None:
        super().__init__()
        self.first_class, self.second_class = QComboBox(), QComboBox()
        self.first_class.setAccessibleName("Class")
        self.second_class.setAccessibleName("Blend with")
        self.second_class.setToolTip("A second class to stir in: the generator gets a bit of both.")
        for box in (self.first_class, self.second_class):
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            box.installEventFilter(WheelGuard(box))
            box.setMinimumContentsLength(4)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self.share = NamedSlider("Share", 0, 1, HALF, SHARE_TIP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        self.name = QLabel()
        column.addLayout(row(self.name, self.first_class))
        column.addLayout(row("Blend with", self.second_class))
        column.addWidget(self.share)
        self.first_class.currentIndexChanged.connect(self._on_changed)
        self.second_class.currentIndexChanged.connect(self._on_changed)
        self.share.moved.connect(lambda _: self.changed.emit())
        self.share.hide()

    def take(self, model: Model, examples: Examples | None) -> None:
        """List the classes."""
        for box in (self.first_class, self.second_class):
            box.blockSignals(True)
            box.clear()
        self.first_class.addItems(list(model.classes))
        self.second_class.addItems(["nothing", *model.classes])
        self.second_class.setEnabled(len(model.classes) > 1)
        for box in (self.first_class, self.second_class):
            box.blockSignals(False)
        super().take(model, None)  # whatever the examples are of, the list begins at its top
        self.name.setText(self.spec.title.capitalize() or "Class")

    @property
    def first(self) -> np.ndarray:
        """The first class of the list."""
        return np.zeros(1, np.int64)

    @property
    def told(self) -> np.ndarray:
        """(1,) an index, or (1, K) weights while two classes are blended."""
        one, other = self.first_class.currentIndex(), self.second_class.currentIndex() - 1
        if other < 0 or other == one:
            return np.array([max(one, 0)], np.int64)
        weights = np.zeros((1, self.spec.classes), np.float32)
        weights[0, one], weights[0, other] = 1 - self._amount, self._amount
        return weights

    def show_told(self, value: np.ndarray) -> None:
        """An index, or weights, of which the two largest are shown."""
        one, other, share = int(value[0].argmax()) if value.ndim == 2 else int(value[0]), -1, HALF
        if value.ndim == 2:
            order = np.argsort(-value[0], kind="stable")
            if len(order) > 1 and value[0, order[1]] > 0:
                one, other = sorted((int(order[0]), int(order[1])))
                share = float(value[0, other] / (value[0, one] + value[0, other]))
        for box, index in ((self.first_class, one), (self.second_class, other + 1)):
            box.blockSignals(True)
            box.setCurrentIndex(index)
            box.blockSignals(False)
        self.share.set_value(share)
        self.share.setVisible(other >= 0)

    @property
    def _amount(self) -> float:
        return self.share.value

    def _on_changed(self) -> None:
        other = self.second_class.currentIndex() - 1
        self.share.setVisible(other >= 0 and other != self.first_class.currentIndex())
        self.changed.emit()
