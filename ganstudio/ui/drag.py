"""Places in latent space as something to drag from one panel and to drop on another."""

from __future__ import annotations

from PySide6.QtCore import QMimeData

from ganstudio.latent.file import LatentError, from_text, to_text
from ganstudio.latent.stand import Stand

MIME = "application/x-ganstudio-latent"


def pack(stand: Stand) -> QMimeData:
    """What a drag carries, and what the clipboard holds: a place, readable as text too."""
    data, text = QMimeData(), to_text(stand)
    data.setData(MIME, text.encode())
    data.setText(text)
    return data


def unpack(data: QMimeData) -> Stand | None:
    """The place that is dropped or pasted; None if it is something else."""
    if not data.hasFormat(MIME):
        return None
    try:
        return from_text(bytes(data.data(MIME).data()).decode())
    except (LatentError, UnicodeDecodeError):
        return None
