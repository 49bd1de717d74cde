"""Work that would make the window stutter, on a thread of its own: the newest piece wins."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

log = logging.getLogger(__name__)

LOOK_MS = 15


class Background(QObject):
    """Does one piece of work at a time; one that waits gives way to a newer one.

    The thread never touches Qt: a timer on the window's thread, running only while there is
    work, looks whether it is done.

    Signals:
        done (object): what the work returned, on the window's thread.
        broken (Exception): what it raised instead.
    """

    done = Signal(object)
    broken = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._pool: ThreadPoolExecutor | None = None
        self._current: Future[Any] | None = None
        self._next: Callable[[], Any] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def busy(self) -> bool:
        """Whether work is being done or waits."""
        return self._current is not None

    def submit(self, work: Callable[[], Any]) -> None:
        """Do this next, instead of whatever else was waiting."""
        self._next = work
        if self._current is None:
            self._begin()

    def look(self) -> None:
        """Hand over what is done; the timer calls this."""
        current = self._current
        if current is None or not current.done():
            return
        self._current = None
        if self._next is None:
            self._timer.stop()
        else:
            self._begin()
        error = current.exception()
        if error is None:
            self.done.emit(current.result())
        else:
            log.error("%s failed", self._name, exc_info=error)
            self.broken.emit(error)

    def close(self) -> None:
        """Forget what waits, wait for what is being done, end the thread."""
        self._timer.stop()
        self._next, self._current = None, None
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _begin(self) -> None:
        work, self._next = self._next, None
        if work is None:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix=self._name)
        self._current = self._pool.submit(work)
        self._timer.start()
