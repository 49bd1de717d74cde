"""Arithmetic of solids: A - B + C with pictures of each term, the sum in the viewport."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.shots import Shots, fits
from ganstudio.ui.studio import Studio
from ganstudio.ui.sums import SumRow
from ganstudio.ui.well import Well

TAG, PICTURE_PX = "solid-sum", 96
HINT = (
    "Click an empty well to take what stands there now, or drop tiles on it: several count as "
    "their mean. A − B + C gives C what A has and B lacks."
)
UNFIT = "Not taken: it is a latent of another model."


class SolidSums(QWidget):
    """Three wells and their sum, as in the 3D-GAN paper.

    Args:
        studio: draws the small pictures.

    Attributes:
        shots: draws them; its ``here`` is what an empty well takes.

    Signals:
        stood (Stand): show this; the sum, or a term that was clicked.

    Source: Wu et al. 2016, arXiv:1610.07584, section 4.3.
    """

    stood = Signal(object)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._drawing: list[Well] = []
        self.shots = Shots(studio, TAG, self, PICTURE_PX)
        self.shots.ready.connect(self._on_pictures)
        self.row = SumRow(lambda: self.shots.here)
        self.row.changed.connect(self.add_up)
        self.row.taken.connect(self.stood)
        for well in self.row.wells:
            well.changed.connect(partial(self._check, well))
            well.refused.connect(self._refuse)
        hint = QLabel(HINT)
        hint.setWordWrap(True)
        theme.tone(hint, "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.row)
        column.addWidget(hint)

    def release(self) -> None:
        """End the drawing thread."""
        self.shots.release()

    def forget(self) -> None:
        """Another model: its latents mean nothing any more."""
        for well in self.row.wells:
            well.put([])

    def draw(self) -> None:
        """Have the pictures drawn by the newest weights."""
        model = self._studio.model
        self._drawing = [well for well in self.row.wells if well.stands]
        if model is not None and self._drawing:
            self.shots.ask([self.row.middle(well.stands, model) for well in self._drawing])

    def add_up(self) -> None:
        """The sum anew, and show it if there is one."""
        model = self._studio.model
        if model is None:
            return
        try:
            self.row.add_up(model)
        except ValueError as error:
            self._refuse(f"No sum: {error}.")
            return
        self.draw()
        if self.row.result.stands:
            self.stood.emit(self.row.result.stands[0])

    def _check(self, well: Well) -> None:
        """Take nothing of another model."""
        model = self._studio.model
        kept = [stand for stand in well.stands if model is not None and fits(stand, model)]
        if len(kept) < len(well.stands):
            well.put(kept)
            self._refuse(UNFIT)
            self.add_up()

    def _refuse(self, reason: str) -> None:
        self._studio.noted.emit(m.Noted(reason, "warning"))

    def _on_pictures(self, pixels: np.ndarray) -> None:
        for well, picture in zip(self._drawing, pixels, strict=False):
            well.show_image(pictures.to_qimage(picture))
