"""Which grid is laid out, how large, and from what."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.latent.arithmetic import GROUPS, layer_groups
from ganstudio.latent.bank import Bank
from ganstudio.latent.blend import Way
from ganstudio.latent.stand import Stand
from ganstudio.train.messages import Model
from ganstudio.ui import grid_plan, theme
from ganstudio.ui.decimals import Decimals
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.grid_banks import kept_banks, random_bank
from ganstudio.ui.grid_plan import Plan
from ganstudio.ui.studio import Studio
from ganstudio.ui.well import Well

MODES = {
    "Span": "What lies between three or four latents at the corners",
    "Classes": "Rows are latents, columns are classes",
    "Styles": "Rows are latents, columns give some layers their style",
    "Truncation": "Rows are latents, truncated less and less to the right",
    "Directions": "Steps along two directions from a latent in the middle",
}
SIDES = {  # what the number is of, where it is not of tiles on both sides
    "Classes": (" rows", "Rows, {least} to {most}; there is a column for each class"),
}
LEAST, MOST, USUAL = 3, 12, 6
NO_CLASSES, NO_STYLES = "This model is told no classes.", "This model maps no styles."


class GridControls(QWidget):
    """Mode, size and, by mode, the wells and choices that the grid is made from.

    Args:
        here: gives what Latent stands on.

    Attributes:
        corners: wells of the span.
        centre: of the directions.

    Signals:
        changed: another grid is wanted.
        randomWanted: other random latents, please.
        exportWanted: save it as a picture.
    """

    changed = Signal()
    randomWanted = Signal()  # noqa: N815
    exportWanted = Signal()  # noqa: N815

    def __init__(self, here: Callable[[], Stand | None]) -> None:
        super().__init__()
        self._spare: list[Stand] = []
        self._ways: list[tuple[str, Bank, int]] = []
        self._make_wells(here)
        self._make_choices()
        self._parts: dict[str, tuple[QWidget, ...]] = {
            "Span": (*self.corners, self._way),
            "Classes": (self.rows,),
            "Styles": (self.rows, self.columns, self._layers),
            "Truncation": (self.rows,),
            "Directions": (self.centre, self._across, self._down, self.reach),
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[2])
        column.addWidget(self._build_top())
        box = QWidget()
        flow = FlowLayout(box, theme.SPACE[1])
        for part in dict.fromkeys(part for parts in self._parts.values() for part in parts):
            flow.addWidget(part)
            part.hide()
        column.addWidget(box)
        self._show_parts()

    @property
    def wells(self) -> list[Well]:
        """All of them."""
        return [*self.corners, self.rows, self.columns, self.centre]

    @property
    def mode(self) -> str:
        """One of ``MODES``."""
        return self._mode.currentText()

    @property
    def way(self) -> Way:
        """Between the corners."""
        return "linear" if self._way.currentText() == "Linear" else "spherical"

    @property
    def directions(self) -> tuple[tuple[Bank, int] | None, tuple[Bank, int] | None]:
        """The two chosen, across and down."""
        chosen = [self._ways[box.currentIndex()][1:] if box.count() else None
                  for box in (self._across, self._down)]  # fmt: skip
        return chosen[0], chosen[1]

    def choose(self, mode: str) -> None:
        """Set the mode."""
        self._mode.setCurrentText(mode)

    def layers(self, count: int) -> tuple[int, ...]:
        """Which layers take the style of the columns."""
        return layer_groups(count)[self._layers.currentText().lower()]

    def rows_of(self, side: int) -> list[Stand]:
        """The latents of the rows: those dropped, or random ones."""
        return self.rows.stands[:side] or self._spare[:side]

    def columns_of(self, side: int) -> list[Stand]:
        """The latents of the columns, none of which is a row's."""
        return self.columns.stands[:side] or self._spare[MOST : MOST + side]

    def plan(self, model: Model, here: Stand | None) -> Plan | None:
        """The grid that is asked for, but that of styles; None while something lacks.

        Args:
            model: whose latents are laid out.
            here: where Latent stands.

        Raises:
            ValueError: if what is asked for does not go together.
        """
        side = self.side.value()
        if self.mode == "Span":
            corners = [well.stands[0] for well in self.corners if well.stands]
            return grid_plan.span(corners, side, self.way, model) if len(corners) > 2 else None
        if self.mode == "Classes":
            return grid_plan.by_class(self.rows_of(side), model)
        if self.mode == "Truncation":
            return grid_plan.by_truncation(self.rows_of(side), side)
        centre, (across, down) = (*self.centre.stands, here)[0], self.directions
        if centre is None or across is None or down is None:
            return None
        return grid_plan.by_directions(centre, across, down, side, self.reach.value())

    def take(self, model: Model) -> None:
        """Offer what this model can."""
        reasons = {
            "Classes": "" if model.classes else NO_CLASSES,
            "Styles": "" if model.w_dim and model.layers else NO_STYLES,
        }
        items = self._mode.model()
        for index, mode in enumerate(MODES):
            why = reasons.get(mode, "")
            if isinstance(items, QStandardItemModel):
                items.item(index).setEnabled(not why)
            self._mode.setItemData(index, why or MODES[mode], Qt.ItemDataRole.ToolTipRole)
        if reasons.get(self.mode):
            self._mode.setCurrentText("Span")

    def shuffle(self, spare: list[Stand]) -> None:
        """Take these latents wherever random ones are needed; what was dropped stays in rows."""
        self._spare = spare
        if self.mode == "Span" or not self.corners[0].stands:
            for well, stand in zip(self.corners, spare, strict=False):
                well.put([stand])
        elif self.mode == "Directions":
            self.centre.put([spare[0]])

    def offer_banks(self, studio: Studio) -> None:
        """List the directions there are: those kept with the run, and random ones.

        What was chosen stays chosen, by name; if it leads elsewhere now, another grid is wanted.
        """
        model = studio.model
        if model is None or not model.z_dim:
            return
        found = [*kept_banks(studio, model), random_bank(model)]
        ways = [(name, way, i) for way in found for i, name in enumerate(way.names)]
        before, self._ways = self._chosen_ways(), ways
        for box, first in ((self._across, 0), (self._down, 1)):
            chosen = box.currentText()
            box.blockSignals(True)
            box.clear()
            box.addItems([name for name, _, _ in ways])
            known = box.findText(chosen) if chosen else -1
            box.setCurrentIndex(known if known >= 0 else min(first, len(ways) - 1))
            box.blockSignals(False)
        if before and self.mode == "Directions" and before != self._chosen_ways():
            self.changed.emit()

    def _chosen_ways(self) -> list[bytes]:
        """What the two chosen directions are, to be compared."""
        pairs = [pair for pair in self.directions if pair is not None]
        return [way.ways[index].tobytes() + way.scales[index].tobytes() for way, index in pairs]

    def _make_wells(self, here: Callable[[], Stand | None]) -> None:
        places = ("top left", "top right", "bottom left", "bottom right; empty: it follows")
        self.corners = [
            Well(name, f"The latent at the {place}. Drop a tile, or click to go there.", here=here)
            for name, place in zip("ABCD", places, strict=True)
        ]
        rows = "Latents of the rows: drop tiles here. Random ones while it is empty."
        self.rows = Well("Rows", rows, several=True, here=here)
        columns = "Latents whose style is taken: drop tiles here. Random ones while it is empty."
        self.columns = Well("Cols", columns, several=True, here=here)
        middle = "The latent in the middle: drop a tile here. What Latent shows while it is empty."
        self.centre = Well("Centre", middle, here=here)
        for well in self.wells:
            well.changed.connect(self.changed)

    def _make_choices(self) -> None:
        self._way, self._layers = QComboBox(), QComboBox()
        self._across, self._down = QComboBox(), QComboBox()
        self.reach = Decimals()
        self._way.addItems(["Spherical", "Linear"])
        self._layers.addItems([name.capitalize() for name in GROUPS])
        for box, name, tip in (
            (self._way, "Way", "Spherical keeps to where latents lie; linear cuts across"),
            (self._layers, "Layers", "Layers that take the style of the columns: coarse ones are "
             "for form, middle ones for features, fine ones for colour"),
            (self._across, "Across", "The direction from left to right"),
            (self._down, "Up", "The direction from the bottom to the top"),
        ):  # fmt: skip
            box.setToolTip(tip)
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(11)
            box.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.reach.setRange(0.5, 6)
        self.reach.setSingleStep(0.5)
        self.reach.setDecimals(1)
        self.reach.setValue(3)
        self.reach.setPrefix("± ")
        self.reach.setToolTip("How far both directions go, in standard deviations")
        self.reach.setAccessibleName("Reach")
        self.reach.lineEdit().setTextMargins(5, 0, 0, 0)
        self.reach.setFixedWidth(80)
        self.reach.valueChanged.connect(lambda _: self.changed.emit())

    def _build_top(self) -> QWidget:
        top = QWidget()
        flow = FlowLayout(top, theme.SPACE[1])
        self._mode, self.side = QComboBox(), QSpinBox()
        self._mode.addItems(list(MODES))
        self._mode.setToolTip("What the rows and columns are")
        self._mode.setAccessibleName("Kind of grid")
        self._mode.currentTextChanged.connect(self._on_mode)
        self.side.setRange(LEAST, MOST)
        self.side.setValue(USUAL)
        self.side.lineEdit().setTextMargins(5, 0, 0, 0)
        self.side.setFixedWidth(92)
        self.side.valueChanged.connect(lambda _: self.changed.emit())
        die, export = QPushButton("Random"), QToolButton()
        theme.decorate(die, "dice")
        die.setToolTip("Other random latents")
        die.clicked.connect(self.randomWanted)
        theme.decorate(export, "export")
        export.setToolTip("Save the grid as a picture")
        export.setAccessibleName("Save the grid")
        export.clicked.connect(self.exportWanted)
        for part in (self._mode, self.side, die, export):
            flow.addWidget(part)
        return top

    def _on_mode(self) -> None:
        self._show_parts()
        self.changed.emit()

    def _show_parts(self) -> None:
        shown = self._parts[self.mode]
        suffix, tip = SIDES.get(self.mode, (" a side", "Tiles a side, {least} to {most}"))
        self.side.setSuffix(suffix)
        self.side.setToolTip(tip.format(least=LEAST, most=MOST))
        self.side.setAccessibleName(suffix.strip().capitalize())
        for part in {part for parts in self._parts.values() for part in parts}:
            part.setVisible(part in shown)
