"""A grid as soft volume: how dense it is and how much light arrives, ready for a 3D texture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Density is clear below this share of the threshold and full this far towards 1.
CLEAR, FULL = 0.4, 0.35
#: Of the light from above, so much is swallowed by a column of full voxels as long as the grid.
SWALLOW = 14.0


@dataclass(frozen=True)
class Volume:
    """The part of a grid that is not clear.

    Attributes:
        texels: (X, Y, Z, 3) uint8: opacity, openness to the sky, light from above; one voxel of
            air around, so that the edges fade.
        low: (3,) the voxel, of the whole grid, of the first texel; may be -1.
    """

    texels: NDArray[np.uint8]
    low: NDArray[np.int64]


def make_volume(density: NDArray[np.float32], threshold: float) -> Volume | None:
    """Opacity around the threshold and the light in it; None where all is clear.

    Args:
        density: (X, Y, Z) in [0, 1].
        threshold: in [0, 1]; half of the opacity is reached about there.
    """
    clear = CLEAR * threshold
    full = max(threshold + FULL * (1 - threshold), clear + 1e-3)
    share = np.clip((density - np.float32(clear)) / np.float32(full - clear), 0, 1)
    opacity = share * share * (3 - 2 * share)
    ends = [np.flatnonzero(opacity.max(axis=tuple({0, 1, 2} - {k})) > 0.02) for k in range(3)]
    if not all(len(end) for end in ends):
        return None
    low = np.array([end[0] - 1 for end in ends])
    inner = opacity[tuple(slice(end[0], end[-1] + 1) for end in ends)]
    padded = np.pad(inner, 1).astype(np.float32)
    texels = np.stack(
        [padded, _openness(padded, max(density.shape)), _from_above(padded, max(density.shape))],
        axis=-1,
    )
    return Volume(np.rint(texels * 255).astype(np.uint8), low)


def _openness(opacity: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """How empty the neighbourhood is, 0 to 1."""
    crowd = _blurred(opacity, max(round(side / 14), 1))
    free: NDArray[np.float32] = (1 / (1 + 2.2 * crowd * crowd + 0.6 * crowd)).astype(np.float32)
    return free


def _from_above(opacity: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Light that reaches each voxel from a wide lamp overhead; the same at every turn."""
    over = np.cumsum(opacity[:, :, ::-1], axis=2)[:, :, ::-1] - 0.5 * opacity
    wide = _blurred(over, max(round(side / 24), 1), axes=(0, 1))
    light: NDArray[np.float32] = np.exp(-SWALLOW / side * wide).astype(np.float32)
    return light


def _blurred(
    grid: NDArray[np.float32], reach: int, axes: tuple[int, ...] = (0, 1, 2)
) -> NDArray[np.float32]:
    """Means over ``2 reach + 1`` neighbours along each axis; beyond the ends is nothing."""
    for axis in axes:
        pad = [(reach + 1, reach) if k == axis else (0, 0) for k in range(3)]
        total = np.cumsum(np.pad(grid, pad), axis=axis)
        n = grid.shape[axis]
        far = total.take(range(2 * reach + 1, n + 2 * reach + 1), axis=axis)
        mean = (far - total.take(range(n), axis=axis)) / (2 * reach + 1)
        grid = mean.astype(np.float32)
    return grid
