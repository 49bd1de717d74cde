"""Any picture a person has, cut and scaled to what a generator takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtGui import QImage

from ganstudio.pictures import UnfitError, on_white, open_picture, to_size
from ganstudio.ui.pictures import to_qimage

KINDS = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff);;All files (*)"


def read(path: Path, width: int, height: int, colour: bool = True) -> QImage:
    """A picture file, its middle cut out in these proportions and scaled.

    Args:
        path: in one of the formats that training reads too.
        width: in pixels.
        height: in pixels.
        colour: off for one in greys, as training makes them of colours.

    Raises:
        ValueError: if it is no picture that can be read; the message says why.
    """
    try:
        return _fit(open_picture(path, colour), width, height)
    except (OSError, UnfitError) as error:
        raise ValueError(f"{path.name} cannot be read as a picture: {error}") from error


def cut(image: QImage, width: int, height: int, colour: bool = True) -> QImage:
    """A picture from the clipboard or a drop, treated alike."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    lines = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.width(), 4)
    return _fit(on_white(Image.fromarray(lines.copy(), "RGBA"), colour), width, height)


def _fit(image: Image.Image, width: int, height: int) -> QImage:
    pixels = to_size(image, width, height)
    return to_qimage(np.broadcast_to(pixels, (3, height, width)).transpose(1, 2, 0))
