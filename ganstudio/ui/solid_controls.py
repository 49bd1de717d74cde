"""The slim row of controls above the solids."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget

from ganstudio.ui import theme
from ganstudio.ui.segments import Segments
from ganstudio.ui.sliders import NamedSlider

COUNTS = (1, 4, 9, 16)
FORMATS = {
    ".stl": "STL, smooth and watertight, for 3D printing",
    ".obj": "OBJ, for modelling",
    ".ply": "PLY, a small mesh",
    ".glb": "GLB, for the web and slides",
    ".npy": "NPY, the numbers themselves",
    ".binvox": "BINVOX, the voxels",
}
THRESHOLD_PX = (200, 280)
SURFACE_TIP = (
    "The voxels as they are, or a rounded surface through them. Exported meshes follow it, "
    "but for STL files, which are always smooth."
)
EXPORT_TIP = (
    "Save the object as a file for other programs. STL always takes the smooth surface, "
    "which is watertight, so that it can be printed."
)


class SolidControls(QWidget):
    """Threshold, form, number of objects, what shows beside them, and ways out.

    Signals:
        thresholdMoved (float): voxels above it are solid.
        surfaceChosen (str): ``cubes`` or ``smooth``.
        countChosen (int): so many objects.
        rolled: other objects, please.
        turntable, floor, box (bool): on or off.
        framed: show everything.
        exportWanted (str): into a file with this suffix.
        pictureWanted: into a picture file.
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

    def __init__(self) -> None:
        super().__init__()
        self.threshold = NamedSlider(
            "Threshold", 0.0, 1.0, 0.5, "Voxels that the generator fills above this are solid."
        )
        self.threshold.setMinimumWidth(THRESHOLD_PX[0])
        self.threshold.setMaximumWidth(THRESHOLD_PX[1])
        self.threshold.moved.connect(self.thresholdMoved)
        self.surface = Segments(("Cubes", "Smooth"))
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
        row = self.row = QHBoxLayout(self)
        row.setSpacing(theme.SPACE[2])
        row.addWidget(self.threshold, 3)
        for widget in (self.surface, self.count, self._die):
            row.addWidget(widget)
        row.addStretch(1)
        self.switches = {
            "turntable": _switch("turntable", "Turntable: the objects turn", self.turntable),
            "floor": _switch("grid", "Floor, with grid and shadows", self.floor, on=True),
            "box": _switch("cube", "Box around the solid voxels", self.box),
        }
        for widget in self.switches.values():
            row.addWidget(widget)
        row.addWidget(_button("frame", "Frame everything (F)", self.framed.emit))
        self.export = QToolButton()
        self.export.setText("Export")
        self.export.setToolTip(EXPORT_TIP)
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.export.setMenu(self._export_menu())
        row.addWidget(self.export)

    def choose_threshold(self, threshold: float) -> None:
        """Move the threshold as if the person had."""
        self.threshold.set_value(threshold)
        self.thresholdMoved.emit(threshold)

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
