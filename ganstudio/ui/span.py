"""A slider with two handles: the part of a range that is kept."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ganstudio.ui import theme

HANDLE_PX, GROOVE_PX, THINNEST = 12, 4, 0.02
KEY_STEP = 0.02


class Span(QWidget):
    """Two handles on a groove from 0 to 1; what lies between them can be dragged as a whole.

    A double-click takes both to the ends; the arrow keys move the upper handle, with shift the
    lower one.

    Args:
        name: for those who hear the screen.
        colour: ``#rrggbb`` of the kept part.

    Signals:
        moved (float, float): the person moved the lower or the upper end.
    """

    moved = Signal(float, float)

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._colour = colour
        self.low, self.high = 0.0, 1.0
        self._held: str | None = None
        self._grip = 0.0  # where in the kept part the mouse went down

    def set_span(self, low: float, high: float) -> None:
        """Show other ends without telling anybody."""
        self.low = min(max(low, 0.0), 1.0 - THINNEST)
        self.high = max(min(high, 1.0), self.low + THINNEST)
        self.update()

    def sizeHint(self) -> QSize:
        """Qt: what would be pleasant."""
        return QSize(104, HANDLE_PX + 10)

    def minimumSizeHint(self) -> QSize:
        """Qt: both handles and a little between them."""
        return QSize(48, HANDLE_PX + 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: groove, kept part, handles."""
        colours, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.line))
        middle, left, right = self.height() / 2, self._x_of(self.low), self._x_of(self.high)
        top = middle - GROOVE_PX / 2
        whole = self._x_of(1.0) - self._x_of(0.0)
        painter.drawRoundedRect(QRectF(self._x_of(0.0), top, whole, GROOVE_PX), 2, 2)
        painter.setBrush(QColor(self._colour if self.isEnabled() else colours.muted))
        painter.drawRoundedRect(QRectF(left, top, right - left, GROOVE_PX), 2, 2)
        painter.setPen(QColor(colours.accent if self._lit() else colours.muted))
        painter.setBrush(QColor("#dfe3ea" if colours.dark else "#ffffff"))
        for x in (left, right):
            painter.drawEllipse(QPointF(x, middle), HANDLE_PX / 2 - 0.5, HANDLE_PX / 2 - 0.5)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: take what is nearest."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = self._share(event.position().x())
        near = HANDLE_PX / max(self.width() - HANDLE_PX, 1)
        to_low, to_high = abs(at - self.low), abs(at - self.high)
        whole = self.low == 0.0 and self.high == 1.0
        if min(to_low, to_high) > near and self.low < at < self.high and not whole:
            self._held, self._grip = "both", at - self.low
        else:
            self._held = "low" if to_low < to_high else "high"
            self._drag(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: follow the mouse."""
        if self._held:
            self._drag(self._share(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: let go."""
        self._held = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt: keep everything."""
        self._held = None
        self._go(0.0, 1.0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: arrows move an end."""
        steps = {Qt.Key.Key_Left: -KEY_STEP, Qt.Key.Key_Right: KEY_STEP}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._go(min(self.low + step, self.high - THINNEST), self.high)
        else:
            self._go(self.low, max(self.high + step, self.low + THINNEST))

    def _drag(self, at: float) -> None:
        if self._held == "low":
            self._go(min(at, self.high - THINNEST), self.high)
        elif self._held == "high":
            self._go(self.low, max(at, self.low + THINNEST))
        else:
            width = self.high - self.low
            low = min(max(at - self._grip, 0.0), 1.0 - width)
            self._go(low, low + width)

    def _go(self, low: float, high: float) -> None:
        before = (self.low, self.high)
        self.set_span(low, high)
        if (self.low, self.high) != before:
            self.moved.emit(self.low, self.high)

    def _lit(self) -> bool:
        return self.hasFocus() or self.underMouse()

    def _x_of(self, share: float) -> float:
        return HANDLE_PX / 2 + 1 + share * (self.width() - HANDLE_PX - 2)

    def _share(self, x: float) -> float:
        return min(max((x - HANDLE_PX / 2 - 1) / max(self.width() - HANDLE_PX - 2, 1), 0.0), 1.0)
