"""Looks after the opened run while another program trains it: newer curves, newer models."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from ganstudio.train import messages as m
from ganstudio.train.files import checkpoints_in
from ganstudio.train.lock import Holder, holder
from ganstudio.ui.background import Background

if TYPE_CHECKING:
    from ganstudio.ui.studio import Studio

LOOK_MS = 3000


@dataclass(frozen=True)
class Sight:
    """What there is to see of a run from outside.

    Attributes:
        run: its folder.
        by: who trains it.
        history: length and time of its history.
        newest: the newest checkpoint, and when it was written: a moment may be trained anew.
    """

    run: Path
    by: Holder | None = None
    history: tuple[int, int] = (0, 0)
    newest: tuple[str, int] = ("", 0)


def look(run: Path) -> Sight:
    """A run as it is now; of what cannot be reached nothing is seen."""
    try:
        stat = (run / "history.jsonl").stat()
        there = checkpoints_in(run)
        newest = (there[-1].name, there[-1].stat().st_mtime_ns) if there else ("", 0)
    except OSError:
        return Sight(run, holder(run))
    return Sight(run, holder(run), (stat.st_size, stat.st_mtime_ns), newest)


class Follower(QObject):
    """Looks every few seconds, on a thread, and tells the studio what is new.

    Args:
        studio: knows which run is in view, and tells the panels.

    Attributes:
        held: the run in view and who trains it, where that is another program.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._studio = studio
        self._last: Sight | None = None
        self._worker = Background("follower", self)
        self._worker.done.connect(self._on_seen)
        self._timer = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._worker.broken.connect(lambda error: self._timer.start())  # the next look may succeed
        studio.momentsChanged.connect(self._begin)
        studio.stateChanged.connect(self._begin)

    @property
    def held(self) -> Holder | None:
        """Who trains the run in view, where that is another program."""
        last = self._last
        return None if last is None or last.run != self._run else last.by

    def release(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._worker.close()

    @property
    def _run(self) -> Path | None:
        return None if self._studio.training else self._studio.moments_run

    def _begin(self) -> None:
        """Another run may be in view."""
        if self._run is None:
            self._timer.stop()
            self._last = None
        elif self._last is None or self._last.run != self._run:
            self._look()

    def _look(self) -> None:
        if self._run is not None and not self._studio.closing:
            self._worker.submit(partial(look, self._run))

    def _on_seen(self, sight: Sight) -> None:
        if sight.run != self._run:
            return
        last = self._last
        if last is None or last.run != sight.run:
            last = Sight(sight.run, None, sight.history, sight.newest)
        if not sight.newest[0]:  # thrown away, or out of reach: nothing newer to be shown
            sight = replace(last, by=sight.by)
        self._last = sight
        if sight.by != last.by:
            self._tell(sight)
        if sight.history != last.history:
            self._studio.runGrew.emit()
        if sight.newest != last.newest and self._studio.moment is None:
            self._studio.explorer.open(sight.run)
        self._timer.start()

    def _tell(self, sight: Sight) -> None:
        name = sight.run.name
        text = f"{name} is not trained by another program any more."
        if sight.by is not None:
            text = f"{name} is being trained by {sight.by}. It is shown as it grows."
        self._studio.noted.emit(m.Noted(text, "info"))
        self._studio.heldChanged.emit()
