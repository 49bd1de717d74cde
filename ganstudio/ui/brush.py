"""The box of colours and the brush for an easel."""

from __future__ import annotations

from functools import partial

import numpy as np
from PIL import Image
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QColorDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from ganstudio.ui import theme
from ganstudio.ui.easel import Easel
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.sliders import Groove

COLOURS = 8
SWATCH_PX = 22
SLIDER_PX = 110
ALIKE = 24  # colours whose parts differ by no more than this in all are one
LOOKED_AT = 16  # pictures, for the colours that a data set uses
LARGEST_SHARE = 4  # of the picture's width that the widest brush takes: a quarter


class BrushBox(QWidget):
    """Colours, width, undo and clearing for what is painted on an easel.

    Args:
        easel: what is painted on.

    Signals:
        stroked: a button here changed the picture.
    """

    stroked = Signal()

    def __init__(self, easel: Easel) -> None:
        super().__init__()
        self.easel = easel
        self.swatches: list[Swatch] = []
        self._flow = FlowLayout(self, theme.SPACE[1])
        self.other = QToolButton()
        self.other.setText("Other…")
        self.other.setToolTip("Choose any colour")
        self.other.setStyleSheet("padding: 0 6px;")
        self.other.setFixedHeight(SWATCH_PX)
        self.other.clicked.connect(self._choose)
        self.width_slider = Groove(1, 16, 1)
        self.width_slider.setAccessibleName("Brush width")
        self.width_slider.setToolTip("Width of the brush, in pixels of the source")
        self.width_slider.valueChanged.connect(self._set_width)
        self.undo, self.clear = QPushButton("Undo"), QPushButton("White")
        self.undo.setToolTip("Take back the last stroke")
        self.clear.setToolTip("Begin on a white sheet; Undo brings the picture back")
        self.undo.clicked.connect(easel.undo)
        self.clear.clicked.connect(lambda: easel.clear(QColor("white")))
        for button in (self.other, self.undo, self.clear):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        easel.painted.connect(self.refresh)
        self._tools: tuple[QWidget, ...] = (self.other, self._make_width(), self.undo, self.clear)
        for tool in self._tools:
            self._flow.addWidget(tool)
        self.refresh()

    def offer(self, pixels: np.ndarray, grey: bool) -> None:
        """Offer the colours that these pictures (N, H, W, 3) use most, and set a fitting width."""
        for swatch in self.swatches:
            self._flow.removeWidget(swatch)
            swatch.deleteLater()
        for tool in self._tools:
            self._flow.removeWidget(tool)
        self.swatches = []
        for colour in common_colours(pixels):
            swatch = Swatch(QColor(*colour))
            swatch.clicked.connect(partial(self.take, swatch.colour))
            self._flow.addWidget(swatch)
            self.swatches.append(swatch)
        self.other.setVisible(not grey)
        for tool in self._tools:
            self._flow.addWidget(tool)
        side = pixels.shape[2]
        self.width_slider.setRange(1, max(side // LARGEST_SHARE, 2))
        self.width_slider.setSingleStep(1)
        self.width_slider.setPageStep(2)
        self.width_slider.setValue(max(side // 24, 1))
        self._set_width(self.width_slider.value())
        self.take(self.swatches[0].colour)

    def add(self, button: QPushButton) -> None:
        """One more thing to press, at the end."""
        self._tools = (*self._tools, button)
        self._flow.addWidget(button)

    def take(self, colour: QColor, *_: object) -> None:
        """Dip the brush into a colour."""
        self.easel.colour = colour
        for swatch in self.swatches:
            swatch.setChecked(swatch.colour == colour)

    def refresh(self) -> None:
        """Grey what would do nothing."""
        self.undo.setEnabled(self.easel.can_undo)

    def _make_width(self) -> QWidget:
        """The slider with its name."""
        whole, word = QWidget(), QLabel("Brush")
        theme.tone(word, "muted")
        self.width_slider.setFixedWidth(SLIDER_PX)
        line = QHBoxLayout(whole)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.SPACE[1])
        line.addWidget(word)
        line.addWidget(self.width_slider)
        return whole

    def _set_width(self, width: int) -> None:
        self.easel.size_px = width
        self.easel.update()

    def _choose(self) -> None:
        colour = QColorDialog.getColor(self.easel.colour, self, "Colour of the brush")
        if colour.isValid():
            self.take(colour)


class Swatch(QAbstractButton):
    """One colour to dip the brush into."""

    def __init__(self, colour: QColor) -> None:
        super().__init__()
        self.colour = colour
        self.setCheckable(True)
        self.setFixedSize(SWATCH_PX, SWATCH_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(colour.name())
        self.setAccessibleName(f"Colour {colour.name()}")

    def nextCheckState(self) -> None:
        """A colour stays in the brush until another one is taken."""
        self.setChecked(True)

    def sizeHint(self) -> QSize:
        """Qt: always the same."""
        return QSize(SWATCH_PX, SWATCH_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The colour in a thin rim, a thick one while the brush holds it."""
        painter, colours = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rim = colours.accent if self.isChecked() else colours.muted
        if self.hasFocus():
            rim = colours.text
        painter.setPen(QPen(QColor(rim), 2.5 if self.isChecked() else 1.0))
        painter.setBrush(self.colour)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), 4, 4)


def common_colours(pixels: np.ndarray, count: int = COLOURS) -> list[tuple[int, int, int]]:
    """The colours that stand for these pictures, darkest first, black and white among them.

    Args:
        pixels: (N, H, W, 3) uint8.
        count: no more than so many.
    """
    some = pixels[:LOOKED_AT].reshape(1, -1, 3)
    image = Image.fromarray(some, "RGB").quantize(count - 2, kmeans=1)
    palette = np.array(image.getpalette() or [0, 0, 0]).reshape(-1, 3)
    found = [(0, 0, 0), (255, 255, 255)]
    for index in np.unique(np.asarray(image)):
        red, green, blue = (int(part) for part in palette[index])
        if all(abs(red - r) + abs(green - g) + abs(blue - b) > ALIKE for r, g, b in found):
            found.append((red, green, blue))
    return sorted(found, key=lambda rgb: 0.3 * rgb[0] + 0.59 * rgb[1] + 0.11 * rgb[2])
