"""The controls above the solids."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from ganstudio.ui import theme
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.gl.scene import Shape
from ganstudio.ui.segments import Segments
from ganstudio.ui.solid_export import FORMATS
from ganstudio.ui.solid_view import SolidView
from ganstudio.ui.threshold import ThresholdSlider

COUNTS = (1, 4, 9, 16, 25, 36, 64)
THRESHOLD_PX, ROW_PX = 222, 32
SURFACE_TIP = (
    "The voxels as they are, a rounded surface through them, or a soft volume whose density is "
    "its opacity."
)
VIEW_TIP = "View: colours, wireframe, perspective, ruler and cut planes"
EXPORT_TIP = (
    "Save the object, or the one clicked last, as a file for other programs: in millimetres, "
    "cleaned, and with a report of what is in it."
)


class SolidControls(QWidget):
    """Threshold, form, number of objects, what shows beside them, and ways out.

    Signals:
        thresholdMoved (float): voxels above it are solid.
        surfaceChosen (str): ``cubes``, ``smooth`` or ``volume``.
        countChosen (int): so many objects.
        rolled: other objects, please.
        turntable, floor, box (bool): on or off.
        framed: show everything.
        exportWanted (str): into a file with this suffix.
        pictureWanted: into a picture file.

    Attributes:
        view: how they are looked at, folded away at first.
    """

    thresholdMoved = Signal(float)  # noqa: N815
    surfaceChosen = Signal(str)  # noqa: N815
    countChosen = Signal(int)  # noqa: N815
    rolled = Signal()
    turntable = Signal(bool)
    floor = Signal(bool)
    box = Signal(bool)
    framed = Signal()
    exportWanted = Signal(str)  # noqa: N815
    pictureWanted = Signal()  # noqa: N815
    _unfolded = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.threshold = ThresholdSlider()
        self.threshold.setFixedWidth(THRESHOLD_PX)
        self.threshold.setContentsMargins(0, 0, theme.SPACE[1], 0)
        self.threshold.moved.connect(self.thresholdMoved)
        self.surface = Segments(("Cubes", "Smooth", "Volume"))
        self.surface.setToolTip(SURFACE_TIP)
        self.surface.chosen.connect(lambda name: self.surfaceChosen.emit(name.lower()))
        self.count = QComboBox()
        for count in COUNTS:
            self.count.addItem("1 object" if count == 1 else f"{count} objects", count)
        self.count.setToolTip("One object at the point of the Latent panel, or several from noise.")
        self.count.setAccessibleName("Number of objects")
        self.count.currentIndexChanged.connect(self._on_count)
        self._die = _button("dice", "Other objects", self.rolled.emit)
        self._die.hide()
        self.row = QVBoxLayout(self)
        self.row.setSpacing(theme.SPACE[2])
        line = QWidget()
        row = FlowLayout(line, theme.SPACE[1])
        self.view = SolidView()
        self.view.hide()
        self.row.addWidget(line)
        self.row.addWidget(self.view)
        many = QWidget()
        pair = QHBoxLayout(many)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(theme.SPACE[1])
        pair.addWidget(self.count)
        pair.addWidget(self._die)
        for widget in (self.threshold, self.surface, many):
            row.addWidget(widget)
        self.switches = {
            "turntable": _switch("turntable", "Turntable: the objects turn", self.turntable),
            "floor": _switch("grid", "Floor, with grid and shadows", self.floor, on=True),
            "box": _switch("cube", "Box around the solid voxels", self.box),
        }
        for widget in self.switches.values():
            row.addWidget(widget)
        self.more = _switch("sliders", VIEW_TIP, self._unfolded)
        self.more.toggled.connect(self.view.setVisible)
        row.addWidget(self.more)
        row.addWidget(_button("frame", "Frame everything (F)", self.framed.emit))
        self.export = QToolButton()
        self.export.setText("Export")
        self.export.setToolTip(EXPORT_TIP)
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.export.setMenu(self._export_menu())
        row.addWidget(self.export)
        for part in line.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            part.setFixedHeight(ROW_PX)

    def show_histogram(self, shapes: Sequence[Shape]) -> None:
        """Behind the threshold: how full the voxels of all these are."""
        counts = [shape.histogram for shape in shapes]
        self.threshold.show_histogram(np.sum(counts, axis=0) if counts else np.zeros(0, np.int64))

    def _export_menu(self) -> QMenu:
        menu = QMenu(self)
        for suffix, text in FORMATS.items():
            action = menu.addAction(f"{text}…")
            action.triggered.connect(lambda _=False, end=suffix: self.exportWanted.emit(end))
        menu.addSeparator()
        menu.addAction("Picture of the view…").triggered.connect(
            lambda _=False: self.pictureWanted.emit()
        )
        return menu

    def _on_count(self) -> None:
        count = int(self.count.currentData())
        self._die.setVisible(count > 1)
        self.countChosen.emit(count)


def _button(icon: str, tip: str, pressed: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    theme.decorate(button, icon)
    button.clicked.connect(lambda _=False: pressed())
    return button


def _switch(icon: str, tip: str, toggled: SignalInstance, on: bool = False) -> QToolButton:
    button = QToolButton()
    button.setCheckable(True)
    button.setChecked(on)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    theme.decorate(button, icon)
    button.toggled.connect(toggled)
    return button
