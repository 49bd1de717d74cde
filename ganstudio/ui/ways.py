"""The list of sliders that move a latent: truncation on top, then its dimensions or directions."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout
from PySide6.QtWidgets import QWidget as Widget

from ganstudio.ui import theme
from ganstudio.ui.latents import MOST_PSI, Point
from ganstudio.ui.segments import Segments
from ganstudio.ui.sliders import NamedSlider

PSI_TIP = "Truncation: pulls the noise towards its middle. Lower is safer and less varied."
AXES_TIP = "One number of the noise."
Z_TIP = "In standard deviations of the noise."
W_TIP = "How far the mapped latent w is moved, as a length in w."
SPACE_TIP = "Walk through the noise z, or through w, what the mapping network makes of it."
HEADING_PX = 28


class Ways(QScrollArea):
    """A slider for each way that a point can be moved.

    Attributes:
        top: the layout above the sliders, for what is not noise.

    Signals:
        moved (int, float): the person moved along one direction, to this amount.
        truncated (float): the person set psi.
        turnWanted: other directions, please.
        spaceChosen (str): ``z`` or ``w`` shall be walked.
    """

    moved = Signal(int, float)
    truncated = Signal(float)
    turnWanted = Signal()  # noqa: N815
    spaceChosen = Signal(str)  # noqa: N815

    def __init__(self) -> None:
        super().__init__()
        self.sliders: list[NamedSlider] = []
        self.psi = NamedSlider("Truncation", 0, MOST_PSI, 1.0, PSI_TIP)
        self.psi.moved.connect(self.truncated.emit)
        self.line = QFrame()
        theme.tone(self.line, "line")
        self.top = QVBoxLayout()
        inner = Widget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.SPACE[3], 0)
        column.setSpacing(theme.SPACE[1])
        column.addLayout(self.top)
        column.addWidget(self.psi)
        column.addWidget(self.line)
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
        walk, noise = point.walk, bool(point.model.z_dim)
        for part in (self.psi, self.line, self._heading):
            part.setVisible(noise)
        self.space.setVisible(bool(point.model.w_dim))
        if self.space.value != point.space:
            self.space.blockSignals(True)
            self.space.choose(point.space)
            self.space.blockSignals(False)
        words = "Walk in" if point.model.w_dim else "Noise" if point.axes else "Directions"
        self._heading.setText(words)
        self._turn.setVisible(not point.axes)
        self._fit(point, AXES_TIP if point.axes else W_TIP if point.space == "w" else Z_TIP)
        for slider, amount, home in zip(self.sliders, walk.amounts, walk.home, strict=True):
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
        self.space = Segments(("z", "w"))
        self.space.setToolTip(SPACE_TIP)
        self.space.chosen.connect(self.spaceChosen)
        row = QHBoxLayout()
        row.addWidget(self._heading)
        row.addWidget(self.space)
        row.addStretch(1)
        row.addWidget(self._turn)
        return row

    def _fit(self, point: Point, tip: str) -> None:
        """Build sliders for this point, unless those there fit."""
        fits = [(slider.name, slider.high, slider.tip) for slider in self.sliders]
        if fits == [(name, point.reach, tip) for name in point.walk.names]:
            return
        for slider in self.sliders:
            self._rows.removeWidget(slider)
            slider.deleteLater()
        self.sliders = []
        for index, name in enumerate(point.walk.names):
            slider = NamedSlider(name, -point.reach, point.reach, 0.0, tip)
            slider.moved.connect(partial(self.moved.emit, index))
            self._rows.addWidget(slider)
            self.sliders.append(slider)
