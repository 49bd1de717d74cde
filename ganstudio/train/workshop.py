"""A third thread, for what takes longer than a frame: tasks on the newest model, one by one."""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ganstudio.train import messages as m
from ganstudio.train.session import Outbox

if TYPE_CHECKING:
    from ganstudio.train.sampler import Sampler

NO_MODEL = "There is no model yet: train one, or open a run."


class Workshop:
    """Does errands in order on a thread of its own, so that sliders never wait for them.

    The thread starts with the first errand and blocks while there is none.

    Args:
        outbox: gets ``Progressed``, ``Done`` and ``Dropped``.
        model: gives the newest model, which nobody changes any more; None before there is one.
    """

    def __init__(self, outbox: Outbox, model: Callable[[], Sampler | None]) -> None:
        self.outbox, self._model = outbox, model
        self._bell = threading.Condition()
        self._waiting: deque[m.Errand] = deque()
        self._current: m.Errand | None = None
        self._cancelled = threading.Event()  # the one in hand
        self._ticket = 0
        self._ending = False
        self._thread: threading.Thread | None = None

    def do(self, errand: m.Errand) -> int:
        """Do this after what waits; returns the ticket that all answers carry.

        With a tag, it takes the place of an older errand of the same tag.
        """
        with self._bell:
            self._ticket += 1
            errand = replace(errand, ticket=self._ticket)
            if errand.tag:
                self._drop(lambda other: other.tag == errand.tag)
            self._waiting.append(errand)
            if self._thread is None and not self._ending:
                self._thread = threading.Thread(target=self._main, name="workshop")
                self._thread.start()
            self._bell.notify()
            return errand.ticket

    def cancel(self, ticket: int) -> None:
        """Let go of an errand; ``Dropped`` answers unless it was done already."""
        with self._bell:
            self._drop(lambda errand: errand.ticket == ticket)

    def close(self, timeout_s: float = 30.0) -> bool:
        """Cancel all, end the thread and join it; False if it is still busy after the time."""
        with self._bell:
            self._ending = True
            self._drop(lambda _: True)
            self._bell.notify()
        if self._thread is not None:
            self._thread.join(timeout_s)
            return not self._thread.is_alive()
        return True

    def _drop(self, which: Callable[[m.Errand], bool]) -> None:
        """Let go of these, waiting or in hand; the bell is held."""
        for errand in [errand for errand in self._waiting if which(errand)]:
            self._waiting.remove(errand)
            self.outbox.put(m.Dropped(errand.ticket, errand.task))
        if self._current is not None and which(self._current):
            self._cancelled.set()

    def _main(self) -> None:
        from ganstudio.train.speed import spare_a_core  # imports torch

        spare_a_core()
        while True:
            with self._bell:
                self._bell.wait_for(lambda: bool(self._waiting) or self._ending)
                if self._ending:
                    return
                self._current = errand = self._waiting.popleft()
                self._cancelled.clear()
            answer = self._answer(errand)
            with self._bell:
                self._current = None
            self.outbox.put(answer)

    def _answer(self, errand: m.Errand) -> m.Done | m.Dropped:
        from ganstudio import registry
        from ganstudio.train.tasks.base import CancelledError, Desk, Task, TaskError

        def tell(share: float, text: str, preview: np.ndarray | None) -> None:
            self.outbox.put(m.Progressed(errand.ticket, errand.task, share, text, preview))

        model = self._model()
        if model is None:
            return m.Dropped(errand.ticket, errand.task, NO_MODEL)
        began = time.perf_counter()
        try:
            task: Task = registry.find("train.tasks", errand.task)()
            desk = Desk(tell, lambda: not self._cancelled.is_set())
            result = task.run(model, desk, **errand.arguments)
        except CancelledError:
            return m.Dropped(errand.ticket, errand.task)
        except TaskError as error:
            return m.Dropped(errand.ticket, errand.task, str(error))
        except Exception as error:
            reason = f"{errand.task} failed: {error}"
            return m.Dropped(errand.ticket, errand.task, reason, traceback.format_exc())
        seconds = time.perf_counter() - began
        return m.Done(errand.ticket, errand.task, result, model.source, model.nimg, seconds)
