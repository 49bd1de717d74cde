"""Work that would make the window stutter, on a thread of its own."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

log = logging.getLogger(__name__)

LOOK_MS = 15
LONGEST_CLOSE_S = 20.0


class Background(QObject):
    """Does one piece of work at a time; one that waits gives way to a newer one.

    The thread never touches Qt: a timer on the window's thread, running only while there is
    work, looks whether it is done.

    Args:
        name: of the thread, for the log.
        parent: who owns it.
        keep_all: every piece is done, in order, even those that wait when it is closed.

    Signals:
        done (object): what the work returned, on the window's thread.
        broken (Exception): what it raised instead.
    """

    done = Signal(object)
    broken = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None, *, keep_all: bool = False) -> None:
        super().__init__(parent)
        self._name, self._keep_all, self._closed = name, keep_all, False
        self._pool: ThreadPoolExecutor | None = None
        self._current: Future[Any] | None = None
        self._waiting: deque[Callable[[], Any]] = deque()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def busy(self) -> bool:
        """Whether work is being done or waits."""
        return self._current is not None

    def submit(self, work: Callable[[], Any]) -> None:
        """Do this next, instead of whatever else was waiting; nothing once it is closed."""
        if self._closed:
            return
        if not self._keep_all:
            self._waiting.clear()
        self._waiting.append(work)
        if self._current is None:
            self._begin()

    def look(self) -> None:
        """Hand over what is done; the timer calls this."""
        current = self._current
        if current is None or not current.done():
            return
        self._current = None
        if self._waiting:
            self._begin()
        else:
            self._timer.stop()
        error = current.exception()
        if error is None:
            self.done.emit(current.result())
        else:
            log.error("%s failed", self._name, exc_info=error)
            self.broken.emit(error)

    def close(self) -> None:
        """Finish what is being done, and with ``keep_all`` what waits; end the thread."""
        self._closed = True
        self._timer.stop()
        if self._pool is not None:
            self._finish(self._pool)
        self._waiting.clear()
        self._pool = self._current = None

    def _finish(self, pool: ThreadPoolExecutor) -> None:
        """Let all be done that is wanted, but keep the window no longer than is bearable."""
        left = [] if self._current is None else [self._current]
        if self._keep_all:
            left += [pool.submit(work) for work in self._waiting]
        finished, unfinished = wait(left, LONGEST_CLOSE_S)
        pool.shutdown(wait=not unfinished)
        for piece in left:
            error = piece.exception() if piece in finished else None
            if error is not None:
                log.error("%s failed", self._name, exc_info=error)
        if unfinished:
            log.error("%s is still at work after %g s", self._name, LONGEST_CLOSE_S)

    def _begin(self) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix=self._name)
        self._current = self._pool.submit(self._waiting.popleft())
        self._timer.start()
