import numpy as np
from PySide6.QtCore import Qt

from .conftest import WORDS, known


def test_words_become_indices(build, heard):
    asked = build("text", examples=False)
    told = heard(asked)
    asked.line.setText("Red boat")
    assert told[-1].tolist() == [[WORDS.index("red"), WORDS.index("boat"), 0, 0, 0]]
    assert asked.hint.isHidden()


def test_what_it_does_not_know_is_named(build):
    asked = build("text")
    asked.line.setText("a purple house, a purple dragon")
    assert not asked.hint.isHidden()
    assert "purple, dragon" not in asked.hint.text(), "the sixth word does not count"
    assert "Not among its words: purple." in asked.hint.text()
    assert "Only the first 5 words count." in asked.hint.text()
    asked.line.setText("a house")
    assert asked.hint.isHidden()


def test_captions_of_the_data_are_offered(build, heard):
    asked = build("text")
    told = heard(asked)
    assert asked.line.text() == "a red house"
    asked.example.click()
    assert asked.line.text() == "a blue boat on water"
    np.testing.assert_array_equal(told[-1], known("text")[1:2])


def test_a_caption_is_left_as_it_was_typed(build):
    asked = build("text")
    asked.line.setText("A RED   house!")
    asked.show_told(known("text")[:1])
    assert asked.line.text() == "A RED   house!"


def test_the_last_word_is_completed(build, qtbot):
    asked = build("text")
    asked.line.clear()
    qtbot.keyClicks(asked.line, "a red bo")
    completer = asked.line.completer()
    assert completer.completionCount() == 1
    assert completer.currentCompletion() == "a red boat"
    assert completer.caseSensitivity() == Qt.CaseSensitivity.CaseInsensitive
    completer.popup().hide()
