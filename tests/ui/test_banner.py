from __future__ import annotations

from typing import Any

import pytest

from ganstudio.ui.banner import Banner


@pytest.fixture
def banner(qtbot: Any) -> Banner:
    made = Banner()
    qtbot.addWidget(made)
    return made


def test_a_newer_text_takes_the_place_of_an_older_one(banner: Banner) -> None:
    assert banner.isHidden()
    banner.say("old")
    banner.say("new", error=False)
    assert banner.text == "new"
    banner.dismiss()
    assert banner.isHidden()


def test_an_offer_is_taken_once(banner: Banner) -> None:
    done: list[str] = []
    banner.say("Lost.", offers={"Go on": lambda: done.append("on"), "Not now": lambda: None})
    assert list(banner.offers) == ["Go on", "Not now"]
    banner.offers["Go on"].click()
    assert done == ["on"]
    assert banner.isHidden()


def test_a_question_comes_back_when_what_covered_it_is_dismissed(banner: Banner) -> None:
    banner.say("Go on?", offers={"Go on": lambda: None})
    banner.say("A disk is full")
    assert not banner.offers
    banner.dismiss()
    assert (banner.text, list(banner.offers)) == ("Go on?", ["Go on"])
    banner.say("A disk is full")
    banner.clear()
    assert banner.isHidden()


def test_what_an_offer_says_is_not_dismissed_by_it(banner: Banner) -> None:
    banner.say("Go on?", offers={"Go on": lambda: banner.say("That failed")})
    banner.offers["Go on"].click()
    assert banner.text == "That failed"


def test_what_no_longer_holds_is_withdrawn_shown_or_covered(banner: Banner) -> None:
    for text in ("First?", "Second?"):
        banner.say(text, offers={"Yes": lambda: None})
    banner.withdraw("First?")
    assert banner.text == "Second?"
    banner.withdraw("Second?")
    assert banner.isHidden()
    banner.withdraw("Second?")
    assert banner.isHidden()


def test_the_same_question_is_open_once(banner: Banner) -> None:
    for text in ("Go on?", "Go on?", "Stop?", "Go on?"):
        banner.say(text, offers={"Yes": lambda: None})
    banner.dismiss()
    assert banner.text == "Stop?"
    banner.dismiss()
    assert banner.isHidden()
