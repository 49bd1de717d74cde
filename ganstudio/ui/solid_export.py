"""The export of a solid: format, surface, size, cleaning, and what will be in the file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ganstudio.solids.export import LARGEST_MM, Report, Wishes, make_ready
from ganstudio.solids.faults import SolidError
from ganstudio.solids.formats import Surface
from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.decimals import Decimals
from ganstudio.ui.segments import Segments

FORMATS = {
    ".stl": "STL, for 3D printing",
    ".3mf": "3MF, for 3D printing",
    ".obj": "OBJ, for modelling",
    ".ply": "PLY, a small mesh",
    ".glb": "GLB, for the web and slides",
    ".vox": "VOX, for MagicaVoxel",
    ".binvox": "BINVOX, the voxels",
    ".npy": "NPY, the numbers themselves",
}
MESHES = (".stl", ".3mf", ".obj", ".ply", ".glb")
SIZED = (*MESHES, ".binvox")
USUAL_MM, SMALLEST_MM = 80.0, 1.0
WIDTH_PX = 420
MEASURING = "Measuring…"
LEAKS = "Choose the smooth surface for printing."


@dataclass(frozen=True)
class Choice:
    """What was chosen last, to begin with next time.

    Attributes:
        suffix: one of ``FORMATS``.
        surface: ``smooth`` or ``cubes``.
        size_mm: longest side of the object.
        largest: leave crumbs out.
        fill: fill hollows.
    """

    suffix: str = ".stl"
    surface: str = "smooth"
    size_mm: float = USUAL_MM
    largest: bool = False
    fill: bool = False

    def wishes(self, threshold: float) -> Wishes:
        """As the export takes it."""
        surface: Surface = "cubes" if self.surface == "cubes" else "smooth"
        return Wishes(surface, self.size_mm, threshold, self.largest, self.fill)


class ExportDialog(QDialog):
    """Asks how a solid shall be written, and says at once what that makes of it.

    Args:
        grid: (X, Y, Z), float in [0, 1] or bool.
        threshold: voxels above it are solid.
        name: of the file proposed, without its ending.
        choice: to begin with.
        measure: does the measuring; it outlives the dialog, which so never waits for it.
        parent: the window.

    Signals:
        wanted (Path, Choice): write it there.
    """

    wanted = Signal(object, object)

    def __init__(
        self,
        grid: np.ndarray,
        threshold: float,
        name: str,
        choice: Choice,
        measure: Background,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export solid")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH_PX)
        self.name, self._grid, self._threshold = name, grid, threshold
        self._build(choice)
        self._measure = measure
        measure.done.connect(self._say)
        measure.broken.connect(self._say)
        self._renew()

    @property
    def choice(self) -> Choice:
        """What is chosen now."""
        return Choice(
            str(self.format.currentData()), self.surface.value.lower(), self.side_mm.value(),
            self.largest.isChecked(), self.fill.isChecked(),
        )  # fmt: skip

    @property
    def solid(self) -> tuple[np.ndarray, float]:
        """What is to be exported, and the threshold."""
        return self._grid, self._threshold

    def show_grid(self, grid: np.ndarray, threshold: float) -> None:
        """Another solid, or another threshold, is to be exported."""
        self._grid, self._threshold = grid, threshold
        self._renew()

    def save(self) -> None:
        """Ask where to, and announce it."""
        choice = self.choice
        kind = f"{FORMATS[choice.suffix]} (*{choice.suffix})"
        path = pictures.ask_save(self, "Export solid", f"{self.name}{choice.suffix}", kind)
        if path is not None:
            self.wanted.emit(path, choice)
            self.accept()

    def done(self, result: int) -> None:
        """Qt: closed in any way; what is being measured is not waited for."""
        self._measure.done.disconnect(self._say)
        self._measure.broken.disconnect(self._say)
        super().done(result)

    def _build(self, choice: Choice) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(theme.SPACE[4])
        form.setVerticalSpacing(theme.SPACE[2])
        self.format = QComboBox()
        for suffix, text in FORMATS.items():
            self.format.addItem(text, suffix)
        self.format.setCurrentIndex(max(self.format.findData(choice.suffix), 0))
        self.format.setToolTip("Kind of file. Printers take STL and 3MF.")
        self.surface = Segments(("Smooth", "Cubes"))
        self.surface.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.surface.setToolTip("Rounded and watertight, or the voxels as they are.")
        self.surface.choose(choice.surface.capitalize())
        self.side_mm = Decimals()
        self.side_mm.setRange(SMALLEST_MM, LARGEST_MM)
        self.side_mm.setDecimals(1)
        self.side_mm.setSuffix(" mm")
        self.side_mm.setValue(choice.size_mm)
        self.side_mm.lineEdit().setTextMargins(5, 0, 0, 0)
        self.side_mm.setToolTip("Longest side of the object. A GLB keeps it in metres, as it must.")
        self.largest = QCheckBox("Largest part only")
        self.largest.setToolTip("Leave out crumbs that do not hang together with the rest.")
        self.largest.setChecked(choice.largest)
        self.fill = QCheckBox("Fill hollows")
        self.fill.setToolTip("Make solid what nothing leads into from outside.")
        self.fill.setChecked(choice.fill)
        form.addRow("Format", self.format)
        form.addRow("Surface", self.surface)
        form.addRow("Longest side", self.side_mm)
        form.addRow("Cleaning", self.largest)
        form.addRow("", self.fill)
        self.line = QLabel(MEASURING)
        self.line.setWordWrap(True)
        self.line.setMinimumHeight(3 * self.fontMetrics().lineSpacing() + 4)
        self.line.setAlignment(Qt.AlignmentFlag.AlignTop)
        theme.tone(self.line, "muted")
        self._save, cancel = QPushButton("Save…"), QPushButton("Cancel")
        self._save.setDefault(True)
        theme.tone(self._save, "primary")
        self._save.setToolTip("Choose where to write the file.")
        cancel.setToolTip("Write nothing.")
        self._save.clicked.connect(self.save)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.SPACE[4]] * 4)
        column.setSpacing(theme.SPACE[3])
        column.addLayout(form)
        column.addWidget(self.line)
        column.addLayout(buttons)
        self.format.currentIndexChanged.connect(self._renew)
        self.surface.chosen.connect(self._renew)
        self.side_mm.valueChanged.connect(self._renew)
        self.largest.toggled.connect(self._renew)
        self.fill.toggled.connect(self._renew)

    def _renew(self, *_: object) -> None:
        """Grey what the format does not know, and measure anew."""
        choice = self.choice
        self.surface.setEnabled(choice.suffix in MESHES)
        self.side_mm.setEnabled(choice.suffix in SIZED)
        theme.tone(self.line, "muted")
        self.line.setText(MEASURING)
        wishes = choice.wishes(self._threshold)
        self._measure.submit(partial(_report, self._grid, choice.suffix, wishes))

    def _say(self, report: Report | str | Exception) -> None:
        if self._measure.busy:  # another question waits
            return
        if not isinstance(report, Report):
            self._fail(str(report))
            return
        leaks = report.watertight is False
        theme.tone(self.line, "warn" if leaks else "muted")
        self.line.setText(f"{report.text}. {LEAKS}" if leaks else report.text)
        self._save.setEnabled(True)

    def _fail(self, reason: str) -> None:
        theme.tone(self.line, "error")
        self.line.setText(f"{reason[:1].upper()}{reason[1:]}.")
        self._save.setEnabled(False)


def remembered(choice: Choice, suffix: str, surface: str) -> Choice:
    """What to begin with: as last time, in this format and, for meshes to look at, this surface."""
    printed = suffix in (".stl", ".3mf")
    return replace(choice, suffix=suffix, surface="smooth" if printed else surface)


def save(path: Path, grid: np.ndarray, choice: Choice, threshold: float) -> tuple[Path, Report]:
    """Write it; takes a while, so on a thread.

    Raises:
        SolidError: if nothing is above the threshold.
        OSError: if the disk will not take it.
    """
    from ganstudio.solids.export import write

    return path, write(path, grid, choice.wishes(threshold))


def _report(grid: np.ndarray, suffix: str, wishes: Wishes) -> Report | str:
    """What will be in the file, or why there will be none."""
    try:
        return make_ready(grid, suffix, wishes).report
    except SolidError as error:
        return str(error)
