"""The row above the curves: smoothing, logarithm, what x counts, fit and export."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSlider, QToolButton
from PySide6.QtWidgets import QWidget as Widget

from ganstudio.ui import theme
from ganstudio.ui.history import Axis

MOST_WINDOW = 300.0  # reports that the strongest smoothing looks back
FIRST_SMOOTHING = 40
AXES: tuple[Axis, ...] = ("kimg", "minutes")
SMOOTHING_TIP = (
    "Moving average. The faint line behind is what was reported; all the way left shows that alone."
)
METRICS_TIP = (
    "What was measured of the samples instead of the losses. A dashed line is what real samples "
    "get against other real ones."
)


class CurveControls(Widget):
    """How the curves are to be shown.

    Signals:
        changed: draw again.
        fitWanted: show everything.
        tableWanted: save as a table.
        pictureWanted: save as a picture.
    """

    changed = Signal()
    fitWanted = Signal()  # noqa: N815
    tableWanted = Signal()  # noqa: N815
    pictureWanted = Signal()  # noqa: N815

    def __init__(self) -> None:
        super().__init__()
        self.readout, label = QLabel(), QLabel("Smoothing")
        for text in (self.readout, label):
            theme.tone(text, "muted")
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, 100)
        self.smoothing.setValue(FIRST_SMOOTHING)
        self.smoothing.setFixedWidth(120)
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip(SMOOTHING_TIP)
        self.smoothing.valueChanged.connect(self.changed)
        self.logarithm = QToolButton()
        self.logarithm.setText("Log")
        self.logarithm.setCheckable(True)
        self.logarithm.setToolTip("Powers of ten; values of zero and below are left out.")
        self.logarithm.toggled.connect(self.fitWanted)
        self.metrics = QToolButton()
        self.metrics.setText("Metrics")
        self.metrics.setCheckable(True)
        self.metrics.setToolTip(METRICS_TIP)
        self.metrics.toggled.connect(self.fitWanted)
        self._axis = QComboBox()
        self._axis.addItems(list(AXES))
        self._axis.setAccessibleName("What the horizontal axis counts")
        self._axis.setToolTip("Thousands of real samples seen, or minutes spent training.")
        self._axis.currentIndexChanged.connect(self.fitWanted)
        self.fit = self._button(
            "Fit", "Show everything and follow the newest. So does a double-click."
        )
        self.fit.clicked.connect(self.fitWanted)
        self.table = self._button("CSV…", "Save the curves as a table.", "export")
        self.table.clicked.connect(self.tableWanted)
        self.picture = self._button("PNG…", "Save the plot as a picture.", "export")
        self.picture.clicked.connect(self.pictureWanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[2])
        row.addWidget(self.readout, 1)
        for part in (
            self.metrics, label, self.smoothing, self.logarithm, self._axis, self.fit, self.table,
            self.picture,
        ):  # fmt: skip
            row.addWidget(part)

    @property
    def axis(self) -> Axis:
        """What x counts."""
        return AXES[self._axis.currentIndex()]

    def set_axis(self, axis: Axis) -> None:
        """Let x count something else."""
        self._axis.setCurrentIndex(AXES.index(axis))

    @property
    def reports(self) -> float:
        """How many reports the moving average looks back; 1 for none."""
        return float(MOST_WINDOW ** (self.smoothing.value() / 100))

    def _button(self, text: str, tip: str, icon: str = "") -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        if icon:
            theme.decorate(button, icon)
        return button
