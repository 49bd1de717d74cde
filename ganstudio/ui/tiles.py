"""A grid of pictures painted as one widget: as large as the space allows, hover and click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QEnterEvent,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QTextEdit,
    QToolTip,
    QWidget,
)

from ganstudio.ui import badges, theme
from ganstudio.ui.arrangement import Arrangement, arrange
from ganstudio.ui.pictures import fit, to_qimage

EDGE_PX = 3  # room for the outline of tiles at the border
LABEL_GAP_PX, CAPTION_GAP_PX, SPILL_PX = 10, 6, 12


class TileGrid(QWidget):
    """Pictures in a grid. Tiles are scaled once and kept; hovering repaints outlines only.

    Args:
        takes_clicks: whether a tile can be chosen.

    Signals:
        clicked (int): a tile was chosen with the left button.
        menuWanted (int, QPoint): a tile, or -1 beside them, and where on the screen.
        dragWanted (int): a tile is being dragged out.
        keyPressed (int, str): this letter was pressed over a tile.
    """

    clicked = Signal(int)
    menuWanted = Signal(int, QPoint)  # noqa: N815
    dragWanted = Signal(int)  # noqa: N815
    keyPressed = Signal(int, str)  # noqa: N815

    def __init__(self, takes_clicks: bool = True) -> None:
        super().__init__()
        self.takes_clicks = takes_clicks
        self.caption = ""
        self.pictures: list[QImage] = []
        self.columns = 0
        self.row_names: tuple[str, ...] = ()
        self.headers: tuple[str, ...] = ()
        self.smooth, self.drawn = True, False
        self.marked = self.hovered = self._held = -1
        self.badges: list[badges.Badge | None] = []
        self.corners: dict[int, str] = {}
        self._grip = QPoint()
        self._arrangement: Arrangement | None = None
        self._arranged: tuple[object, Arrangement] | None = None  # for what, and how
        self._sheet: QPixmap | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(80, 80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_pictures(
        self,
        pixels: np.ndarray,
        columns: int = 0,
        row_names: tuple[str, ...] = (),
        drawn: bool = False,
        headers: tuple[str, ...] = (),
    ) -> None:
        """Show these pictures.

        Args:
            pixels: (N, H, W, 3) uint8.
            columns: in a row; 0 to fill the space best.
            row_names: written before each row; empty for none.
            drawn: whether they were drawn for the screen, so that single pixels mean nothing.
            headers: names of pictures that stand side by side as a group; empty for no groups.
        """
        self.pictures = [to_qimage(picture) for picture in pixels]
        self.columns, self.row_names, self.drawn = columns, row_names, drawn
        self.headers = headers
        self.hovered = self.hovered if self.hovered < len(pixels) else -1
        self._forget()

    def set_caption(self, caption: str) -> None:
        """Write this over the tiles; empty for nothing."""
        if caption != self.caption:
            self.caption = caption
            self._forget()

    def set_smooth(self, smooth: bool) -> None:
        """Blend between pixels when enlarging, or show each as a square."""
        self.smooth = smooth
        self._forget()

    def mark(self, index: int) -> None:
        """Outline one tile for good; -1 for none."""
        if index != self.marked:
            before, self.marked = self.marked, index
            self._repaint_tiles(before, index)

    def set_badges(self, shown: Sequence[badges.Badge | None]) -> None:
        """Write a number on each tile; an empty row for none."""
        if list(shown) != self.badges:
            self.badges = list(shown)
            self.update()

    def set_corners(self, corners: Mapping[int, str]) -> None:
        """Put a letter in the corner of these tiles: the group that each is in."""
        if dict(corners) != self.corners:
            self.corners = dict(corners)
            self.update()

    def index_at(self, position: QPoint) -> int:
        """The tile at a place of the widget, or -1."""
        arrangement = self.arrangement
        for index in range(len(self.pictures)):
            if arrangement.place(index).contains(position):
                return index
        return -1

    @property
    def arrangement(self) -> Arrangement:
        """Where the tiles stand now."""
        if self._arrangement is None:
            left = EDGE_PX + self._label_width()
            top = EDGE_PX + self._caption_height() + self._header_height()
            space = self.rect().adjusted(left, top, -EDGE_PX, -EDGE_PX)
            size = self.pictures[0].size() if self.pictures else QSize(1, 1)
            crisp = not self.smooth and not self.drawn
            count, group = max(len(self.pictures), 1), max(len(self.headers), 1)
            wanted = (count, size, space, self.columns, crisp, group)
            if self._arranged is None or self._arranged[0] != wanted:  # seldom, while it trains
                self._arranged = wanted, arrange(*wanted)
            self._arrangement = self._arranged[1]
        return self._arrangement

    @property
    def tile_px(self) -> int:
        """Width of a tile on the screen, in device pixels."""
        return round(self.arrangement.tile.width() * self.devicePixelRatioF())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tiles as they were kept, outlines over them."""
        painter = QPainter(self)
        if not self.pictures:
            return
        if self._sheet is None:
            self._sheet = self._paint_sheet()
        ratio, part = self._sheet.devicePixelRatioF(), QRectF(event.rect())
        painter.drawPixmap(part, self._sheet, QRectF(part.topLeft() * ratio, part.size() * ratio))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        painter.setFont(badges.small(self.font()))
        self._paint_badges(painter, event.rect())
        if 0 <= self.marked < len(self.pictures):
            self._outline(painter, self.marked, colours.accent, 2.5)
        if self.hovered >= 0:
            self._outline(painter, self.hovered, colours.text, 1.5)
            place = self.arrangement.place(self.hovered)
            badges.chip(painter, place, str(self.hovered + 1), "left")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange anew."""
        self._forget()

    def changeEvent(self, event: QEvent) -> None:
        """Labels follow font and colours."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._forget()
        super().changeEvent(event)

    def name_at(self, position: QPoint) -> str:
        """The whole name of the row or the column that is written at a place; empty for none."""
        arrangement = self.arrangement
        for row, name in enumerate(self.row_names[: arrangement.rows]):
            if self._label_place(row).contains(position):
                return name
        for column in range(arrangement.columns if self.headers else 0):
            if self._header_place(column).contains(position):
                return self.headers[column % len(self.headers)]
        return ""

    def event(self, event: QEvent) -> bool:
        """Names that were shortened can be read in the tooltip."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.name_at(event.pos()), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the tile under the mouse, or drag the one that is held."""
        position = event.position().toPoint()
        far = (position - self._grip).manhattanLength() >= QApplication.startDragDistance()
        if self._held >= 0 and far:
            held, self._held = self._held, -1
            self.dragWanted.emit(held)
        elif self._held < 0:
            self._hover(self.index_at(position))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Letters mean the tile under the mouse, unless someone is writing elsewhere."""
        writes = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit)
        if self.takes_clicks and not isinstance(QApplication.focusWidget(), writes):
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def leaveEvent(self, event: QEvent) -> None:
        """No tile is under the mouse."""
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Hold a tile: it is chosen when it is let go where it is."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = event.position().toPoint()
            self._held = self.index_at(self._grip)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the tile that was held."""
        if event.button() == Qt.MouseButton.LeftButton:
            held, self._held = self._held, -1
            if held >= 0 and self.takes_clicks:
                self.clicked.emit(held)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A letter over a tile."""
        letter = event.text().upper()
        if self.hovered >= 0 and letter.isalpha() and not event.isAutoRepeat():
            self.keyPressed.emit(self.hovered, letter)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu."""
        self.menuWanted.emit(self.index_at(event.pos()), event.globalPos())

    def _hover(self, index: int) -> None:
        if index != self.hovered:
            before, self.hovered = self.hovered, index
            hand = self.takes_clicks and index >= 0
            shapes = Qt.CursorShape
            self.setCursor(shapes.PointingHandCursor if hand else shapes.ArrowCursor)
            self._repaint_tiles(before, index)

    def _repaint_tiles(self, *indices: int) -> None:
        for index in indices:
            if 0 <= index < len(self.pictures):
                self.update(self.arrangement.place(index).adjusted(-4, -4, 4, 4))

    def _forget(self) -> None:
        self._arrangement = self._sheet = None
        self.update()

    def _caption_height(self) -> int:
        return self.fontMetrics().height() + CAPTION_GAP_PX if self.caption else 0

    def _header_height(self) -> int:
        return self.fontMetrics().height() + CAPTION_GAP_PX if self.headers else 0

    def _label_width(self) -> int:
        if not self.row_names:
            return 0
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(name) for name in self.row_names)
        return min(widest + 2, self.width() // 4) + LABEL_GAP_PX

    def _paint_sheet(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        sheet = QPixmap(self.size() * ratio)
        sheet.setDevicePixelRatio(ratio)
        sheet.fill(Qt.GlobalColor.transparent)
        arrangement = self.arrangement
        painter = QPainter(sheet)
        for index, picture in enumerate(self.pictures):
            scaled = fit(picture, arrangement.tile * ratio, self.smooth or self.drawn)
            painter.drawImage(arrangement.place(index), scaled)
        painter.setFont(self.font())
        painter.setPen(QColor(theme.current().muted))
        if self.caption:
            first, height = arrangement.place(0), self._caption_height()
            top = first.y() - height - self._header_height()
            place = QRect(first.x(), top, self.width(), height - CAPTION_GAP_PX)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, self.caption)
        self._paint_headers(painter)
        metrics, width = self.fontMetrics(), self._label_width() - LABEL_GAP_PX
        lines = max(arrangement.tile.height() // metrics.lineSpacing(), 1)
        for row, name in enumerate(self.row_names[: arrangement.rows]):
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            text = "\n".join(broken(name, metrics, width, lines))
            painter.drawText(self._label_place(row), int(flags), text)
        painter.end()
        return sheet

    def _paint_headers(self, painter: QPainter) -> None:
        small = self.font()
        small.setPointSizeF(max(small.pointSizeF() - 1, 6.0))
        painter.setFont(small)
        metrics = painter.fontMetrics()
        for column in range(self.arrangement.columns if self.headers else 0):
            place, name = self._header_place(column), self.headers[column % len(self.headers)]
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, place.width())
            if len(text) <= 2 < len(name):  # of numbers over small tiles the ends say enough
                ends = column in (0, self.arrangement.columns - 1)
                text, place = name if ends else "", place.adjusted(-SPILL_PX, 0, SPILL_PX, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, text)
        painter.setFont(self.font())

    def _header_place(self, column: int) -> QRect:
        tile, height = self.arrangement.place(column), self._header_height()
        return QRect(tile.x(), tile.y() - height, tile.width(), height - CAPTION_GAP_PX)

    def _label_place(self, row: int) -> QRect:
        width = self._label_width() - LABEL_GAP_PX
        tile = self.arrangement.place(row * self.arrangement.columns)
        return QRect(tile.x() - width - LABEL_GAP_PX, tile.y(), width, tile.height())

    def _outline(self, painter: QPainter, index: int, colour: str, width: float) -> None:
        grown = QRectF(self.arrangement.place(index)).adjusted(-1.5, -1.5, 1.5, 1.5)
        painter.setPen(QPen(QColor(colour), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(grown, 2, 2)

    def _paint_badges(self, painter: QPainter, part: QRect) -> None:
        """Numbers and letters of the tiles that are painted anew."""
        if not self.badges and not self.corners:
            return
        arrangement = self.arrangement
        for index in range(len(self.pictures)):
            place = arrangement.place(index)
            if not place.intersects(part):
                continue
            badge = self.badges[index] if index < len(self.badges) else None
            if badge is not None:
                badges.score(painter, place, badge)
            if index in self.corners:
                badges.corner(painter, place, self.corners[index])


def broken(text: str, metrics: QFontMetrics, width: int, lines: int) -> list[str]:
    """A text in lines of a width, no more than so many; the last one is shortened if need be."""
    words = text.split()
    made: list[str] = []
    while words and len(made) < lines - 1:
        line = words.pop(0)
        while words and metrics.horizontalAdvance(f"{line} {words[0]}") <= width:
            line = f"{line} {words.pop(0)}"
        made.append(metrics.elidedText(line, Qt.TextElideMode.ElideRight, width + 1))  # rounded
    rest = metrics.elidedText(" ".join(words), Qt.TextElideMode.ElideRight, width)
    return [*made, rest] if rest else made
