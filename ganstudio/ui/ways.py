"""The list of sliders that move a latent: truncation on top, then its dimensions or directions."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout
from PySide6.QtWidgets import QWidget as Widget

from ganstudio.ui import theme
from ganstudio.ui.latents import FEW_DIMENSIONS, MOST_PSI, Point
from ganstudio.ui.sliders import NamedSlider

PSI_TIP = "Truncation: pulls the noise towards its middle. Lower is safer and less varied."
HEADING_PX = 28


class Ways(QScrollArea):
    """A slider for each way that a point can be moved.

    Signals:
        moved (int, float): the person moved along one direction, to this amount.
        truncated (float): the person set psi.
        turnWanted: other directions, please.
    """

    moved = Signal(int, float)
    truncated = Signal(float)
    turnWanted = Signal()  # noqa: N815

    def __init__(self) -> None:
        super().__init__()
        self.sliders: list[NamedSlider] = []
        self.psi = NamedSlider("Truncation", 0, MOST_PSI, 1.0, PSI_TIP)
        self.psi.moved.connect(self.truncated.emit)
        line = QFrame()
        theme.tone(line, "line")
        inner = Widget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.SPACE[3], 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.psi)
        column.addWidget(line)
        column.addLayout(self._build_heading())
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        column.addLayout(self._rows)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inner)

    def show_point(self, point: Point) -> None:
        """Put every handle where the point says, without telling anybody."""
        few = point.model.z_dim <= FEW_DIMENSIONS
        self._heading.setText("Noise" if few else "Directions")
        self._turn.setVisible(not few)
        self._fit(point, "One number of the noise." if few else "In standard deviations.")
        for slider, amount, home in zip(self.sliders, point.amounts, point.home, strict=True):
            slider.home = float(home)
            slider.set_value(float(amount))
        self.psi.set_value(point.psi)

    def _build_heading(self) -> QHBoxLayout:
        self._heading, self._turn = QLabel(), QToolButton()
        theme.tone(self._heading, "section")
        self._turn.setText("New directions")
        theme.tone(self._turn, "flat")
        self._turn.setToolTip("Other random directions, from where it stands now.")
        self._turn.clicked.connect(self.turnWanted)
        self._heading.setMinimumHeight(HEADING_PX)
        row = QHBoxLayout()
        row.addWidget(self._heading, 1)
        row.addWidget(self._turn)
        return row

    def _fit(self, point: Point, tip: str) -> None:
        """Build sliders for this point, unless those there fit."""
        fits = [(slider.name, slider.high) for slider in self.sliders]
        if fits == [(name, point.reach) for name in point.names]:
            return
        for slider in self.sliders:
            self._rows.removeWidget(slider)
            slider.deleteLater()
        self.sliders = []
        for index, name in enumerate(point.names):
            slider = NamedSlider(name, -point.reach, point.reach, 0.0, tip)
            slider.moved.connect(partial(self.moved.emit, index))
            self._rows.addWidget(slider)
            self.sliders.append(slider)
