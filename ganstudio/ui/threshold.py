"""The threshold of solids, with what it divides behind it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent

from ganstudio.ui import theme
from ganstudio.ui.sliders import HANDLE_PX, NamedSlider

HEIGHT_PX = 32
NAME_PX = 68  # shorter than in a column of sliders
TIP = (
    "Voxels that the generator fills above this are solid. Behind the slider: how many voxels "
    "have each occupancy, on a logarithmic scale."
)


class ThresholdSlider(NamedSlider):
    """From 0 to 1, over a histogram of how full the voxels are; what is solid is coloured."""

    def __init__(self) -> None:
        super().__init__("Threshold", 0.0, 1.0, 0.5, TIP)
        self.setMinimumHeight(HEIGHT_PX)
        self._label.setFixedWidth(NAME_PX)
        self._bars: NDArray[np.float64] = np.zeros(0)
        self.slider.valueChanged.connect(self.update)

    @property
    def bars(self) -> NDArray[np.float64]:
        """Heights of the histogram, 0 to 1; none before there are solids."""
        return self._bars

    def show_histogram(self, counts: NDArray[np.int64]) -> None:
        """Take other numbers of voxels.

        Args:
            counts: (N,) from the occupancy 0 to 1; all zero or empty shows nothing.
        """
        heights = np.log1p(np.asarray(counts, dtype=np.float64))
        self._bars = heights / heights.max() if len(heights) and heights.max() > 0 else heights[:0]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: the histogram; the slider paints itself over it."""
        super().paintEvent(event)
        if not len(self._bars):
            return
        colours, painter = theme.current(), QPainter(self)
        groove = self.slider
        corner = groove.mapTo(self, QPoint(0, 0))
        edge = HANDLE_PX / 2 + 1 + groove.inset
        left, width = corner.x() + edge, groove.width() - 2 * edge
        step = width / len(self._bars)
        painter.setPen(Qt.PenStyle.NoPen)
        for k, height in enumerate(self._bars):
            solid = (k + 0.5) / len(self._bars) > self.value
            tint = QColor(colours.accent if solid and self.isEnabled() else colours.muted)
            tint.setAlphaF(0.5 if solid else 0.3)
            tall = height * (self.height() - 2)
            painter.fillRect(QRectF(left + k * step, self.height() - 1 - tall, step, tall), tint)
