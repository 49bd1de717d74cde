"""Many cards in little room: grouped, filtered by typing, walked through with the arrow keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from ganstudio.ui import theme
from ganstudio.ui.cards import WideCard
from ganstudio.ui.catalogue import Card

FEW = 6  # so many need neither filter nor scrolling
HIGHEST_PX = 372
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}


class CardList(QWidget):
    """Cards one below the other, of which one is chosen.

    Args:
        cards: what there is to choose.
        word: what one of them is called, such as ``variant``.

    Attributes:
        cards: the widgets by key, in the order in which they stand.

    Signals:
        chosen (str): the person chose this one.
    """

    chosen = Signal(str)

    def __init__(self, cards: Iterable[Card], word: str) -> None:
        super().__init__()
        content = list(cards)
        self.cards: dict[str, WideCard] = {}
        self._texts: dict[str, str] = {}
        self._headings: dict[str, QLabel] = {}
        self._family = {card.key: card.family for card in content}
        self.area: QScrollArea | None = None
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(f"Find among {len(content)} {word}s")
        self.filter.setAccessibleName(f"Find a {word}")
        self.filter.setClearButtonEnabled(True)
        self._find = QAction(self.filter)
        theme.decorate(self._find, "search", "muted")
        self.filter.addAction(self._find, QLineEdit.ActionPosition.LeadingPosition)
        self.filter.textChanged.connect(self._sift)
        self.filter.installEventFilter(self)
        self.nothing = QLabel(f"No {word} is called so.")
        theme.tone(self.nothing, "muted")
        self.nothing.hide()
        self._lay_out(content)

    def mark(self, key: str) -> None:
        """Show which one is chosen; only this one is reached with Tab, the others with arrows."""
        for name, card in self.cards.items():
            card.setChecked(name == key)
            policy = Qt.FocusPolicy.TabFocus if name == key else Qt.FocusPolicy.NoFocus
            card.setFocusPolicy(policy)
        if key in self.cards and not self.filter.text():
            self._show_in_scroll(self.cards[key])

    @property
    def visible_keys(self) -> list[str]:
        """What the filter leaves."""
        return [key for key, card in self.cards.items() if not card.isHidden()]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys walk through the cards; Return in the filter takes the first one."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if watched is self.filter:
                return self._on_filter_key(key)
            if key in _STEPS or key in _ENDS:
                self._walk(watched, key)
                return True
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        """The chosen one in sight."""
        for card in self.cards.values():
            if card.isChecked():
                self._show_in_scroll(card)

    def _lay_out(self, content: list[Card]) -> None:
        inner, many = QWidget(), len(content) > FEW
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.SPACE[2] if many else 0, 0)
        column.setSpacing(theme.SPACE[2])
        size = Counter(card.family for card in content)
        families = sorted(size, key=lambda family: (-size[family], family))
        grouped = many and len(families) < len(content)
        if grouped:
            content = [card for family in families for card in content if card.family == family]
        for card in content:
            if grouped and card.family not in self._headings:
                heading = QLabel(card.family[:1].upper() + card.family[1:])
                theme.tone(heading, "small")
                heading.setWordWrap(True)
                self._headings[card.family] = heading
                column.addWidget(heading)
            column.addWidget(self._make(card, "" if grouped else card.family))
        column.addWidget(self.nothing)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.SPACE[2])
        whole.addWidget(self.filter)
        self.filter.setVisible(many)
        if not many:
            whole.addWidget(inner)
            return
        self.area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedHeight(HIGHEST_PX)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        whole.addWidget(area)

    def _make(self, card: Card, family: str) -> WideCard:
        first = card.summary.split("\n")[0]
        wide = WideCard(card.key, card.title, family, first)
        wide.clicked.connect(partial(self._on_clicked, card.key))
        wide.installEventFilter(self)
        self.cards[card.key] = wide
        self._texts[card.key] = f"{card.title} {card.key} {card.family} {first}".lower()
        return wide

    def _on_clicked(self, key: str, *_: object) -> None:
        self.chosen.emit(key)

    def _sift(self, text: str) -> None:
        """Leave the cards that hold every word typed."""
        words = text.lower().split()
        left = {key for key, held in self._texts.items() if all(word in held for word in words)}
        for key, card in self.cards.items():
            card.setVisible(key in left)
        for family, heading in self._headings.items():
            heading.setVisible(any(self._family[key] == family for key in left))
        self.nothing.setVisible(not left)

    def _on_filter_key(self, key: Qt.Key) -> bool:
        visible = self.visible_keys
        if key == Qt.Key.Key_Escape and self.filter.text():
            self.filter.clear()
        elif key == Qt.Key.Key_Down and visible:
            self._focus(visible[0])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and visible:
            if self.cards[visible[0]].isEnabled():
                self.chosen.emit(visible[0])
        else:
            return False
        return True

    def _walk(self, watched: QObject, key: Qt.Key) -> None:
        visible = self.visible_keys
        here = next((at for at, name in enumerate(visible) if self.cards[name] is watched), 0)
        there = _ENDS[key] if key in _ENDS else here + _STEPS[key]
        if there < 0 and key in _STEPS:
            self.filter.setFocus(Qt.FocusReason.BacktabFocusReason)
        elif visible:
            self._focus(visible[min(there, len(visible) - 1)])

    def _focus(self, key: str) -> None:
        self.cards[key].setFocus(Qt.FocusReason.TabFocusReason)
        self._show_in_scroll(self.cards[key])

    def _show_in_scroll(self, card: WideCard) -> None:
        if self.area is not None:
            self.area.ensureWidgetVisible(card, 0, theme.SPACE[5])
