"""Carries out style mixing: finds out how far the second latent is in w, and what it looks like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from ganstudio.latent.stand import Stand
from ganstudio.samples import Told
from ganstudio.train import messages as m
from ganstudio.ui.latents import Point
from ganstudio.ui.minis import Minis
from ganstudio.ui.mixer import Mixer
from ganstudio.ui.studio import Studio
from ganstudio.ui.walking import Mix

TAG = "mix"


class Mixing(QObject):
    """Follows the point: where its latent is another, so is the way to the second one.

    Args:
        studio: maps latents and draws the second one.
        mixer: where the person chooses.
        parent: who owns it.

    Signals:
        measured (Mix): the same second latent with the way that is true now.
    """

    measured = Signal(object)

    def __init__(self, studio: Studio, mixer: Mixer, parent: QObject) -> None:
        super().__init__(parent)
        self._studio, self.mixer = studio, mixer
        self._ticket, self._drawing = -1, -1
        self._generation = 0  # of the weights
        self._asked: tuple[Mix, bytes] | None = None
        self._point: Point | None = None
        self._told: Told = {}
        self.minis = Minis("mixing", self)
        self.minis.drawn.connect(self._on_drawn)
        mixer.secondChosen.connect(self._draw)
        studio.done.connect(self._on_done)
        studio.dropped.connect(self._on_dropped)
        studio.rendered.connect(self._on_rendered)

    def release(self) -> None:
        """End the thread."""
        self.minis.release()

    def forget(self) -> None:
        """Another model, or newer weights: what was mapped is no longer true."""
        self._asked, self._ticket = None, -1
        self._generation += 1

    def follow(self, point: Point, told: Told) -> None:
        """The point stands here now."""
        self._point, self._told, mix = point, told, point.mix
        if mix is None or not mix.layers or self._asked is not None:
            return
        seen = self._seen(point, told, mix.other)
        if mix.seen != seen:
            pair = Stand(point.z, told), replace(mix.other, told=told | mix.other.told)
            self._asked = mix, seen
            self._ticket = self._studio.work("mapping", TAG, stands=pair)

    def _on_done(self, event: m.Done) -> None:
        if event.ticket != self._ticket or self._asked is None:
            return
        (mix, seen), self._asked = self._asked, None
        w: np.ndarray = event.result.w
        point = self._point
        if point is not None and point.mix is not None and point.mix.other is mix.other:
            gap = np.asarray(w[1] - w[0], dtype=np.float32)
            self._point = replace(point, mix=replace(point.mix, gap=gap, seen=seen))
            self.measured.emit(self._point.mix)
        self._catch_up()

    def _on_dropped(self, event: m.Dropped) -> None:
        if event.ticket != self._ticket or self._asked is None:
            return
        (_, seen), self._asked = self._asked, None
        point = self._point
        other = None if point is None or point.mix is None else point.mix.other
        if point is not None and other is not None and self._seen(point, self._told, other) != seen:
            self._catch_up()  # but what failed once is not asked again at once

    def _catch_up(self) -> None:
        """The point went on while it was mapped."""
        if self._point is not None:
            self.follow(self._point, self._told)

    def _draw(self, other: Stand) -> None:
        told = self._told | other.told
        self._drawing = self._studio.ask(
            TAG, other.z[None], told, other.psi, other.shifts, other.noise
        )

    def _on_rendered(self, event: m.Rendered) -> None:
        model = self._studio.model
        if event.tag == TAG and event.ticket == self._drawing and model is not None:
            self.minis.draw(event.ticket, model, event.samples)

    def _on_drawn(self, ticket: int, images: list[QImage]) -> None:
        if ticket == self._drawing and images:
            self.mixer.well.show_image(images[0])

    def _seen(self, point: Point, told: Told, other: Stand) -> bytes:
        heard = b"".join(value.tobytes() for _, value in sorted(told.items()))
        return point.z.tobytes() + heard + other.z.tobytes() + bytes(str(self._generation), "ascii")
