from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from ganstudio.knobs import Config
from ganstudio.ui.card_list import CardList
from ganstudio.ui.catalogue import Card


def card(key, family="images"):
    return Card(key, key.upper(), f"About {key}.", "", family, {}, Config)


MANY = [card(f"{name}{turn}", family) for turn in range(4)
        for name, family in (("cat", "images"), ("dog", "sounds"))]  # fmt: skip


@pytest.fixture
def many(qtbot):
    made = CardList(MANY, "variant")
    qtbot.addWidget(made)
    made.resize(300, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_few_need_no_filter(qtbot):
    few = CardList([card("cat"), card("dog")], "variant")
    qtbot.addWidget(few)
    assert few.filter.isHidden()
    assert few.area is None
    few.mark("dog")
    assert few.cards["dog"].isChecked()


def test_many_stand_by_family(many):
    assert list(many.cards) == [f"cat{i}" for i in range(4)] + [f"dog{i}" for i in range(4)]
    assert list(many._headings) == ["images", "sounds"]


def test_typing_leaves_what_holds_every_word(many, qtbot):
    qtbot.keyClicks(many.filter, "sound 2")
    assert many.visible_keys == ["dog2"]
    assert many._headings["images"].isHidden()
    many.filter.setText("whale")
    assert many.visible_keys == []
    assert many.nothing.isVisible()
    qtbot.keyClick(many.filter, Qt.Key.Key_Escape)
    assert len(many.visible_keys) == 8
    assert many.nothing.isHidden()


def test_return_takes_the_first_that_is_left(many, qtbot):
    heard = []
    many.chosen.connect(heard.append)
    many.filter.setText("dog")
    qtbot.keyClick(many.filter, Qt.Key.Key_Return)
    many.cards["dog0"].set_misfit("not now")
    qtbot.keyClick(many.filter, Qt.Key.Key_Return)
    assert heard == ["dog0"]


def test_arrow_keys_walk_and_only_the_chosen_one_is_a_tab_stop(many, qtbot):
    many.mark("cat2")
    stops = [
        key for key, wide in many.cards.items() if wide.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    assert stops == ["cat2"]
    many.activateWindow()
    qtbot.waitUntil(many.isActiveWindow)
    many.filter.setFocus()
    qtbot.keyClick(many.filter, Qt.Key.Key_Down)
    assert many.cards["cat0"].hasFocus()
    qtbot.keyClick(many.cards["cat0"], Qt.Key.Key_Down)
    assert many.cards["cat1"].hasFocus()
    qtbot.keyClick(many.cards["cat1"], Qt.Key.Key_End)
    assert many.cards["dog3"].hasFocus()
    assert many.area.verticalScrollBar().value() > 0
    qtbot.keyClick(many.cards["dog3"], Qt.Key.Key_Down)
    assert many.cards["dog3"].hasFocus()
    qtbot.keyClick(many.cards["dog3"], Qt.Key.Key_Home)
    qtbot.keyClick(many.cards["cat0"], Qt.Key.Key_Up)
    assert many.filter.hasFocus()


def test_a_click_is_told(many, qtbot):
    with qtbot.waitSignal(many.chosen, check_params_cb=lambda key: key == "cat1"):
        qtbot.mouseClick(many.cards["cat1"], Qt.MouseButton.LeftButton)
