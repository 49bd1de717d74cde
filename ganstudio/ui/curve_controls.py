"""The row above the curves: smoothing, logarithm, what x counts, fit and export."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QToolButton,
)
from PySide6.QtWidgets import QWidget as Widget

from ganstudio.ui import theme
from ganstudio.ui.history import Axis

MOST_WINDOW = 300.0  # reports that the strongest smoothing looks back
FIRST_SMOOTHING = 40
WIDE_PX, NARROW_PX = 640, 520
AXES: tuple[Axis, ...] = ("kimg", "minutes")
SMOOTHING_TIP = (
    "Moving average. The faint line behind is what was reported; all the way left shows that alone."
)
METRICS_TIP = (
    "What was measured of the samples instead of the losses. A dashed line is what real samples "
    "get against other real ones."
)


@dataclass(frozen=True)
class CurveView:
    """How the curves are to be shown.

    Attributes:
        axis: what x counts.
        window: reports that the moving average looks back; 1 for none.
        logarithm: whether y counts powers of ten.
        metrics: whether scores are shown instead of losses.
    """

    axis: Axis = "kimg"
    window: float = 1.0
    logarithm: bool = False
    metrics: bool = False


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
        self.readout, self._label = QLabel(), QLabel("Smoothing")
        for text in (self.readout, self._label):
            theme.tone(text, "muted")
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, 100)
        self.smoothing.setValue(FIRST_SMOOTHING)
        self.smoothing.setMinimumWidth(50)
        self.smoothing.setMaximumWidth(120)
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip(SMOOTHING_TIP)
        self.smoothing.valueChanged.connect(self.changed)
        self.logarithm = QToolButton()
        self.logarithm.setText("Log scale")
        self.logarithm.setAccessibleName("Log scale")
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
        self.fit = QPushButton("Fit")
        self.fit.setToolTip("Show everything and follow the newest. So does a double-click.")
        self.fit.clicked.connect(self.fitWanted)
        self.more = QToolButton()
        theme.decorate(self.more, "more")
        self.more.setToolTip("Save what is plotted")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self.table = menu.addAction("Save as table…")
        self.table.triggered.connect(lambda: self.tableWanted.emit())
        self.picture = menu.addAction("Save as picture…")
        self.picture.triggered.connect(lambda: self.pictureWanted.emit())
        for action in (self.table, self.picture):
            theme.decorate(action, "export")
        self.more.setMenu(menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[2])
        row.addWidget(self.readout, 1)
        for part in (
            self.metrics, self._label, self.smoothing, self.logarithm, self._axis, self.fit,
            self.more,
        ):  # fmt: skip
            row.addWidget(part)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow, words give way before buttons are cut."""
        super().resizeEvent(event)
        self._label.setVisible(self.width() >= WIDE_PX)
        roomy = self.width() >= NARROW_PX
        self.readout.setMaximumWidth(1 << 14 if roomy else 0)
        self.logarithm.setText("Log scale" if roomy else "Log")

    @property
    def axis(self) -> Axis:
        """What x counts."""
        return AXES[self._axis.currentIndex()]

    @property
    def reports(self) -> float:
        """How many reports the moving average looks back; 1 for none."""
        return float(MOST_WINDOW ** (self.smoothing.value() / 100))

    @property
    def view(self) -> CurveView:
        """All of it; scores are too few to be smoothed."""
        metrics = self.metrics.isChecked()
        window = 1.0 if metrics else self.reports
        return CurveView(self.axis, window, self.logarithm.isChecked(), metrics)
