"""The names of the curves as a list: click to show or hide, values at their right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ganstudio.ui import theme

ROW_PX, SWATCH_PX = 21, 16
WIDTH_PX, LEAST_PX, SHARE = 226, 150, 0.27  # of the plot's width


@dataclass(frozen=True)
class Entry:
    """A run that is laid over the one in hand, as the list shows it.

    Attributes:
        key: tells it from others.
        name: what is written.
        colour: of its lines.
        strokes: of its lines.
        tip: more about it.
        shown: whether it is drawn.
    """

    key: str
    name: str
    colour: str
    strokes: Qt.PenStyle
    tip: str
    shown: bool = field(default=True, compare=False)


class LegendRow(QAbstractButton):
    """One curve or run: its line, its name, its value."""

    def __init__(self, name: str, colour: str, style: Qt.PenStyle) -> None:
        super().__init__()
        self.name, self.colour, self.style_of_line = name, colour, style
        self.elide = Qt.TextElideMode.ElideRight
        self._value = ""
        self.setCheckable(True)
        self.setChecked(True)
        self.setText(name)
        self.setToolTip(f"Show or hide {name}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedHeight(ROW_PX)

    def sizeHint(self) -> QSize:
        """As wide as the list."""
        return QSize(LEAST_PX - 20, ROW_PX)

    def set_value(self, value: float | None) -> None:
        """Show the value under the mouse, or the last one."""
        text = "" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4f}"
        if abs(value or 0) >= 1e7 or 0 < abs(value or 0) < 1e-3:
            text = f"{value:.2e}"
        text = text.replace("-", "−")
        if text != self._value:
            self._value = text
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Line, name and value, or a ring and a grey name."""
        colours, painter, on = theme.current(), QPainter(self), self.isChecked()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.mix(colours.surface, colours.text, 0.06)))
            painter.drawRoundedRect(self.rect(), 4, 4)
        middle, left = self.height() / 2, 8
        faint = theme.mix(colours.muted, colours.surface, 0.5)
        painter.setPen(QPen(QColor(self.colour if on else faint), 2.5, self.style_of_line))
        if on:
            painter.drawLine(QPointF(left, middle), QPointF(left + SWATCH_PX, middle))
        else:
            painter.setPen(QPen(QColor(faint), 1.5))
            painter.drawEllipse(QPointF(left + SWATCH_PX / 2, middle), 3.5, 3.5)
        name_x = left + SWATCH_PX + 9
        shown = self._value if on else ""
        room = painter.fontMetrics().horizontalAdvance(shown) + 6 if shown else 0
        name = QRect(name_x, 0, self.width() - name_x - room - 4, self.height())
        value = QRect(self.width() - room - 6, 0, room, self.height())
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(colours.text if on else faint))
        text = painter.fontMetrics().elidedText(self.name, self.elide, name.width())
        painter.drawText(name, centre | Qt.AlignmentFlag.AlignLeft, text)
        painter.setPen(QColor(colours.muted if on else faint))
        painter.drawText(value, centre | Qt.AlignmentFlag.AlignRight, shown)


class Legend(QScrollArea):
    """All curves, in the order in which they came; under them the runs laid over.

    Signals:
        toggled (str, bool): a curve is to be shown or hidden.
        runToggled (str, bool): a run is to be shown or hidden, by its key.
    """

    toggled = Signal(str, bool)
    runToggled = Signal(str, bool)  # noqa: N815

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, LegendRow] = {}
        self.runs: dict[str, LegendRow] = {}
        self._entries: tuple[Entry, ...] = ()
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(1)
        self._rule = QFrame()  # between curves and runs
        theme.tone(self._rule, "line")
        self._rule.hide()
        self._column.addWidget(self._rule)
        self._column.addStretch(1)
        self.setWidget(self._inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.fit(WIDTH_PX / SHARE)

    def fit(self, width: float) -> None:
        """Take no more than its share of a plot of this width."""
        self.setFixedWidth(round(min(max(SHARE * width, LEAST_PX), WIDTH_PX)))

    def add(self, name: str, colour: str, style: Qt.PenStyle, shown: bool) -> None:
        """One more curve."""
        row = LegendRow(name, colour, style)
        row.setChecked(shown)
        row.toggled.connect(lambda on: self.toggled.emit(name, on))
        self._column.insertWidget(len(self.rows), row)
        self.rows[name] = row

    def set_runs(self, entries: Sequence[Entry]) -> None:
        """Which runs are laid over, instead of those before."""
        if tuple(entries) == self._entries:
            return
        self._entries = tuple(entries)
        self._drop(self.runs)
        for entry in self._entries:
            row = LegendRow(entry.name, entry.colour, entry.strokes)
            row.elide = Qt.TextElideMode.ElideMiddle  # runs differ at both ends of their names
            row.setToolTip(entry.tip)
            row.setChecked(entry.shown)
            row.toggled.connect(lambda on, key=entry.key: self.runToggled.emit(key, on))
            self._column.insertWidget(self._column.count() - 1, row)
            self.runs[entry.key] = row
        self._rule.setVisible(bool(self._entries))

    def clear(self) -> None:
        """No curves any more; the runs stay."""
        self._drop(self.rows)

    def _drop(self, rows: dict[str, LegendRow]) -> None:
        for row in rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        rows.clear()
