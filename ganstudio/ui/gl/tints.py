"""Colours for numbers: maps that stay readable under colour blindness, one look at a time."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Colouring = Literal["plain", "height", "density", "values"]
COLOURINGS: tuple[Colouring, ...] = ("plain", "height", "density", "values")

SHADES = 256
STRAY_PERCENT = 1.0  # of the values may lie beyond the ends of the scale

_STOPS: dict[Colouring, tuple[str, ...]] = {
    "plain": ("#b9a5f7", "#b9a5f7"),
    # lightness climbs steadily in these two, so that grey eyes read them as well
    "height": ("#4b3a8f", "#7a4fb5", "#c0609e", "#ee8d78", "#fbd48a"),
    "density": ("#27406f", "#2f6f9f", "#3fa3a6", "#8fd09c", "#eef0b2"),
    # blue pushes down, orange pushes up, pale means neither
    "values": ("#2459c4", "#7fa6ea", "#e4e4e8", "#f2a86a", "#c75a10"),
}


def shades(colouring: Colouring) -> NDArray[np.uint8]:
    """The map of one way to colour.

    Returns:
        (256, 3) uint8, as shown on the screen, from the lowest value to the highest.
    """
    stops = np.array([_rgb(stop) for stop in _STOPS[colouring]], dtype=np.float64)
    place = np.linspace(0, len(stops) - 1, SHADES)
    # mixing squares keeps the middle between two colours as bright as they are
    mixed = [np.interp(place, np.arange(len(stops)), stops[:, k] ** 2) for k in range(3)]
    return np.rint(np.sqrt(np.stack(mixed, axis=1))).astype(np.uint8)


def reach(values: list[NDArray[np.float32]]) -> float:
    """The value at both ends of a scale around zero; 1 where there is nothing but zero.

    Args:
        values: any shapes; what is not finite counts as zero.
    """
    sizes = [
        np.abs(np.nan_to_num(each, nan=0.0, posinf=0.0, neginf=0.0)).ravel() for each in values
    ]
    found = np.concatenate([each[each > 0] for each in sizes]) if sizes else np.zeros(0)
    return float(np.percentile(found, 100 - STRAY_PERCENT)) if len(found) else 1.0


def as_levels(values: NDArray[np.float32], limit: float) -> NDArray[np.uint8]:
    """Values around zero as levels of the map: -limit is 0, zero is 128, limit is 255."""
    share = np.nan_to_num(values, nan=0.0, posinf=limit, neginf=-limit) / limit
    levels: NDArray[np.uint8] = np.rint(127.5 + 127.5 * np.clip(share, -1, 1)).astype(np.uint8)
    return levels


def _rgb(colour: str) -> tuple[int, int, int]:
    number = int(colour[1:], 16)
    return number >> 16, number >> 8 & 255, number & 255
