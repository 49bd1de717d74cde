"""Scores of real and of generated samples as two histograms, and where one sample lies."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ganstudio.samples import Scale
from ganstudio.ui import theme

HEIGHT_PX, EDGE_PX, FOOT_PX, HEAD_PX = 136, 8, 18, 28
LEGEND_PX = 8  # middle of the legend
BINS = 24
MARGIN = 0.06  # of the range, left free at both ends
CHANCES = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
MOST_DIGITS = 6
EMPTY = "Scores appear here once the discriminator has seen some samples."


class ScoreChart(QWidget):
    """Real green, generated purple, and a line for the sample in question."""

    def __init__(self) -> None:
        super().__init__()
        self.reals = self.fakes = np.zeros(0, np.float32)
        self.scale, self.place = Scale(), float("nan")
        self.setMinimumSize(120, HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Scores of real and generated samples")

    def show_scores(self, reals: np.ndarray, fakes: np.ndarray, scale: Scale) -> None:
        """Show these two crowds; an empty one is left out, and scores that are no numbers."""
        self.reals, self.fakes = reals[np.isfinite(reals)], fakes[np.isfinite(fakes)]
        self.scale = scale
        self.update()

    def mark(self, score: float) -> None:
        """Draw the line here; NaN for none."""
        self.place = score
        self.update()

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest score that fit in."""
        known = [crowd for crowd in (self.reals, self.fakes) if len(crowd)]
        if not known:
            return 0.0, 1.0
        everyone = np.concatenate(known)
        low, high = float(everyone.min()), float(everyone.max())
        if np.isfinite(self.place) and low - (high - low) < self.place < high + (high - low):
            low, high = min(low, self.place), max(high, self.place)
        room = max(high - low, 1e-3) * MARGIN
        return low - room, high + room

    def paintEvent(self, event: QPaintEvent) -> None:
        """Both histograms, the axis, the line."""
        painter, colours = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        field = self._field
        if not len(self.reals) and not len(self.fakes):
            painter.setPen(QColor(colours.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(field.adjusted(12, 0, -12, 0), int(flags), EMPTY)
            return
        low, high = self.range
        edges = np.linspace(low, high, BINS + 1)
        for crowd, colour in ((self.reals, colours.real), (self.fakes, colours.fake)):
            self._paint_crowd(painter, np.histogram(crowd, edges)[0], len(crowd), colour)
        painter.setPen(QPen(QColor(colours.line), 2))
        painter.drawLine(field.bottomLeft(), field.bottomRight())
        self._paint_ticks(painter)
        self._paint_legend(painter)
        if np.isfinite(self.place):
            self._paint_place(painter)

    def event(self, event: QEvent) -> bool:
        """The tooltip says what the crowds are."""
        if isinstance(event, QHelpEvent):
            parts = [self.scale.words.capitalize() + ".", self.scale.note]
            for name, crowd in (("Real", self.reals), ("Generated", self.fakes)):
                if len(crowd):
                    mean = self.scale.reading(float(crowd.mean()))
                    parts.append(f"{name}: {len(crowd)} samples, {mean} on average.")
            QToolTip.showText(event.globalPos(), "\n".join(parts), self)
            return True
        return super().event(event)

    @property
    def _field(self) -> QRectF:
        return QRectF(self.rect()).adjusted(EDGE_PX, HEAD_PX, -EDGE_PX, -FOOT_PX)

    def _x_of(self, score: float) -> float:
        low, high = self.range
        field = self._field
        share = min(max((score - low) / (high - low), 0.0), 1.0)
        return field.left() + share * field.width()

    def _paint_crowd(self, painter: QPainter, counts: np.ndarray, whole: int, colour: str) -> None:
        if not whole:
            return
        field, highest = self._field, self._highest()
        width = field.width() / BINS
        outline = [field.bottomLeft()]
        for place, count in enumerate(counts):
            top = field.bottom() - count / whole / highest * field.height()
            left = field.left() + place * width
            outline += [QPointF(left, top), QPointF(left + width, top)]
        fill = QColor(colour)
        fill.setAlpha(95)
        painter.setPen(QPen(QColor(colour), 1.4))
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([*outline, field.bottomRight()]))

    def _highest(self) -> float:
        edges = np.linspace(*self.range, BINS + 1)
        tops = [
            np.histogram(crowd, edges)[0].max() / len(crowd)
            for crowd in (self.reals, self.fakes)
            if len(crowd)
        ]
        return float(max(tops))

    def _paint_ticks(self, painter: QPainter) -> None:
        painter.setPen(QColor(theme.current().muted))
        small = self.font()
        small.setPointSizeF(max(small.pointSizeF() - 1.5, 6.0))
        painter.setFont(small)
        field, metrics, free = self._field, painter.fontMetrics(), -1e9
        for score, text in self.ticks():
            x, width = self._x_of(score), metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, 1.0), self.width() - width - 1.0)
            if left < free:
                continue
            free = left + width + 8
            painter.drawLine(QPointF(x, field.bottom()), QPointF(x, field.bottom() + 3))
            painter.drawText(QPointF(left, field.bottom() + 4 + metrics.ascent()), text)

    def ticks(self) -> list[tuple[float, str]]:
        """Scores along the axis and what is written there: probabilities, where they are."""
        low, high = self.range
        if self.scale.probability:
            logits = [(float(np.log(p / (1 - p))), f"{p:g}") for p in CHANCES]
            inside = [(score, text) for score, text in logits if low <= score <= high]
            if len(inside) >= 2:
                return inside
            places = np.linspace(low, high, 5)[1:-1]
            shares = 1 / (1 + np.exp(-places))
            return list(zip(places.tolist(), _told_apart(shares), strict=True))
        step = _round_step((high - low) / 5)
        first = np.ceil(low / step)
        scores = [step * k for k in np.arange(first, np.floor(high / step) + 1)]
        return [(float(s), f"{s:.4g}".replace("-", "−")) for s in scores]

    def _paint_legend(self, painter: QPainter) -> None:
        colours, x = theme.current(), float(EDGE_PX)
        painter.setFont(self.font())
        metrics = painter.fontMetrics()
        for name, crowd, colour in (
            ("Real", self.reals, colours.real), ("Generated", self.fakes, colours.fake),
        ):  # fmt: skip
            if not len(crowd):
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawEllipse(QPointF(x + 4, LEGEND_PX), 4, 4)
            painter.setPen(QColor(colours.muted))
            painter.drawText(QPointF(x + 13, LEGEND_PX + metrics.ascent() / 2 - 1), name)
            x += 13 + metrics.horizontalAdvance(name) + 14

    def _paint_place(self, painter: QPainter) -> None:
        colours, x = theme.current(), self._x_of(self.place)
        field = self._field
        painter.setPen(QPen(QColor(colours.text), 2))
        painter.drawLine(QPointF(x, field.top()), QPointF(x, field.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.text))
        tip = [QPointF(x - 5, field.top() - 6), QPointF(x + 5, field.top() - 6)]
        painter.drawPolygon(QPolygonF([*tip, QPointF(x, field.top() + 1)]))


def _told_apart(shares: np.ndarray) -> list[str]:
    """With two digits, or as many as it takes for no two to read the same."""
    for digits in range(2, MOST_DIGITS + 1):
        texts = [f"{share:.{digits}f}" for share in shares]
        if len(set(texts)) == len(texts):
            break
    return texts


def _round_step(step: float) -> float:
    """1, 2 or 5 times a power of ten, no smaller than this."""
    power = 10.0 ** np.floor(np.log10(max(step, 1e-12)))
    return float(next(n * power for n in (1, 2, 5, 10) if n * power >= step))
