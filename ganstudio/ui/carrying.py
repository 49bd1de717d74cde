"""Places in latent space in and out: clipboard, files, things dragged and dropped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, QUrl
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


def drag_out(
    source: QWidget, carried: Stand | QMimeData, image: QImage | None, folder: Path | None = None
) -> None:
    """Let the person carry something to wherever they drop it; comes back when they did.

    Args:
        source: where the drag begins.
        carried: a place in latent space, or whatever else is packed already.
        image: what it looks like, if known; it hangs from the mouse.
        folder: where the picture goes along as a file, for those who take files.
    """
    data = drag.pack(carried) if isinstance(carried, Stand) else carried
    held = QDrag(source)
    if image is not None:
        if folder is not None:
            _add_picture(data, image, folder / "latent.png")
        room = QSize(SHADOW_PX, SHADOW_PX)
        size = image.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        held.setPixmap(QPixmap.fromImage(pictures.fit(image, size, smooth=True)))
        held.setHotSpot(QPoint(size.width() // 2, size.height() // 2))
    held.setMimeData(data)
    held.exec(Qt.DropAction.CopyAction)


def _add_picture(data: QMimeData, image: QImage, path: Path) -> None:
    data.setImageData(image)
    if image.save(str(path)):
        data.setUrls([QUrl.fromLocalFile(str(path))])


def _path(data: QMimeData) -> Path | None:
    """The first latent file among what is carried."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix in SUFFIXES), None)


__all__ = [
    "LatentError", "ask_open", "ask_save", "copy", "drag_out", "pasted", "read", "welcome",
]  # fmt: skip
