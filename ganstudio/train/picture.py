"""A sheet of samples as one picture: a grid of images, rendered voxels, or a scatter of points."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ganstudio.samples import SampleSpec
from ganstudio.solids.picture import contact_sheet
from ganstudio.train.files import write_atomically

GAP_PX = 2
SMALLEST_TILE_PX = 64
VOXEL_TILE_PX = 160
PLANE_PX = 640
PLANE_EXTENT = 1.25  # points are drawn from -1.25 to 1.25
POINT_COLOUR = (124, 77, 190)


def sheet(samples: np.ndarray, spec: SampleSpec, columns: int = 0, tile_px: int = 0) -> np.ndarray:
    """Draw samples as one picture.

    Args:
        samples: (N, *shape) in [-1, 1].
        spec: what they are.
        columns: tiles a row; 0 makes the sheet about square.
        tile_px: about how large each is to be: pictures grow by whole times only.

    Returns:
        (H, W, 3) uint8.

    Raises:
        ValueError: if there are no samples.
    """
    if len(samples) == 0:
        raise ValueError("a sheet needs at least one sample, got none")
    columns = columns or int(np.ceil(np.sqrt(len(samples))))
    if spec.kind == "points":
        return _scatter(samples)
    if spec.kind == "voxels":
        return contact_sheet((samples[:, 0] + 1) / 2, columns, tile_px or VOXEL_TILE_PX)
    return _grid(samples, columns, tile_px or SMALLEST_TILE_PX)


def save_sheet(path: Path, samples: np.ndarray, spec: SampleSpec, columns: int = 0) -> None:
    """Draw a sheet and write it as PNG, whole or not at all.

    Raises:
        OSError: if it cannot be written.
    """
    buffer = io.BytesIO()
    Image.fromarray(sheet(samples, spec, columns)).save(buffer, "png")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, buffer.getvalue())


def _grid(samples: np.ndarray, columns: int, tile_px: int) -> np.ndarray:
    pixels = np.clip((samples + 1) * 127.5 + 0.5, 0, 255).astype(np.uint8).transpose(0, 2, 3, 1)
    pixels = np.repeat(pixels, 3, axis=3) if pixels.shape[3] == 1 else pixels[..., :3]
    scale = max(1, tile_px // pixels.shape[1])
    pixels = pixels.repeat(scale, axis=1).repeat(scale, axis=2)
    count, height, width, _ = pixels.shape
    rows = -(-count // columns)
    canvas = np.full(
        (rows * (height + GAP_PX) + GAP_PX, columns * (width + GAP_PX) + GAP_PX, 3), 32, np.uint8
    )
    for index, tile in enumerate(pixels):
        top = GAP_PX + index // columns * (height + GAP_PX)
        left = GAP_PX + index % columns * (width + GAP_PX)
        canvas[top : top + height, left : left + width] = tile
    return canvas


def _scatter(samples: np.ndarray) -> np.ndarray:
    scale = 2  # drawn twice as large, then halved, for smooth dots
    side = PLANE_PX * scale
    image = Image.new("RGB", (side, side), (250, 250, 252))
    draw = ImageDraw.Draw(image)
    radius = 2.2 * scale
    for x, y in (samples / PLANE_EXTENT + 1) / 2 * side:
        draw.ellipse((x - radius, side - y - radius, x + radius, side - y + radius), POINT_COLOUR)
    return np.asarray(image.resize((PLANE_PX, PLANE_PX), Image.Resampling.LANCZOS))
