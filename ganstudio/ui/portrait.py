"""Puts newly drawn samples on a canvas, and knows which point the picture there is of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from ganstudio.train.messages import Model
from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.canvas import Canvas
from ganstudio.ui.latents import Point

SMALLEST_SOLID_PX, LARGEST_SOLID_PX = 200, 512


class _Drawn(NamedTuple):
    model: Model
    point: Point | None
    pixels: np.ndarray


class Portrait(QObject):
    """Shows pictures and points at once, volumes as soon as a thread has drawn them.

    Args:
        canvas: shows them.
        parent: who owns it.

    Attributes:
        of: the point whose picture is on the canvas; None where nobody knows.

    Signals:
        shown: another picture is there.
    """

    shown = Signal()

    def __init__(self, canvas: Canvas, parent: QObject) -> None:
        super().__init__(parent)
        self.canvas = canvas
        self.of: Point | None = None
        self._model: Model | None = None
        self._solid: np.ndarray | None = None
        self._solid_of: Point | None = None
        self.worker = Background("latent", self)
        self.worker.done.connect(self._on_drawn)

    def release(self) -> None:
        """End the drawing thread."""
        self.worker.close()

    def take(self, model: Model) -> None:
        """Show samples of this model from now on."""
        self._model, self._solid, self.of = model, None, None

    def show_sample(self, sample: np.ndarray, of: Point | None) -> None:
        """Show a sample.

        Args:
            sample: (1, *shape) float32 in [-1, 1].
            of: the point it was drawn for.
        """
        if self._model is None:
            return
        kind = self._model.spec.kind
        if kind == "voxels":
            self._solid, self._solid_of = sample, of
            self.redraw()
            return
        if kind == "points":
            self.canvas.show_point(float(sample[0, 0]), float(sample[0, 1]))
        else:
            self.canvas.show_image(pictures.to_qimage(pictures.to_bytes(sample)[0]))
        self._say(of)

    def redraw(self) -> None:
        """Draw the newest volume in the colours and the size of now, on the thread."""
        model, solid, of = self._model, self._solid, self._solid_of
        if solid is None or model is None:
            return
        side = min(self.canvas.width(), self.canvas.height())
        size_px = min(max(side, SMALLEST_SOLID_PX), LARGEST_SOLID_PX)
        colours = theme.current()
        self.worker.submit(lambda: _Drawn(model, of, pictures.draw_solids(solid, size_px, colours)))

    def _on_drawn(self, drawn: _Drawn) -> None:
        if drawn.model is self._model:  # else it came too late
            self.canvas.show_image(pictures.to_qimage(drawn.pixels[0]), drawn=True)
            self._say(drawn.point)

    def _say(self, of: Point | None) -> None:
        self.of = of
        self.shown.emit()
