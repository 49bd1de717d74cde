"""What is judged instead of the Latent panel's sample: read from a drop or a file, and named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QToolButton

from ganstudio.train.messages import Model
from ganstudio.ui import own_sample, photo, theme
from ganstudio.ui.background import Background
from ganstudio.ui.own_sample import Own

KINDS = {  # of files, as file dialogs word it
    "image": photo.KINDS,
    "points": "Latents (*.toml *.safetensors)",
}


class OwnBar(QFrame):
    """The name of what is judged, and the way back; hidden while that is Latent's sample.

    Attributes:
        model: what it reads has to be what this could have made; None takes nothing.
        reader: the thread that reads.

    Signals:
        taken (Own): this was read and is to be judged.
        backWanted: the person has seen enough of it.
        refused (str): why nothing was read.
    """

    taken = Signal(object)
    backWanted = Signal()  # noqa: N815
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.model: Model | None = None
        self.reader = Background("inspector-file", self)
        self.reader.done.connect(self._on_read)
        self.reader.broken.connect(self._refuse)
        self.name, back = QLabel(), QToolButton()
        theme.tone(self, "past")
        theme.tone(back, "flat")
        theme.decorate(back, "close")
        back.setToolTip("Back to the sample of the Latent panel.")
        back.setAccessibleName("Back to Latent")
        back.clicked.connect(self.backWanted)
        self.name.setMinimumWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE[2], 2, 2, 2)
        row.addWidget(self.name, 1)
        row.addWidget(back)
        self.hide()

    def show_own(self, own: Own | None) -> None:
        """Name it; None for Latent's sample."""
        self.setVisible(own is not None)
        self.name.setText(own.name if own is not None else "")
        self.name.setToolTip(own.name if own is not None else "")

    def drop(self, data: QMimeData) -> bool:
        """Read what was dropped, on the thread; False if it is nothing to judge."""
        if self.model is None:
            return False
        try:
            self._read(own_sample.opener(data, self.model.spec))
        except ValueError as error:
            self._refuse(error)
            return False
        return True

    def choose(self) -> None:
        """Let the person choose a file."""
        model = self.model
        if model is None:
            return
        kinds = _solid_kinds() if model.spec.kind == "voxels" else KINDS[model.spec.kind]
        chosen, _ = QFileDialog.getOpenFileName(self.window(), "Judge a file", "", kinds)
        if chosen:
            path, spec = Path(chosen), model.spec
            self._read(lambda: own_sample.of_file(path, spec))

    def _read(self, opened: Callable[[], Own]) -> None:
        model = self.model
        self.reader.submit(lambda: (model, opened()))

    def _on_read(self, read: tuple[Model, Own]) -> None:
        if read[0] == self.model:  # else it was read for one that is gone
            self.taken.emit(read[1])

    def _refuse(self, error: Exception) -> None:
        self.refused.emit(f"Not judged: {error}")


def _solid_kinds() -> str:
    """Files that hold solids, as file dialogs word it."""
    from ganstudio.solids.opening import SUFFIXES  # imports scipy, when first needed

    return f"Solids ({' '.join(f'*{suffix}' for suffix in SUFFIXES)})"
