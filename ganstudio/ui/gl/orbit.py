"""A widget whose camera goes where the mouse leads it."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QPointF, QRectF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from ganstudio.ui.gl import view_cube
from ganstudio.ui.gl.camera import Camera

DEGREES_PER_PX = 0.4
ZOOM_PER_NOTCH = 1.15
CLICK_PX = 4
FLIGHT_MS = 220
CUBE_PX, CUBE_EDGE_PX = 76, 10
NARROW_PX = 300  # there is no room for the view cube below


class OrbitWidget(QWidget):
    """Left drag orbits; right, middle or shift drag pans; the wheel zooms towards the cursor;
    arrows orbit; a click on the view cube looks from that side.

    Signals:
        touched: a mouse button went down.
    """

    touched = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.camera = Camera()
        self._cube = True
        self._cube_side: view_cube.Side | None = None  # under the mouse
        self._pressed: QPointF | None = None
        self._mouse = QPointF()
        self._flight = QVariantAnimation(self, duration=FLIGHT_MS, startValue=0.0, endValue=1.0)
        self._flight.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._flight.valueChanged.connect(self._fly)
        self._flown = (0.0, 0.0, 0.0, 0.0)  # azimuth and elevation at the start, and their change

    def set_view_cube(self, on: bool) -> None:
        """Show the cube that says, and chooses, where one looks from."""
        self._cube = on
        self.update()

    def set_orthographic(self, on: bool) -> None:
        """Draw without perspective."""
        if on != self.camera.orthographic:
            self.camera.orthographic = on
            self.redraw()

    def look_from(self, side: view_cube.Side) -> None:
        """Fly round to a side: ``front``, ``back``, ``left``, ``right``, ``top``, ``bottom``."""
        azimuth, elevation = view_cube.VIEWS[side]
        if side in ("top", "bottom"):
            azimuth = round(self.camera.azimuth / 90) * 90  # as it stands, but square
        turn = (azimuth - self.camera.azimuth + 180) % 360 - 180
        self._flown = (
            self.camera.azimuth, self.camera.elevation, turn, elevation - self.camera.elevation,
        )  # fmt: skip
        self._flight.stop()
        self._flight.start()

    def redraw(self) -> None:
        """Something changed that the picture shows."""
        raise NotImplementedError

    def frame(self) -> None:
        """Show everything."""
        raise NotImplementedError

    def hover(self, position: QPointF | None) -> None:
        """The mouse is here with no button down; None once it has left."""

    def click(self, position: QPointF) -> None:
        """The left button was pressed and released here."""

    def aspect(self) -> float:
        """Width over height."""
        return self.width() / max(self.height(), 1)

    def unit(self, position: QPointF) -> tuple[float, float]:
        """-1 to 1 from left to right and from bottom to top."""
        return (
            2 * position.x() / max(self.width(), 1) - 1,
            1 - 2 * position.y() / max(self.height(), 1),
        )

    def cube_area(self) -> QRectF:
        """Where the view cube stands; empty where there is none."""
        if not self._cube or min(self.width(), self.height()) < NARROW_PX:
            return QRectF()
        return QRectF(self.width() - CUBE_PX - CUBE_EDGE_PX, CUBE_EDGE_PX, CUBE_PX, CUBE_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: a drag or a click begins."""
        self._pressed = self._mouse = event.position()
        self._flight.stop()
        self.touched.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: orbit or pan while a button is down, else look what is under the mouse."""
        moved, self._mouse = event.position() - self._mouse, event.position()
        if not event.buttons():
            self._look_at_cube(event.position())
            self.hover(None if self._cube_side else event.position())
            return
        pans = event.buttons() & (Qt.MouseButton.RightButton | Qt.MouseButton.MiddleButton)
        if pans or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.camera.pan(-moved.x() / max(self.height(), 1), moved.y() / max(self.height(), 1))
        else:
            self.camera.orbit(-DEGREES_PER_PX * moved.x(), DEGREES_PER_PX * moved.y())
        self.redraw()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: a press and release in one place is a click."""
        if self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        moved = event.position() - self._pressed
        self._pressed = None
        if abs(moved.x()) + abs(moved.y()) > CLICK_PX:
            return
        side = view_cube.side_at(self.camera, self.cube_area(), event.position())
        if side is None:
            self.click(event.position())
        else:
            self.look_from(side)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt: frame everything."""
        self._pressed = None
        if not self.cube_area().contains(event.position()):
            self.frame()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt: zoom towards the cursor."""
        x, y = self.unit(event.position())
        self.camera.zoom(ZOOM_PER_NOTCH ** (event.angleDelta().y() / 120), x, y, self.aspect())
        self.redraw()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: arrows orbit."""
        steps = {
            Qt.Key.Key_Left: (-8, 0), Qt.Key.Key_Right: (8, 0),
            Qt.Key.Key_Up: (0, 8), Qt.Key.Key_Down: (0, -8),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in steps:
            self.camera.orbit(*steps[key])
            self.redraw()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: nothing is under the mouse any more."""
        self._cube_side = None
        self.hover(None)
        self.update()

    def _look_at_cube(self, position: QPointF) -> None:
        side = view_cube.side_at(self.camera, self.cube_area(), position)
        if side != self._cube_side:
            self._cube_side = side
            self.setToolTip("" if side is None else f"Look from the {side}")
            self.update()

    def _fly(self, share: float) -> None:
        azimuth, elevation, turn, climb = self._flown
        self.camera.look_from(azimuth + share * turn, elevation + share * climb)
        self.redraw()
