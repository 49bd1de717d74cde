"""A named slider around zero, for moving a latent."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from ganstudio.ui import theme

STEPS = 200  # in one unit
NAME_PX, VALUE_PX = 86, 42
HANDLE_PX, GROOVE_PX = 14, 4


class Groove(QSlider):
    """A horizontal slider whose coloured part begins at its own zero, and that jumps to a click.

    Args:
        low: smallest value, in steps.
        high: largest value, in steps.
        origin: where the coloured part begins, in steps.

    Attributes:
        inset: px left free at both ends, to stand over something narrower.
    """

    def __init__(self, low: int, high: int, origin: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(low, high)
        self.setPageStep(STEPS // 2)
        self.setSingleStep(STEPS // 20)
        self.setMinimumHeight(HANDLE_PX + 8)
        self.setMinimumWidth(60)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.origin, self.inset = origin, 0

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove, coloured part, a tick where it begins, handle."""
        colours, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, on = self.height() / 2, self.isEnabled()
        start, handle = self._x_of(self.origin), self._x_of(self.sliderPosition())
        painter.setBrush(QColor(colours.line))
        left, right = self._x_of(self.minimum()), self._x_of(self.maximum())
        top = middle - GROOVE_PX / 2
        painter.drawRoundedRect(QRectF(left, top, right - left, GROOVE_PX), 2, 2)
        painter.setBrush(QColor(colours.accent if on else colours.muted))
        painter.drawRoundedRect(
            QRectF(min(start, handle), top, abs(handle - start), GROOVE_PX), 2, 2
        )
        if self.minimum() < self.origin:  # a tick at the very end would look like a stray line
            painter.drawRoundedRect(QRectF(start - 1, middle - 5, 2, 10), 1, 1)
        knob = "#dfe3ea" if colours.dark else "#ffffff"
        edge = colours.accent if self.hasFocus() or self.underMouse() else colours.muted
        painter.setPen(QColor(edge))
        painter.setBrush(QColor(knob if on else colours.raised))
        painter.drawEllipse(QPointF(handle, middle), HANDLE_PX / 2 - 0.5, HANDLE_PX / 2 - 0.5)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the mouse."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._go(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        if self.isSliderDown():
            self._go(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the list; it never moves a slider in passing."""
        event.ignore()

    def _x_of(self, value: float) -> float:
        share = (value - self.minimum()) / max(self.maximum() - self.minimum(), 1)
        edge = HANDLE_PX / 2 + 1 + self.inset
        return edge + share * (self.width() - 2 * edge)

    def _go(self, x: float) -> None:
        edge = HANDLE_PX / 2 + 1 + self.inset
        share = (x - edge) / max(self.width() - 2 * edge, 1)
        wanted = self.minimum() + share * (self.maximum() - self.minimum())
        self.setValue(round(min(max(wanted, self.minimum()), self.maximum())))


class NamedSlider(QWidget):
    """Name, slider and value in a row; a double-click takes it home.

    Args:
        name: on the left.
        low: smallest value.
        high: largest value.
        home: where a double-click goes.
        tip: what moving it does.

    Signals:
        moved (float): the person moved it; never emitted by ``set_value``.
    """

    moved = Signal(float)

    def __init__(self, name: str, low: float, high: float, home: float, tip: str) -> None:
        super().__init__()
        self.home, self.name, self.high, self.tip = home, name, high, tip
        self._label, self._value = QLabel(name), QLabel()
        self._label.setFixedWidth(NAME_PX)
        self._value.setFixedWidth(VALUE_PX)
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        theme.tone(self._label, "muted")
        origin = home if low > 0 or high < 0 or low == 0 else 0.0
        self.slider = Groove(round(low * STEPS), round(high * STEPS), round(origin * STEPS))
        self.slider.setAccessibleName(name)
        self.slider.valueChanged.connect(self._on_moved)
        self.setToolTip(f"{tip} Double-click to go back.")
        for part in (self._label, self.slider, self._value):
            part.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        row.addWidget(self._label)
        row.addWidget(self.slider, 1)
        row.addWidget(self._value)
        self.set_value(home)

    def set_value(self, value: float) -> None:
        """Show a value without telling anybody; beyond the ends the handle stays at the end."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(value * STEPS))
        self.slider.blockSignals(False)
        self.slider.update()
        self._say(value)

    @property
    def value(self) -> float:
        """Where the handle is."""
        return self.slider.value() / STEPS

    def go_home(self) -> None:
        """Move to where a double-click goes."""
        self.set_value(self.home)
        self.moved.emit(self.home)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A double-click anywhere in the row goes home."""
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.slider.setSliderDown(False)
            self.go_home()
            return True
        return super().eventFilter(watched, event)

    def _on_moved(self, steps: int) -> None:
        value = steps / STEPS
        self._say(value)
        self.moved.emit(value)

    def _say(self, value: float) -> None:
        text = spoken(value)
        if self._value.text() != text:
            self._value.setText(text)


def spoken(value: float) -> str:
    """Two decimals, a true minus, and no minus before nothing."""
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")
