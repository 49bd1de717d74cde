"""Cards to choose from: one is chosen, some may be greyed with a reason."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFont,
    QFontMetrics,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from ganstudio.ui import theme
from ganstudio.ui.tiles import broken

_PAD, MOST_LINES = 10, 3


class ChoiceCard(QAbstractButton):
    """What wide and tall cards share: frame, hover, focus, and which one is chosen.

    Args:
        key: what choosing it stands for.
        title: its name.
        tip: the tooltip while it can be chosen.
    """

    def __init__(self, key: str, title: str, tip: str = "") -> None:
        super().__init__()
        self.key, self.title, self._tip = key, title, tip
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(title)
        self.set_misfit("")

    def set_misfit(self, reason: str) -> None:
        """Grey the card and say why; empty frees it."""
        self.setEnabled(not reason)
        self.setToolTip(reason or self._tip)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame, then what the kind of card adds."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        ground = colours.raised
        if self.isChecked():
            ground = theme.mix(colours.raised, colours.accent, 0.16)
        elif self.underMouse() and self.isEnabled():
            ground = theme.mix(colours.raised, colours.text, 0.06)
        rim = theme.mix(colours.line, colours.surface, 0.4)
        if self.isChecked():
            rim = colours.accent if self.isEnabled() else colours.muted
        if self.hasFocus():
            rim = colours.text
        frame = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        path = QPainterPath()
        path.addRoundedRect(frame, theme.RADIUS + 1, theme.RADIUS + 1)
        painter.fillPath(path, QColor(ground))
        painter.setPen(QPen(QColor(rim), 1.5 if self.isChecked() else 1.0))
        painter.drawPath(path)
        self.paint_content(painter)

    def paint_content(self, painter: QPainter) -> None:
        """What stands inside the frame."""
        raise NotImplementedError

    def ink(self, role: str = "text") -> QColor:
        """A colour for writing; paler when greyed and not chosen."""
        colours = theme.current()
        colour = getattr(colours, role)
        if self.isChecked() and role == "muted":  # its ground is lighter
            colour = theme.mix(colour, colours.text, 0.3)
        pale = not self.isEnabled() and not self.isChecked()
        return QColor(theme.mix(colour, colours.surface, 0.55) if pale else colour)

    def sized(self, points: float, bold: bool = False) -> QFont:
        """The window's font at another size."""
        font = QFont(self.font())
        font.setPointSizeF(points)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def enterEvent(self, event: QEnterEvent) -> None:
        """Light up."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Light down."""
        super().leaveEvent(event)
        self.update()


class WideCard(ChoiceCard):
    """Title, family on the right, and a sentence below, of two lines or, if need be, three."""

    def __init__(self, key: str, title: str, family: str, sentence: str) -> None:
        super().__init__(key, title, sentence)
        self.family, self.sentence = family, sentence
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """As high as a title and two lines."""
        return QSize(240, self._height(2))

    def hasHeightForWidth(self) -> bool:
        """A narrow card may need one line more."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as the title and the sentence."""
        return self._height(max(2, len(self._lines(width))))

    def _height(self, lines: int) -> int:
        title = QFontMetrics(self.sized(10, bold=True)).height()
        return title + lines * QFontMetrics(self.sized(8.5)).height() + 2 * _PAD

    def _lines(self, width: int) -> list[str]:
        small = QFontMetrics(self.sized(8.5))
        return broken(self.sentence, small, width - 2 * _PAD - 4, MOST_LINES)

    def paint_content(self, painter: QPainter) -> None:
        """Texts are shortened to what fits."""
        inner = self.rect().adjusted(_PAD + 2, _PAD - 1, -_PAD - 2, -_PAD + 1)
        painter.setFont(self.sized(10, bold=True))
        painter.setPen(self.ink())
        metrics = painter.fontMetrics()
        title = metrics.elidedText(self.title, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner.left(), inner.top() + metrics.ascent(), title)
        used = metrics.horizontalAdvance(title) + 10
        base, below = inner.top() + metrics.ascent(), inner.top() + metrics.height() + 2
        painter.setFont(self.sized(8.5))
        painter.setPen(self.ink("muted"))
        small = painter.fontMetrics()
        room = inner.width() - used
        family = small.elidedText(self.family, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner.right() - small.horizontalAdvance(family) + 1, base, family)
        for place, line in enumerate(self._lines(self.width())):
            painter.drawText(inner.left(), below + small.ascent() + place * small.height(), line)


class PictureCard(ChoiceCard):
    """A thumbnail with a title under it."""

    def __init__(self, key: str, title: str, tip: str) -> None:
        super().__init__(key, title, tip)
        self._picture: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def set_picture(self, picture: QPixmap) -> None:
        """Show this square picture."""
        self._picture = picture
        self.update()

    def sizeHint(self) -> QSize:
        """A square and a line."""
        return QSize(92, self.heightForWidth(92))

    def hasHeightForWidth(self) -> bool:
        """The picture stays square."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as the square over the title."""
        lines = max(len(self._lines(width)), 1)
        return width + lines * QFontMetrics(self.sized(8.5)).height() + 2

    def _lines(self, width: int) -> list[str]:
        metrics, room = QFontMetrics(self.sized(8.5, bold=True)), width - 10
        fits = all(metrics.horizontalAdvance(word) <= room for word in self.title.split())
        return broken(self.title if fits else self.title.replace("-", "- "), metrics, room, 2)

    def paint_content(self, painter: QPainter) -> None:
        """The picture with round corners, the title in two lines if need be."""
        side = self.width() - 10
        place = QRect(5, 5, side, side)
        path = QPainterPath()
        path.addRoundedRect(QRectF(place), theme.RADIUS - 2, theme.RADIUS - 2)
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(place, QColor(theme.current().window))
        if not self.isEnabled() and not self.isChecked():
            painter.setOpacity(0.3)
        if self._picture is not None:
            painter.drawPixmap(place, self._picture)
        painter.restore()
        painter.setFont(self.sized(8.5, bold=self.isChecked()))
        painter.setPen(self.ink())
        line = QRect(5, place.bottom() + 1, side, self.height() - place.bottom() - 2)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, "\n".join(self._lines(self.width())))
