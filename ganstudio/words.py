"""Captions as numbers: a vocabulary, and texts as rows of indices into it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

PAD, UNKNOWN = 0, 1  # the first two indices: nothing, and a word that was never learnt
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*", re.UNICODE)


def split(text: str) -> list[str]:
    """The words of a text in lower case, punctuation left out.

    Example:
        >>> split("A smiling woman, with red hair!")
        ['a', 'smiling', 'woman', 'with', 'red', 'hair']
    """
    return _WORD.findall(text.lower())


def vocabulary(texts: Iterable[str], most: int = 4096) -> tuple[str, ...]:
    """The words of these texts in alphabetical order, after the two special ones.

    Args:
        texts: captions.
        most: no more words than this; the rarest are left out.
    """
    counts = Counter(word for text in texts for word in split(text))
    return ("", "?", *sorted(word for word, _ in counts.most_common(most - 2)))


def encode(text: str, words: Sequence[str], length: int) -> tuple[list[int], list[str]]:
    """A text as indices.

    Args:
        text: what was written.
        words: the vocabulary.
        length: how many indices; longer texts are cut, shorter ones padded.

    Returns:
        the indices, and the words of the text that the vocabulary lacks.
    """
    known = {word: index for index, word in enumerate(words)}
    found = split(text)[:length]
    indices = [known.get(word, UNKNOWN) for word in found]
    missing = [word for word in found if word not in known]
    return indices + [PAD] * (length - len(indices)), missing


def decode(indices: Iterable[int], words: Sequence[str]) -> str:
    """Indices back to words, without the padding."""
    return " ".join(words[index] for index in indices if index != PAD)
