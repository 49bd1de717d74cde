"""What of the discriminator's opinion is shown, and how strongly."""

from __future__ import annotations

from typing import Literal, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.ui import theme
from ganstudio.ui.heat import Sign
from ganstudio.ui.segments import Segments
from ganstudio.ui.sliders import Groove

Look = Literal["Heat", "Wanted", "Change"]
LOOKS: tuple[Look, ...] = ("Heat", "Wanted", "Change")
TIPS = {
    "Heat": "What it objects to: orange lowers the score, blue raises it (slope times value).",
    "Wanted": "The sample as this discriminator would have it.",
    "Change": "What would be changed: blue is made lighter or fuller, orange darker or emptier.",
}
SIGNS: tuple[tuple[str, Sign], ...] = (
    ("Both", "both"), ("Against", "against"), ("For", "for"),
)  # fmt: skip
OPACITY, AMOUNT = 75, 40  # per cent, at first
VALUE_PX, SIGNS_PX = 38, 84


class InspectorControls(QWidget):
    """A choice of three views, and the sliders of the one that is chosen.

    Signals:
        changed: something is to be drawn anew.
        smoothed: a smooth map is wanted, or no longer.
    """

    changed = Signal()
    smoothed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.views = Segments(LOOKS)
        self._only_amount = False
        for name, tip in TIPS.items():
            self.views.enable(name, True, tip)
        for button in self.views.findChildren(QToolButton):
            button.setStyleSheet("padding: 4px 6px;")  # docks can be narrow
        self.views.chosen.connect(self._turn)
        self._opacity, opacity = _slider(
            "Strength", OPACITY, "How strongly the colours cover the picture."
        )
        self._amount, amount = _slider(
            "Amount", AMOUNT, "How far the sample is moved towards what the discriminator wants."
        )
        for slider in (self._opacity, self._amount):
            slider.valueChanged.connect(lambda _: self.changed.emit())
        self._signs = QComboBox()
        for text, _ in SIGNS:
            self._signs.addItem(text)
        self._signs.setToolTip("Show what speaks against the sample, what speaks for it, or both.")
        self._signs.setAccessibleName("Signs shown")
        self._signs.setMinimumWidth(SIGNS_PX)
        self._signs.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._signs.currentIndexChanged.connect(lambda _: self.changed.emit())
        self._smooth = QToolButton()
        self._smooth.setText("Smooth")
        self._smooth.setCheckable(True)
        self._smooth.setToolTip(
            "The mean over eight copies with a little noise: calmer, eight times the work "
            "(Smilkov et al. 2017)."
        )
        self._smooth.toggled.connect(lambda _: self.smoothed.emit())
        self._pages = QStackedWidget()
        self._pages.addWidget(self._heat_page(opacity))
        self._pages.addWidget(amount)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.views, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._pages)

    def show_amount_only(self, only: bool) -> None:
        """Points have no places to be coloured: what is wanted is all there is to see."""
        self._only_amount = only
        self.views.setVisible(not only)
        self._turn("")

    @property
    def look(self) -> Look:
        """Which view is chosen."""
        return "Wanted" if self._only_amount else cast(Look, self.views.value)

    @property
    def opacity(self) -> float:
        """Of the heat, 0 to 1."""
        return self._opacity.value() / 100

    @property
    def amount(self) -> float:
        """How far to move, as a share of the furthest, 0 to 1."""
        return self._amount.value() / 100

    @property
    def sign(self) -> Sign:
        """What of the heat is shown."""
        return SIGNS[self._signs.currentIndex()][1]

    @property
    def smooth(self) -> bool:
        """Whether a smooth map is wanted."""
        return self._smooth.isChecked()

    def _heat_page(self, opacity: QWidget) -> QWidget:
        page, signs = QWidget(), QHBoxLayout()
        signs.setContentsMargins(0, 0, 0, 0)
        signs.setSpacing(theme.SPACE[2])
        signs.addWidget(self._signs, 1)
        signs.addWidget(self._smooth)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(opacity)
        column.addLayout(signs)
        return page

    def _turn(self, _: str) -> None:
        self._pages.setCurrentIndex(0 if self.look == "Heat" else 1)
        self.changed.emit()


def _slider(name: str, percent: int, tip: str) -> tuple[Groove, QWidget]:
    """A slider from 0 to 100 %, between its name and its value."""
    row, slider, label, value = QWidget(), Groove(0, 100, 0), QLabel(name), QLabel()
    slider.setPageStep(10)
    slider.setSingleStep(1)
    slider.setAccessibleName(name)
    value.setFixedWidth(VALUE_PX)
    value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    slider.valueChanged.connect(lambda percent: value.setText(f"{percent} %"))
    slider.setValue(percent)
    for part in (slider, label):
        part.setToolTip(tip)
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(theme.SPACE[2])
    line.addWidget(label)
    line.addWidget(slider, 1)
    line.addWidget(value)
    line.setAlignment(Qt.AlignmentFlag.AlignTop)
    return slider, row
