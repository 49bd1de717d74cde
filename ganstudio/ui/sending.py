"""When the Latent panel has its point drawn and told to others: once a frame, and at rest."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from ganstudio.train import messages as m
from ganstudio.ui.latents import Point
from ganstudio.ui.standpoint import Standpoint
from ganstudio.ui.studio import Studio

TAG = "latent"
DISPLAY_MS, REST_MS = 16, 350


class Sending(QTimer):
    """Asks for the picture of the newest point, and says when the hand rests.

    It is itself the clock of the frames.

    Args:
        studio: draws, and tells the others.
        standpoint: whose point it is.
        panel: nothing is drawn while it is hidden.

    Attributes:
        rest: runs while the hand moves.

    Signals:
        sent: the others know of the newest point.
        rested: the hand rests.
    """

    sent = Signal()
    rested = Signal()

    def __init__(self, studio: Studio, standpoint: Standpoint, panel: QWidget) -> None:
        super().__init__(panel, singleShot=True, interval=DISPLAY_MS)
        self._studio, self._standpoint, self._panel = studio, standpoint, panel
        self._unsent = self._stale = False
        self._asked_of: Point | None = None
        self._ticket = -1
        self.rest = QTimer(panel, singleShot=True, interval=REST_MS)
        self.rest.timeout.connect(self.rested)
        self.timeout.connect(self.send)
        standpoint.changed.connect(self._stir)

    def release(self) -> None:
        """Stop both clocks."""
        self.stop()
        self.rest.stop()

    def send(self) -> None:
        """Send what changed, at most once in a frame."""
        stand = self._standpoint.stand
        if self._unsent and stand is not None:
            self._unsent = False
            self.start()
            self.ask()
            self._studio.latentChanged.emit(stand)
            self.sent.emit()

    def ask(self) -> None:
        """Have the picture drawn, now or when the panel is seen."""
        stand = self._standpoint.stand
        self._stale = not self._panel.isVisible()
        if stand is not None and not self._stale:
            self._asked_of = self._standpoint.point
            self._ticket = self._studio.ask(
                TAG, stand.z[None], stand.told, stand.psi, stand.shifts, stand.noise
            )

    def catch_up(self) -> None:
        """The panel is seen again: ask for what was not drawn meanwhile."""
        if self._stale:
            self.ask()
            self.rest.start()

    def point_of(self, answer: m.Rendered) -> Point | None:
        """The point that an answer shows; None for an older one."""
        return self._asked_of if answer.ticket == self._ticket else None

    def _stir(self) -> None:
        self.rest.start()
        self._unsent = True
        if not self.isActive():
            self.send()
