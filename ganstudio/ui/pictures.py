"""Samples as pictures on the screen: bytes, QImages, clipboard and files."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from ganstudio.train import messages as m
from ganstudio.ui.colours import Palette

_HEAT = ("08060f", "3b1466", "a12a74", "f0653a", "fbe58a", "fffef2")  # from silence to loud
SKETCH_SIDE = 16
_FILTER = "PNG picture (*.png);;JPEG picture (*.jpg)"


def to_bytes(images: np.ndarray) -> np.ndarray:
    """Images as screens want them.

    Args:
        images: (N, C, H, W) float32 in [-1, 1]; C is 1 or 3, of more the first 3 are shown.

    Returns:
        (N, H, W, 3) uint8.
    """
    shown = images[:, :3] if images.shape[1] >= 3 else images[:, :1]
    levels = np.clip(np.nan_to_num(shown) * 127.5 + 128.0, 0, 255).astype(np.uint8)
    colours = np.broadcast_to(levels.transpose(0, 2, 3, 1), (len(levels), *levels.shape[2:], 3))
    return np.ascontiguousarray(colours)


def spectrograms(sounds: np.ndarray) -> np.ndarray:
    """Sounds as pictures: time from left to right, pitch from low to high, louder is brighter.

    Args:
        sounds: (N, 1, mels, frames) float32 in [-1, 1], the lowest pitch first.

    Returns:
        (N, mels, frames, 3) uint8.
    """
    loudness = np.clip(np.nan_to_num(sounds[:, 0, ::-1]) * 0.5 + 0.5, 0, 1)
    places = np.linspace(0, 1, len(_HEAT))
    colours = np.array([list(bytes.fromhex(colour)) for colour in _HEAT])
    parts = [np.interp(loudness, places, colours[:, part]) for part in range(3)]
    return np.stack(parts, axis=-1).astype(np.uint8)


def shown_as(kind: str, conditions: np.ndarray) -> np.ndarray:
    """Conditions that can be seen, as pictures (N, H, W, 3) uint8.

    Args:
        kind: ``image``, ``domain`` or ``sound``.
        conditions: (N, C, H, W) float32 in [-1, 1].
    """
    return spectrograms(conditions) if kind == "sound" else to_bytes(conditions)


def resized(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Pictures (N, H, W, 3) at another size, each pixel as it is: a coarse one stays coarse."""
    rows = (np.arange(height) * pixels.shape[1]) // height
    columns = (np.arange(width) * pixels.shape[2]) // width
    picked: np.ndarray = pixels[:, rows[:, None], columns]
    return picked


def to_occupancy(voxels: np.ndarray) -> np.ndarray:
    """Voxels (N, 1, X, Y, Z) in [-1, 1] as occupancies (N, X, Y, Z) float32 in [0, 1]."""
    occupancy: np.ndarray = np.clip(np.nan_to_num(voxels[:, 0]) * 0.5 + 0.5, 0, 1)
    return occupancy.astype(np.float32)


def draw_solids(voxels: np.ndarray, size_px: int, colours: Palette) -> np.ndarray:
    """Draw each volume; some milliseconds apiece, so not on the window's thread.

    Args:
        voxels: (N, 1, X, Y, Z) float32 in [-1, 1].
        size_px: width and height of each picture.
        colours: of the window; solids stand on its ground.

    Returns:
        (N, size_px, size_px, 3) uint8.
    """
    from ganstudio.solids import picture

    ground = QColor(colours.window)
    looks: dict[str, Any] = {
        "theme": "dark" if colours.dark else "light",
        "background": (ground.red(), ground.green(), ground.blue()),
    }
    pictures = [picture.draw(solid, size_px, 0.5, **looks) for solid in to_occupancy(voxels)]
    return np.stack(pictures) if pictures else np.zeros((0, size_px, size_px, 3), np.uint8)


