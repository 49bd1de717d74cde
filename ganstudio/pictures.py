"""Picture files that a person has: opened within limits, upright, on white, cut to a size.

Every reader of pictures goes through here, so that training and exploring see the same:
``open_picture(path, colour)`` gives a Pillow picture, ``on_white(image, colour)`` does the same to
one that is open already (of a clipboard), ``to_square(image, size)`` and
``to_size(image, width, height)`` give uint8 arrays (C, height, width).
"""

from __future__ import annotations

import os
import threading
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ganstudio.reading import UnreadableError, open_plain

SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".gif", ".tif", ".tiff")
)
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
"""By content, whatever the name ends in: Pillow would hand PostScript to another program."""
MOST_PIXELS = 1 << 25
"""Of one file, 33 million: eight are read at once, and a small file may claim any number."""
MOST_JPEG_PIXELS = 1 << 26
"""More than that, for large photographs: they are made smaller while they are decoded."""
ENOUGH_PX = 1024
"""Of the shorter side: what is larger by whole times is made smaller before all else."""
_ENDINGS = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "MPO": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "WEBP": (".webp",),
    "BMP": (".bmp",),
    "DIB": (".bmp",),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
}
_ORIENTATION = 0x0112


class UnfitError(ValueError):
    """A file that cannot be used; the message says why."""


class _Quietly:
    """No warnings of Pillow, about sizes and metadata, while any thread is inside.

    Python's own guard is for one thread alone: of two, the second puts back what the first set.
    """

    def __init__(self) -> None:
        self._lock, self._inside = threading.Lock(), 0
        self._guard = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._guard = warnings.catch_warnings()
                self._guard.__enter__()
                warnings.simplefilter("ignore")

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._guard.__exit__(None, None, None)


_quietly = _Quietly()


def open_picture(
    path: Path, colour: bool, enough_px: int = ENOUGH_PX, told: list[str] | None = None
) -> Image.Image:
    """A picture as it is meant to be seen: upright, first frame, on white where it is clear.

    Args:
        path: a file in one of ``FORMATS``.
        colour: RGB; else grey.
        enough_px: of the shorter side; a much larger photograph is read at a half, a quarter or
            an eighth of its size, which takes a fraction of the time.
        told: what had to be changed is added here, in words that follow the name of the file.

    Raises:
        UnfitError: if it is damaged, no picture, or far too large.
        OSError: if it cannot be read.
    """
    try:
        file = open_plain(path)
    except UnreadableError:
        raise UnfitError("is no file") from None
    with file:
        try:
            with _quietly, Image.open(file, formats=FORMATS) as image:
                _limit(image)
                if told is not None:
                    told += _changes(path, image)
                image.draft("RGB", (enough_px, enough_px))
                ImageOps.exif_transpose(image, in_place=True)
                return on_white(image, colour)
        except UnfitError:
            raise
        except UnidentifiedImageError:
            empty = os.fstat(file.fileno()).st_size == 0
            raise UnfitError("is empty" if empty else "is no picture that can be read") from None
        except Image.DecompressionBombError:
            raise UnfitError("claims more pixels than can be read") from None
        except MemoryError:
            raise UnfitError("takes more memory than there is") from None
        except Exception as error:  # Pillow lets all sorts through, such as struct.error
            if isinstance(error, OSError) and error.errno is not None:  # of the disk, not of Pillow
                raise
            raise UnfitError(f"is damaged ({error})") from None


def on_white(image: Image.Image, colour: bool) -> Image.Image:
    """Without transparency, RGB or grey; greys of 16 bits or floats are scaled instead of cut.

    A large picture comes back smaller, its shorter side still ``ENOUGH_PX``.
    """
    mode = "RGB" if colour else "L"
    if image.mode.startswith("I"):
        image = Image.fromarray(np.clip(np.asarray(image) >> 8, 0, 255).astype(np.uint8))
    elif image.mode == "F":
        values = np.nan_to_num(np.asarray(image))
        scale = 255 if values.max() <= 1 else 1  # floats are 0 to 1, or bytes as floats
        image = Image.fromarray((values.clip(0, 255 / scale) * scale).astype(np.uint8))
    clear = _is_clear(image)
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


def _changes(path: Path, image: Image.Image) -> list[str]:
    """What of an opened file is not taken as it is; nothing is decoded yet."""
    found = []
    kind, mode = image.format or "", image.mode
    deep = mode.startswith(("I", "F")) or ";16" in str(getattr(image, "tile", ""))
    if path.suffix.lower() not in _ENDINGS.get(kind, ()):
        found.append(f"is named {path.suffix or 'without an ending'} but is {kind}: read as that")
    if getattr(image, "is_animated", False) and kind != "MPO":
        found.append("holds several frames or pages: the first is taken")
    if image.getexif().get(_ORIENTATION, 1) in range(2, 9):
        found.append("lies on its side or is mirrored: put upright")
    if deep:
        found.append("has more than 8 bits a value: scaled to 8")
    if mode == "CMYK":
        found.append("holds inks (CMYK): turned into colours")
    if mode in ("P", "PA"):
        found.append("has a palette: its colours are taken")
    if _is_clear(image):
        found.append("has transparent parts: they become white")
    return found


def _is_clear(image: Image.Image) -> bool:
    """Whether it says how transparent it is."""
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def _limit(image: Image.Image) -> None:
    """Raise UnfitError where decoding would take too much memory; nothing is decoded yet."""
    width, height = image.size
    jpeg = image.format in ("JPEG", "MPO")
    if width * height > (MOST_JPEG_PIXELS if jpeg else MOST_PIXELS):
        raise UnfitError(f"claims {width} x {height} pixels, more than can be read")
