"""Has the pictures along every slider drawn: one row at a time, and only those in sight."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from ganstudio.latent.blend import Frames
from ganstudio.latent.stand import Stand
from ganstudio.samples import Told
from ganstudio.train.messages import Rendered
from ganstudio.ui.film import amounts
from ganstudio.ui.latents import Point
from ganstudio.ui.minis import Minis
from ganstudio.ui.studio import Studio
from ganstudio.ui.way_row import WayRow

TAG = "strips"
SHARE = 0.02  # of the time, for films that follow the training
RENEWAL_MIN_S = 3.0
LOOK_MS, NEWER_MS = 30, 400  # the second lets the pictures of newer weights go first


class FilmMaker(QObject):
    """Keeps the films under the sliders true while the point rests, and is silent while it moves.

    A row whose own slider moved keeps its film: it shows the whole way already. The next row is
    asked for when the one before is there and as long a pause is over, so that what a person
    does is always drawn first.

    Args:
        studio: draws.
        rows: the rows there are now.
        parent: who owns it.
    """

    def __init__(
        self, studio: Studio, rows: Callable[[], Sequence[WayRow]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._studio, self._rows = studio, rows
        self._point: Point | None = None
        self._told: Told = {}
        self._generation = 0  # of the weights
        self._ticket = -1
        self._asked: tuple[WayRow, bytes] | None = None
        self._cost_ms, self._round_s, self._renewed = 0.0, 0.0, 0.0
        self._behind = False
        self.minis = Minis("films", self)
        self.minis.drawn.connect(self._on_drawn)
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self.look)
        studio.rendered.connect(self._on_rendered)

    def release(self) -> None:
        """Stop the timer and the thread."""
        self._pause.stop()
        self.minis.release()

    def stir(self) -> None:
        """The point moves: nothing more is asked for until it rests."""
        self._point = None
        self._asked = None
        self._pause.stop()

    def rest(self, point: Point, told: Told) -> None:
        """The point rests here: the films in sight shall show what lies around it."""
        self._point, self._told = point, told
        self.look()

    def forget(self) -> None:
        """Another model, other colours: no film is true any more."""
        self._generation += 1
        self._asked, self._behind = None, False

    def newer(self) -> None:
        """Newer weights are there; films follow when that is cheap enough."""
        self._behind = True
        if not self._pause.isActive():
            self._pause.start(NEWER_MS)

    def look(self) -> None:
        """Ask for the next film in sight that is missing or no longer true."""
        if self._point is None or self._asked is not None or self._pause.isActive():
            return
        self._follow()
        for index, row in enumerate(self._rows()):
            if not row.pictures or index >= len(self._point.walk.amounts) or not _seen(row):
                continue
            way = amounts(row.high)
            [first] = self._point.along(index, way[:1], self._told)
            key = _key(first, self._generation)
            if row.key != key:
                self._ask(row, key, self._point.along(index, way, self._told))
                return

    def _follow(self) -> None:
        """Let newer weights count, if the films of the last round are paid for."""
        wait_s = max(self._round_s / SHARE, RENEWAL_MIN_S)
        idle = self._studio.state != "running"
        if self._behind and (idle or time.monotonic() > self._renewed + wait_s):
            self._generation += 1
            self._behind, self._renewed, self._round_s = False, time.monotonic(), 0.0

    def _ask(self, row: WayRow, key: bytes, stands: list[Stand]) -> None:
        model = self._studio.model
        if model is not None:
            frames, first = Frames.of(stands, len(model.classes)), stands[0]
            self._asked = row, key
            self._ticket = self._studio.ask(
                TAG, frames.z, frames.told, first.psi, frames.shift, first.noise
            )

    def _on_rendered(self, event: Rendered) -> None:
        if event.tag != TAG or self._asked is None or event.ticket != self._ticket:
            return
        model = self._studio.model
        if model is None or event.samples.shape[1:] != model.spec.shape:
            self._asked = None
            return
        self._round_s += event.milliseconds / 1000
        self._ticket, self._cost_ms = -1, event.milliseconds
        self.minis.draw(self._asked, model, event.samples)

    def _on_drawn(self, asked: tuple[WayRow, bytes], images: list[QImage]) -> None:
        if asked is self._asked:
            self._asked = None
            self._pause.start(max(LOOK_MS, round(self._cost_ms)))
        row, key = asked
        if row in self._rows():
            row.key = key
            row.film.show_images(images)


def _seen(row: WayRow) -> bool:
    return row.isVisible() and not row.visibleRegion().isEmpty()


def _key(stand: Stand, generation: int) -> bytes:
    shift = b"" if stand.shift is None else stand.shift.tobytes()
    heard = b"".join(kind.encode() + value.tobytes() for kind, value in sorted(stand.told.items()))
    rest = f"{stand.psi}/{stand.noise}/{generation}".encode()
    return stand.z.tobytes() + shift + rest + heard
