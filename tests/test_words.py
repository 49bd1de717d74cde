import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.words import PAD, UNKNOWN, decode, encode, split, vocabulary

TEXTS = ("a red hat", "a blue hat", "Red hair, and a HAT!")
WORDS = vocabulary(TEXTS)


def test_a_vocabulary_begins_with_nothing_and_the_unknown():
    assert WORDS == ("", "?", "a", "and", "blue", "hair", "hat", "red")
    assert (WORDS[PAD], WORDS[UNKNOWN]) == ("", "?")


def test_the_rarest_words_are_left_out():
    assert vocabulary(TEXTS, most=5) == ("", "?", "a", "hat", "red")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A chin-length bob!", ["a", "chin-length", "bob"]),
        ("it's -- fine.", ["it's", "fine"]),
        ("Größe_2", ["größe", "2"]),
        ("", []),
    ],
)
def test_words_are_split_at_what_is_no_word(text, words):
    assert split(text) == words


def test_unknown_words_are_marked_and_named():
    indices, missing = encode("a green hat", WORDS, 5)
    assert indices == [2, UNKNOWN, 6, PAD, PAD]
    assert missing == ["green"]
    assert decode(indices, WORDS) == "a ? hat"


def test_long_texts_are_cut():
    assert encode("red red red blue green", WORDS, 3) == ([7, 7, 7], [])


@given(st.lists(st.sampled_from(WORDS[2:]), max_size=8))
def test_known_words_come_back(words):
    indices, missing = encode(" ".join(words), WORDS, 8)
    assert len(indices) == 8
    assert not missing
    assert decode(indices, WORDS).split() == words


@given(st.text(max_size=60), st.integers(1, 6))
def test_any_text_fits(text, length):
    indices, missing = encode(text, WORDS, length)
    assert len(indices) == length
    assert all(0 <= index < len(WORDS) for index in indices)
    assert len(missing) == indices.count(UNKNOWN)
