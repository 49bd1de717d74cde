"""The voxel sculptor: paint a solid layer by layer and see it from outside."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.canvas import Canvas
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.pictures import largest
from ganstudio.ui.sculpture import Sculpture
from ganstudio.ui.segments import Segments
from ganstudio.ui.sliders import Groove

PAD_PX, PREVIEW_PX, LABEL_PX = 96, 256, 44
TIP = "One layer from above. Left button paints, right button erases, the wheel changes the layer."


class Sculptor(QWidget):
    """Slice by slice painting with a preview.

    Args:
        side: voxels along each edge.

    Signals:
        changed: the solid is another now.
    """

    changed = Signal()

    def __init__(self, side: int = 32) -> None:
        super().__init__()
        self.sculpture = Sculpture.empty(side)
        self.pad, self.preview = _Pad(self), Canvas()
        self.preview.set_draggable(False)
        self.preview.setMinimumSize(PAD_PX, PAD_PX)
        self.preview.setToolTip("The solid from outside")
        self._worker = Background("sculptor", self)
        self._worker.done.connect(lambda pixels: self.preview.show_image(_image(pixels), True))
        self._views = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._views.setSpacing(theme.SPACE[2])
        self._views.addWidget(self.pad, 1)
        self._views.addWidget(self.preview, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[2])
        column.addLayout(self._views, 1)
        column.addWidget(self._build_tools())
        column.addLayout(self._build_sliders())
        theme.notifier.changed.connect(self._draw)
        self.begin(side)

    @property
    def sample(self) -> np.ndarray:
        """(1, side, side, side) float32 in [-1, 1]."""
        return self.sculpture.sample

    def begin(self, side: int) -> None:
        """An empty grid of so many voxels per side."""
        self.sculpture = Sculpture.empty(side)
        self.layer.setRange(0, side - 1)
        self.layer.setValue(0)
        self.depth_slider.setRange(1, side)
        self.depth_slider.setValue(max(side // 8, 1))
        self.width_slider.setRange(1, max(side // 3, 1))
        self.width_slider.setValue(max(side // 8, 1))
        self._renew()

    def show_solid(self, grid: np.ndarray) -> None:
        """Go on from this solid, (side, side, side) bool."""
        self.sculpture.replace(grid)
        self._tell()

    def undo(self) -> None:
        """Take back the last stroke."""
        self.sculpture.undo()
        self._tell()

    def clear(self) -> None:
        """Take everything away; it can be undone."""
        self.show_solid(np.zeros_like(self.sculpture.grid))

    def stroke(self, start: tuple[float, float], end: tuple[float, float], add: bool) -> None:
        """Paint a line, in voxels, with the brush that is set."""
        self.sculpture.paint(
            start,
            end,
            self.layer.value(),
            add=add,
            width=self.width_slider.value(),
            depth=self.depth_slider.value(),
            mirrored=self.mirrored.isChecked(),
        )
        self._tell()

    def release(self) -> None:
        """End the drawing thread."""
        theme.notifier.changed.disconnect(self._draw)
        self._worker.close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room."""
        super().resizeEvent(event)
        wide = self.width() >= 2 * PAD_PX + theme.SPACE[2]
        ways = QBoxLayout.Direction
        self._views.setDirection(ways.LeftToRight if wide else ways.TopToBottom)

    def _build_tools(self) -> QWidget:
        self.tool = Segments(("Add", "Erase"))
        self.tool.setToolTip("What the left button does")
        self.mirrored = QCheckBox("Mirrored")
        self.mirrored.setToolTip("Paint left and right alike")
        self.mirrored.setStyleSheet("padding: 4px 0;")
        self.mirrored.toggled.connect(lambda _: self.pad.update())
        self.undo_button, self.clear_button = QPushButton("Undo"), QPushButton("Clear")
        self.undo_button.setToolTip("Take back the last stroke")
        self.clear_button.setToolTip("Take everything away; Undo brings it back")
        self.undo_button.clicked.connect(self.undo)
        self.clear_button.clicked.connect(self.clear)
        box = QWidget()
        row = FlowLayout(box, theme.SPACE[1])
        row.addWidget(self.tool)
        row.addWidget(self.mirrored)
        for button in (self.undo_button, self.clear_button):
            button.setStyleSheet("padding: 4px 7px;")
            row.addWidget(button)
        return box

    def _build_sliders(self) -> QGridLayout:
        self.layer, self.width_slider, self.depth_slider = (
            Groove(0, 1, 0),
            Groove(1, 2, 1),
            Groove(1, 2, 1),
        )
        self._values: list[QLabel] = []
        rows = QGridLayout()
        rows.setHorizontalSpacing(theme.SPACE[1])
        rows.setVerticalSpacing(0)
        for index, (slider, name, tip) in enumerate((
            (self.layer, "Layer", "Which layer is painted, from the floor up"),
            (self.width_slider, "Brush", "Width of the brush in voxels"),
            (self.depth_slider, "Depth", "How many layers are painted at once, upwards"),
        )):  # fmt: skip
            label, value = QLabel(name), QLabel()
            for part in (label, value):
                theme.tone(part, "muted")
            label.setFixedWidth(LABEL_PX)
            value.setFixedWidth(24)
            slider.setToolTip(tip)
            slider.setAccessibleName(name)
            slider.setSingleStep(1)
            slider.valueChanged.connect(self._on_slid)
            rows.addWidget(label, index, 0)
            rows.addWidget(slider, index, 1)
            rows.addWidget(value, index, 2)
            self._values.append(value)
        return rows

    def _on_slid(self) -> None:
        shown = self.layer.value() + 1, self.width_slider.value(), self.depth_slider.value()
        for label, value in zip(self._values, shown, strict=True):
            label.setText(str(value))
        self.pad.update()

    def _tell(self) -> None:
        self._renew()
        self.changed.emit()

    def _renew(self) -> None:
        self.undo_button.setEnabled(self.sculpture.can_undo)
        self.clear_button.setEnabled(bool(self.sculpture.grid.any()))
        self._on_slid()
        self._draw()

    def _draw(self) -> None:
        """Draw it from outside, on the thread."""
        sample = self.sample[None]
        self._worker.submit(partial(pictures.draw_solids, sample, PREVIEW_PX, theme.current()))


