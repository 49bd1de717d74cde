"""A picture to be painted on with the mouse, dropped on, or filled from a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.ui import theme
from ganstudio.ui.pictures import Fitted, largest

SIDE_PX = 120
MOST_UNDO = 40


class Easel(QWidget):
    """Shows a picture in its own pixels; while ``painting``, the left button draws on it.

    Attributes:
        image: the picture.
        painting: whether the mouse draws.
        colour: of the brush.
        size_px: width of the brush in pixels of the picture.

    Signals:
        painted: the picture is another now, by brush, undo or clearing.
        fileDropped (Path): a file was dropped on it.
        imageDropped (QImage): a picture was dropped on it.
        pasteWanted: the keys for pasting were pressed on it.
    """

    painted = Signal()
    fileDropped = Signal(Path)  # noqa: N815
    imageDropped = Signal(QImage)  # noqa: N815
    pasteWanted = Signal()  # noqa: N815

    def __init__(self) -> None:
        super().__init__()
        self.image = QImage()
        self.painting, self.smooth = False, False
        self.colour, self.size_px = QColor("black"), 2
        self._undo: list[QImage] = []
        self._last: QPointF | None = None
        self._mouse: QPointF | None = None
        self._dropping = False
        self._fitted = Fitted()
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setMinimumSize(SIDE_PX, SIDE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_image(self, image: QImage) -> None:
        """Show another picture; strokes on the one before cannot be undone any more."""
        self.image = image.convertToFormat(QImage.Format.Format_RGB32)
        self._undo.clear()
        self._last = None
        self.update()

    def set_painting(self, painting: bool) -> None:
        """Let the mouse draw, or not."""
        self.painting, self._last = painting, None
        shapes = Qt.CursorShape
        self.setCursor(shapes.CrossCursor if painting else shapes.ArrowCursor)
        self.update()

    def clear(self, colour: QColor) -> None:
        """Fill the picture; it can be undone."""
        if not self.image.isNull():
            self._keep()
            self.image.fill(colour)
            self._tell()

    def undo(self) -> None:
        """Take back the last stroke or clearing."""
        if self._undo:
            self.image = self._undo.pop()
            self._tell()

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to take back."""
        return bool(self._undo)

    @property
    def place(self) -> QRect:
        """Where the picture is."""
        size = QSize(1, 1) if self.image.isNull() else self.image.size()
        return largest(size, self.rect(), crisp=False)

    def pixel_at(self, position: QPointF) -> QPointF:
        """The place in the picture, in its pixels, under a place of the widget."""
        place = self.place
        scale = self.image.width() / max(place.width(), 1)
        return (position - QPointF(place.topLeft())) * scale

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, the brush over it, and an outline while something is held over it."""
        painter, colours = QPainter(self), theme.current()
        place = self.place
        if self.image.isNull():
            painter.fillRect(place, QColor(colours.window))
        else:
            ratio = self.devicePixelRatioF()
            painter.drawPixmap(place, self._fitted.at(self.image, place.size(), ratio, self.smooth))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.painting and self._mouse is not None and place.contains(self._mouse.toPoint()):
            radius = self.size_px * place.width() / max(self.image.width(), 1) / 2
            for width, ring in ((3, "#ffffff"), (1, "#000000")):
                painter.setPen(QPen(QColor(ring), width))
                painter.drawEllipse(self._mouse, radius, radius)
        if self._dropping:
            painter.setPen(QPen(QColor(colours.accent), 3))
            painter.drawRect(place.adjusted(1, 1, -2, -2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Never higher than wide."""
        self.setMaximumHeight(max(self.width(), self.minimumHeight()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke."""
        if self.painting and event.button() == Qt.MouseButton.LeftButton:
            self._keep()
            self._stroke(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the stroke; show where the brush is."""
        self._mouse = event.position()
        if self._last is not None:
            self._stroke(event.position())
        elif self.painting:
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        self._last = None

    def event(self, event: QEvent) -> bool:
        """Keep the keys for undo and pasting from the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            if event.matches(keys.Undo) or event.matches(keys.Paste):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo, or paste."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.pasteWanted.emit()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: object) -> None:
        """The brush is gone."""
        self._mouse = None
        self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and pictures are welcome."""
        data = event.mimeData()
        if data.hasImage() or any(url.isLocalFile() for url in data.urls()):
            event.acceptProposedAction()
            self._dropping = True
            self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing is held over it any more."""
        self._dropping = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand over what was dropped."""
        self._dropping = False
        self.update()
        data = event.mimeData()
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.fileDropped.emit(paths[0])
        elif data.hasImage():
            self.imageDropped.emit(QImage(data.imageData()))
        event.acceptProposedAction()

    def _keep(self) -> None:
        self._undo = [*self._undo[1 - MOST_UNDO :], self.image.copy()]

    def _stroke(self, position: QPointF) -> None:
        """From where the brush was to here, in pixels of the picture."""
        here = self.pixel_at(position)
        last, self._last = self._last or here, here
        painter = QPainter(self.image)
        pen = QPen(self.colour, self.size_px)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        begin, end = _whole(last), _whole(here)
        if begin == end:
            painter.drawPoint(end)
        else:
            painter.drawLine(begin, end)
        painter.end()
        self._tell()

    def _tell(self) -> None:
        self.update()
        self.painted.emit()


def _whole(place: QPointF) -> QPoint:
    return QPoint(int(place.x() // 1), int(place.y() // 1))
