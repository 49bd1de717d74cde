"""What a latent is sought for: a picture or a solid, from the set, a file, or made by hand."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ganstudio.samples import ConditionSpec
from ganstudio.train.messages import Examples, Model
from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.inputs.image import ImageInput
from ganstudio.ui.sculptor import Sculptor
from ganstudio.ui.strip import SIDE_PX as THUMB_PX
from ganstudio.ui.strip import Strip

SHOWN = 32  # samples of the set to choose from
OPEN_TIP = "Any mesh or voxel file; meshes are turned into voxels"
STROKE = 1 / 12  # of the width of a picture, as thick as digits are written
EASEL_TIP = "What is sought. Draw on it, drop a picture on it, or paste one with Ctrl+V."


class Target(QWidget):
    """Controls that make a target.

    Attributes:
        view: shows it, beside what is found; None where the controls show it themselves.

    Signals:
        changed: it is another now.
        refused (str): why what the person wanted cannot be.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.view: QWidget | None = None

    @property
    def sample(self) -> np.ndarray:
        """The target, (*shape) float32 in [-1, 1]."""
        raise NotImplementedError

    def take(self, model: Model, known: np.ndarray | None) -> None:
        """Make targets for this model from now on.

        Args:
            model: whose samples they are like.
            known: (N, *shape) some of its data; None if there is none at hand.
        """
        raise NotImplementedError

    def show_sample(self, sample: np.ndarray) -> None:
        """Take this one, (*shape)."""
        raise NotImplementedError

    def open_file(self, path: Path) -> None:
        """Take what a file holds."""
        raise NotImplementedError

    def release(self) -> None:
        """End what it started."""


class PictureTarget(Target):
    """A picture: from the set, from a file, from the clipboard, or painted on a clean sheet."""

    def __init__(self) -> None:
        super().__init__()
        self.source = ImageInput()
        self.view = self.source.easel
        self.view.setParent(self)
        self.view.hide()
        self.source.easel.setToolTip(EASEL_TIP)
        self.source.easel.setAccessibleName("What is sought")
        self.source.changed.connect(self.changed)
        self.source.refused.connect(self.refused)
        self.source.brush.clear.hide()  # it is white whatever the set looks like
        self.sheet = QPushButton("New sheet")
        self.sheet.setToolTip("Begin on an empty sheet in the set's own colour, with the brush")
        theme.decorate(self.sheet, "plus")
        self.sheet.clicked.connect(self.begin)
        self._ground = QColor("black")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.source)
        self.source.brush.add(self.sheet)

    @property
    def sample(self) -> np.ndarray:
        """The picture."""
        picture: np.ndarray = self.source.told[0]
        return picture

    def take(self, model: Model, known: np.ndarray | None) -> None:
        """Offer the set's samples and its colours."""
        like = ConditionSpec("image", shape=model.spec.shape, title="target")
        stand_in = Model(model.variant, model.data, model.spec, model.z_dim, inputs=(like,))
        some = None if known is None else known[:SHOWN]
        examples = None if some is None else Examples(some, {"image": some})
        self.source.take(stand_in, examples)
        self._ground = ground_of(some, model.spec.channels)
        self.source.brush.width_slider.setValue(round(model.spec.shape[2] * STROKE))
        self.begin()

    def show_sample(self, sample: np.ndarray) -> None:
        """Show it."""
        self.source.show_told(sample[None])
        self.changed.emit()

    def open_file(self, path: Path) -> None:
        """A picture file, its middle cut out."""
        self.source.open_file(path)

    def begin(self) -> None:
        """An empty sheet and a brush that shows on it."""
        easel, source = self.source.easel, self.source
        shape = source.spec.shape
        blank = QColor(self._ground)
        image = QImage(shape[2], shape[1], QImage.Format.Format_RGB32)
        image.fill(blank)
        source.show_told(pictures.to_unit(image, shape[0]))
        source.strip.mark(-1)
        easel.show_image(image)
        source.paint.setChecked(True)
        source.brush.take(QColor("white" if blank.lightness() < 128 else "black"))
        self.changed.emit()


