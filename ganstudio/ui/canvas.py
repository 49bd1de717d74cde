"""One picture as large as the space allows, or a point on its plane; dragging it moves things."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.ui import theme
from ganstudio.ui.pictures import Fitted, largest

SIDE_PX = 200
VIEW = 1.2  # half the side of the plane shown


class Canvas(QWidget):
    """A picture in a quiet frame.

    Signals:
        dragged (float, float): by what share of the picture the mouse moved, right and up.
        pressed: a button went down on it, for whoever wants the keyboard.
    """

    dragged = Signal(float, float)
    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.point: tuple[float, float] | None = None
        self.text = ""
        self.smooth, self.drawn, self.draggable = True, False, True
        self._grip: QPointF | None = None
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

    @property
    def place(self) -> QRect:
        """Where the picture is."""
        size = self.image.size() if self.image is not None else self.rect().size()
        if self.image is None:
            size.setWidth(min(size.width(), size.height()))
            size.setHeight(size.width())
        return largest(size, self.rect(), crisp=False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, point or sentence."""
        painter = QPainter(self)
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
            if self.draggable:
                self._grip = event.position()
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.pressed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell how far it was dragged."""
        if self._grip is None:
            return
        moved, side = event.position() - self._grip, max(self.place.width(), 1)
        self._grip = event.position()
        self.dragged.emit(moved.x() / side, -moved.y() / side)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grip = None
        self._show_hand()

    def _show_hand(self) -> None:
        shapes = Qt.CursorShape
        self.setCursor(shapes.OpenHandCursor if self.draggable else shapes.ArrowCursor)

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
