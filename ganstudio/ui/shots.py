"""Pictures of places in latent space, for panels that show many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from ganstudio.latent.blend import Frames, alike
from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.colours import Palette
from ganstudio.ui.studio import Studio

POINTS_VIEW = 1.2  # half the side of the plane that a picture of a point shows


@dataclass(frozen=True)
class Batch:
    """Places that the explorer can draw at once.

    Attributes:
        places: which of those asked for they are.
        request: what to ask; its tag is still to be given.
    """

    places: list[int]
    request: m.Request


class Shots(QObject):
    """Has the explorer draw places and makes pictures of the samples.

    Only the newest places that were asked for are answered, once all of them are there.

    Args:
        studio: who is asked.
        tag: of the requests.
        parent: who owns it.
        size_px: side of the pictures that are drawn, of solids and of points.

    Attributes:
        here: where Latent stands, which tells what a place leaves out.
        samples: those of the newest answer, (N, *shape).
        nimg: how far trained the model was that drew them.

    Signals:
        ready (ndarray): (N, H, W, 3) uint8, in the order of the places.
    """

    ready = Signal(object)

    def __init__(
        self, studio: Studio, tag: str, parent: QObject | None = None, size_px: int = 128
    ) -> None:
        super().__init__(parent)
        self.studio, self.tag, self.size_px = studio, tag, size_px
        self.here: Stand | None = None
        self.samples: np.ndarray | None = None
        self.nimg = 0
        self._wanted: dict[str, tuple[int, list[int]]] = {}  # tag: ticket, places
        self._parts: dict[int, np.ndarray] = {}
        self._worker = Background(tag, self)
        self._worker.done.connect(self._on_drawn)
        studio.rendered.connect(self._on_rendered)
        studio.latentChanged.connect(self._on_latent)
        theme.notifier.changed.connect(self._draw)

    @property
    def drawn(self) -> bool:
        """Whether pictures are drawn for the screen, so that single pixels mean nothing."""
        return self.samples is not None and self.samples.ndim != 4

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._wanted)

    def ask(self, stands: Sequence[Stand]) -> None:
        """Draw these; ``ready`` answers, unless others are asked for before."""
        self.forget()
        model, here = self.studio.model, self.here
        if model is None or not stands or any(not fits(stand, model) for stand in stands):
            return
        if here is not None and not fits(here, model):
            here = None
        for number, batch in enumerate(batches(stands, here, len(model.classes))):
            asked, tag = batch.request, f"{self.tag}:{number}" if number else self.tag
            ticket = self.studio.ask(
                tag, asked.z, asked.told, asked.psi, asked.shift, noise=asked.noise
            )
            self._wanted[tag] = ticket, batch.places

    def forget(self) -> None:
        """Nobody waits for what was asked any more."""
        self._wanted.clear()
        self._parts.clear()
        self.samples = None

    def release(self) -> None:
        """End the drawing thread."""
        theme.notifier.changed.disconnect(self._draw)
        self.forget()
        self._worker.close()

    def _on_latent(self, stand: Stand) -> None:
        self.here = stand

    def _on_rendered(self, event: m.Rendered) -> None:
        ticket, places = self._wanted.get(event.tag, (0, []))
        if event.ticket != ticket or len(event.samples) != len(places):
            return
        del self._wanted[event.tag]
        self._parts |= dict(zip(places, event.samples, strict=True))
        if not self._wanted:
            self.nimg = event.nimg
            self.samples = np.stack([self._parts[place] for place in sorted(self._parts)])
            self._parts.clear()
            self._draw(anew=True)

    def _draw(self, anew: bool = False) -> None:
        """Make the pictures; those that depend on the window's colours again with these."""
        samples = self.samples
        if samples is None:
            return
        if samples.ndim == 4:
            if anew:
                self.ready.emit(pictures.to_bytes(samples))
            return
        self._worker.submit(partial(_kept_and_drawn, samples, self.size_px, theme.current()))

    def _on_drawn(self, drawn: tuple[np.ndarray, np.ndarray]) -> None:
        if drawn[0] is self.samples:
            self.ready.emit(drawn[1])


def fits(stand: Stand, model: m.Model) -> bool:
    """Whether a place is one of this model's."""
    if stand.z.shape != (model.z_dim,):
        return False
    if stand.shift is not None and not model.takes_shift(stand.shift[None], 1):
        return False
    classes = stand.told.get("classes")
    if classes is not None and model.classes:
        known = len(model.classes)
        if classes.shape[1] != known if classes.ndim == 2 else int(classes.max()) >= known:
            return False
    return all(
        value.shape[1:] == taken.shape
        for taken in model.inputs
        if taken.kind != "classes" and (value := stand.told.get(taken.kind)) is not None
    )


def batches(stands: Sequence[Stand], here: Stand | None = None, classes: int = 0) -> list[Batch]:
    """Places in as few requests as their truncation and noise allow.

    Args:
        stands: of one model.
        here: tells what some of them leave out.
        classes: how many the model knows.

    Raises:
        ValueError: if they do not go together.
    """
    known = {} if here is None else here.told
    same = alike([replace(stand, told=known | stand.told) for stand in stands], classes)
    groups: dict[tuple[float, float], list[int]] = {}
    for place, stand in enumerate(same):
        groups.setdefault((stand.psi, stand.noise), []).append(place)
    made = []
    for (psi, noise), places in groups.items():
        of = Frames.of([same[place] for place in places], classes)
        made.append(Batch(places, m.Request("", of.z, of.told, psi, of.shift, noise)))
    return made


def draw_points(points: np.ndarray, size_px: int, colours: Palette) -> np.ndarray:
    """A dot on the plane for each point (N, 2): (N, size_px, size_px, 3) uint8."""
    ground, line, ink = (QColor(name) for name in (colours.window, colours.line, colours.fake))
    pixels = np.empty((len(points), size_px, size_px, 3), np.uint8)
    pixels[:] = ground.red(), ground.green(), ground.blue()
    middle = size_px // 2
    pixels[:, middle, :] = pixels[:, :, middle] = line.red(), line.green(), line.blue()
    across = (np.arange(size_px) + 0.5) / size_px * 2 * POINTS_VIEW - POINTS_VIEW
    dx = across[None, None, :] - points[:, 0, None, None]
    dy = -across[None, :, None] - points[:, 1, None, None]
    pixels[np.hypot(dx, dy) < 0.06 * POINTS_VIEW * 2] = ink.red(), ink.green(), ink.blue()
    return pixels


def drawn(samples: np.ndarray, size_px: int, colours: Palette) -> np.ndarray:
    """Pictures (N, H, W, 3) uint8 of any samples; solids take some milliseconds apiece."""
    if samples.ndim == 5:
        return pictures.draw_solids(samples, size_px, colours)
    if samples.ndim == 2:
        return draw_points(samples, size_px, colours)
    return pictures.to_bytes(samples)


def _kept_and_drawn(
    samples: np.ndarray, size_px: int, colours: Palette
) -> tuple[np.ndarray, np.ndarray]:
    return samples, drawn(samples, size_px, colours)
