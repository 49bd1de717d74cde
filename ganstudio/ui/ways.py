"""The list of sliders that move a latent: truncation on top, then its dimensions or directions."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout
from PySide6.QtWidgets import QWidget as Widget

from ganstudio.ui import theme
from ganstudio.ui.bank_box import BankBox
from ganstudio.ui.latents import MOST_NOISE, MOST_PSI, Point
from ganstudio.ui.sliders import NamedSlider
from ganstudio.ui.way_row import WayRow

PSI_TIP = "Truncation: pulls the noise towards its middle. Lower is safer and less varied."
NOISE_TIP = "Strength of the small noise added at every layer; 0 switches it off."
AXES_TIP = "One number of the noise."
Z_TIP = "In standard deviations of the noise."
W_TIP = "How far the mapped latent w is moved."


class Ways(QScrollArea):
    """A slider for each way that a point can be moved.

    Attributes:
        top: the layout above the sliders, for what is not noise.
        middle: the layout between truncation and directions.
        noise_row: strength of the layers' noise and its switch, for whoever has room for them.
        roles: the direction that each of ``x``, ``y`` and ``wheel`` moves, by number.

    Signals:
        moved (int, float): the person moved along one direction, to this amount.
        truncated (float): the person set psi.
        noised (float): the person set the strength of the noise inputs.
        renamed (int, str): the person gave a direction a name.
        stretched (int, float): a slider shall go so far; 0: as far as the others.
        kept (int): a direction shall be kept among the person's own.
        looked: other rows came into sight.
    """

    moved = Signal(int, float)
    truncated = Signal(float)
    noised = Signal(float)
    renamed = Signal(int, str)
    stretched = Signal(int, float)
    kept = Signal(int)
    looked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.sliders: list[WayRow] = []
        self.roles = {"x": 0, "y": 1, "wheel": 2}
        self.psi = NamedSlider("Truncation", 0, MOST_PSI, 1.0, PSI_TIP)
        self.psi.moved.connect(self.truncated.emit)
        self.noise = NamedSlider("Layer noise", 0, MOST_NOISE, 1.0, NOISE_TIP)
        self.noise_row, self.switch = Widget(), QToolButton()
        self.noise.moved.connect(self.noised.emit)
        self._strength = 1.0  # to switch the noise on with again
        self.line = QFrame()
        theme.tone(self.line, "line")
        self.bank = BankBox()
        self._build_noise()
        self.top, self.middle = QVBoxLayout(), QVBoxLayout()
        inner = Widget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.SPACE[3], 0)
        column.setSpacing(theme.SPACE[1])
        column.addLayout(self.top)
        column.addWidget(self.psi)
        column.addLayout(self.middle)
        column.addWidget(self.line)
        column.addWidget(self.bank)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        column.addLayout(self._rows)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inner)
        self.verticalScrollBar().valueChanged.connect(self.looked)

    def show_point(self, point: Point) -> None:
        """Put every handle where the point says, without telling anybody."""
        walk, noise = point.walk, bool(point.model.z_dim)
        for part in (self.psi, self.line, self.bank):
            part.setVisible(noise)
        self.noise_row.setVisible(point.model.noisy)
        self.bank.show_space(point.space, bool(point.model.w_dim))
        self.bank.show_reach(point.reach)
        self._fit(point, AXES_TIP if point.axes else W_TIP if point.space == "w" else Z_TIP)
        for slider, amount, home in zip(self.sliders, walk.amounts, walk.home, strict=True):
            slider.home = float(home)
            slider.set_value(float(amount))
        self.psi.set_value(point.psi)
        self.noise.set_value(point.noise)
        self._strength = point.noise or self._strength
        self.switch.setChecked(point.noise > 0)
        theme.decorate(self.switch, "eye" if point.noise else "eye-off", "muted")

    def clear_films(self) -> None:
        """No picture along any slider is true any more."""
        for slider in self.sliders:
            slider.key = b""
            slider.film.show_images([])

    def set_role(self, index: int, role: str) -> None:
        """Let this direction be moved by ``x``, ``y`` or ``wheel``; again, and nothing does."""
        if self.roles.get(role) == index:
            del self.roles[role]
        else:
            self.roles = {r: i for r, i in self.roles.items() if i != index} | {role: index}
        self._show_roles()

    def steps(self, **moves: float) -> dict[int, float]:
        """How far each direction is moved, from how far the mouse or the wheel went."""
        return {self.roles[role]: step for role, step in moves.items() if role in self.roles}

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: rows came into sight."""
        super().showEvent(event)
        self.looked.emit()

    def _build_noise(self) -> None:
        self.switch.setCheckable(True)
        theme.tone(self.switch, "flat")
        theme.decorate(self.switch, "eye", "muted")
        self.switch.setToolTip("Switch the noise of the layers on and off.")
        self.switch.setAccessibleName("Noise of the layers")
        self.switch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.switch.clicked.connect(lambda on: self.noised.emit(self._strength if on else 0.0))
        self.noise.slider.setMinimumWidth(24)  # beside the switch, in a narrow dock
        row = QHBoxLayout(self.noise_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        row.addWidget(self.noise, 1)
        row.addWidget(self.switch)

    def _show_roles(self) -> None:
        worn = {index: role for role, index in self.roles.items()}
        for index, slider in enumerate(self.sliders):
            if slider.role != worn.get(index, ""):
                slider.set_role(worn.get(index, ""))

    def _fit(self, point: Point, tip: str) -> None:
        """Build rows for this point, unless those there fit."""
        pictures, names = self.bank.films.isChecked(), point.walk.names
        reaches = [point.reach_of(index) for index in range(len(names))]
        there = [(slider.high, slider.tip, slider.pictures) for slider in self.sliders]
        if there == [(reach, tip, pictures) for reach in reaches]:
            for slider, name in zip(self.sliders, names, strict=True):
                if slider.name != name:
                    slider.set_name(name)
            return
        for slider in self.sliders:
            self._rows.removeWidget(slider)
            slider.hide()
            slider.deleteLater()
        self.sliders = []
        for index, (name, reach) in enumerate(zip(names, reaches, strict=True)):
            slider = WayRow(name, reach, tip, pictures)
            slider.moved.connect(partial(self.moved.emit, index))
            slider.renamed.connect(partial(self.renamed.emit, index))
            slider.roleChosen.connect(partial(self.set_role, index))
            slider.reachWanted.connect(partial(self.stretched.emit, index))
            slider.kept.connect(partial(self.kept.emit, index))
            self._rows.addWidget(slider)
            self.sliders.append(slider)
        for slider in self.sliders:
            slider.set_role("")
        self._show_roles()
