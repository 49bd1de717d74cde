"""A strip of small pictures to choose one from, with arrows at its ends."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QToolTip, QWidget

from ganstudio.ui import theme
from ganstudio.ui.pictures import fit, to_qimage

SIDE_PX, GAP_PX = 40, 4


class Strip(QWidget):
    """Examples in a row: click one, or step through them with the arrows or the keys.

    Signals:
        chosen (int): the person chose this one.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._row = _Row()
        self._row.clicked.connect(self.choose)
        self._scroll = _Sideways()
        self._scroll.setWidget(self._row)
        self.setFocusProxy(self._row)
        self.before, self.after = QToolButton(), QToolButton()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.SPACE[1])
        for button, icon, word, step in (
            (self.before, "chevron-left", "Previous example", -1),
            (self.after, "chevron-right", "Next example", 1),
        ):
            theme.decorate(button, icon)
            theme.tone(button, "flat")
            button.setToolTip(word)
            button.setAccessibleName(word)
            button.setAutoRepeat(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self.step, step))
        line.addWidget(self.before)
        line.addWidget(self._scroll, 1)
        line.addWidget(self.after)
        self._row.stepped.connect(self.step)

    @property
    def index(self) -> int:
        """Which one is chosen; -1 for none of them."""
        return self._row.index

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._row.pictures)

    def show_pictures(self, pixels: np.ndarray, tips: tuple[str, ...] = ()) -> None:
        """Show these; none of them is chosen.

        Args:
            pixels: (N, H, W, 3) uint8.
            tips: what each one is, for the tooltip.
        """
        self._row.show_pictures([to_qimage(picture) for picture in pixels], tips)
        for button in (self.before, self.after):
            button.setEnabled(len(pixels) > 0)
        self._scroll.horizontalScrollBar().setValue(0)

    def mark(self, index: int) -> None:
        """Outline one and bring it into sight; -1 for none. Announces nothing."""
        self._row.mark(index)
        if index >= 0:
            place = self._row.place(index)
            self._scroll.ensureVisible(place.center().x(), place.center().y(), SIDE_PX, 0)

    def choose(self, index: int) -> None:
        """Choose one."""
        self.mark(index)
        self.chosen.emit(index)

    def step(self, by: int, *_: object) -> None:
        """Choose the one that lies so many further on, around the end."""
        if self.count:
            self.choose((max(self.index, 0) + by) % self.count if self.index >= 0 else 0)


class _Sideways(QScrollArea):
    """Scrolls sideways only; the wheel does it too."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(SIDE_PX + 4)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A sideways wheel, or Shift and the wheel, moves the strip; else the list scrolls."""
        sideways = event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            sideways = sideways or event.angleDelta().y()
        if not sideways:
            event.ignore()
            return
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - sideways)


class _Row(QWidget):
    """The pictures themselves, painted as one widget.

    Signals:
        clicked (int): this one was clicked.
        stepped (int): a key asked for the next or the one before.
    """

    clicked = Signal(int)
    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[QPixmap] = []
        self.tips: tuple[str, ...] = ()
        self.index = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Examples")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_pictures(self, images: list[QImage], tips: tuple[str, ...]) -> None:
        self.pictures, self.tips, self.index = [], tips, -1
        ratio = self.devicePixelRatioF()
        for image in images:
            pixmap = QPixmap.fromImage(fit(image, QSize(SIDE_PX, SIDE_PX) * ratio, smooth=True))
            pixmap.setDevicePixelRatio(ratio)
            self.pictures.append(pixmap)
        self.setFixedSize(max(len(images) * (SIDE_PX + GAP_PX) - GAP_PX, 1) + 4, SIDE_PX + 4)
        self.update()

    def mark(self, index: int) -> None:
        before, self.index = self.index, index
        for place in (before, index):
            self.update(self.place(place).adjusted(-3, -3, 3, 3))

    def place(self, index: int) -> QRect:
        return QRect(2 + index * (SIDE_PX + GAP_PX), 2, SIDE_PX, SIDE_PX)

    def at(self, position: QPoint) -> int:
        index = (position.x() - 2) // (SIDE_PX + GAP_PX)
        inside = 0 <= index < len(self.pictures) and self.place(index).contains(position)
        return index if inside else -1

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for index, picture in enumerate(self.pictures):
            if self.place(index).intersects(event.rect()):
                painter.drawPixmap(self.place(index), picture)
        if 0 <= self.index < len(self.pictures):
            colours = theme.current()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colours.text if self.hasFocus() else colours.accent), 2))
            painter.drawRoundedRect(self.place(self.index), 2, 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self.clicked.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps:
            self.stepped.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            index = self.at(event.pos())
            if 0 <= index < len(self.tips):
                QToolTip.showText(event.globalPos(), self.tips[index], self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)
