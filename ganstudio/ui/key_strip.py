"""Key frames in a row: click, drag to reorder, drop more, and see how far the walk is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QMenu, QScrollArea, QWidget

from ganstudio.latent.stand import Stand
from ganstudio.ui import carrying, theme
from ganstudio.ui.pictures import fit, largest

SIDE_PX, LEAST_PX, GAP_PX, EDGE_PX, BAR_PX = 64, 36, 8, 4, 8
HINT = "Drop tiles here, or press Add"
TIP = "Drag to reorder, double-click to go there, Delete to remove, Ctrl+D to duplicate."


class KeyStrip(QScrollArea):
    """The key frames of a walk.

    Attributes:
        row: the frames themselves; its signals say what the person wants.
    """

    def __init__(self) -> None:
        super().__init__()
        self.row = _Row()
        self.setWidget(self.row)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.fit(SIDE_PX)

    def fit(self, side_px: int) -> None:
        """Make frames so large, but neither tiny nor larger than they are drawn."""
        self.row.side = min(max(side_px, LEAST_PX), SIDE_PX)
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(self.row.side + 2 * EDGE_PX + BAR_PX + bar)
        self.row.show_frames(self.row.stands, self.row.images)

    def show_frames(self, stands: list[Stand], images: list[QImage | None]) -> None:
        """Show these."""
        self.row.show_frames(stands, images)

    def choose(self, index: int) -> None:
        """Outline one and bring it into sight; -1 for none."""
        self.row.chosen = index
        if index >= 0:
            centre = self.row.place(index).center()
            self.ensureVisible(centre.x(), centre.y(), self.row.side, 0)
        self.row.update()

    def show_head(self, at: float) -> None:
        """Mark how far the walk is, in frames; -1 for nowhere."""
        self.row.head = at
        self.row.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls sideways."""
        turned = event.angleDelta().x() or event.angleDelta().y()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - turned)


