"""How solids are looked at: colours, edges, perspective, ruler, cut planes."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QWidget

from ganstudio.ui import theme
from ganstudio.ui.decimals import Decimals
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.gl.scene import Cuts
from ganstudio.ui.gl.still import Still
from ganstudio.ui.gl.tints import COLOURINGS, Colouring
from ganstudio.ui.gl.viewport import Viewport
from ganstudio.ui.span import Span

AXES = {"X": "#f0707a", "Y": "#5fcb86", "Z": "#6f9bff"}
ROW_PX, MM_PX = 30, 140
COLOURS: dict[Colouring, str] = {
    "plain": "One colour", "height": "By height", "density": "By density", "values": "By value",
}  # fmt: skip
SWITCHES = {
    "wire": ("Wireframe", "Show only the edges of voxels or triangles.", False),
    "flat": ("Orthographic", "Draw without perspective, so that lengths can be compared.", False),
    "cube": ("View cube", "A cube in the corner: click a side to look from there.", True),
    "read": ("Read voxel", "The voxel under the mouse tells its place and how full it is. "
                           "Click one to hold it.", False),
    "measure": ("Measure", "Click two points on the surface to see how far they are apart.", False),
}  # fmt: skip
NO_VALUES = "No values are there yet, such as those of the discriminator."


class SolidView(QWidget):
    """Every control of the view that does not change the solids themselves.

    Signals:
        changed: another choice; hand it over with ``dress``.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = FlowLayout(self, theme.SPACE[1])
        self.colour = QComboBox()
        self.colour.setToolTip("What the colour of a voxel stands for.")
        self.colour.setAccessibleName("Colour of the solids")
        for colouring in COLOURINGS:
            self.colour.addItem(COLOURS[colouring], colouring)
        self._missed = False  # colours by value were chosen, but there are none just now
        self.offer_values(None)
        self.colour.currentIndexChanged.connect(self.changed)
        self.colour.activated.connect(self._on_colour)
        row.addWidget(self.colour)
        self.switches = {key: self._switch(*words) for key, words in SWITCHES.items()}
        for switch in self.switches.values():
            row.addWidget(switch)
        self.voxel_mm = Decimals(minimum=0.0, maximum=1000.0, singleStep=0.1, decimals=2)
        self.voxel_mm.setSpecialValueText("No scale")
        self.voxel_mm.setSuffix(" mm a voxel")
        self.voxel_mm.setFixedWidth(MM_PX)
        self.voxel_mm.setToolTip("How long the side of a voxel is, to measure in millimetres.")
        self.voxel_mm.setAccessibleName("Millimetres in a voxel")
        self.voxel_mm.valueChanged.connect(self.changed)
        self.voxel_mm.setVisible(False)
        row.addWidget(self.voxel_mm)
        self.spans = {axis: self._span(axis, colour) for axis, colour in AXES.items()}
        for axis, span in self.spans.items():
            row.addWidget(_named(f"Cut {axis}", span))
        self.whole = QToolButton()
        self.whole.setText("Uncut")
        self.whole.setToolTip("Show the whole objects again.")
        self.whole.setEnabled(False)
        theme.decorate(self.whole, "reset")
        self.whole.clicked.connect(lambda _=False: self._uncut())
        row.addWidget(self.whole)
        for part in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            part.setFixedHeight(ROW_PX)

    @property
    def cuts(self) -> Cuts:
        """Which part of each axis is kept."""
        x, y, z = ((span.low, span.high) for span in self.spans.values())
        return x, y, z

    def offer_values(self, title: str | None) -> None:
        """Let colours stand for a value of each voxel, named so; None: there is none for now.

        Who chose it gets it back as soon as there are values again.
        """
        place = self.colour.findData("values")
        with QSignalBlocker(self.colour):
            self.colour.setItemText(place, f"By {title}" if title else COLOURS["values"])
        item = self.colour.model().item(place)  # type: ignore[attr-defined]
        item.setEnabled(title is not None)
        item.setToolTip("" if title else NO_VALUES)
        if title is None and self.colour.currentIndex() == place:
            self._missed = True
            self.colour.setCurrentIndex(0)
        elif title is not None and self._missed:
            self._missed = False
            self.colour.setCurrentIndex(place)

    @property
    def values_wanted(self) -> bool:
        """Whether colours stand for values, or will once there are any."""
        return self._missed or self.colour.currentData() == "values"

    def dress(self, view: Viewport | Still) -> None:
        """Make a view show what is chosen here."""
        on = {key: switch.isChecked() for key, switch in self.switches.items()}
        view.set_colouring(self.colour.currentData())
        view.set_wireframe(on["wire"])
        view.set_orthographic(on["flat"])
        view.set_view_cube(on["cube"])
        view.set_reading(on["read"])
        view.set_measuring(on["measure"])
        view.set_voxel_mm(self.voxel_mm.value() or None)
        view.set_cuts(self.cuts)

    def enable(self, drawn: bool) -> None:
        """Grey what plain pictures cannot show; cuts always work."""
        for widget in (self.colour, *self.switches.values(), self.voxel_mm):
            widget.setEnabled(drawn)

    def _switch(self, text: str, tip: str, on: bool) -> QToolButton:
        switch = QToolButton()
        switch.setText(text)
        switch.setToolTip(tip)
        switch.setCheckable(True)
        switch.setChecked(on)
        switch.toggled.connect(self._on_switched)
        return switch

    def _span(self, axis: str, colour: str) -> Span:
        span = Span(f"Cut along {axis}", colour)
        span.setToolTip(
            f"Cut the objects along {axis}: drag an end, or the part between. "
            "Double-click for all of it."
        )
        span.moved.connect(self._on_cut)
        return span

    def _on_colour(self, _: int) -> None:
        """The person chose."""
        self._missed = False

    def _on_switched(self) -> None:
        self.voxel_mm.setVisible(self.switches["measure"].isChecked())
        self.changed.emit()

    def _on_cut(self) -> None:
        self.whole.setEnabled(self.cuts != ((0.0, 1.0),) * 3)
        self.changed.emit()

    def _uncut(self) -> None:
        for span in self.spans.values():
            span.set_span(0.0, 1.0)
        self._on_cut()


def _named(name: str, widget: QWidget) -> QWidget:
    """A widget with its name before it."""
    pair, label = QWidget(), QLabel(name)
    theme.tone(label, "muted")
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.SPACE[1])
    row.addWidget(label)
    row.addWidget(widget, 1)
    return pair