def sketch_solids(voxels: np.ndarray, size_px: int, colours: Palette) -> np.ndarray:
    """Like ``draw_solids``, but of volumes of some 16 a side, each block as full as its fullest.

    A wall of large volumes takes seconds to draw; this is there at once.
    """
    count, channels, *sides = voxels.shape
    common = math.gcd(*sides)
    factor = next(f for f in range(max(common // SKETCH_SIDE, 1), 0, -1) if common % f == 0)
    blocks = [part for side in sides for part in (side // factor, factor)]
    coarse = voxels.reshape(count, channels, *blocks).max(axis=(3, 5, 7))
    return draw_solids(coarse, size_px, colours)


def to_unit(image: QImage, channels: int) -> np.ndarray:
    """A picture as a generator takes it, (1, channels, H, W) float32 in [-1, 1].

    Args:
        image: any picture.
        channels: 1 for its lightness, else red, green, blue; what is more stays at -1.
    """
    kind = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    plain, depth = image.convertToFormat(kind), 1 if channels == 1 else 3
    lines = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), -1)
    levels = lines[:, : plain.width() * depth].reshape(plain.height(), plain.width(), depth)
    unit = np.full((1, channels, plain.height(), plain.width()), -1, np.float32)
    unit[0, :depth] = levels.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1
    return unit


def to_qimage(pixels: np.ndarray) -> QImage:
    """A picture (H, W, 3) uint8 that owns its bytes."""
    height, width, _ = pixels.shape
    data = np.ascontiguousarray(pixels)
    image = QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def fit(image: QImage, size: QSize, smooth: bool) -> QImage:
    """The picture in this size; crisp pixels only when it grows, for shrinking needs averages."""
    shrinks = size.width() < image.width() or size.height() < image.height()
    mode = (
        Qt.TransformationMode.SmoothTransformation
        if smooth or shrinks
        else Qt.TransformationMode.FastTransformation
    )
    return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, mode)


class Fitted:
    """A picture scaled once and kept, until the picture, its size or its manner is another."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._pixmap = QPixmap()

    def at(self, image: QImage, size: QSize, ratio: float, smooth: bool) -> QPixmap:
        """The picture for the screen.

        Args:
            image: what to show.
            size: on the screen, in its coordinates.
            ratio: of device pixels to coordinates.
            smooth: as for ``fit``.
        """
        key = (image.cacheKey(), size.width(), size.height(), ratio, smooth)
        if key != self._key:
            self._key = key
            self._pixmap = QPixmap.fromImage(fit(image, size * ratio, smooth))
            self._pixmap.setDevicePixelRatio(ratio)
        return self._pixmap


def largest(spec_size: QSize, space: QRect, crisp: bool) -> QRect:
    """The largest rectangle of these proportions inside a space, centred.

    Args:
        spec_size: width and height of the picture.
        space: where it goes.
        crisp: prefer a whole multiple of the picture's pixels if that loses little.
    """
    scale = min(space.width() / spec_size.width(), space.height() / spec_size.height())
    whole = int(scale)
    if crisp and whole >= 1 and whole / scale >= 0.85:
        scale = whole
    width = max(int(spec_size.width() * scale), 1)
    height = max(int(spec_size.height() * scale), 1)
    return QRect(
        space.x() + (space.width() - width) // 2, space.y() + (space.height() - height) // 2,
        width, height,
    )  # fmt: skip


def contact_sheet(pictures: list[QImage], columns: int, gap_px: int = 2) -> QImage:
    """All pictures in one, in rows, at their own size.

    Raises:
        ValueError: if there is none.
    """
    if not pictures:
        raise ValueError("a contact sheet needs at least one picture, got none")
    width, height = pictures[0].width() + gap_px, pictures[0].height() + gap_px
    rows = -(-len(pictures) // columns)
    sheet = QImage(width * columns - gap_px, height * rows - gap_px, QImage.Format.Format_RGB32)
    sheet.fill(Qt.GlobalColor.black)
    painter = QPainter(sheet)
    for i, picture in enumerate(pictures):
        painter.drawImage(i % columns * width, i // columns * height, picture)
    painter.end()
    return sheet


def enlarged(image: QImage, at_least_px: int = 256) -> QImage:
    """The picture in whole multiples of its pixels, so that small ones survive sharing."""
    factor = -(-at_least_px // max(image.width(), image.height()))
    return fit(image, image.size() * factor, smooth=False) if factor > 1 else image


def copy(image: QImage) -> None:
    """Put a picture on the clipboard."""
    QGuiApplication.clipboard().setImage(image)


def ask_save(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
    """Ask where to save a file.

    A name without one of the suffixes offered gets one added, ``loss.v2`` as well; nothing is
    replaced that the person did not agree to replace.

    Args:
        parent: the dialog's window.
        title: of the dialog.
        name: the file name proposed; its suffix is the one added.
        kinds: what can be written, as file dialogs word it: ``Table (*.csv);;Text (*.txt)``.

    Returns:
        The path, or None if the person changed their mind.
    """
    suffixes = re.findall(r"\*(\.\w+)", kinds)
    dialog = QFileDialog(parent, title, "", kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(Path(name).suffix)
    dialog.filterSelected.connect(
        lambda kind: dialog.setDefaultSuffix(re.findall(r"\*(\.\w+)", kind)[0])
    )
    dialog.selectFile(name)
    try:
        chosen = dialog.selectedFiles() if dialog.exec() else []
        suffix = f".{dialog.defaultSuffix()}"
    finally:
        dialog.deleteLater()
    if not chosen:
        return None
    path = Path(chosen[0])
    if path.suffix.lower() in suffixes:
        return path
    path = path.with_name(f"{path.name}{suffix}")
    return path if not path.exists() or _may_replace(parent, title, path) else None


def save(parent: QWidget, image: QImage, name: str) -> m.Noted | None:
    """Ask where to, and save.

    Args:
        parent: the dialog's window.
        image: what to save.
        name: the file name proposed.

    Returns:
        How it went, to be told; None if the person changed their mind.
    """
    path = ask_save(parent, "Save picture", name, _FILTER)
    if path is None:
        return None
    if image.save(str(path)):
        return m.Noted(f"Saved {path.name}")
    return m.Noted(f"Not saved: the picture could not be written to {path}.", "error")


def _may_replace(parent: QWidget, title: str, path: Path) -> bool:
    answer = QMessageBox.question(parent, title, f"{path.name} exists already. Replace it?")
    return answer == QMessageBox.StandardButton.Yes
