"""Dots in the plane: real and generated, one to hover, one to click, and where Latent stands."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.ui import theme
from ganstudio.ui.pictures import fit, largest

Kind = Literal["real", "fake"]
KINDS: tuple[Kind, ...] = ("real", "fake")
DOT_PX, REACH_PX, EDGE_PX = 2.6, 12, 18
THUMB_PX, THUMB_GAP_PX = 88, 12
ZOOM, MOST_ZOOM = 1.2, 60.0
DRAG_PX = 4


class CloudView(QWidget):
    """Two sets of dots that can be zoomed with the wheel and dragged about.

    Signals:
        hovered (str, int): the dot under the mouse, ``real`` or ``fake``; ("", -1) for none.
        clicked (str, int): one was clicked.
    """

    hovered = Signal(str, int)
    clicked = Signal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self.dots: dict[Kind, np.ndarray] = {kind: np.zeros((0, 2)) for kind in KINDS}
        self.shown: dict[Kind, bool] = dict.fromkeys(KINDS, True)
        self.spot: tuple[float, float] | None = None
        self.lit: tuple[str, int] = ("", -1)
        self.thumb: QImage | None = None
        self._centre, self._half, self._zoom = QPointF(), (1.0, 1.0), 1.0
        self._aim = QPointF()
        self._grip: QPointF | None = None
        self._dragged = False
        self._sheet: QPixmap | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(120, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip("")
        self.setAccessibleName("Map of samples")

    def show_dots(self, real: np.ndarray, fake: np.ndarray) -> None:
        """Show these, (N, 2) each, all of them in view."""
        self.dots = {"real": np.asarray(real, float), "fake": np.asarray(fake, float)}
        self.lit, self.thumb, self.spot = ("", -1), None, None
        self.fit_view()

    def show_kind(self, kind: Kind, shown: bool) -> None:
        """Show or hide one of the sets."""
        self.shown[kind] = shown
        self._forget()

    def show_spot(self, place: tuple[float, float] | None) -> None:
        """Mark where Latent stands; None for nowhere."""
        self.spot = place
        self.update()

    def show_thumb(self, image: QImage | None) -> None:
        """Show a picture beside the dot under the mouse."""
        self.thumb = image
        self.update()

    def fit_view(self) -> None:
        """Bring all dots into view."""
        every = np.concatenate(list(self.dots.values()))
        if len(every):
            low, high = every.min(0), every.max(0)
            middle = (low + high) / 2
            self._centre = QPointF(float(middle[0]), float(middle[1]))
            across, up = (high - low) / 2
            self._half = max(float(across), 1e-6), max(float(up), 1e-6)
        self._zoom, self._aim = 1.0, QPointF(self._centre)
        self._forget()

    def place_of(self, point: np.ndarray | tuple[float, float]) -> QPointF:
        """Where a point of the plane is on the widget."""
        scale = self._scale
        middle = QRectF(self.rect()).center()
        return QPointF(
            middle.x() + (float(point[0]) - self._aim.x()) * scale,
            middle.y() - (float(point[1]) - self._aim.y()) * scale,
        )

    def dot_at(self, position: QPointF) -> tuple[str, int]:
        """The dot nearest to a place of the widget, within reach; generated ones first."""
        best: tuple[float, str, int] = (REACH_PX, "", -1)
        for kind in reversed(KINDS):
            if self.shown[kind] and len(self.dots[kind]):
                x, y = self._on_screen(self.dots[kind]).T
                far = np.hypot(x - position.x(), y - position.y())
                index = int(far.argmin())
                best = min(best, (float(far[index]), kind, index), key=lambda found: found[0])
        return best[1], best[2]

    # Painting -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dots as they were kept, then what is lit, where Latent stands, and the picture."""
        painter, colours = QPainter(self), theme.current()
        if self._sheet is None:
            self._sheet = self._paint_sheet()
        painter.drawPixmap(0, 0, self._sheet)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.spot is not None:
            place = self.place_of(self.spot)
            painter.setBrush(QColor(colours.fake))
            painter.setPen(QPen(QColor(colours.surface), 5))
            painter.drawEllipse(place, 7, 7)
            painter.setPen(QPen(QColor(colours.text), 2))
            painter.drawEllipse(place, 7, 7)
        for kind in KINDS:
            if self.lit[0] == kind:
                place = self.place_of(self.dots[kind][self.lit[1]])
                painter.setBrush(QColor(getattr(colours, kind)))
                painter.setPen(QPen(QColor(colours.text), 1.5))
                painter.drawEllipse(place, 5, 5)
                if self.thumb is not None:
                    self._paint_thumb(painter, self.thumb, place, getattr(colours, kind))

    def _paint_thumb(self, painter: QPainter, image: QImage, dot: QPointF, colour: str) -> None:
        """The picture beside its dot, on the side where there is room."""
        size = largest(image.size(), QRect(0, 0, THUMB_PX, THUMB_PX), crisp=False).size()
        x = dot.x() + THUMB_GAP_PX
        if x + size.width() + 2 > self.width():
            x = dot.x() - THUMB_GAP_PX - size.width()
        y = min(max(dot.y() - size.height() / 2, 2.0), self.height() - size.height() - 2.0)
        frame = QRectF(max(x, 2.0), y, size.width(), size.height())
        painter.drawImage(frame, fit(image, size * self.devicePixelRatioF(), smooth=True))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colour), 2))
        painter.drawRoundedRect(frame, 3, 3)

    def _paint_sheet(self) -> QPixmap:
        ratio, colours = self.devicePixelRatioF(), theme.current()
        sheet = QPixmap(self.size() * ratio)
        sheet.setDevicePixelRatio(ratio)
        sheet.fill(QColor(colours.window))
        painter = QPainter(sheet)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for kind in KINDS:
            if self.shown[kind]:
                shade = QColor(getattr(colours, kind))
                shade.setAlpha(165)
                painter.setBrush(shade)
                for x, y in self._on_screen(self.dots[kind]):
                    painter.drawEllipse(QPointF(x, y), DOT_PX, DOT_PX)
        painter.end()
        return sheet

    # Mouse ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the map."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the map, or light up the dot under the mouse."""
        if self._grip is None:
            self._light(self.dot_at(event.position()))
            return
        moved = event.position() - self._grip
        if self._dragged or moved.manhattanLength() > DRAG_PX:
            self._dragged = True
            self._grip = event.position()
            self._aim += QPointF(-moved.x(), moved.y()) / self._scale
            self._forget()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a dot, unless the map was dragged."""
        held, self._grip = self._grip is not None and not self._dragged, None
        kind, index = self.dot_at(event.position())
        if held and kind:
            self.clicked.emit(kind, index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """All in view again, where no dot is."""
        if not self.dot_at(event.position())[0]:
            self.fit_view()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the mouse."""
        factor = ZOOM ** (event.angleDelta().y() / 120)
        wanted = min(max(self._zoom * factor, 0.5), MOST_ZOOM)
        away = event.position() - QRectF(self.rect()).center()
        under = self._aim + QPointF(away.x(), -away.y()) / self._scale
        self._zoom = wanted
        self._aim = under - QPointF(away.x(), -away.y()) / self._scale
        self._forget()
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """No dot is under the mouse."""
        self._light(("", -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the dots anew."""
        self._forget()

    def changeEvent(self, event: QEvent) -> None:
        """Colours follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._forget()

    @property
    def _scale(self) -> float:
        """Pixels a unit, the same both ways; all dots fit at first."""
        rooms = (max(side / 2 - EDGE_PX, 1) for side in (self.width(), self.height()))
        return min(room / half for room, half in zip(rooms, self._half, strict=True)) * self._zoom

    def _on_screen(self, points: np.ndarray) -> np.ndarray:
        middle = QRectF(self.rect()).center()
        away = (points - (self._aim.x(), self._aim.y())) * (self._scale, -self._scale)
        placed: np.ndarray = away + np.array([middle.x(), middle.y()])
        return placed

    def _light(self, dot: tuple[str, int]) -> None:
        if dot != self.lit:
            self.lit, self.thumb = dot, None
            shapes = Qt.CursorShape
            self.setCursor(shapes.PointingHandCursor if dot[0] else shapes.ArrowCursor)
            self.hovered.emit(*dot)
            self.update()

    def _forget(self) -> None:
        self._sheet = None
        self.update()
