"""What colours the programs use: uniforms, and the textures they look colours up in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ganstudio.ui.gl.buffers import GL, map_texture
from ganstudio.ui.gl.look import Frame
from ganstudio.ui.gl.scene import Shape
from ganstudio.ui.gl.tints import COLOURINGS, shades

TONES_UNIT, MAP_UNIT = 1, 2  # where the programs look; the shadow map is at 0
LIFT = 0.2  # of what is under the mouse


class Paints:
    """The colours of every way to colour, on the device."""

    def __init__(self) -> None:
        self._maps = {name: map_texture(shades(name)) for name in COLOURINGS}

    def bind(self, frame: Frame) -> None:
        """Put the colours of this picture where programs look them up; unit 0 is current after."""
        GL.glActiveTexture(GL.GL_TEXTURE0 + MAP_UNIT)
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._maps[frame.style.colouring])
        GL.glActiveTexture(GL.GL_TEXTURE0)

    def release(self) -> None:
        """Free them."""
        GL.glDeleteTextures(list(self._maps.values()))


def kind(frame: Frame) -> int:
    """How the programs come to a colour: 0 one for each object, 1 by height, 2 from a grid."""
    return {"plain": 0, "height": 1}.get(frame.style.colouring, 2)


def of_object(frame: Frame, index: int, shape: Shape) -> dict[str, Any]:
    """Uniforms for the colours of one object."""
    colours = frame.look.colours
    return {
        "u_colour": np.square(colours[index % len(colours)]),
        "u_lift": LIFT if index == frame.chosen else 0.0,
        "u_size": shape.grid.shape,
        "u_rise": (shape.low[2], max(shape.high[2], shape.low[2] + 1)),
    }