class _Pad(QWidget):
    """One layer from above, with the one below shining through."""

    def __init__(self, sculptor: Sculptor) -> None:
        super().__init__()
        self._sculptor = sculptor
        self._last: tuple[float, float] | None = None
        self._adds = True
        self._mouse: QPointF | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(PAD_PX, PAD_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setToolTip(TIP)
        self.setAccessibleName("Layer")

    @property
    def place(self) -> QRect:
        """Where the layer is."""
        return largest(QSize(1, 1), self.rect(), crisp=False)

    def voxel_at(self, position: QPointF) -> tuple[float, float]:
        """x and y, in voxels, under a place of the widget."""
        place, side = self.place, self._sculptor.sculpture.side
        scale = side / max(place.width(), 1)
        return (
            (position.x() - place.x()) * scale - 0.5,
            (place.y() + place.height() - position.y()) * scale - 0.5,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, the layer below, this layer, the brush."""
        painter, colours, place = QPainter(self), theme.current(), self.place
        sculptor = self._sculptor
        grid, layer, side = sculptor.sculpture.grid, sculptor.layer.value(), sculptor.sculpture.side
        painter.fillRect(place, QColor(colours.window))
        if layer:
            faint = theme.mix(colours.window, colours.fake, 0.25)
            self._fill(painter, grid[:, :, layer - 1], QColor(faint))
        self._fill(painter, grid[:, :, layer], QColor(colours.fake))
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        if sculptor.mirrored.isChecked():
            painter.drawLine(place.center().x(), place.top(), place.center().x(), place.bottom())
        if not grid.any():
            painter.setPen(QColor(colours.muted))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "Paint here")
        if self._mouse is not None and place.contains(self._mouse.toPoint()):
            width = sculptor.width_slider.value() * place.width() / side
            painter.setPen(QPen(QColor(colours.text), 1))
            box = QRectF(0, 0, width, width)
            box.moveCenter(self._mouse)
            painter.drawRect(box)

    def _fill(self, painter: QPainter, layer: np.ndarray, colour: QColor) -> None:
        place, side = self.place, layer.shape[0]
        cell = place.width() / side
        for x, y in np.argwhere(layer):
            left, right = place.x() + round(x * cell), place.x() + round((x + 1) * cell)
            bottom = place.bottom() + 1 - round(y * cell)
            top = place.bottom() + 1 - round((y + 1) * cell)
            painter.fillRect(left, top, right - left, bottom - top, colour)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke."""
        left = event.button() == Qt.MouseButton.LeftButton
        if left or event.button() == Qt.MouseButton.RightButton:
            self._adds = left and self._sculptor.tool.value == "Add"
            self._sculptor.sculpture.keep()
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the stroke; show where the brush is."""
        self._mouse = event.position()
        if self._last is not None:
            self._go(event.position())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        self._last = None

    def leaveEvent(self, event: object) -> None:
        """The brush is gone."""
        self._mouse = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Another layer."""
        slider = self._sculptor.layer
        slider.setValue(slider.value() + (1 if event.angleDelta().y() > 0 else -1))
        event.accept()

    def _go(self, position: QPointF) -> None:
        here = self.voxel_at(position)
        last, self._last = self._last or here, here
        self._sculptor.stroke(last, here, self._adds)


def _image(pixels: np.ndarray) -> QImage:
    return pictures.to_qimage(pixels[0])
