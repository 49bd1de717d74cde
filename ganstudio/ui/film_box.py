"""What a film is to be: kind, size and speed; then how far it is, and a way to stop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.errand import Errand
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.progress import Progress

KINDS = {
    "MP4": "MP4 film (*.mp4)",
    "GIF": "Animated GIF (*.gif)",
    "WebP": "Animated WebP (*.webp)",
    "PNG files": "Folder of PNG pictures (*.png)",
}
SMALLEST_PX, LARGEST_PX, USUAL_PX = 16, 8192, 512
USUAL_FPS, MOST_FPS = 30, 240
SPIN_PX = 92


class FilmBox(QWidget):
    """Asks for all that a film needs, and shows its progress in the same place.

    Args:
        name: of the file proposed, without its ending.
        errand: the writing; its progress is shown.

    Signals:
        wanted (Path, int, int): write a film to this file, so many frames a second, so high.
    """

    wanted = Signal(object, int, int)

    def __init__(self, name: str, errand: Errand) -> None:
        super().__init__()
        self.name, self._errand = name, errand
        self.kind, self.size_px, self.fps = QComboBox(), QSpinBox(), QSpinBox()
        self.export, self.cancel = QPushButton("Export…"), QPushButton("Cancel")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._asking, self._working = self._build_asking(), self._build_working()
        column.addWidget(self._asking)
        column.addWidget(self._working)
        self._working.hide()
        errand.turned.connect(self._on_turned)
        errand.progressed.connect(self._on_progressed)

    @property
    def busy(self) -> bool:
        """Whether a film is being written."""
        return self._errand.busy

    def allow(self, able: bool, why: str = "") -> None:
        """Let a film be asked for, or grey it and say why."""
        self.export.setEnabled(able)
        self.export.setToolTip(why or "Write the walk to a file")

    def ask(self) -> None:
        """Ask where to, and announce it."""
        kind = self.kind.currentText()
        ending = f".{KINDS[kind].rstrip(')').rpartition('.')[2]}"
        path = pictures.ask_save(self, "Export film", f"{self.name}{ending}", KINDS[kind])
        if path is not None:
            self.wanted.emit(path, self.fps.value(), self.size_px.value())

    def _build_asking(self) -> QWidget:
        box = QWidget()
        flow = FlowLayout(box, theme.SPACE[1])
        self.kind.addItems(list(KINDS))
        self.kind.setToolTip("Kind of file. PNG files go into a folder of their own.")
        self.kind.setAccessibleName("Kind of film")
        self.size_px.setRange(SMALLEST_PX, LARGEST_PX)
        self.size_px.setValue(USUAL_PX)
        self.size_px.setSuffix(" px")
        self.size_px.setToolTip("Height of the film; whole multiples of the model's keep it crisp")
        self.size_px.setAccessibleName("Height in pixels")
        self.fps.setRange(1, MOST_FPS)
        self.fps.setValue(USUAL_FPS)
        self.fps.setSuffix(" fps")
        self.fps.setToolTip("Frames a second; a GIF shows at most 50")
        self.fps.setAccessibleName("Frames a second")
        for spin in (self.size_px, self.fps):
            spin.lineEdit().setTextMargins(5, 0, 0, 0)
            spin.setFixedWidth(SPIN_PX)
        theme.decorate(self.export, "export")
        self.export.clicked.connect(self.ask)
        for part in (self.kind, self.size_px, self.fps, self.export):
            flow.addWidget(part)
        return box

    def _build_working(self) -> QWidget:
        box, self._text, self.progress = QWidget(), QLabel(), Progress()
        theme.tone(self._text, "muted")
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName("How far the film is")
        self.cancel.setToolTip("Stop writing; what is written so far is removed")
        self.cancel.clicked.connect(self._errand.cancel)
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.progress, 1)
        row.addWidget(self._text)
        row.addWidget(self.cancel)
        return box

    def _on_turned(self, busy: bool) -> None:
        self._asking.setVisible(not busy)
        self._working.setVisible(busy)
        self.progress.setValue(0)
        self._text.setText("0%")

    def _on_progressed(self, event: m.Progressed) -> None:
        self.progress.setValue(round(1000 * event.share))
        self._text.setText(event.text or f"{event.share:.0%}")
