"""Places in latent space, and samples, as something to drag from one panel to another."""

from __future__ import annotations

import io

import numpy as np
from PySide6.QtCore import QMimeData

from ganstudio.latent.file import LatentError, from_text, to_text
from ganstudio.latent.stand import Stand
from ganstudio.solids import arrays
from ganstudio.solids.faults import SolidError

MIME = "application/x-ganstudio-latent"
SAMPLE_MIME = "application/x-ganstudio-sample"


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


def pack_sample(sample: np.ndarray) -> QMimeData:
    """What a drag of a sample carries that has no place: one of the data, (*shape) float32."""
    data, file = QMimeData(), io.BytesIO()
    np.save(file, sample.astype(np.float32), allow_pickle=False)
    data.setData(SAMPLE_MIME, file.getvalue())
    return data


def unpack_sample(data: QMimeData) -> np.ndarray | None:
    """The sample that is dropped, (*shape) float32; None if it is something else."""
    if not data.hasFormat(SAMPLE_MIME):
        return None
    try:
        sample = arrays.decode_npy(bytes(data.data(SAMPLE_MIME).data()))
    except SolidError:
        return None
    return np.asarray(sample, np.float32) if sample.dtype.kind == "f" else None