class SolidTarget(Target):
    """A solid: from the set, from a file of any kind, or sculpted layer by layer."""

    def __init__(self) -> None:
        super().__init__()
        self.sculptor, self.strip = Sculptor(), Strip()
        self.open = QPushButton("Open…")
        self.open.setToolTip(OPEN_TIP)
        theme.decorate(self.open, "folder")
        self.open.clicked.connect(self._ask)
        self._known: np.ndarray | None = None
        self._thumbs, self._reader = Background("targets", self), Background("target", self)
        self._thumbs.done.connect(self.strip.show_pictures)
        self._reader.done.connect(self._on_read)
        self._reader.broken.connect(lambda error: self.refused.emit(f"Not opened: {error}"))
        self.strip.chosen.connect(self._choose)
        self.sculptor.changed.connect(self._on_sculpted)
        theme.notifier.changed.connect(self._draw_known)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE[1])
        row.addWidget(self.strip, 1)
        row.addWidget(self.open)
        row.addStretch(0)
        column.addLayout(row)
        column.addWidget(self.sculptor, 1)

    @property
    def sample(self) -> np.ndarray:
        """The solid."""
        return self.sculptor.sample

    def take(self, model: Model, known: np.ndarray | None) -> None:
        """Offer the set's samples, and an empty grid."""
        self._known = None if known is None else known[:SHOWN]
        self.strip.setVisible(self._known is not None)
        self.strip.show_pictures(np.zeros((0, 1, 1, 3), np.uint8))
        self._draw_known()
        self.sculptor.begin(model.spec.side)

    def show_sample(self, sample: np.ndarray) -> None:
        """Go on from this one."""
        self.sculptor.show_solid(sample[0] > 0)

    def open_file(self, path: Path) -> None:
        """A mesh or voxels, read on a thread."""
        from ganstudio.solids.opening import open_solid

        self._reader.submit(partial(open_solid, path, self.sculptor.sculpture.side))

    def release(self) -> None:
        """End the threads."""
        theme.notifier.changed.disconnect(self._draw_known)
        self._thumbs.close()
        self._reader.close()
        self.sculptor.release()

    def _on_sculpted(self) -> None:
        self.strip.mark(-1)
        self.changed.emit()

    def _draw_known(self) -> None:
        """The set's samples in the colours of now."""
        if self._known is not None:
            paint = partial(pictures.draw_solids, self._known, 2 * THUMB_PX, theme.current())
            self._thumbs.submit(paint)

    def _choose(self, index: int) -> None:
        if self._known is not None:
            self.show_sample(self._known[index])
            self.strip.mark(index)

    def _on_read(self, opened: tuple[str, np.ndarray, str]) -> None:
        self.sculptor.show_solid(np.asarray(opened[1]) > 0.5)

    def _ask(self) -> None:
        from ganstudio.solids.opening import SUFFIXES

        kinds = f"Solids ({' '.join(f'*{suffix}' for suffix in SUFFIXES)});;All files (*)"
        path, _ = QFileDialog.getOpenFileName(self, "Open a solid", "", kinds)
        if path:
            self.open_file(Path(path))


def ground_of(known: np.ndarray | None, channels: int) -> QColor:
    """The colour at the edge of a set's pictures; without any, black for grey and white else.

    Args:
        known: (N, C, H, W) float32 in [-1, 1].
        channels: of the pictures.
    """
    if known is None or not len(known):
        return QColor("black" if channels == 1 else "white")
    pixels = pictures.to_bytes(known)
    edge = np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]], axis=1)
    red, green, blue = (int(level) for level in np.median(edge.reshape(-1, 3), axis=0))
    return QColor(red, green, blue)
