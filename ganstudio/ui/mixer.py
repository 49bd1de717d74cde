"""Style mixing: a second latent, and the layers that take its style."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ganstudio.latent.stand import Stand
from ganstudio.train.messages import Model
from ganstudio.ui import theme
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.latents import Point
from ganstudio.ui.seed import SeedBox
from ganstudio.ui.walking import Mix
from ganstudio.ui.well import Well

WELL_TIP = "The second latent. Drop a tile here, click to take this place, or choose a seed."
PARTS = ("Coarse", "Middle", "Fine")
PART_TIPS = ("pose and form", "features", "colour and detail")


class Mixer(QWidget):
    """Chooses the second latent and its layers; what comes of it is up to whoever listens.

    Args:
        here: gives the place where the point stands.

    Signals:
        changed (Mix | None): mix like this from now on.
        secondChosen (Stand): the second latent is another; its picture is wanted.
        refused (str): why what was dropped is no latent for this.
    """

    changed = Signal(object)
    secondChosen = Signal(object)  # noqa: N815
    refused = Signal(str)

    def __init__(self, here: Callable[[], Stand | None]) -> None:
        super().__init__()
        self.mix: Mix | None = None
        self.model: Model | None = None
        self._pinned: Stand | None = None
        self._pictured: Stand | None = None  # the second latent that the well shows
        self.well = Well("B", WELL_TIP, here=here)
        self.seed = SeedBox("Chooses the second latent.")
        self.pinned, self.clear = QToolButton(), QToolButton()
        self.chips: list[QToolButton] = []
        self.presets = [QToolButton() for _ in PARTS]
        self._chips, self._presets = QWidget(), QWidget()
        self._flow = FlowLayout(self._chips, theme.SPACE[1])
        self._lay_out()
        self._connect()

    def take(self, model: Model) -> None:
        """Serve this model: a chip for each of its layers."""
        self.model = model
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = [self._chip(layer) for layer in range(model.layers)]
        self._pinned = None
        self._show()

    def show_point(self, point: Point) -> None:
        """Show what is mixed there; announces nothing."""
        if point.mix is not self.mix:
            self.mix = point.mix
            self._show()

    def pin(self, stand: Stand) -> None:
        """A place was pinned; it can be mixed in."""
        self._pinned = stand
        self._show()

    def take_second(self, stand: Stand) -> None:
        """Mix this in: with the layers of before, or the coarse ones."""
        if self.model is None or stand.z.shape != (self.model.z_dim,):
            self.refused.emit("Not mixed: this place is of another model.")
            self._show()
            return
        layers = self.mix.layers if self.mix is not None else self.part(0)
        self.changed.emit(Mix(stand, layers))

    def part(self, index: int) -> frozenset[int]:
        """The layers of the coarse, middle or fine part."""
        count = len(self.chips)
        bounds = [round(count * share / len(PARTS)) for share in range(len(PARTS) + 1)]
        return frozenset(range(bounds[index], bounds[index + 1]))

    def _chip(self, layer: int) -> QToolButton:
        chip = QToolButton()
        chip.setText(str(layer + 1))
        chip.setCheckable(True)
        chip.setFixedSize(QSize(30, 26))
        chip.setStyleSheet("padding: 0;")
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.setToolTip(f"Layer {layer + 1}: 1 is the coarsest.")
        chip.clicked.connect(partial(self._on_chip, layer))
        self._flow.addWidget(chip)
        return chip

    def _on_chip(self, layer: int) -> None:
        layers = frozenset() if self.mix is None else self.mix.layers
        self._choose(layers ^ {layer})

    def _on_preset(self, index: int) -> None:
        layers = frozenset() if self.mix is None else self.mix.layers
        part = self.part(index)
        self._choose(layers - part if part <= layers else layers | part)

    def _choose(self, layers: frozenset[int]) -> None:
        if self.mix is not None:
            self.changed.emit(replace(self.mix, layers=layers))
        elif self.model is not None:  # without a second latent, the seed's is meant
            self.changed.emit(Mix(Stand(self.model.draw(1, self.seed.value)[0]), layers))

    def _on_seed(self, seed: int) -> None:
        if self.model is not None:
            self.take_second(Stand(self.model.draw(1, seed)[0]))

    def _on_well(self) -> None:
        if self.well.stands:
            self.take_second(self.well.stands[-1])
        else:
            self.changed.emit(None)

    def _show(self) -> None:
        layers = frozenset() if self.mix is None else self.mix.layers
        for layer, chip in enumerate(self.chips):
            chip.setChecked(layer in layers)
        for index, preset in enumerate(self.presets):
            preset.setChecked(bool(self.part(index)) and self.part(index) <= layers)
        self.clear.setEnabled(self.mix is not None)
        self.pinned.setEnabled(self._pinned is not None)
        other = None if self.mix is None else self.mix.other
        if other is not self._pictured:
            self._pictured = other
            self.well.put([] if other is None else [other])
            if other is not None:
                self.secondChosen.emit(other)

    def _lay_out(self) -> None:
        self.pinned.setText("Pinned")
        self.pinned.setToolTip("Take the place that was pinned last (P).")
        self.clear.setText("None")
        self.clear.setToolTip("Mix nothing in.")
        words = QLabel("Layers that take the second style")
        theme.tone(words, "small")
        words.setWordWrap(True)
        flow = FlowLayout(self._presets, theme.SPACE[1])
        for preset, name, tip in zip(self.presets, PARTS, PART_TIPS, strict=True):
            preset.setText(name)
            preset.setCheckable(True)
            preset.setToolTip(f"The {name.lower()} layers: {tip}.")
        for button in (*self.presets, self.pinned, self.clear):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for preset in self.presets:
            flow.addWidget(preset)
        second = QGridLayout()
        second.setHorizontalSpacing(theme.SPACE[2])
        second.setVerticalSpacing(theme.SPACE[1])
        second.addWidget(self.well, 0, 0, 2, 1)
        second.addWidget(self.pinned, 0, 1)
        second.addWidget(self.clear, 1, 1)
        second.addWidget(self.seed, 2, 0, 1, 2)
        second.setColumnStretch(1, 1)
        for button in (self.pinned, self.clear):
            policy = button.sizePolicy()
            policy.setHorizontalPolicy(policy.Policy.Expanding)
            button.setSizePolicy(policy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.SPACE[2])
        column.setSpacing(theme.SPACE[1])
        column.addLayout(second)
        column.addWidget(words)
        column.addWidget(self._presets)
        column.addWidget(self._chips)

    def _connect(self) -> None:
        self.seed.changed.connect(self._on_seed)
        self.well.changed.connect(self._on_well)
        self.clear.clicked.connect(lambda: self.changed.emit(None))
        self.pinned.clicked.connect(
            lambda: None if self._pinned is None else self.take_second(self._pinned)
        )
        for index, preset in enumerate(self.presets):
            preset.clicked.connect(partial(self._on_preset, index))
