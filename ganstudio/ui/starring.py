"""Favourites that other panels name: drawn first, so that they can be seen among the others."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from ganstudio.latent.stand import Stand
from ganstudio.samples import Told
from ganstudio.train import messages as m
from ganstudio.ui.memory import Memory
from ganstudio.ui.minis import Minis
from ganstudio.ui.studio import Studio

TAG = "star"


class Starring(QObject):
    """Keeps what the studio is asked to star.

    Args:
        studio: tells of stars, and draws them.
        memory: keeps them.
        parent: who owns it.

    Attributes:
        told: what the model is told, where a place leaves it out.
    """

    def __init__(self, studio: Studio, memory: Memory, parent: QObject) -> None:
        super().__init__(parent)
        self._studio, self._memory = studio, memory
        self.told: Told = {}
        self._waiting: dict[int, Stand] = {}
        self._count = 0
        self.minis = Minis("stars", self, keep_all=True)
        self.minis.drawn.connect(self._keep)
        studio.starred.connect(self._on_starred)
        studio.rendered.connect(self._on_rendered)

    def release(self) -> None:
        """End the thread."""
        self.minis.release()

    def _on_starred(self, stand: Stand) -> None:
        whole = replace(stand, told=self.told | stand.told)
        self._count += 1  # a tag of its own for each, so that none replaces another
        ticket = self._studio.ask(
            f"{TAG} {self._count}", whole.z[None], whole.told, whole.psi, whole.shifts, whole.noise
        )
        self._waiting[ticket] = whole

    def _on_rendered(self, event: m.Rendered) -> None:
        model = self._studio.model
        if event.ticket in self._waiting and event.tag.startswith(TAG) and model is not None:
            stand = self._waiting.pop(event.ticket)
            if event.samples.shape[1:] == model.spec.shape:
                self.minis.draw(stand, model, event.samples)

    def _keep(self, stand: Stand, images: list[QImage]) -> None:
        self._memory.star(stand, images[0] if images else None)
