"""Target, what was found, and the difference, side by side."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QLabel, QVBoxLayout, QWidget

from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.canvas import Canvas

LEAST_PX, SOLID_PX = 96, 224
NARROW_PX = 130  # of a picture, below which they stand in a column
FOUND, DIFFERENCE = "What the generator makes at the latent", "Where both differ: black is alike"


class Trio(QWidget):
    """Shows how close something comes to a target; solids are drawn on a thread.

    Attributes:
        found: the picture of what was found.
        difference: what is left.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found, self.difference = Canvas(), Canvas()
        self._target = np.zeros(0, np.float32)
        self._worker = Background("trio", self)
        self._worker.done.connect(self._show)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.SPACE[2])
        self._view: QWidget | None = None
        self._box = _named("Target", None)
        self._row.addWidget(self._box, 1)
        for name, canvas, tip in (
            ("Found", self.found, FOUND), ("Difference", self.difference, DIFFERENCE)
        ):  # fmt: skip
            canvas.set_draggable(False)
            canvas.set_smooth(False)
            canvas.setMinimumSize(LEAST_PX, LEAST_PX)
            canvas.setToolTip(tip)
            self._row.addWidget(_named(name, canvas), 1)

    def clear(self, view: QWidget | None) -> None:
        """Show nothing but the target.

        Args:
            view: shows the target; None where that is seen elsewhere.
        """
        layout = self._box.layout()
        if layout is not None and view is not None and view is not self._view:
            layout.addWidget(view)
            view.show()
            self._view = view
        self._box.setVisible(view is not None)
        self.found.show_text("Press Find")
        self.difference.show_text("")
        self._target = np.zeros(0, np.float32)

    def begin(self, target: np.ndarray) -> None:
        """Compare with this from now on, (*shape)."""
        self._target = target

    def show_found(self, sample: np.ndarray) -> None:
        """Show what is found so far, (*shape) float32 in [-1, 1]."""
        if sample.shape != self._target.shape:
            return
        if sample.ndim == 4:
            both = np.stack([sample, apart(sample, self._target)])
            draw = partial(pictures.draw_solids, both, SOLID_PX, theme.current())
            self._worker.submit(draw)
            return
        gap = np.abs(sample - self._target) - 1
        self._show(pictures.to_bytes(np.stack([sample, gap])), drawn=False)

    def direct(self, width_px: int) -> None:
        """Side by side, or in a column where it is narrow; never higher than the pictures."""
        ways, boxes = QBoxLayout.Direction, 2 + (not self._box.isHidden())
        wide = width_px >= boxes * NARROW_PX
        self._row.setDirection(ways.LeftToRight if wide else ways.TopToBottom)
        gap, name_px = self._row.spacing(), self.fontMetrics().height() + theme.SPACE[1]
        if wide:
            side = (width_px - gap * (boxes - 1)) // boxes
            self.setMaximumHeight(max(side, LEAST_PX) + name_px)
        else:
            self.setMaximumHeight(boxes * (width_px + name_px + gap))

    def release(self) -> None:
        """End the drawing thread."""
        self._worker.close()

    def _show(self, pixels: np.ndarray, drawn: bool = True) -> None:
        for canvas, picture in zip((self.found, self.difference), pixels, strict=True):
            canvas.show_image(pictures.to_qimage(picture), drawn)


def apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Voxels that only one of two solids has: 1 there, -1 elsewhere."""
    return np.where((one > 0) != (other > 0), 1, -1).astype(np.float32)


def _named(name: str, content: QWidget | None) -> QWidget:
    box, label = QWidget(), QLabel(name)
    theme.tone(label, "small")
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.SPACE[1])
    column.addWidget(label)
    if content is not None:
        column.addWidget(content, 1)
    return box
