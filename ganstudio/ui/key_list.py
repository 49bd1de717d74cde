"""The key frames of a walk as a list whose changes can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtGui import QImage

from ganstudio.latent.stand import Stand

MOST_STEPS_BACK = 64


@dataclass
class KeyList:
    """Places and their pictures, in the order they are walked.

    Attributes:
        stands: the places.
        images: of each its picture, None while it is being drawn.
    """

    stands: list[Stand] = field(default_factory=list)
    images: list[QImage | None] = field(default_factory=list)
    _past: list[tuple[list[Stand], list[QImage | None]]] = field(default_factory=list)

    @property
    def undoable(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._past)

    def insert(self, index: int, stand: Stand) -> None:
        """One more before that of this index."""
        self._remember()
        self.stands.insert(index, stand)
        self.images.insert(index, None)

    def remove(self, index: int) -> None:
        """One less."""
        self._remember()
        del self.stands[index], self.images[index]

    def move(self, index: int, to: int) -> None:
        """Another order."""
        self._remember()
        self.stands.insert(to, self.stands.pop(index))
        self.images.insert(to, self.images.pop(index))

    def fill(self, stands: Sequence[Stand]) -> None:
        """These instead of all there are."""
        self._remember()
        self.stands, self.images = list(stands), [None] * len(stands)

    def undo(self) -> None:
        """As it was before the last change."""
        self.stands, self.images = self._past.pop()

    def forget(self) -> None:
        """Nothing is left, and nothing can be taken back."""
        self.stands, self.images, self._past = [], [], []

    def show(self, stands: Sequence[Stand], images: Sequence[QImage]) -> None:
        """Give these places their pictures, wherever they stand by now."""
        known: dict[int, QImage | None] = dict(zip(map(id, stands), images, strict=True))
        self.images = [
            known.get(id(stand), image)
            for stand, image in zip(self.stands, self.images, strict=True)
        ]

    def _remember(self) -> None:
        before = list(self.stands), list(self.images)
        self._past = [*self._past, before][-MOST_STEPS_BACK:]
