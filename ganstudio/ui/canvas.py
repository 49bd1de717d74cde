"""One picture as large as the space allows, or a point on its plane; dragging it moves things."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from ganstudio.ui import theme
from ganstudio.ui.pictures import Fitted, largest

SIDE_PX = 160
VIEW = 1.2  # half the side of the plane shown
NOTCH = 120  # of a wheel, in the units of Qt
CORNER_PX, CORNER_ICON_PX = 28, 16


class Canvas(QWidget):
    """A picture in a quiet frame.

    Signals:
        dragged (float, float): by what share of the picture the mouse moved, right and up.
        wheeled (float): by how many notches the wheel was turned, up is more.
        takenOut: the picture is being dragged out, by its corner or with Ctrl held.
        pressed: a button went down on it, for whoever wants the keyboard.
    """

    dragged = Signal(float, float)
    wheeled = Signal(float)
    takenOut = Signal()  # noqa: N815
    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.point: tuple[float, float] | None = None
        self.text = ""
        self.smooth, self.drawn, self.draggable = True, False, True
        self.portable = self.aimed = False
        self._grip: QPointF | None = None
        self._lifted: QPointF | None = None
        self._fitted = Fitted()
        self.setMinimumSize(SIDE_PX, SIDE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_image(self, image: QImage, drawn: bool = False) -> None:
        """Show a picture; one drawn for the screen is always blended when scaled."""
        self.drawn = drawn
        self.image, self.point, self.text = image, None, ""
        self.update()

    def show_point(self, x: float, y: float) -> None:
        """Show a point of the plane and its coordinates."""
        self.image, self.point, self.text = None, (x, y), ""
        self.update()

    def show_text(self, text: str) -> None:
        """Show a sentence."""
        self.image, self.point, self.text = None, None, text
        self.update()

    def set_smooth(self, smooth: bool) -> None:
        """Blend between pixels when enlarging, or show each as a square."""
        self.smooth = smooth
        self.update()

    def set_draggable(self, draggable: bool) -> None:
        """Whether dragging moves anything."""
        self.draggable, self._grip = draggable, None
        self._show_hand()

    def set_portable(self, portable: bool) -> None:
        """Whether the picture can be dragged out."""
        self.portable = portable
        self.setMouseTracking(portable)
        self.update()

    def set_aimed(self, aimed: bool) -> None:
        """Whether something that can be dropped is held over it."""
        self.aimed = aimed
        self.update()

    @property
    def corner(self) -> QRect:
        """What the picture is taken out by."""
        place = self.place
        return QRect(place.right() - CORNER_PX - 5, place.top() + 6, CORNER_PX, CORNER_PX)

    @property
    def place(self) -> QRect:
        """Where the picture is."""
        size = self.image.size() if self.image is not None else self.rect().size()
        if self.image is None:
            size.setWidth(min(size.width(), size.height()))
            size.setHeight(size.width())
        return largest(size, self.rect(), crisp=False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, point or sentence, and over it what the mouse can do."""
        painter = QPainter(self)
        self._paint_content(painter)
        painter.setClipping(False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        if self.aimed:
            painter.setPen(QPen(QColor(colours.accent), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.place).adjusted(2, 2, -2, -2), 4, 4)
        if self.portable and self.underMouse() and (self.image or self.point):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(10, 12, 16, 150))
            painter.drawRoundedRect(self.corner, theme.RADIUS, theme.RADIUS)
            edge = (CORNER_PX - CORNER_ICON_PX) // 2
            icon = self.corner.adjusted(edge, edge, -edge, -edge)
            theme.icon("export", "#ffffff").paint(painter, icon)

    def _paint_content(self, painter: QPainter) -> None:
        colours = theme.current()
        if self.image is not None:
            ratio, place = self.devicePixelRatioF(), self.place
            smooth = self.smooth or self.drawn
            painter.drawPixmap(place, self._fitted.at(self.image, place.size(), ratio, smooth))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.line))
        painter.setBrush(QColor(colours.window))
        painter.drawRoundedRect(
            QRectF(self.place).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS
        )
        if self.point is not None:
            self._paint_point(painter, *self.point)
        elif self.text:
            painter.setPen(QColor(colours.muted))
            inner = self.place.adjusted(20, 20, -20, -20)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(inner, int(flags), self.text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Never higher than wide: what is left goes to the neighbours."""
        self.setMaximumHeight(max(self.width(), self.minimumHeight()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        if event.button() == Qt.MouseButton.LeftButton and self.isEnabled():
            position = event.position()
            held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if self.portable and (held or self.corner.contains(position.toPoint())):
                self._lifted = position
            elif self.draggable:
                self._grip = event.position()
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.pressed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell how far it was dragged, or that it is taken out."""
        if self._lifted is not None:
            far = (event.position() - self._lifted).manhattanLength()
            if far >= QApplication.startDragDistance():
                self._lifted = None
                self.takenOut.emit()
            return
        if self._grip is None:
            self._show_hand(event.position())
            return
        moved, side = event.position() - self._grip, max(self.place.width(), 1)
        self._grip = event.position()
        self.dragged.emit(moved.x() / side, -moved.y() / side)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grip = self._lifted = None
        self._show_hand(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Tell how far the wheel was turned."""
        if not self.draggable or not event.angleDelta().y():
            event.ignore()
            return
        self.wheeled.emit(event.angleDelta().y() / NOTCH)
        event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the corner to take it by."""
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the corner."""
        self.update()

    def _show_hand(self, position: QPointF | None = None) -> None:
        shapes = Qt.CursorShape
        hand = shapes.OpenHandCursor if self.draggable else shapes.ArrowCursor
        if position is not None and self.portable and self.corner.contains(position.toPoint()):
            hand = shapes.PointingHandCursor
        if self.cursor().shape() != hand:
            self.setCursor(hand)

    def _paint_point(self, painter: QPainter, x: float, y: float) -> None:
        colours, place = theme.current(), QRectF(self.place)
        painter.setClipRect(place)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.drawLine(
            QPointF(place.left(), place.center().y()), QPointF(place.right(), place.center().y())
        )
        painter.drawLine(
            QPointF(place.center().x(), place.top()), QPointF(place.center().x(), place.bottom())
        )
        half = place.width() / 2
        spot = place.center() + QPointF(x, -y) * (half / VIEW)
        painter.setPen(QPen(QColor(colours.surface), 2))
        painter.setBrush(QColor(colours.fake))
        painter.drawEllipse(spot, 8, 8)
        painter.setPen(QColor(colours.text))
        text = f"x {x:.3f}    y {y:.3f}".replace("-", "−")
        edge = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
        painter.drawText(place.adjusted(12, 0, 0, -10), edge, text)
