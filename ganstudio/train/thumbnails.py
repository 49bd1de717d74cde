"""Many samples as small pictures at once: cheaper than drawing each as well as can be."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn.functional import interpolate

from ganstudio.samples import SampleSpec

GROUND = 26  # grey of what is empty
DARK, BRIGHT = np.array([58, 46, 92]), np.array([240, 232, 255])  # of solids, far and near
DOT = np.array([154, 128, 206])
DOT_PX = 2.5
EXTENT = 1.25  # points are shown from -1.25 to 1.25
NEAR, TILT = 0.55, 0.45  # of a solid's brightness: how near a face is, how much it looks up


def averaged(samples: np.ndarray, side: int) -> np.ndarray:
    """Values of samples (N, *shape), averaged to grids of at most this side, (N, F)."""
    x = torch.from_numpy(np.ascontiguousarray(samples, np.float32))
    sides = x.shape[2:]
    if len(sides) and max(sides) > side:
        x = interpolate(x, tuple(min(side, extent) for extent in sides), mode="area")
    return x.flatten(1).numpy()


def thumbnails(samples: np.ndarray, spec: SampleSpec, side_px: int) -> np.ndarray:
    """Small pictures of samples.

    Args:
        samples: (N, *shape) in [-1, 1].
        spec: what they are.
        side_px: of each picture; pictures that are not square are fitted into it.

    Returns:
        (N, side_px, side_px, 3) uint8.
    """
    if not len(samples):
        return np.zeros((0, side_px, side_px, 3), np.uint8)
    if spec.kind == "points":
        return _dots(samples, side_px)
    if spec.kind == "voxels":
        return _fitted(_fronts(samples[:, 0]), side_px)
    colours = samples if samples.shape[1] >= 3 else samples[:, :1].repeat(3, axis=1)
    return _fitted((colours[:, :3] + 1) / 2, side_px)


def _fitted(pictures: np.ndarray, side_px: int) -> np.ndarray:
    """(N, 3, H, W) in [0, 1] into squares, uint8; whole pixels where they are enlarged."""
    x = torch.from_numpy(np.ascontiguousarray(pictures, np.float32))
    height, width = x.shape[2:]
    scale = side_px / max(height, width)
    sides = (max(1, round(height * scale)), max(1, round(width * scale)))
    x = interpolate(x, sides, mode="area" if scale < 1 else "nearest-exact")
    top, left = (side_px - sides[0]) // 2, (side_px - sides[1]) // 2
    tiles = np.full((len(x), side_px, side_px, 3), GROUND, np.uint8)
    drawn = (x.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    tiles[:, top : top + sides[0], left : left + sides[1]] = drawn
    return tiles


def _fronts(voxels: np.ndarray) -> np.ndarray:
    """Solids (N, X, Y, Z) seen from the front, (N, 3, Z, X) in [0, 1]: near and upper is bright."""
    solid = voxels > 0
    depth = solid.argmax(2).astype(np.float32)
    empty = ~solid.any(2)
    extent = voxels.shape[2]
    rise = np.diff(depth, axis=2, append=depth[:, :, -1:])  # what leans back looks up
    light = NEAR * (1 - depth / extent) + TILT * np.clip(0.5 + rise / 4, 0, 1)
    colours = DARK + np.clip(light, 0, 1)[..., None] * (BRIGHT - DARK)
    colours[empty] = GROUND
    return np.asarray(colours.transpose(0, 3, 2, 1)[:, :, ::-1] / 255, dtype=np.float32)


def _dots(points: np.ndarray, side_px: int) -> np.ndarray:
    """Where each point lies, as a dot in its own square."""
    axis = (np.arange(side_px) + 0.5) / side_px * 2 - 1
    away = [(axis[None] * EXTENT - points[:, i, None]) * side_px / 2 / EXTENT for i in (0, 1)]
    near = away[0][:, None, :] ** 2 + away[1][:, ::-1, None] ** 2 <= DOT_PX**2
    tiles = np.full((len(points), side_px, side_px, 3), GROUND, np.uint8)
    tiles[near] = DOT
    return tiles
