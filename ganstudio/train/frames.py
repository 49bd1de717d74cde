"""Samples as frames of a film: of exactly the size that is wanted, with a line of text."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ganstudio.films import scaled
from ganstudio.samples import SampleSpec
from ganstudio.train.picture import GAP_PX, sheet

EDGE = (32, 32, 32)
USUAL_PX = 512
SMALLEST_TILE_PX = 16
SMALLEST_TEXT_PX = 12


def single(sample: np.ndarray, spec: SampleSpec, size: tuple[int, int]) -> np.ndarray:
    """One sample that fills the frame, as far as its form lets it.

    Args:
        sample: (*shape) in [-1, 1].
        spec: what it is.
        size: width and height of the frame, in pixels.

    Returns:
        (H, W, 3) uint8.
    """
    width, height = size
    if spec.kind == "image":
        return scaled(sheet(sample[None], spec, 1, 1)[GAP_PX:-GAP_PX, GAP_PX:-GAP_PX], size)
    side = min(width, height)
    picture = scaled(sheet(sample[None], spec, 1, side), (side, side))
    return _centred(picture, size, tuple(int(value) for value in picture[0, 0]))


def many(
    samples: np.ndarray, spec: SampleSpec, height_px: int = USUAL_PX, columns: int = 0
) -> np.ndarray:
    """Samples side by side in a frame of this height, about square; pixels stay squares.

    Args:
        samples: (N, *shape) in [-1, 1].
        spec: what they are.
        height_px: of the frame.
        columns: samples in a row; 0 for about as many as there are rows.

    Returns:
        (height_px, W, 3) uint8, the same W for as many samples of one kind.
    """
    columns = columns or int(np.ceil(np.sqrt(len(samples))))
    rows = -(-len(samples) // columns)
    tile_px = max((height_px - GAP_PX) // rows - GAP_PX, SMALLEST_TILE_PX)
    picture = sheet(samples, spec, columns, tile_px)
    height, width = picture.shape[:2]
    if height > height_px or spec.kind == "points":
        return scaled(picture, (max(round(width * height_px / height), 1), height_px))
    return _centred(picture, (width + height_px - height, height_px), EDGE)


def labelled(frame: np.ndarray, text: str) -> np.ndarray:
    """The frame with a line of text in its lower left corner."""
    image = Image.fromarray(frame)
    draw = ImageDraw.Draw(image, "RGBA")
    size_px = max(frame.shape[0] // 28, SMALLEST_TEXT_PX)
    font = ImageFont.load_default(size_px)
    left, bottom, pad = size_px // 2, frame.shape[0] - size_px // 2, size_px // 3
    box = draw.textbbox((left + pad, bottom - pad), text, font, anchor="ls")
    around = (box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad)
    draw.rounded_rectangle(around, pad, fill=(0, 0, 0, 170))
    draw.text((left + pad, bottom - pad), text, (255, 255, 255), font, anchor="ls")
    return np.asarray(image)


def _centred(picture: np.ndarray, size: tuple[int, int], edge: tuple[int, ...]) -> np.ndarray:
    """The picture in the middle of a larger frame."""
    width, height = size
    frame = np.empty((height, width, 3), np.uint8)
    frame[:] = edge
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    frame[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return frame
