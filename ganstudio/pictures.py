"""Picture files that a person has: opened within limits, upright, on white, cut to a size.

Every reader of pictures goes through here, so that training and exploring see the same:
``open_picture(path, colour)`` gives a Pillow picture, ``on_white(image, colour)`` does the same to
one that is open already (of a clipboard), ``to_square(image, size)`` and
``to_size(image, width, height)`` give uint8 arrays (C, height, width).
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"))
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
"""By content, whatever the name ends in: Pillow would hand PostScript to another program."""
MOST_PIXELS = 1 << 25
"""Of one file, 33 million: eight are read at once, and a small file may claim any number."""
MOST_JPEG_PIXELS = 1 << 26
"""More than that, for large photographs: they are made smaller while they are decoded."""
ENOUGH_PX = 1024
"""Of the shorter side: what is larger by whole times is made smaller before all else."""


class UnfitError(ValueError):
    """A file that cannot be used; the message says why."""


def open_picture(path: Path, colour: bool) -> Image.Image:
    """A picture as it is meant to be seen: upright, first frame, on white where it is clear.

    Args:
        path: a file in one of ``FORMATS``.
        colour: RGB; else grey.

    Raises:
        UnfitError: if it is damaged, no picture, or far too large.
        OSError: if it cannot be read.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise UnfitError("is no file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow, about sizes and metadata: judged below
            with Image.open(path, formats=FORMATS) as image:
                _limit(image)
                image.draft("RGB", (ENOUGH_PX, ENOUGH_PX))
                ImageOps.exif_transpose(image, in_place=True)
                return on_white(image, colour)
    except UnfitError:
        raise
    except UnidentifiedImageError:
        raise UnfitError("is empty" if path.stat().st_size == 0 else "is no picture") from None
    except Image.DecompressionBombError:
        raise UnfitError("claims more pixels than can be read") from None
    except MemoryError:
        raise UnfitError("takes more memory than there is") from None
    except Exception as error:  # Pillow lets all sorts through, such as struct.error
        if isinstance(error, OSError) and error.errno is not None:  # of the disk, not of Pillow
            raise
        raise UnfitError(f"is damaged ({error})") from None


def on_white(image: Image.Image, colour: bool) -> Image.Image:
    """Without transparency, RGB or grey; 16-bit greys are scaled to 8 bits instead of cut.

    A large picture comes back smaller, its shorter side still ``ENOUGH_PX``.
    """
    mode = "RGB" if colour else "L"
    if image.mode.startswith("I"):
        image = Image.fromarray(np.clip(np.asarray(image) >> 8, 0, 255).astype(np.uint8))
    clear = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    plain = image.convert("RGBA" if clear else mode)
    times = min(plain.size) // ENOUGH_PX
    if times > 1:
        plain = plain.reduce(times)
    if clear:
        plain = Image.alpha_composite(Image.new("RGBA", plain.size, "white"), plain).convert(mode)
    return plain


def to_size(image: Image.Image, width: int, height: int) -> NDArray[np.uint8]:
    """The middle of a picture in these proportions, scaled, (C, height, width) uint8."""
    pixels = np.asarray(ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS), np.uint8)
    return pixels[None] if pixels.ndim == 2 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def to_square(image: Image.Image, size: int) -> NDArray[np.uint8]:
    """The middle square of a picture at this size, (C, size, size) uint8."""
    return to_size(image, size, size)


def _limit(image: Image.Image) -> None:
    """Raise UnfitError where decoding would take too much memory; nothing is decoded yet."""
    width, height = image.size
    jpeg = image.format in ("JPEG", "MPO")
    if width * height > (MOST_JPEG_PIXELS if jpeg else MOST_PIXELS):
        raise UnfitError(f"claims {width} x {height} pixels, more than can be read")
