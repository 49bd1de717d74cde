"""The whole of a panel: its body, or one sentence that says why there is nothing to see."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from ganstudio.ui import theme
from ganstudio.ui.notice import Notice


class Page(QStackedWidget):
    """Fills a panel; shows the sentence until there is no reason for it.

    Args:
        panel: is filled.
        why: the sentence at first.
        scrolled: whether a body that is too high is scrolled.

    Attributes:
        column: the layout of the body, from top to bottom.
    """

    def __init__(self, panel: QWidget, why: str, scrolled: bool = False) -> None:
        super().__init__()
        self._notice, body = Notice(why), QWidget()
        self.column = QVBoxLayout(body)
        edge, gap = theme.SPACE[3], theme.SPACE[2]
        self.column.setContentsMargins(edge, gap, edge, gap)
        self.column.setSpacing(gap)
        self.addWidget(self._notice)
        self._scrolled = _scrolled(body) if scrolled else None
        self.addWidget(self._scrolled or body)
        whole = QVBoxLayout(panel)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self)

    @property
    def text(self) -> str:
        """The sentence that is shown; empty while the body is."""
        return "" if self.currentIndex() else self._notice.text

    @property
    def room_px(self) -> int:
        """Between the edges of the body, with the scroll bar there."""
        bar = self._scrolled.verticalScrollBar().sizeHint().width() if self._scrolled else 0
        return self.width() - 2 * theme.SPACE[3] - bar

    def say(self, why: str) -> None:
        """Show this sentence, or the body if it is empty."""
        self._notice.say(why)
        self.setCurrentIndex(0 if why else 1)


def _scrolled(body: QWidget) -> QScrollArea:
    scroll = QScrollArea()
    scroll.setWidget(body)
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QScrollArea.Shape.NoFrame)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return scroll
