"""Small signs on tiles: a number, a score, the letter of a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPolygon

from ganstudio.ui import theme

GROUND_ALPHA = 225
SMALLEST_PX = 6  # of a corner that has no room for its letter
BAR_PX = 3  # stands in for a number on tiles too small for one


@dataclass(frozen=True)
class Badge:
    """What the discriminator says of a tile.

    Attributes:
        text: its score in a few digits.
        share: its place between the lowest and the highest score shown, 0 to 1.
    """

    text: str
    share: float


def small(font: QFont) -> QFont:
    """The font that signs are written in; set it before they are painted."""
    made = QFont(font)
    made.setPointSizeF(max(font.pointSizeF() - 1.5, 6.0))
    return made


def chip(painter: QPainter, tile: QRect, text: str, side: Literal["left", "right"]) -> None:
    """A text on a quiet ground in an upper corner of a tile, if there is room."""
    size = _size(painter, text)
    if size.width() <= tile.width() and size.height() <= tile.height():
        corner = tile.topLeft()
        if side == "right":
            corner += QPoint(tile.width() - size.width(), 0)
        _plate(painter, QRect(corner, size), text, theme.current().surface, theme.current().text)


def corner(painter: QPainter, tile: QRect, letter: str) -> None:
    """The letter of a group in the upper right corner; its colour alone on a small tile."""
    colours = theme.current()
    ground = colours.accent if letter == "A" else colours.warn
    size = _size(painter, letter)
    size = size.expandedTo(QSize(size.height(), 0))
    if 2 * size.width() > tile.width():
        side, tip = max(tile.width() // 3, SMALLEST_PX), tile.topRight() + QPoint(1, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawPolygon(QPolygon([tip - QPoint(side, 0), tip, tip + QPoint(0, side)]))
        return
    place = QRect(tile.topRight() - QPoint(size.width() - 1, 0), size)
    ink = "#0d1120" if colours.dark else "#ffffff"
    _plate(painter, place, letter, ground, ink, 255)


def score(painter: QPainter, tile: QRect, badge: Badge) -> None:
    """The score at the lower edge; a bar as long as its share where there is no room."""
    colours, size = theme.current(), _size(painter, badge.text)
    if size.width() <= tile.width() and 2 * size.height() <= tile.height():
        place = QRect(tile.bottomLeft() - QPoint(0, size.height() - 1), size)
        _plate(painter, place, badge.text, colours.surface, colours.text)
        return
    track = QRect(tile.left(), tile.bottom() - BAR_PX + 1, tile.width(), BAR_PX)
    ground = QColor(colours.surface)
    ground.setAlpha(GROUND_ALPHA)
    painter.fillRect(track, ground)
    track.setWidth(round(tile.width() * badge.share))
    painter.fillRect(track, QColor(colours.disc))


def _size(painter: QPainter, text: str) -> QSize:
    metrics = painter.fontMetrics()
    return QSize(metrics.horizontalAdvance(text) + 8, metrics.height() + 1)


def _plate(
    painter: QPainter, place: QRect, text: str, ground: str, ink: str, alpha: int = GROUND_ALPHA
) -> None:
    fill = QColor(ground)
    fill.setAlpha(alpha)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawRoundedRect(place, 2, 2)
    painter.setPen(QColor(ink))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
