"""A second thread that answers "this z, please" from the newest copy of the generator."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganstudio.train import messages as m
from ganstudio.train.recall import Drawn, Recall
from ganstudio.train.session import Outbox

if TYPE_CHECKING:
    from ganstudio.train.library import Library
    from ganstudio.train.sampler import Sampler

VALUES_A_CHUNK = 1 << 16  # drawn between two looks at the inbox, so that a slider never waits long
STALE_S = 0.1  # so long may drawing go on from a model that is no longer wanted
BACKGROUND = ("gallery", "strips", "grid")  # tags that give way to all others


class Mailbox:
    """Where the trainer leaves a fresh sampler for the explorer: one slot, newest wins.

    Args:
        filled: called, on the trainer's thread, whenever a sampler was left.
    """

    def __init__(self, filled: Callable[[], None]) -> None:
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._slot: Sampler | None = None
        self._tell = filled
        self.with_critic = False  # whether somebody wants the discriminator copied as well

    @property
    def wanted(self) -> bool:
        """Whether newer weights were asked for."""
        return self._wanted.is_set()

    def want(self) -> None:
        """Ask the trainer for newer weights at its next step boundary."""
        self._wanted.set()

    def offer(self, sampler: Sampler) -> None:
        """Leave a sampler that nobody else will touch again."""
        with self._lock:
            self._slot = sampler
            self._wanted.clear()
        self._tell()

    def take(self) -> Sampler | None:
        """The newest sampler, once; None if there is none newer."""
        with self._lock:
            sampler, self._slot = self._slot, None
            return sampler

    @property
    def filled(self) -> bool:
        """Whether a sampler waits."""
        return self._slot is not None


class Explorer:
    """Draws requested latents on a thread of its own.

    It owns its copy of the generator: the trainer publishes fresh weights through ``mailbox``
    at a step boundary, so a slider moves the picture even while one step takes seconds. Of each
    tag only the newest request is drawn. The thread starts with the first need and blocks while
    there is nothing to do.

    Args:
        outbox: gets ``ModelReady``, ``Rendered``, ``Remembered`` and ``Failed``.
        device: where stored models are drawn: ``auto``, ``cpu``, ``cuda`` or ``mps``.
    """

    def __init__(self, outbox: Outbox, device: str = "auto") -> None:
        self.outbox, self.device = outbox, device
        self.mailbox = Mailbox(self._on_filled)
        self._bell = threading.Condition()
        self._pending: dict[str, m.Request] = {}
        self._to_open: tuple[Path, int | None] | None = None
        self._moment: int | None = None  # of the past: newer weights wait until ``back``
        self._to_return = False
        self._present: Sampler | None = None  # to come back to
        self._library: Library | None = None
        self._recall = Recall()
        self._ticket = 0
        self._ending = False
        self._sampler: Sampler | None = None
        self._thread: threading.Thread | None = None

    def request(self, request: m.Request) -> int:
        """Draw this soon; returns the ticket that the answer will carry."""
        with self._bell:
            self._ticket += 1
            self._pending[request.tag] = replace(request, ticket=self._ticket)
            self._wake()
            return self._ticket

    def open(self, folder: Path, moment: int | None = None) -> None:
        """Draw from a stored model.

        Args:
            folder: its run.
            moment: real samples seen by then, one of those that are kept; whatever a training
                offers then waits until ``back``. None is the newest checkpoint.
        """
        if moment is None:
            self.mailbox.take()  # what a training left before this was asked for is out of date
        with self._bell:
            self._to_open, self._to_return = (folder, moment), False
            self._moment = moment
            self._wake()

    def back(self) -> None:
        """Draw from the newest model again, the live one or the one that was opened."""
        with self._bell:
            self._to_return = self._moment is not None or self._to_return
            self._moment = None
            if self._to_open is not None and self._to_open[1] is not None:
                self._to_open = None
            self._wake()

    def move(self, device: str) -> None:
        """Open models on another device from now on: the one so far is lost."""
        with self._bell:
            self.device, self._library = device, None

    @property
    def sampler(self) -> Sampler | None:
        """The model it draws from now; nobody changes it any more."""
        return self._sampler

    @property
    def moment(self) -> int | None:
        """The moment of the past that it draws from, or will as soon as loaded; None is now."""
        return self._moment

    def refresh(self) -> None:
        """Ask the live training for newer weights."""
        self.mailbox.want()

    def close(self, timeout_s: float = 30.0) -> bool:
        """End the thread and join it; False if it is still busy after the time."""
        with self._bell:
            self._ending = True
            self._bell.notify()
        if self._thread is not None:
            self._thread.join(timeout_s)
            return not self._thread.is_alive()
        return True

    def _on_filled(self) -> None:
        with self._bell:
            self._wake()

    def _wake(self) -> None:
        if self._thread is None and not self._ending:
            self._thread = threading.Thread(target=self._main, name="explorer")
            self._thread.start()
        self._bell.notify()

    def _main(self) -> None:
        while True:
            with self._bell:
                self._bell.wait_for(self._something)
                if self._ending:
                    return
                wanted, self._to_open = self._to_open, None
                returns, self._to_return = self._to_return, False
            try:
                self._renew(wanted, returns)
                self._draw_next()
            except Exception as error:
                self.outbox.put(m.Failed(str(error), traceback.format_exc(), where="explorer"))

    def _something(self) -> bool:
        can_draw = bool(self._pending) and self._sampler is not None
        newer = self.mailbox.filled and self._moment is None
        wanted = self._to_open is not None or self._to_return
        return self._ending or can_draw or wanted or newer

    def _renew(self, wanted: tuple[Path, int | None] | None, returns: bool) -> None:
        if wanted is not None:
            try:
                self._load(*wanted)
            except Exception:
                self._stay()
                raise
        fresh = None if self._moment is not None else self.mailbox.take()
        if fresh is not None:
            self._present = fresh
        if self._present is not None and (fresh is not None or returns):
            self._adopt(self._present)

    def _load(self, folder: Path, moment: int | None) -> None:
        if self._library is None:
            from ganstudio.train.library import Library
            from ganstudio.train.speed import spare_a_core

            spare_a_core()
            self._library = Library(self.device)
        if moment is not None:
            self._adopt(self._library.at(folder, moment))
            return
        newest, moments = self._library.newest(folder), self._library.moments(folder)
        self._present = newest
        self.outbox.put(m.Remembered(folder, moments))
        self._adopt(newest)

    def _stay(self) -> None:
        """Loading failed: claim no other moment than the one that is drawn."""
        past = self._sampler if self._sampler is not self._present else None
        with self._bell:
            if self._to_open is None and self._moment is not None:
                self._moment = None if past is None else past.nimg
            leaving = self._moment is None and past is not None
        if leaving and self._present is not None:
            self._adopt(self._present)

    def _adopt(self, sampler: Sampler) -> None:
        known = self._sampler
        if known is not None and known.model != sampler.model:
            with self._bell:
                self._pending.clear()  # asked of another model: their latents may not fit
        self._sampler = sampler
        model, examples = sampler.model, sampler.examples
        self.outbox.put(m.ModelReady(sampler.source, sampler.nimg, model, examples, sampler.reals))

    def _take(self, urgent_only: bool = False) -> m.Request | None:
        with self._bell:
            tags = sorted(self._pending, key=lambda tag: (_patient(tag), self._pending[tag].ticket))
            if not tags or (urgent_only and _patient(tags[0])):
                return None
            return self._pending.pop(tags[0])

    def _draw_next(self) -> None:
        request = self._take()
        if request is None or self._sampler is None or not _fits(request, self._sampler.model):
            return
        sampler, began, waited = self._sampler, time.perf_counter(), 0.0
        past = sampler is not self._present
        keeps = past or len(request.z) == 1  # several panels ask for the place of the moment
        known = self._recall.get(sampler, request) if keeps else None
        if known is not None:
            self._tell(request, sampler, known, began)
            return
        chunk = max(1, VALUES_A_CHUNK // sampler.model.spec.size)
        parts: list[Drawn] = []
        for start in range(0, len(request.z), chunk):
            if self._ending:
                return
            if start and self._outdated(request, began + waited):
                return
            while start and _patient(request.tag):
                urgent = self._take(urgent_only=True)
                if urgent is None:
                    break
                paused = time.perf_counter()
                self._tell(urgent, sampler, self._draw(urgent, sampler, 0, len(urgent.z)), paused)
                waited += time.perf_counter() - paused
            parts.append(self._draw(request, sampler, start, start + chunk))
        if parts:
            drawn = _joined(parts)
            if keeps:
                self._recall.keep(sampler, request, drawn)
            self._tell(request, sampler, drawn, began + waited)

    def _outdated(self, request: m.Request, began: float) -> bool:
        """Whether another model is wanted and this takes long: it is drawn from that one, then."""
        with self._bell:
            leaving = self._to_open is not None or self._to_return
            late = leaving and time.perf_counter() - began > STALE_S
            if late and _patient(request.tag):
                self._pending.setdefault(request.tag, request)
                return True
        return False

    @staticmethod
    def _draw(request: m.Request, sampler: Sampler, start: int, stop: int) -> Drawn:
        z = request.z[start:stop]
        known = {kind: value[start:stop] for kind, value in request.told.items()}
        told = sampler.fill(known, len(z), start)
        shift = None if request.shift is None else request.shift[start:stop]
        x = sampler.draw(z, told, request.psi, shift, request.noise)
        return x, sampler.beside(x, told)

    def _tell(self, request: m.Request, sampler: Sampler, drawn: Drawn, began: float) -> None:
        cost_ms = (time.perf_counter() - began) * 1000
        x, beside = drawn
        self.outbox.put(m.Rendered(request.tag, x, request.ticket, sampler.nimg, cost_ms, beside))


def _patient(tag: str) -> bool:
    """Whether a request gives way to all others; what follows a colon counts its parts."""
    return tag.partition(":")[0] in BACKGROUND


def _joined(parts: list[Drawn]) -> Drawn:
    names = parts[0][1]
    beside = {name: np.concatenate([part[1][name] for part in parts]) for name in names}
    return np.concatenate([part[0] for part in parts]), beside


def _fits(request: m.Request, model: m.Model) -> bool:
    """Whether it was meant for this model: one asked just before a change is let go."""
    if request.z.ndim != 2 or request.z.shape[1] != model.z_dim:
        return False
    if request.shift is not None and not model.takes_shift(request.shift, len(request.z)):
        return False
    classes = request.told.get("classes")
    if classes is not None and model.classes and classes.ndim == 1:
        return int(classes.max()) < len(model.classes)
    return all(
        value.shape[1:] == taken.shape
        for taken in model.inputs
        if taken.kind != "classes" and (value := request.told.get(taken.kind)) is not None
    )
