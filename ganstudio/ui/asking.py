"""Questions to the workshop, one at a time and no more often than is fair to a training."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from ganstudio.train import messages as m
from ganstudio.ui.studio import Studio

SHARE = 0.03  # of the time, while training, for answers that renew themselves
PAUSE_MIN_S, PAUSE_MAX_S = 0.3, 15.0


@dataclass(frozen=True)
class _Wish:
    task: str
    arguments: dict[str, Any]
    soon: bool
    about: object


class Asking(QObject):
    """Of what is asked the newest is done, after the one in hand; older ones are forgotten.

    Args:
        studio: does the work.
        tag: who asks; nobody else uses it.
        parent: who owns it.

    Attributes:
        about: what the answer is about that came last, in the words of who asked.

    Signals:
        answered (object): what the task found.
        dropped (str): it came to nothing, and why.
    """

    answered = Signal(object)
    dropped = Signal(str)

    def __init__(self, studio: Studio, tag: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.studio, self.tag = studio, tag
        self._ticket = 0  # of the one in hand
        self.about: object = None
        self._asked_about: object = None
        self._wish: _Wish | None = None
        self._free_at = 0.0
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._next)
        studio.done.connect(self._on_done)
        studio.dropped.connect(self._on_dropped)

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way."""
        return self._ticket > 0

    def ask(self, task: str, soon: bool = False, about: object = None, **arguments: Any) -> None:
        """Have this done next, instead of what waits.

        Args:
            task: a member of ``train/tasks``.
            soon: a person waits for it, so a training has to give way.
            about: anything to know the answer by; ``self.about`` once it is there.
            **arguments: what the task takes.
        """
        waited_for = self._wish is not None and self._wish.soon
        self._wish = _Wish(task, arguments, soon or waited_for, about)
        self._next()

    def forget(self) -> None:
        """Want nothing any more; what is in hand is let go."""
        self._wish = None
        self._rest.stop()
        if self._ticket:
            ticket, self._ticket = self._ticket, 0
            self.studio.cancel(ticket)

    def _next(self) -> None:
        if self._ticket or self._wish is None:
            return
        rest_s = self._free_at - time.monotonic()
        if rest_s > 0 and not self._wish.soon and self.studio.state == "running":
            self._rest.start(round(rest_s * 1000) + 1)
            return
        wish, self._wish = self._wish, None
        self._rest.stop()
        self._asked_about = wish.about
        self._ticket = self.studio.work(wish.task, tag=self.tag, **wish.arguments)

    def _on_done(self, event: m.Done) -> None:
        if event.ticket != self._ticket:
            return
        self._ticket = 0
        pause_s = min(max(event.seconds / SHARE, PAUSE_MIN_S), PAUSE_MAX_S)
        self._free_at = time.monotonic() + pause_s
        self.about = self._asked_about
        self.answered.emit(event.result)
        self._next()

    def _on_dropped(self, event: m.Dropped) -> None:
        if event.ticket == self._ticket:
            self._ticket = 0
            self.dropped.emit(event.reason)
            self._next()
