"""Going through the kept moments of a training: by hand, with keys, or as a film."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QObject, QTimer, Signal

from ganstudio.train import messages as m
from ganstudio.ui.studio import Studio

TRAVEL_MS = 50  # between two moments that are asked for; a drag passes many more
PACES = (2, 5, 10, 20)  # moments a second
FIRST_PACE = 5
LONGEST_WAIT_MS = 3000  # for a moment that is not drawn, before the film goes on without it


class Journey(QObject):
    """Where one stands among the kept moments; the studio follows as fast as it can.

    Attributes:
        at: real samples seen at the moment that is shown; None is now.

    Signals:
        moved: one stands elsewhere, or other moments are kept.
        playing (bool): the film began or ended.
    """

    moved = Signal()
    playing = Signal(bool)

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self.at: int | None = studio.moment
        self._drawn: int | None = None  # how far the model is trained that panels have now
        self._waited_ms = 0
        self._throttle = QTimer(self, singleShot=True, interval=TRAVEL_MS)
        self._throttle.timeout.connect(self._follow)
        self._film = QTimer(self)
        self._film.timeout.connect(self._next)
        self.pace = FIRST_PACE
        studio.momentsChanged.connect(self._on_moments)
        studio.travelled.connect(self._on_travelled)
        studio.modelReady.connect(self._on_model)
        studio.started.connect(self._on_started)
        studio.failed.connect(self._on_failed)

    @property
    def moments(self) -> tuple[int, ...]:
        """Real samples seen at the kept moments, rising."""
        return self._studio.moments()

    @property
    def plays(self) -> bool:
        """Whether the film is on."""
        return self._film.isActive()

    def release(self) -> None:
        """Stop both clocks."""
        self._throttle.stop()
        self._film.stop()

    def go(self, nimg: int | None) -> None:
        """Stand at one of the moments, or at now; a film ends here."""
        self.stop()
        self._go(nimg)

    def step(self, by: int) -> None:
        """So many moments on, or back; beyond the last one is now."""
        self.stop()
        place = self._place() + by
        self._go(self._moment(place))

    def first(self) -> None:
        """The first moment."""
        self.stop()
        self._go(self._moment(0))

    def now(self) -> None:
        """Back to the newest model."""
        self.go(None)

    def play(self) -> None:
        """Show one moment after the other up to now; from the first, where one stands at now."""
        if not self.moments:
            return
        if self.at is None:
            self._go(self.moments[0])
        self._film.start(round(1000 / self.pace))
        self.playing.emit(True)

    def stop(self) -> None:
        """Stay where the film is."""
        if self.plays:
            self._film.stop()
            self.playing.emit(False)

    def set_pace(self, pace: int) -> None:
        """So many moments a second."""
        self.pace = pace
        if self.plays:
            self._film.start(round(1000 / pace))

    def _place(self) -> int:
        """Which of the moments; the place after the last is now."""
        return len(self.moments) if self.at is None else bisect_left(self.moments, self.at)

    def _moment(self, place: int) -> int | None:
        place = max(place, 0)
        return self.moments[place] if place < len(self.moments) else None

    def _go(self, nimg: int | None) -> None:
        if nimg == self.at:
            return
        self.at, self._waited_ms = nimg, 0
        self.moved.emit()
        if not self._throttle.isActive():
            self._follow()

    def _follow(self) -> None:
        """Let the studio stand where one stands here, and wait a little for the next."""
        if self._studio.moment != self.at:
            self._throttle.start()
            self._studio.travel(self.at)

    def _next(self) -> None:
        waits = self.at is not None and self._drawn != self.at
        if waits and self._waited_ms < LONGEST_WAIT_MS:
            self._waited_ms += self._film.interval()
            return
        self._show_next()

    def _show_next(self) -> None:
        self._go(self._moment(self._place() + 1))
        if self.at is None:
            self.stop()

    def _on_failed(self, event: m.Failed) -> None:
        """A moment that cannot be loaded is not asked for again; a film goes on without it."""
        if event.where == "explorer":
            self._throttle.stop()
            if self.plays:
                self._show_next()

    def _on_model(self, event: m.ModelReady) -> None:
        self._drawn = event.nimg

    def _on_started(self, event: m.Started) -> None:
        """Another run begins at its own now, whatever moment of the last one was wished for."""
        self.stop()
        self._throttle.stop()
        if self.at is not None:
            self.at = None
            self.moved.emit()

    def _on_travelled(self, moment: int | None) -> None:
        if moment != self.at and not self._throttle.isActive():  # somebody else went there
            self.stop()
            self.at = moment
            self.moved.emit()

    def _on_moments(self) -> None:
        if self.at is not None and not self.moments:
            self.stop()
            self.at = None
        self.moved.emit()
