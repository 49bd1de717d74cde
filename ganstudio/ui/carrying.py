"""Places in latent space in and out: clipboard, files, things dragged and dropped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from ganstudio.latent import file
from ganstudio.latent.file import LatentError
from ganstudio.latent.stand import Stand
from ganstudio.ui import drag, pictures
from ganstudio.ui.latents import from_text

SUFFIXES = (".toml", ".safetensors")
KINDS = "Latent as text (*.toml);;Latent (*.safetensors)"
OPEN_KINDS = "Latents (*.toml *.safetensors)"
SHADOW_PX = 72


def copy(stand: Stand) -> None:
    """Put a place on the clipboard, as itself and as text."""
    QGuiApplication.clipboard().setMimeData(drag.pack(stand))


def pasted() -> Stand:
    """The place on the clipboard: one that was copied, its text, or bare numbers.

    Raises:
        ValueError: if there is none; the message says why.
    """
    data = QGuiApplication.clipboard().mimeData()
    known = read(data)
    if known is not None:
        return known
    text = data.text()
    if "=" in text:
        return file.from_text(text)
    return Stand(from_text(text))


def welcome(data: QMimeData) -> bool:
    """Whether what is dragged here holds a place, or a file that may be one."""
    return data.hasFormat(drag.MIME) or _path(data) is not None


def read(data: QMimeData) -> Stand | None:
    """The place that was dropped; None if it is something else.

    Raises:
        LatentError: if it is a file that holds no place.
    """
    known = drag.unpack(data)
    if known is not None:
        return known
    path = _path(data)
    return None if path is None else file.load(path)


def ask_open(parent: QWidget) -> Stand | None:
    """Let the person choose a latent file; None if they changed their mind.

    Raises:
        LatentError: if the file holds no place.
    """
    path, _ = QFileDialog.getOpenFileName(parent, "Open latent", "", OPEN_KINDS)
    return file.load(Path(path)) if path else None


def ask_save(parent: QWidget, stand: Stand) -> str:
    """Let the person save a place; what was saved, empty if they changed their mind.

    Raises:
        OSError: if the disk will not take it.
    """
    path = pictures.ask_save(parent, "Save latent", "latent.toml", KINDS)
    if path is None:
        return ""
    file.save(path, stand)
    return path.name


def drag_out(source: QWidget, stand: Stand, image: QImage | None, folder: Path) -> None:
    """Let the person carry a place, and its picture as a file, to wherever they drop it.

    Args:
        source: where the drag begins.
        stand: the place.
        image: what it looks like, if known.
        folder: where the picture's file is put for those who take files.
    """
    data = drag.pack(stand)
    held = QDrag(source)
    if image is not None:
        data.setImageData(image)
        path = folder / "latent.png"
        if image.save(str(path)):
            data.setUrls([QUrl.fromLocalFile(str(path))])
        keep = Qt.AspectRatioMode.KeepAspectRatio
        shadow = QPixmap.fromImage(image).scaled(SHADOW_PX, SHADOW_PX, keep)
        held.setPixmap(shadow)
        held.setHotSpot(QPoint(shadow.width() // 2, shadow.height() // 2))
    held.setMimeData(data)
    held.exec(Qt.DropAction.CopyAction)


def _path(data: QMimeData) -> Path | None:
    """The first latent file among what is carried."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix in SUFFIXES), None)


__all__ = [
    "LatentError", "ask_open", "ask_save", "copy", "drag_out", "pasted", "read", "welcome",
]  # fmt: skip
