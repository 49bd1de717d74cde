"""What a picture of solids is to look like: the frame to draw, its colours and its light."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QPalette

from ganstudio.ui.gl.camera import Camera
from ganstudio.ui.gl.tints import Colouring

Colour = tuple[float, float, float]

PASTELS = ("#b9a5f7", "#8fc7f2", "#8fdcb8", "#f3cf8b", "#f2a79b", "#e5a3cf")


class RendererError(RuntimeError):
    """The driver would not build a shader or a buffer; the message is its own."""


class Abandoned(Exception):  # noqa: N818
    """A picture was given up half-way, because a newer one is wanted."""


@dataclass(frozen=True)
class Look:
    """Colours as shown on the screen (sRGB, 0 to 1) and the light.

    Attributes:
        background: behind everything.
        ground: the pool of light on the floor.
        pool: how strongly that covers the background.
        line: the floor's grid.
        box: the bounding box.
        colours: of the objects, in turn.
        sky: light from above, linear.
        bounce: light from below, linear.
        shade: strength of the shadow on the floor.
        contact: strength of the darkness under an object.
    """

    background: Colour
    ground: Colour
    pool: float
    line: Colour
    box: Colour
    colours: tuple[Colour, ...]
    sky: Colour
    bounce: Colour
    shade: float
    contact: float


@dataclass(frozen=True)
class Style:
    """What shows, and what its colours mean.

    Attributes:
        floor: whether the ground shows.
        box: whether bounding boxes show.
        wire: whether only the edges of cells or triangles show.
        colouring: what the colour of a voxel stands for.
        values: for the colouring ``values``, one grid for each object, of the object's shape.
        limit: the value at the upper end of their scale; the lower end is minus that.
    """

    floor: bool = True
    box: bool = False
    wire: bool = False
    colouring: Colouring = "plain"
    values: tuple[NDArray[np.float32], ...] = field(default=(), compare=False)
    limit: float = 1.0


@dataclass(frozen=True)
class Frame:
    """One picture to draw.

    Attributes:
        camera: where from.
        size: width and height in device pixels.
        look: colours and light.
        rough: whether things move and speed counts more than looks.
        samples: per pixel.
        scale: share of the width and height that is drawn and then stretched, up to 1.
        turn_degrees: of the turntable.
        style: what shows.
        chosen: index of the object under the mouse, which is lighter.
    """

    camera: Camera
    size: tuple[int, int]
    look: Look
    rough: bool = False
    samples: int = 1
    scale: float = 1.0
    turn_degrees: float = 0.0
    style: Style = Style()
    chosen: int | None = None


def make_look(palette: QPalette) -> Look:
    """Colours and light that suit the widgets around."""
    window = palette.color(QPalette.ColorRole.Window)
    text = palette.color(QPalette.ColorRole.WindowText)
    dark = window.lightnessF() < 0.5
    return Look(
        background=_rgb(window),
        ground=_mix(window, QColor("#aab6d6" if dark else "#ffffff"), 0.22 if dark else 0.8),
        pool=0.75 if dark else 0.9,
        line=_mix(window, text, 0.34 if dark else 0.3),
        box=_mix(window, text, 0.6),
        colours=tuple(_rgb(QColor(name)) for name in PASTELS),
        sky=(0.36, 0.38, 0.44) if dark else (0.50, 0.52, 0.56),
        bounce=(0.10, 0.09, 0.11) if dark else (0.26, 0.25, 0.26),
        shade=0.42 if dark else 0.26,
        contact=0.55 if dark else 0.34,
    )


def _rgb(colour: QColor) -> Colour:
    return colour.redF(), colour.greenF(), colour.blueF()


def _mix(one: QColor, other: QColor, share: float) -> Colour:
    r, g, b = (a + (z - a) * share for a, z in zip(_rgb(one), _rgb(other), strict=True))
    return r, g, b
