"""Cards to choose from."""

from __future__ import annotations

from ganstudio.ui.cards import PictureCard


def test_a_long_name_breaks_after_its_hyphen(qtbot) -> None:
    card = PictureCard("long", "Kuzushiji-Kuzushiji", "")
    qtbot.addWidget(card)
    whole = card._lines(1000)
    assert whole == ["Kuzushiji-Kuzushiji"]
    room = next(width for width in range(20, 400) if card._lines(width)[0] == "Kuzushiji-")
    assert card._lines(room) == ["Kuzushiji-", "Kuzushiji"]
