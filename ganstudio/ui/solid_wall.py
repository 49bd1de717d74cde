"""The objects that stand in the viewport: asked for a few at a time, shown when all are there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import pictures
from ganstudio.ui.studio import Studio

TAG = "solid"
PART = 16  # objects drawn at a time, so that sliders never wait for a whole wall


@dataclass(frozen=True, eq=False)
class Cast:
    """Places of the objects, all bent alike.

    Attributes:
        z: (N, z_dim) float32.
        told: the inputs by kind, (N, ...) each.
        bent: tells truncation, shift and noise, for a single object; None for none.
    """

    z: np.ndarray
    told: m.Told
    bent: Stand | None = None

    def stand(self, index: int) -> Stand:
        """Where one of them stands."""
        told = {kind: value[index : index + 1].copy() for kind, value in self.told.items()}
        if self.bent is None:
            return Stand(self.z[index].copy(), told)
        return Stand(self.z[index].copy(), told, self.bent.psi, self.bent.shift, self.bent.noise)

    def same(self, other: Cast | None) -> bool:
        """Whether the same objects are meant."""
        return other is not None and np.array_equal(self.z, other.z)


class Wall(QObject):
    """Has objects drawn in parts and keeps them.

    While a round is drawn, newer weights wait until it is done; other places begin a new one.

    Args:
        studio: who is asked.
        parent: who owns it.

    Attributes:
        shown: where those that are kept stand.
        grids: their occupancies, (X, Y, Z) float32 in [0, 1] each.

    Signals:
        changed: others are kept now.
        progressed (int, int): so many of so many are drawn.
    """

    changed = Signal()
    progressed = Signal(int, int)

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self.shown: Cast | None = None
        self.grids: list[np.ndarray] = []
        self._wanted: Cast | None = None
        self._parts: list[np.ndarray] = []
        self._since, self._again = 0, False  # answers to older questions are not wanted
        self._failed = False  # an answer may never come
        studio.rendered.connect(self._on_rendered)
        studio.failed.connect(self._on_failed)

    def want(self, cast: Cast, anew: bool = False) -> None:
        """Have these drawn; ``changed`` follows.

        Args:
            cast: where they stand.
            anew: they are others; answers that are still on their way would be wrong. Without
                it a place that moves shows whatever comes, so that it never stands still.
        """
        drawing = bool(self._parts) or (self._wanted is not None and len(self._wanted.z) > PART)
        if drawing and not anew and not self._failed and cast.same(self._wanted):
            self._again, self._wanted = True, cast
            return
        self._wanted, self._parts, self._again, self._failed = cast, [], False, False
        ticket = self._ask()
        if anew or len(cast.z) > PART:
            self._since = ticket

    def forget(self) -> None:
        """Nothing stands there, and nothing is awaited."""
        self.drop()
        self.shown, self.grids = None, []

    def drop(self) -> None:
        """What was asked for is not wanted any more; what stands there stays."""
        self._wanted, self._parts, self._again = None, [], False

    def _ask(self) -> int:
        """Ask for the next part of those wanted; the ticket of the question."""
        cast = self._wanted
        if cast is None:
            return 0
        done = sum(len(part) for part in self._parts)
        some = slice(done, done + PART)
        told = {kind: value[some] for kind, value in cast.told.items()}
        bent = cast.bent or Stand(cast.z[0])
        return self._studio.ask(TAG, cast.z[some], told, bent.psi, bent.shifts, noise=bent.noise)

    def _on_failed(self, event: m.Failed) -> None:
        """Perhaps over our question: the next wish begins a new round."""
        self._failed = self._failed or event.where == "explorer"

    def _on_rendered(self, event: m.Rendered) -> None:
        cast = self._wanted
        if event.tag != TAG or cast is None or event.ticket < self._since:
            return
        done = sum(len(part) for part in self._parts)
        if event.samples.ndim != 5 or len(event.samples) != min(PART, len(cast.z) - done):
            return
        self._parts.append(pictures.to_occupancy(event.samples))
        done += len(event.samples)
        if done < len(cast.z):
            self.progressed.emit(done, len(cast.z))
            self._since = self._ask()
            return
        self.grids = [grid for part in self._parts for grid in part]
        self._parts, self.shown = [], cast
        if self._again:
            self._again = False
            self._since = self._ask()
        elif len(cast.z) > PART:
            self._wanted = None
        self.changed.emit()
