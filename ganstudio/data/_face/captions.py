"""Faces in words: captions that claim only what the picture shows, and their vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator

import torch
from torch import Tensor

from ganstudio.data._face.attributes import ATTRIBUTES
from ganstudio.nn.sdf import Look
from ganstudio.words import encode, split, vocabulary

LENGTH = 20
_COLUMNS = 32  # random numbers a caption: a few more than it can use

Words = dict[str, tuple[str, ...]]

_MOODS: Words = {
    "happy": ("smiling", "happy", "cheerful"), "laughing": ("laughing", "giggling", "merry"),
    "neutral": ("calm", "serious", "neutral"), "sad": ("sad", "unhappy", "gloomy"),
    "surprised": ("surprised", "astonished", "amazed"), "angry": ("angry", "furious", "cross"),
}  # fmt: skip
_SKINS: Words = {
    "porcelain": ("very pale skin", "pale skin"), "fair": ("fair skin", "light skin"),
    "golden": ("golden skin", "light brown skin"), "tan": ("tanned skin", "tan skin"),
    "brown": ("brown skin", "dark skin"), "deep": ("very dark skin", "dark skin"),
}  # fmt: skip
_HAIR_COLOURS: Words = {
    "black": ("black", "dark"), "brown": ("brown", "dark brown"),
    "chestnut": ("chestnut", "reddish brown"), "ginger": ("red", "ginger", "orange"),
    "blond": ("blond", "golden", "yellow"), "silver": ("silver", "grey", "white"),
    "pink": ("pink",), "blue": ("blue",),
}  # fmt: skip
_HAIR: Words = {
    "bald": ("a bald head", "no hair"), "buzz": ("very short {} hair", "cropped {} hair"),
    "short": ("short {} hair", "{} hair"), "spiky": ("spiky {} hair", "{} spikes"),
    "curly": ("curly {} hair", "{} curls"), "bob": ("chin-length {} hair", "a {} bob"),
    "long": ("long {} hair", "long straight {} hair"), "bun": ("{} hair in a bun", "a {} bun"),
    "ponytail": ("a {} ponytail", "{} hair in a ponytail"), "mohawk": ("a {} mohawk",),
}  # fmt: skip
_SEEN_UNDER_HATS = ("curly", "bob", "long", "ponytail")
_BEARDS: Words = {
    "moustache": ("a {} moustache", "a moustache"),
    "full": ("a {} beard", "a full beard", "a beard"),
}  # fmt: skip
_GLASSES: Words = {
    "round": ("round glasses", "glasses", "round spectacles"),
    "square": ("square glasses", "glasses", "square spectacles"),
}
_FABRICS: Words = {
    "navy": ("dark blue", "navy", "blue"), "red": ("red",), "mustard": ("mustard", "yellow"),
    "green": ("green",), "plum": ("purple", "plum"), "cream": ("cream", "white"),
    "charcoal": ("dark grey", "charcoal"), "coral": ("coral", "orange"),
}  # fmt: skip
_HATS: Words = {
    "cap": ("a {} cap", "a {} hat"), "beanie": ("a {} beanie", "a woolly {} hat", "a {} hat"),
    "top hat": ("a {} top hat", "a tall {} hat"), "straw hat": ("a straw hat",),
}  # fmt: skip
_CLOTHES: Words = {
    "tee": ("a {} t-shirt", "a {} top"), "shirt": ("a {} shirt", "a {} top"),
    "hoodie": ("a {} hoodie", "a {} top"), "turtleneck": ("a {} turtleneck", "a {} jumper"),
}  # fmt: skip
_BACKGROUNDS: Words = {
    "sky": ("light blue", "blue"), "mint": ("light green", "mint"),
    "lemon": ("yellow", "lemon"), "peach": ("orange", "peach"), "rose": ("pink", "rose"),
    "lilac": ("lilac", "purple"), "sand": ("beige", "sandy"), "lagoon": ("turquoise", "teal"),
}  # fmt: skip
_SETTINGS = ("on a {} background", "before a {} wall", "against {}")
_NOUNS: Words = {
    "none": ("person", "face"), "moustache": ("man", "person"),
    "full": ("man", "person", "bearded man"),
}  # fmt: skip
_ALONE = ("a picture of {}", "{}", "{}", "portrait of {}")
_AN = re.compile(r"\ba(?= [aeiou])")
_JOINTS = ("a", "an", "with", "and", "wearing", "in")

_CHOICES = (_NOUNS, _MOODS, _SKINS, _HAIR_COLOURS, _HAIR, _BEARDS, _GLASSES, _FABRICS, _HATS,
            _CLOTHES, _BACKGROUNDS)  # fmt: skip
_PHRASES = [phrase for words in _CHOICES for phrases in words.values() for phrase in phrases]

WORDS = vocabulary([*_JOINTS, *_SETTINGS, *_ALONE, *_PHRASES])
"""Every word that a caption can use, whatever the set."""


def captions(look: Look, seed: int) -> list[str]:
    """A sentence for each face, in words of its own that leave things out by chance.

    Args:
        look: attributes of the faces, (N,) each.
        seed: of the choice of words.

    Returns:
        N texts of at most ``LENGTH`` words.
    """
    count = len(look["expression"])
    table = torch.rand(count, _COLUMNS, generator=torch.Generator().manual_seed(seed + 3)).tolist()
    index = {name: look[name].tolist() for name in ATTRIBUTES}
    return [
        _Writer({name: values[index[name][i]] for name, values in ATTRIBUTES.items()}, row).write()
        for i, row in enumerate(table)
    ]


def told(look: Look, seed: int) -> Tensor:
    """The captions as indices into ``WORDS``, (N, LENGTH) int64."""
    return torch.tensor([encode(text, WORDS, LENGTH)[0] for text in captions(look, seed)])


class _Writer:
    """Writes one caption; every choice takes the next of its random numbers."""

    def __init__(self, face: dict[str, str], uniform: list[float]) -> None:
        self.face, self.uniform = face, iter(uniform)

    def write(self) -> str:
        """What matters most comes in first, and what would make it too long stays out."""
        mood = self._one(_MOODS[self.face["expression"]]) if self._by(0.85) else ""
        subject = f"{mood} {self._of(_NOUNS, 'beard')}".strip()
        text = self._one(_ALONE).format(f"a {subject}")
        has, wears = list(self._has()), list(self._wears())
        setting = ""
        if self._by(0.4):
            setting = " " + self._one(_SETTINGS).format(self._of(_BACKGROUNDS, "background"))
        whole = text + _joined(" with ", has) + _joined(" wearing ", wears) + setting
        while len(split(whole)) > LENGTH:  # the setting goes first, then the last things named
            if setting:
                setting = ""
            elif len(wears) > 1:
                wears.pop()
            else:
                has.pop()
            whole = text + _joined(" with ", has) + _joined(" wearing ", wears) + setting
        return _AN.sub("an", whole)

    def _has(self) -> Iterator[str]:
        style, covered = self.face["hair"], self.face["hat"] != "none"
        colour = self._of(_HAIR_COLOURS, "hair_colour")
        if self._by(0.85) and (not covered or style in _SEEN_UNDER_HATS):
            yield self._of(_HAIR, "hair").format(colour)
        if self.face["beard"] != "none" and self._by(0.85):
            yield self._of(_BEARDS, "beard").format(colour)
        if self.face["glasses"] != "none" and self._by(0.9):
            yield self._of(_GLASSES, "glasses")
        if self._by(0.25):
            yield self._of(_SKINS, "skin")

    def _wears(self) -> Iterator[str]:
        if self.face["hat"] != "none" and self._by(0.9):
            yield self._of(_HATS, "hat").format(self._of(_FABRICS, "hat_colour"))
        if self._by(0.3):
            yield self._of(_CLOTHES, "clothes").format(self._of(_FABRICS, "clothes_colour"))

    def _of(self, words: Words, attribute: str) -> str:
        return self._one(words[self.face[attribute]])

    def _one(self, choices: tuple[str, ...]) -> str:
        return choices[int(next(self.uniform) * len(choices))]

    def _by(self, chance: float) -> bool:
        return next(self.uniform) < chance


def _joined(lead: str, things: list[str]) -> str:
    if not things:
        return ""
    *first, last = things
    return lead + (", ".join(first) + " and " + last if first else last)
