"""The gallery's head: what is shown, and the controls of its grid, in one line or in more."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ganstudio.ui import theme
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.seed import SeedBox
from ganstudio.ui.segments import Segments

COUNTS = (16, 36, 64, 100)
USUAL = 64


class GalleryHeader(QWidget):
    """Words on the left, controls on the right; beneath them where the panel is narrow.

    Args:
        scores: switches that belong between the view and the number of tiles.

    Attributes:
        heading: what was trained on what.
        status: how far, and where it comes from.
        view: generated, real or both.
        count: how many tiles.
        seed: of their noise.
        smooth: whether pixels are blended.
    """

    def __init__(self, scores: tuple[QToolButton, ...]) -> None:
        super().__init__()
        self.heading, self.status = QLabel("Gallery"), QLabel()
        theme.tone(self.heading, "heading")
        theme.tone(self.status, "muted")
        self.view = Segments(("Generated", "Real", "Both"))
        self.count = QComboBox()
        for count in COUNTS:
            self.count.addItem(f"{count} tiles", count)
        self.count.setCurrentIndex(COUNTS.index(USUAL))
        self.count.setToolTip("How many pictures the grid holds.")
        self.count.setAccessibleName("Number of tiles")
        self.seed = SeedBox("Chooses the noise behind the tiles.")
        self.smooth = QToolButton()
        self.smooth.setText("Smooth")
        self.smooth.setCheckable(True)
        self.smooth.setChecked(True)
        self.smooth.setToolTip("Blend pixels when enlarging, instead of showing each as a square.")
        self.controls: tuple[QWidget, ...] = (
            self.view, *scores, self.count, self.seed, self.smooth,
        )  # fmt: skip
        self._build()

    def show_words(self, heading: str, status: str) -> None:
        """Say what is shown."""
        self.heading.setText(heading)
        self.status.setText(status)
        self._direct()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One line where it fits."""
        self._direct()

    def _build(self) -> None:
        words = QHBoxLayout()
        words.setSpacing(theme.SPACE[2])
        words.addWidget(self.heading)
        words.addWidget(self.status, 1)
        self.heading.setMinimumWidth(1)  # long names give way, the run's first
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QWidget()
        flow = FlowLayout(self._bar, theme.SPACE[2])
        for control in self.controls:
            flow.addWidget(control)
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(theme.SPACE[2])
        self._lines.addLayout(words, 1)
        self._lines.addWidget(self._bar)

    def _direct(self) -> None:
        gap, tall = theme.SPACE[2], max(part.sizeHint().height() for part in self.controls)
        for control in self.controls:
            control.setMinimumHeight(tall)
        whole = sum(control.sizeHint().width() + gap for control in self.controls)
        words = self.heading.sizeHint().width() + self.status.sizeHint().width()
        single = self.width() >= whole + words + 3 * gap
        directions = QBoxLayout.Direction
        self._lines.setDirection(directions.LeftToRight if single else directions.TopToBottom)
        self._bar.setMinimumWidth(whole if single else 0)
