"""Pieces of furniture: one file for each class, which draws it from a seed at any resolution."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ganstudio.solids.pieces import bed, chair, lamp, shelf, sofa, table
from ganstudio.solids.pieces.parts import Dice
from ganstudio.solids.shapes import Canvas

MAKERS: dict[str, Callable[[Canvas, Dice], None]] = {
    "chair": chair.make,
    "table": table.make,
    "bed": bed.make,
    "sofa": sofa.make,
    "lamp": lamp.make,
    "shelf": shelf.make,
}
CLASSES = tuple(MAKERS)


def draw(name: str, seed: int, side: int = 32) -> np.ndarray:
    """One piece of furniture.

    Args:
        name: one of ``CLASSES``.
        seed: the same one gives the same piece, at any side.
        side: voxels per side.

    Returns:
        (side, side, side) bool, z up, its front towards -y, as Blender and glTF have it.

    Raises:
        ValueError: if there is no such class.
    """
    if name not in MAKERS:
        raise ValueError(f"no furniture {name!r}; there are: {', '.join(MAKERS)}")
    canvas = Canvas(side)
    MAKERS[name](canvas, Dice(CLASSES.index(name), seed))
    return canvas.centred()[::-1, ::-1]  # the makers count depth towards the front
