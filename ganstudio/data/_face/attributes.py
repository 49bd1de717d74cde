"""What a cartoon face can be: its attributes, how likely each value is, and its colours."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ganstudio.nn.sdf import Look


@dataclass(frozen=True)
class Choice:
    """An attribute with named values.

    Attributes:
        names: the values, in the order of their indices.
        weights: how often each comes up, in any unit; all alike when empty.
        colours: the colour of each value as ``rrggbb``, for attributes that are colours.
    """

    names: tuple[str, ...]
    weights: tuple[float, ...] = ()
    colours: tuple[str, ...] = ()


def _colours(**palette: str) -> Choice:
    return Choice(tuple(palette), colours=tuple(palette.values()))


_FABRICS = {
    "navy": "32507d", "red": "d8504d", "mustard": "e6a832", "green": "3f8a66",
    "plum": "80529c", "cream": "f3e8d6", "charcoal": "414756", "coral": "f0836a",
}  # fmt: skip

CHOICES: dict[str, Choice] = {
    "expression": Choice(("happy", "laughing", "neutral", "sad", "surprised", "angry")),
    "skin": _colours(
        porcelain="ffdcc6", fair="f8c6a0", golden="e5ab78", tan="c98a5b", brown="9c6240",
        deep="6e4631",
    ),
    "hair": Choice(
        ("bald", "buzz", "short", "spiky", "curly", "bob", "long", "bun", "ponytail", "mohawk"),
        (0.5, 0.7, 1.3, 1, 1.2, 1.2, 1.4, 1, 1, 0.7),
    ),
    "hair_colour": _colours(
        black="2d2734", brown="5f3b29", chestnut="8f4a2e", ginger="dd6b2c", blond="f0c25e",
        silver="c3c9d3", pink="ee7fae", blue="4178c9",
    ),
    "parting": Choice(("left", "right")),
    "eyes": Choice(("round", "almond", "sleepy"), (1.2, 1, 0.7)),
    "eye_colour": _colours(brown="6b3f22", blue="2f74cf", green="338a54", grey="5d6b7d"),
    "beard": Choice(("none", "moustache", "full"), (7, 1, 1.4)),
    "glasses": Choice(("none", "round", "square"), (3, 1, 1)),
    "hat": Choice(("none", "cap", "beanie", "top hat", "straw hat"), (6, 1, 1, 0.7, 0.8)),
    "hat_colour": _colours(**_FABRICS),
    "clothes": Choice(("tee", "shirt", "hoodie", "turtleneck")),
    "clothes_colour": _colours(**_FABRICS),
    "background": _colours(
        sky="8ecbf2", mint="98dcb6", lemon="f9e08a", peach="ffb892", rose="f6a9bd",
        lilac="bfaaf0", sand="dfcbab", lagoon="63bcb8",
    ),
}  # fmt: skip

ATTRIBUTES: dict[str, tuple[str, ...]] = {name: it.names for name, it in CHOICES.items()}
"""Every attribute with named values: its name, and its values in the order of their indices."""

MEASURES: dict[str, tuple[float, float]] = {
    "mouth_open": (0.0, 1.0),
    "face_width": (0.45, 0.52),
    "face_length": (0.53, 0.60),
    "jaw": (0.04, 0.24),
    "eye_size": (0.92, 1.16),
    "eye_gap": (0.185, 0.215),
    "gaze_x": (-1.0, 1.0),
    "gaze_y": (-1.0, 1.0),
    "brow_height": (-0.02, 0.02),
    "nose": (0.8, 1.25),
    "tilt": (-6.0, 6.0),
    "shift": (-0.05, 0.05),
}
"""Every attribute that is a number: its lowest and highest value. ``tilt`` is in degrees."""

FLAGS = (
    "smiling", "open mouth", "glasses", "hat", "beard", "long hair", "dark hair", "dark skin",
)  # fmt: skip
"""Traits that a face has or has not, each of them plain to see at 32 pixels."""

_BEARDED_STYLES = ("bald", "buzz", "short", "spiky", "curly", "bun", "mohawk")
# a smile may be closed, a laugh never is: the range of mouth_open under each expression
_OPEN_BY_EXPRESSION = ((0.0, 0.8), (0.5, 1.0), (0.0, 0.15), (0.0, 0.45), (0.35, 1.0), (0.0, 0.6))
# columns of the table of random numbers: more than are used, so that an attribute can be added
# at the end without changing the others
_COLUMNS = 48


def draw(count: int, seed: int, expression: str | None = None) -> Look:
    """Draw the attributes of faces: the same for the same seed.

    The first faces of a larger set are the faces of a smaller one.

    Args:
        count: how many faces.
        seed: of the draw.
        expression: that all of them have; by chance when None.

    Returns:
        by name, (count,) tensors: int64 indices into ``ATTRIBUTES``, float32 for ``MEASURES``.
    """
    generator = torch.Generator().manual_seed(seed)
    table = torch.rand(count, _COLUMNS, generator=generator)
    column = iter(table.unbind(dim=1))
    drawn: Look = {}
    for name, (low, high) in MEASURES.items():
        drawn[name] = low + (high - low) * next(column)
    for name, choice in CHOICES.items():
        drawn[name] = _pick(next(column), choice)
    if expression is not None:
        drawn["expression"].fill_(ATTRIBUTES["expression"].index(expression))
    _agree(drawn)
    return drawn


def flags(look: Look) -> Tensor:
    """(N, A) float32, 1 where a face has the trait of that name in ``FLAGS``."""
    traits = (
        has(look, "expression", "happy", "laughing"),
        look["mouth_open"] > 0.3,
        has(look, "glasses", "round", "square"),
        ~has(look, "hat", "none"),
        ~has(look, "beard", "none"),
        has(look, "hair", "long", "bob"),
        has(look, "hair_colour", "black", "brown"),
        has(look, "skin", "brown", "deep"),
    )
    return torch.stack(traits, dim=1).float()


def colours(name: str, index: Tensor) -> Tensor:
    """The colours of an attribute's values.

    Args:
        name: of an attribute that is a colour.
        index: (N,) int64 values.

    Returns:
        (N, 3, 1, 1) float32 in [0, 1].
    """
    palette = torch.tensor([list(bytes.fromhex(code)) for code in CHOICES[name].colours])
    return (palette[index].float() / 255)[:, :, None, None]


def rgb(code: str) -> Tensor:
    """One colour, (1, 3, 1, 1) float32 in [0, 1], from its code ``rrggbb``."""
    return torch.tensor([value / 255 for value in bytes.fromhex(code)]).view(1, 3, 1, 1)


def has(look: Look, name: str, *values: str) -> Tensor:
    """(N,) bool: which faces have one of these values of an attribute."""
    index = look[name]
    found = torch.zeros_like(index, dtype=torch.bool)
    for value in values:
        found |= index == ATTRIBUTES[name].index(value)
    return found


def _pick(uniform: Tensor, choice: Choice) -> Tensor:
    weights = torch.tensor(choice.weights or (1.0,) * len(choice.names))
    edges = (weights / weights.sum()).cumsum(0)[:-1]
    return torch.bucketize(uniform.contiguous(), edges, right=True)


def _agree(drawn: Look) -> None:
    """What goes together: mouth with expression, beard with hair, hat apart from clothes."""
    ranges = torch.tensor(_OPEN_BY_EXPRESSION)[drawn["expression"]]
    drawn["mouth_open"] = ranges[:, 0] + (ranges[:, 1] - ranges[:, 0]) * drawn["mouth_open"]
    drawn["beard"] *= has(drawn, "hair", *_BEARDED_STYLES)
    same = drawn["hat_colour"] == drawn["clothes_colour"]
    drawn["hat_colour"] = (drawn["hat_colour"] + same) % len(ATTRIBUTES["hat_colour"])