class _Row(QWidget):
    """Paints the frames and tells what the mouse wants.

    Signals:
        dropped (Stand, int): one more, before the frame of this index.
        moved (int, int): a frame shall stand at another index.
        refused (str): why what was dropped is not taken.
        removed (int), doubled (int), taken (int), picked (int): what to do with a frame.
    """

    dropped = Signal(object, int)
    moved = Signal(int, int)
    refused = Signal(str)
    removed = Signal(int)
    doubled = Signal(int)
    taken = Signal(int)
    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.stands: list[Stand] = []
        self.images: list[QImage | None] = []
        self.chosen, self.head, self.side = -1, -1.0, SIDE_PX
        self._gap = -1  # where what is dragged would go
        self._held, self._grip = -1, QPoint()
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Key frames")
        self.setToolTip(TIP)

    def show_frames(self, stands: list[Stand], images: list[QImage | None]) -> None:
        """Show these, with pictures as far as there are any."""
        self.stands, self.images = stands, images
        self.chosen = min(self.chosen, len(stands) - 1)
        width = 2 * EDGE_PX + len(stands) * (self.side + GAP_PX)
        self.setMinimumWidth(width)
        self.update()

    def place(self, index: int) -> QRect:
        """Where a frame is."""
        return QRect(EDGE_PX + index * (self.side + GAP_PX), EDGE_PX, self.side, self.side)

    def at(self, position: QPoint) -> int:
        """The frame at a place; -1 for none."""
        found = [i for i in range(len(self.stands)) if self.place(i).contains(position)]
        return found[0] if found else -1

    def gap_at(self, x: int) -> int:
        """Before which frame something dropped here goes."""
        index = (x - EDGE_PX + (self.side + GAP_PX) // 2) // (self.side + GAP_PX)
        return min(max(index, 0), len(self.stands))

    # Painting -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frames, outlines, the gap for a drop, and how far the walk is."""
        painter, colours = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.stands:
            self._paint_hint(painter)
        for index in range(len(self.stands)):
            self._paint_frame(painter, index)
        if self._gap >= 0:
            x = EDGE_PX + self._gap * (self.side + GAP_PX) - GAP_PX / 2
            painter.setPen(QPen(QColor(colours.accent), 3))
            painter.drawLine(QPoint(round(x), EDGE_PX), QPoint(round(x), EDGE_PX + self.side))
        if self.head >= 0 and self.stands:
            self._paint_head(painter)

    def _paint_hint(self, painter: QPainter) -> None:
        colours = theme.current()
        pen = QPen(QColor(colours.accent if self._gap >= 0 else colours.line))
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        box = QRectF(EDGE_PX, EDGE_PX, self.width() - 2 * EDGE_PX, self.side)
        painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        painter.setPen(QColor(colours.muted))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(box.adjusted(8, 4, -8, -4), int(flags), HINT)

    def _paint_frame(self, painter: QPainter, index: int) -> None:
        colours, place, image = theme.current(), self.place(index), self.images[index]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.window))
        painter.drawRoundedRect(place, 4, 4)
        if image is not None:
            space = largest(image.size(), place, crisp=False)
            painter.drawImage(space, fit(image, space.size() * self.devicePixelRatioF(), True))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if index == self.chosen:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRoundedRect(QRectF(place).adjusted(-1, -1, 1, 1), 3, 3)
        number = str(index + 1)
        size = QSize(painter.fontMetrics().horizontalAdvance(number) + 8, 16)
        ground = QColor(colours.surface)
        ground.setAlpha(215)
        painter.fillRect(QRect(place.topLeft(), size), ground)
        painter.setPen(QColor(colours.text))
        painter.drawText(QRect(place.topLeft(), size), Qt.AlignmentFlag.AlignCenter, number)

    def _paint_head(self, painter: QPainter) -> None:
        """A line under the frames as far as the walk is, and a dot at its end."""
        colours = theme.current()
        y = EDGE_PX + self.side + BAR_PX / 2 + 1
        first = EDGE_PX + self.side / 2
        x = first + min(self.head, len(self.stands) - 1) * (self.side + GAP_PX)
        last = first + (len(self.stands) - 1) * (self.side + GAP_PX)
        painter.setPen(QPen(QColor(colours.line), 2))
        painter.drawLine(QPoint(round(first), round(y)), QPoint(round(last), round(y)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        painter.drawEllipse(QRectF(x - 4, y - 4, 8, 8))

    # Mouse and keys -------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick a frame, perhaps to drag it."""
        self.setFocus()
        index = self.at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self._held, self._grip = index, event.position().toPoint()
            self.chosen = index
            self.picked.emit(index)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show where a dragged frame would go; carry it away where it leaves the strip."""
        if self._held < 0:
            return
        position = event.position().toPoint()
        if (position - self._grip).manhattanLength() < QApplication.startDragDistance():
            return
        if not self.rect().adjusted(-8, -24, 8, 24).contains(position):
            held, self._held, self._gap = self._held, -1, -1
            carrying.drag_out(self, self.stands[held], self.images[held])
            return
        self._gap = self.gap_at(position.x())
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Put a dragged frame down."""
        held, gap, self._held, self._gap = self._held, self._gap, -1, -1
        self.unsetCursor()
        self.update()
        if held >= 0 and gap >= 0:
            to = gap - (gap > held)
            if to != held:
                self.moved.emit(held, to)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        index = self.at(event.position().toPoint())
        if index >= 0:
            self.taken.emit(index)

    def event(self, event: QEvent) -> bool:
        """Keep the keys for removing and duplicating from the window's shortcuts."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
            return super().event(event)
        taken = self.chosen >= 0 and bool(self._deed(event))
        event.setAccepted(taken)
        return taken

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete, Ctrl+D, Return, and the arrows."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        deed = self._deed(event) if self.chosen >= 0 else ""
        if deed:
            getattr(self, deed).emit(self.chosen)
        elif event.key() in steps and self.stands:
            self.chosen = (self.chosen + steps[Qt.Key(event.key())]) % len(self.stands)
            self.picked.emit(self.chosen)
            self.update()
        else:
            super().keyPressEvent(event)

    def _deed(self, event: QKeyEvent) -> str:
        """What a key does with the chosen frame: the name of a signal."""
        if event.matches(QKeySequence.StandardKey.Delete) or event.key() == Qt.Key.Key_Backspace:
            return "removed"
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_D and control:
            return "doubled"
        return "taken" if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) else ""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with a frame."""
        index = self.at(event.pos())
        if index < 0:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Go there").triggered.connect(lambda: self.taken.emit(index))
        menu.addAction("Duplicate").triggered.connect(lambda: self.doubled.emit(index))
        menu.addAction("Remove").triggered.connect(lambda: self.removed.emit(index))
        menu.popup(event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Latents are welcome."""
        if carrying.welcome(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where it would go."""
        self._gap = self.gap_at(event.position().toPoint().x())
        self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing is held over it any more."""
        self._gap = -1
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """One more frame."""
        self._gap = -1
        self.update()
        try:
            stand = carrying.read(event.mimeData())
        except carrying.LatentError as error:
            self.refused.emit(f"Not added: {error}.")
            return
        if stand is not None:
            event.acceptProposedAction()
            self.dropped.emit(stand, self.gap_at(event.position().toPoint().x()))
