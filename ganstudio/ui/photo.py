"""Any picture a person has, cut and scaled to what a generator takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from PySide6.QtGui import QImage

from ganstudio.ui.pictures import to_qimage

KINDS = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff);;All files (*)"
_PAPER = (255, 255, 255)  # what lies behind transparent pixels


def read(path: Path, width: int, height: int) -> QImage:
    """A picture file, its middle cut out in these proportions and scaled.

    Args:
        path: of any kind that Pillow reads.
        width: in pixels.
        height: in pixels.

    Raises:
        ValueError: if it is no picture that can be read; the message says why.
    """
    try:
        with Image.open(path) as opened:
            upright = ImageOps.exif_transpose(opened)
            return _fit(upright, width, height)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path.name} cannot be read as a picture: {error}") from error


def cut(image: QImage, width: int, height: int) -> QImage:
    """A picture from the clipboard or a drop, treated alike."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    lines = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.width(), 4)
    return _fit(Image.fromarray(lines.copy(), "RGBA"), width, height)


def _fit(image: Image.Image, width: int, height: int) -> QImage:
    clear = image.convert("RGBA")
    ground = Image.new("RGBA", clear.size, (*_PAPER, 255))
    plain = Image.alpha_composite(ground, clear).convert("RGB")
    fitted = ImageOps.fit(plain, (width, height), Image.Resampling.LANCZOS)
    return to_qimage(np.asarray(fitted))
