"""A row of small pictures of places: click one to go there, drag it out, with names or without."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
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
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QToolTip, QWidget

from ganstudio.ui import theme
from ganstudio.ui.pictures import fit

SIDE_PX, GAP_PX, EDGE_PX, NAME_PX = 40, 4, 2, 16


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of the row.

    Attributes:
        image: None while it is not drawn.
        name: under it; empty for none.
        tip: what it is.
    """

    image: QImage | None
    name: str = ""
    tip: str = ""


class Reel(QScrollArea):
    """Scrolls sideways, by wheel too.

    Signals:
        clicked (int): go there.
        menuWanted (int, QPoint): what can be done with this one, and where on the screen.
        dragWanted (int): it is being dragged out.
        renameWanted (int): its name was double-clicked.
        deleteWanted (int): Delete was pressed while it was marked.
    """

    clicked = Signal(int)
    menuWanted = Signal(int, QPoint)  # noqa: N815
    dragWanted = Signal(int)  # noqa: N815
    renameWanted = Signal(int)  # noqa: N815
    deleteWanted = Signal(int)  # noqa: N815

    def __init__(self, named: bool = False, empty: str = "") -> None:
        super().__init__()
        self.row = _Row(self, named)
        self.setWidget(self.row)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(self.row.frame_height + 2 * EDGE_PX)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._empty = QLabel(empty, self.viewport())
        theme.tone(self._empty, "small")
        self._empty.setWordWrap(True)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def index(self) -> int:
        """Which one is marked; -1 for none."""
        return self.row.index

    @property
    def frames(self) -> list[Frame]:
        """What it shows."""
        return self.row.frames

    def show_frames(self, frames: list[Frame], index: int, follow: bool = True) -> None:
        """Show these, and mark one of them; -1 for none.

        Args:
            frames: from left to right.
            index: of the one to mark.
            follow: whether to scroll there.
        """
        grown = len(frames) > len(self.row.frames)
        self.row.show_frames(frames, index)
        self._empty.setVisible(not frames)
        if not follow:
            return
        if index >= 0:
            place = self.row.place(index)
            self.ensureVisible(place.center().x(), place.center().y(), SIDE_PX, 0)
        elif grown:
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().maximum())

    def resizeEvent(self, event: object) -> None:
        """Qt: the words for an empty row fill it."""
        self._empty.setGeometry(self.viewport().rect())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt: the wheel moves the row sideways, as there is no other way to go."""
        turned = event.angleDelta().x() or event.angleDelta().y()
        bar = self.horizontalScrollBar()
        if bar.maximum() == 0:
            event.ignore()
            return
        bar.setValue(bar.value() - turned)


class _Row(QWidget):
    """The pictures themselves, painted as one widget."""

    def __init__(self, reel: Reel, named: bool) -> None:
        super().__init__()
        self.reel, self.named = reel, named
        self.frames: list[Frame] = []
        self.index = self.hovered = self._held = -1
        self._grip = QPoint()
        self._pixmaps: dict[int, QPixmap] = {}
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Places")

    @property
    def frame_height(self) -> int:
        return SIDE_PX + (NAME_PX if self.named else 0)

    @property
    def pitch(self) -> int:
        return (SIDE_PX + 16 if self.named else SIDE_PX) + GAP_PX

    def show_frames(self, frames: list[Frame], index: int) -> None:
        self.frames, self.index = frames, index
        shown = {id(frame.image) for frame in frames}
        self._pixmaps = {key: pixmap for key, pixmap in self._pixmaps.items() if key in shown}
        width = max(len(frames) * self.pitch - GAP_PX, 1) + 2 * EDGE_PX
        self.setFixedSize(width, self.frame_height + 2 * EDGE_PX)
        self.update()

    def place(self, index: int) -> QRect:
        left = EDGE_PX + index * self.pitch + (self.pitch - GAP_PX - SIDE_PX) // 2
        return QRect(left, EDGE_PX, SIDE_PX, SIDE_PX)

    def at(self, position: QPoint) -> int:
        index = (position.x() - EDGE_PX) // self.pitch
        return index if 0 <= index < len(self.frames) else -1

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colours = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, frame in enumerate(self.frames):
            place = self.place(index)
            if not place.adjusted(-8, 0, 8, NAME_PX).intersects(event.rect()):
                continue
            if frame.image is not None:
                painter.drawPixmap(place, self._pixmap(frame.image))
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.mix(colours.surface, colours.line, 0.5)))
                painter.drawRoundedRect(place, 3, 3)
            if index in (self.index, self.hovered):
                accent = colours.accent if index == self.index else colours.muted
                painter.setPen(QPen(QColor(accent), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(place), 2, 2)
            if frame.name:
                self._paint_name(painter, index, frame.name)

    def _paint_name(self, painter: QPainter, index: int, name: str) -> None:
        colours, place = theme.current(), self.place(index)
        font = self.font()
        font.setPointSizeF(max(font.pointSizeF() - 1.5, 6.0))
        painter.setFont(font)
        painter.setPen(QColor(colours.text if index == self.index else colours.muted))
        room = place.adjusted(-8, 0, 8, 0)
        room.setTop(place.bottom() + 2)
        room.setHeight(NAME_PX)
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = -1
        if event.button() == Qt.MouseButton.LeftButton:
            self._held, self._grip = self.at(event.position().toPoint()), event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        self._hover(self.at(position))
        far = (position - self._grip).manhattanLength() >= QApplication.startDragDistance()
        if self._held >= 0 and far:
            held, self._held = self._held, -1
            self.reel.dragWanted.emit(held)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held, self._held = self._held, -1
        if held >= 0 and held == self.at(event.position().toPoint()):
            self.reel.clicked.emit(held)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.at(event.position().toPoint())
        if index >= 0 and self.named:
            self.reel.renameWanted.emit(index)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.at(event.pos())
        if index >= 0:
            self.reel.menuWanted.emit(index, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and self.frames:
            index = self.index + steps[Qt.Key(event.key())]
            self.reel.clicked.emit(min(max(index, 0), len(self.frames) - 1))
        elif event.key() == Qt.Key.Key_Delete and self.index >= 0:
            self.reel.deleteWanted.emit(self.index)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            index = self.at(event.pos())
            tip = self.frames[index].tip if index >= 0 else ""
            QToolTip.showText(event.globalPos(), tip, self) if tip else QToolTip.hideText()
            return True
        return super().event(event)

    def _hover(self, index: int) -> None:
        if index != self.hovered:
            self.hovered = index
            hand = Qt.CursorShape.PointingHandCursor
            self.setCursor(hand if index >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def _pixmap(self, image: QImage) -> QPixmap:
        if id(image) not in self._pixmaps:
            ratio = self.devicePixelRatioF()
            pixmap = QPixmap.fromImage(fit(image, QSize(SIDE_PX, SIDE_PX) * ratio, smooth=True))
            pixmap.setDevicePixelRatio(ratio)
            self._pixmaps[id(image)] = pixmap
        return self._pixmaps[id(image)]
