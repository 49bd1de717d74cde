"""The colours of the window, dark and light.

The four role colours stay apart under the common kinds of colour blindness, and texts stay
readable on what they stand on; tests measure both.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Every colour of one mode, as ``#rrggbb``.

    Attributes:
        window: behind everything.
        surface: of panels.
        raised: of cards, fields and buttons.
        text: for reading.
        muted: for labels and hints.
        line: of borders and grids.
        accent: what is chosen or asks to be pressed.
        real: real samples.
        fake: generated samples and the generator.
        disc: the discriminator.
        penalty: penalties on gradients.
        warn: something to look at.
        error: something went wrong.
        dark: whether text is lighter than what it stands on.
    """

    window: str
    surface: str
    raised: str
    text: str
    muted: str
    line: str
    accent: str
    real: str
    fake: str
    disc: str
    penalty: str
    warn: str
    error: str
    dark: bool


DARK = Palette(
    window="#121419", surface="#1a1d23", raised="#252932", text="#e8eaee", muted="#9aa3b2",
    line="#343a46", accent="#7c9bff", real="#52f0b9", fake="#9a78fb", disc="#6fb3f0",
    penalty="#dd6590", warn="#f2b84b", error="#ff7a70", dark=True,
)  # fmt: skip
LIGHT = Palette(
    window="#e9ebf0", surface="#f7f8fa", raised="#ffffff", text="#1b2027", muted="#5b6472",
    line="#cfd4dd", accent="#3557d6", real="#1c8346", fake="#9848d9", disc="#15459a",
    penalty="#8c1846", warn="#8f5b00", error="#c02b22", dark=False,
)  # fmt: skip


def mix(one: str, other: str, share: float) -> str:
    """``one`` with ``share`` (0 to 1) of ``other`` stirred in, both ``#rrggbb``."""
    parts = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)
