"""The cards of the data sets: grouped by where the samples come from, each with a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ganstudio.ui import theme
from ganstudio.ui.cards import PictureCard
from ganstudio.ui.catalogue import Card
from ganstudio.ui.studio import Studio
from ganstudio.ui.thumbnails import Thumbnail, Thumbnails, paint

COLUMNS = 3
ORIGINS = ("built in", "downloaded", "your files")  # groups of data sets, in this order


class DataCards(QWidget):
    """A grid of cards with thumbnails, of which one is chosen.

    Args:
        studio: who knows the samples.
        cards: the data sets.

    Attributes:
        cards: the widgets by key.

    Signals:
        chosen (str): the person chose this one.
    """

    chosen = Signal(str)

    def __init__(self, studio: Studio, cards: Iterable[Card]) -> None:
        super().__init__()
        self.cards: dict[str, PictureCard] = {}
        self._origins: dict[str, str] = {}
        self._drawn: dict[str, Thumbnail] = {}
        self._thumbnails = Thumbnails(studio, self)
        self._thumbnails.drawn.connect(self._on_drawn)
        self._lay_out(list(cards))
        theme.notifier.changed.connect(self._on_colours)
        self._thumbnails.draw(list(self.cards))

    def mark(self, key: str, misfit: Callable[[str], str]) -> None:
        """Show which one is chosen, and grey those that cannot be, with the reason."""
        for other, card in self.cards.items():
            card.setChecked(other == key)
            card.set_misfit(misfit(other))

    def redraw(self, key: str, values: Mapping[str, Any]) -> None:
        """Draw a card anew, of the samples under these knobs."""
        if self._thumbnails.values.get(key) != values:
            self._thumbnails.values[key] = values
            self._thumbnails.draw([key])

    def release(self) -> None:
        """End the thread that draws, follow the palette no longer."""
        theme.notifier.changed.disconnect(self._on_colours)
        self._thumbnails.close()

    def _lay_out(self, cards: list[Card]) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.SPACE[2])
        for origin in dict.fromkeys((*ORIGINS, *(card.origin for card in cards))):
            group = [card for card in cards if card.origin == origin]
            row = grid.rowCount()
            if group and origin:
                heading = QLabel(origin[:1].upper() + origin[1:])
                theme.tone(heading, "small")
                grid.addWidget(heading, row, 0, 1, COLUMNS)
            for place, card in enumerate(group):
                tip = f"{card.title}: {card.summary}\n{card.family}"
                made = PictureCard(card.key, card.title, tip)
                made.clicked.connect(partial(self._on_clicked, card.key))
                self.cards[card.key], self._origins[card.key] = made, card.origin
                grid.addWidget(made, row + 1 + place // COLUMNS, place % COLUMNS)
        for column in range(COLUMNS):
            grid.setColumnStretch(column, 1)

    def _on_clicked(self, key: str, *_: object) -> None:
        self.chosen.emit(key)

    def _on_drawn(self, made: Thumbnail) -> None:
        self._drawn[made.key] = made
        self._paint(made)

    def _on_colours(self) -> None:
        for made in self._drawn.values():
            self._paint(made)
        solids = [made.key for made in self._drawn.values() if made.kind == "voxels"]
        in_hand = self._thumbnails.in_hand
        self._thumbnails.draw([*solids, *in_hand])  # the ground is drawn with them

    def _paint(self, made: Thumbnail) -> None:
        """Paint a card; an icon stands for the data set that has no picture yet."""
        icon = "folder" if self._origins[made.key] == "your files" else "import"
        self.cards[made.key].set_picture(paint(made, icon))
