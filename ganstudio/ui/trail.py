"""Where one has been in latent space: back, forth, and nothing forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QImage

from ganstudio.latent.stand import Stand
from ganstudio.samples import Told
from ganstudio.ui.latents import Point
from ganstudio.ui.marks import same_place

MOST_VISITS = 60
MOST_STEPS = 200


@dataclass(eq=False)
class Visit:
    """One place that was visited.

    Attributes:
        point: where, and how it was reached.
        stand: all that the generator was given there.
        told: what it was told, before the walk through classes.
        image: what it looked like then; None until it is drawn.
    """

    point: Point
    stand: Stand
    told: Told
    image: QImage | None = None


class Trail:
    """All visits in the order they were made, and apart from that the way back and forth.

    Going back and then elsewhere forgets what Redo would have done, but no visit.

    Attributes:
        visits: the oldest first, bounded.
        current: where one stands now; None before the first.
    """

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.current: Visit | None = None
        self._past: list[Visit] = []
        self._future: list[Visit] = []

    @property
    def index(self) -> int:
        """Which of the visits is the current one; -1 for none of them."""
        return next((i for i, visit in enumerate(self.visits) if visit is self.current), -1)

    @property
    def can_undo(self) -> bool:
        """Whether there is a way back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether a step back can be taken forth again."""
        return bool(self._future)

    def arrive(self, point: Point, stand: Stand, told: Told) -> Visit | None:
        """The hand rests here; the visit if this is another place than before, else None."""
        current = self.current
        if current is not None and same_place(current.stand, stand):
            current.point = point  # the same place, perhaps to be left along other directions
            return None
        visit = Visit(point, stand, told)
        self.visits = [*self.visits, visit][-MOST_VISITS:]
        self._leave()
        self._future.clear()
        self.current = visit
        return visit

    def amend(self, point: Point, stand: Stand) -> None:
        """The current place is reached otherwise on newer weights; that is no step."""
        if self.current is not None:
            self.current.point, self.current.stand = point, stand

    def go(self, visit: Visit) -> None:
        """Return to a visit; that is a step of its own, which can be undone."""
        if visit is not self.current:
            self._leave()
            self._future.clear()
            self.current = visit

    def undo(self) -> Visit | None:
        """One step back; None if there is none."""
        if not self._past:
            return None
        if self.current is not None:
            self._future.append(self.current)
        self.current = self._past.pop()
        return self.current

    def redo(self) -> Visit | None:
        """One step forth again; None if there is none."""
        if not self._future:
            return None
        self._leave()
        self.current = self._future.pop()
        return self.current

    def clear(self) -> None:
        """Another model: its places are others."""
        self.visits, self.current = [], None
        self._past.clear()
        self._future.clear()

    def _leave(self) -> None:
        if self.current is not None:
            self._past = [*self._past, self.current][-MOST_STEPS:]
