"""Light for pictures of solids: a lamp that goes with the viewer, soft shadows, brightness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ganstudio.solids.surface import SIDES

Floats = NDArray[np.float32]

LIGHT = (-0.35, 0.7, 1.0)  # to the right, towards the viewer, up: the light comes from the left


def lamp(right: Floats) -> Floats:
    """Where the light comes from, as a unit vector in the grid, for a viewer's right hand side."""
    level = np.array([right[1], -right[0], 0.0])
    light = LIGHT[0] * right + LIGHT[1] * level + LIGHT[2] * np.array([0.0, 0.0, 1.0])
    unit: Floats = (light / np.linalg.norm(light)).astype(np.float32)
    return unit


def shadows(solid: NDArray[np.bool_], light: Floats) -> tuple[Floats, int]:
    """How much of the light is kept from each layer by those above it.

    From layer to layer the shadow moves with the light by a fraction of a voxel, which blurs
    it: so it softens with the distance to what throws it.

    Returns:
        (Z + 1, X + 2 pad, Y + 2 pad), 0 lit to 1 dark; the layer i is that below voxel i, so
        the voxel z lies in the shadow of the layer z + 1. And pad.
    """
    pad = round(0.6 * max(solid.shape)) + 1
    layers = np.pad(np.moveaxis(solid, 2, 0), ((0, 0), (pad, pad), (pad, pad)))
    dark = np.zeros((len(layers) + 1, *layers.shape[1:]), dtype=np.float32)
    move = light[:2] / light[2]
    step = np.where(move > 0, 1, -1)
    fx, fy = np.abs(move)
    inner = (slice(1, -1), slice(1, -1))
    beside = [slice(1 + d, n - 1 + d) for d, n in zip(step, layers.shape[1:], strict=True)]
    for z in range(len(layers) - 1, -1, -1):
        above = np.maximum(dark[z + 1], layers[z])
        along = (1 - fy) * above[:, 1:-1] + fy * above[:, beside[1]]
        dark[z][inner] = (1 - fx) * along[1:-1] + fx * along[beside[0]]
    return dark, pad


def between(plane: Floats, x: Floats, y: Floats) -> Floats:
    """Values of a plane between its cells; the nearest one outside it."""
    x = np.clip(x, 0, plane.shape[0] - 1.001)
    y = np.clip(y, 0, plane.shape[1] - 1.001)
    i, j = x.astype(np.int32), y.astype(np.int32)
    fx, fy = x - i, y - j
    flat, base, wide = plane.reshape(-1), i * plane.shape[1] + j, plane.shape[1]
    near = flat[base] * (1 - fy) + flat[base + 1] * fy
    far = flat[base + wide] * (1 - fy) + flat[base + wide + 1] * fy
    value: Floats = (near * (1 - fx) + far * fx).astype(np.float32, copy=False)
    return value


def shades(
    cells: NDArray[np.int32],
    side: NDArray[np.intp],
    openness: NDArray[np.uint8],
    shadow: Floats,
    pad: int,
    light: Floats,
) -> Floats:
    """(F, 4) brightness 0 to 1 of the corners: light from the sky, and from the lamp if seen."""
    stride = np.array([shadow.shape[2], 1, shadow.shape[1] * shadow.shape[2]])
    # the cell before the face; the shadow that falls on a voxel lies one layer above it
    before = cells + SIDES[side] + np.array([pad, pad, 1])
    before[:, 2] = np.clip(before[:, 2], 0, len(shadow) - 1)
    axis = side // 2
    u, v = stride[(axis + 1) % 3], stride[(axis + 2) % 3]
    base, flat = before @ stride, shadow.reshape(-1)
    dark = np.empty((len(cells), 4), dtype=np.float32)
    for corner in range(4):
        du, dv = (u if corner & 1 else -u), (v if corner >> 1 else -v)
        around = np.stack([base, base + du, base + dv, base + du + dv])
        dark[:, corner] = flat[np.clip(around, 0, len(flat) - 1)].mean(axis=0)
    open_ = openness.astype(np.float32) / 255
    normal = SIDES[side].astype(np.float32)
    sky = (0.30 + 0.10 * normal[:, 2])[:, None]
    lamp = np.maximum(normal @ light, 0)[:, None]
    shade: Floats = sky * open_ + 0.78 * lamp * (1 - 0.85 * dark) * (0.45 + 0.55 * open_)
    return shade
