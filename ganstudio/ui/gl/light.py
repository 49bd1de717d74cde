"""Where the light comes from, and the picture that it sees."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from ganstudio.ui.gl.scene import Vector

Matrix = NDArray[np.float32]


def _towards(azimuth: float, elevation: float) -> NDArray[np.float64]:
    """Unit vector towards a light."""
    a, e = radians(azimuth), radians(elevation)
    return np.array([cos(a) * cos(e), sin(a) * cos(e), sin(e)])


KEY = _towards(-112, 50)
FILL = _towards(30, 18)
#: (4, 4) from the clip cube to the places of a texture.
TO_TEXTURE = np.array(
    [[0.5, 0, 0, 0.5], [0, 0.5, 0, 0.5], [0, 0, 0.5, 0.5], [0, 0, 0, 1]], dtype=np.float64
)


def seen_from(pose: Matrix, point: NDArray[np.float64]) -> NDArray[np.float64]:
    """A point of the world in the voxels of a shape that stands like this."""
    turn = pose[:3, :3].astype(np.float64)  # and scale, the same along all axes
    local: NDArray[np.float64] = (point - pose[:3, 3]) @ turn / (turn[:, 0] @ turn[:, 0])
    return local


def light_clip(extent: tuple[Vector, Vector]) -> Matrix:
    """(4, 4) from the world to the key light's picture, which holds all that casts a shadow.

    Args:
        extent: the least and greatest corner of that, (3,) each.
    """
    low, high = extent[0].copy(), extent[1]
    low[2] = min(low[2], -0.01)
    right = np.cross([0.0, 0.0, 1.0], KEY)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(KEY, right), -KEY])
    ends = np.stack([low, high])
    corners = np.stack([ends[list(pick), [0, 1, 2]] for pick in np.ndindex(2, 2, 2)])
    seen = corners @ axes.T
    near, far = seen.min(axis=0) - 0.05, seen.max(axis=0) + 0.05
    far[2] += 1.0  # the floor beyond the objects lies farther from the light
    clip = np.eye(4)
    clip[:3, :3] = axes * (2 / (far - near))[:, None]
    clip[:3, 3] = -(far + near) / (far - near)
    return clip.astype(np.float32)
