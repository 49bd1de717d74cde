"""A place to drop latents on: shows what stands there, gives it back by dragging or clicking."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QMenu, QSizePolicy, QWidget

from ganstudio.latent.stand import Stand
from ganstudio.ui import carrying, theme
from ganstudio.ui.drag import unpack
from ganstudio.ui.pictures import fit, largest

SIDE_PX, LEAST_PX = 56, 38


class Well(QWidget):
    """Holds one place in latent space, or several that count as their mean.

    Args:
        name: written in the corner: ``A``.
        tip: what it is for.
        several: whether a drop adds to what is there instead of replacing it.
        here: gives what Latent stands on, for the menu.

    Attributes:
        stands: what was dropped, in order.

    Signals:
        changed: by a drop or by the menu.
        clicked: with the left button, while there is something.
        refused (str): why what was dropped is not taken.
    """

    changed = Signal()
    clicked = Signal()
    refused = Signal(str)

    def __init__(
        self,
        name: str,
        tip: str,
        several: bool = False,
        here: Callable[[], Stand | None] = lambda: None,
    ) -> None:
        super().__init__()
        self.name, self.several, self._here = name, several, here
        self.stands: list[Stand] = []
        self.image: QImage | None = None
        self._dropping = False
        self._grip: QPoint | None = None
        self.setToolTip(tip)
        self.setAccessibleName(name)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Qt: as large as it ever gets."""
        return QSize(SIDE_PX, SIDE_PX)

    def minimumSizeHint(self) -> QSize:
        """Qt: narrower where there is no room."""
        return QSize(LEAST_PX, SIDE_PX)

    def put(self, stands: list[Stand]) -> None:
        """Hold these; announces nothing. The picture is gone until there is a new one."""
        self.stands, self.image = list(stands), None
        self.update()

    def show_image(self, image: QImage | None) -> None:
        """Show what stands here."""
        self.image = image
        self.update()

    def take(self, stand: Stand) -> None:
        """Hold one more, or this one instead; ``changed`` follows."""
        self.put([*self.stands, stand] if self.several else [stand])
        self.changed.emit()

    def clear(self) -> None:
        """Hold nothing; ``changed`` follows."""
        if self.stands:
            self.put([])
            self.changed.emit()

    # Painting -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture or an empty frame, name, and how many there are."""
        painter, colours = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        lit = self._dropping or self.hasFocus()
        edge = QPen(QColor(colours.accent if lit else colours.line), 2 if lit else 1)
        if not self.stands:
            edge.setStyle(Qt.PenStyle.DashLine)
        painter.setBrush(QColor(colours.window))
        painter.setPen(edge)
        painter.drawRoundedRect(frame, theme.RADIUS, theme.RADIUS)
        if self.image is not None:
            place = largest(self.image.size(), self.rect().adjusted(3, 3, -3, -3), crisp=False)
            ratio = self.devicePixelRatioF()
            shown = fit(self.image, place.size() * ratio, smooth=True)
            painter.drawImage(place, shown)
        if self.stands:
            self._chip(painter, self.name, left=True)
            if len(self.stands) > 1:
                self._chip(painter, f"{len(self.stands)}", left=False)
        else:
            painter.setPen(QColor(colours.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.name)

    def _chip(self, painter: QPainter, text: str, left: bool) -> None:
        colours, metrics = theme.current(), painter.fontMetrics()
        size = QSize(metrics.horizontalAdvance(text) + 8, metrics.height())
        corner = QPoint(3, 3) if left else QPoint(self.width() - size.width() - 3, 3)
        ground = QColor(colours.surface)
        ground.setAlpha(215)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRect(corner, size), 3, 3)
        painter.setPen(QColor(colours.text))
        painter.drawText(QRect(corner, size), Qt.AlignmentFlag.AlignCenter, text)

    # Mouse and keys -------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Perhaps the start of a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry what stands here away."""
        if self._grip is None or not self.stands:
            return
        moved = event.position().toPoint() - self._grip
        if moved.manhattanLength() >= QApplication.startDragDistance():
            self._grip = None
            carrying.drag_out(self, self.stands[-1], self.image)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click."""
        pressed, self._grip = self._grip is not None, None
        if pressed and event.button() == Qt.MouseButton.LeftButton:
            self._press()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete empties it, Return clicks it."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._press()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What else can be done."""
        self.menu().popup(event.globalPos())

    def menu(self) -> QMenu:
        """What can be put here, and taking it out."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        here = self._here()
        pasted = unpack(QGuiApplication.clipboard().mimeData())
        for text, stand in (("Put what Latent shows", here), ("Paste latent", pasted)):
            action = menu.addAction(text)
            action.setEnabled(stand is not None)
            if stand is not None:
                action.triggered.connect(lambda _=False, stand=stand: self.take(stand))
        menu.addSeparator()
        empty = menu.addAction("Empty")
        empty.setEnabled(bool(self.stands))
        empty.triggered.connect(self.clear)
        return menu

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Latents are welcome."""
        if carrying.welcome(event.mimeData()):
            event.acceptProposedAction()
            self._light(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing is held over it any more."""
        self._light(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take it."""
        self._light(False)
        try:
            stand = carrying.read(event.mimeData())
        except carrying.LatentError as error:
            self.refused.emit(f"Not taken: {error}.")
            return
        if stand is not None:
            event.acceptProposedAction()
            self.take(stand)

    def changeEvent(self, event: QEvent) -> None:
        """Colours follow the theme."""
        super().changeEvent(event)
        self.update()

    def _press(self) -> None:
        if self.stands:
            self.clicked.emit()
        else:
            here = self._here()
            if here is not None:
                self.take(here)

    def _light(self, on: bool) -> None:
        self._dropping = on
        self.update()
