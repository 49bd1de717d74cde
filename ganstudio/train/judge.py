"""A third thread that measures the newest averaged generator while it trains, and waits for it."""

from __future__ import annotations

import math
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.train import messages as m

if TYPE_CHECKING:
    from ganstudio.data.base import Samples
    from ganstudio.recipe import Recipe
    from ganstudio.train.evaluation import Ground
    from ganstudio.train.sampler import Sampler

EVERY_KIMG, EVERY_S = 25.0, 60.0
SHARE = 0.1  # of the time that measuring may take, once everything is laid out
REST = 1.0  # pauses for each second of work, so that it never takes more than half a core
NICE = 10
CLOSE_S = 2.0

Tell = Callable[[m.Event], object]


def _nobody(event: m.Event) -> None:
    """Hears what is told before the first training, and after the last."""


class _ClosedError(Exception):
    """Raised between two slices of work: nobody wants the answer any more."""


class Judge:
    """Measures what is handed to it on a thread of its own, in slices with pauses between.

    One training long: ``begin`` hands it the real samples, ``due`` is asked at every step
    boundary, and where it says yes, ``offer`` leaves a generator that nobody else will touch.
    The thread starts with the first of them, lays out real samples (a classifier is trained
    then, unless one is kept), measures, and blocks until the next. It has a low priority where
    the system knows one for threads, and one thread of torch.

    Nothing is told once ``close`` was called, nor is a generator's score after ``forget``: both
    wait for what is being told at that moment, so that whoever calls them has the last word.

    Args:
        every_kimg: least distance between two measurements; 0 never measures.
        every_s: least time between them.
        cache: where classifiers are kept; the user's cache when None.
    """

    def __init__(
        self,
        every_kimg: float = EVERY_KIMG,
        every_s: float = EVERY_S,
        cache: Path | None = None,
    ) -> None:
        self.every_kimg, self.every_s = every_kimg, every_s
        self._cache = cache
        self._bell = threading.Condition()
        self._slot: tuple[Sampler, int] | None = None
        self._epoch = 0  # raised whenever training goes back
        self._busy = self._closing = self._broken = False
        self._thread: threading.Thread | None = None
        self._tell: Tell = _nobody
        self._recipe: Recipe | None = None
        self._samples: Samples | None = None
        self._ground: Ground | None = None
        self._last_nimg, self._next_s = 0, float("inf")
        self._resumed_at = 0.0

    def begin(self, recipe: Recipe, samples: Samples, nimg: int, tell: Tell) -> None:
        """What is measured from now on.

        Args:
            recipe: says data set and variant.
            samples: the loaded set; only read.
            nimg: where the training stands.
            tell: takes ``Measured`` and ``Noted``, on the judge's thread.
        """
        self._recipe, self._samples, self._tell = recipe, samples, tell
        self._last_nimg, self._next_s = nimg, time.monotonic() + self.every_s

    def due(self, nimg: int) -> bool:
        """Whether a generator is wanted now; quick enough to be asked at every step."""
        if not self.every_kimg or self._busy or self._broken or self._samples is None:
            return False
        self._last_nimg = min(self._last_nimg, nimg)  # training was rewound
        far = nimg - self._last_nimg >= self.every_kimg * 1000
        return far and time.monotonic() >= self._next_s

    def offer(self, sampler: Sampler) -> None:
        """Leave a generator to be measured."""
        with self._bell:
            if self._closing:
                return
            self._slot = sampler, self._epoch
            self._busy, self._last_nimg = True, sampler.nimg
            if self._thread is None:
                self._thread = threading.Thread(target=self._main, name="judge")
                self._thread.start()
            self._bell.notify()

    def forget(self) -> None:
        """Training goes back: the generators handed over so far are of a past that is undone."""
        with self._bell:
            self._epoch += 1

    def close(self, timeout_s: float = CLOSE_S) -> bool:
        """Give up what is being measured; False if the thread needs longer to end by itself."""
        with self._bell:
            self._closing = True
            self._tell = _nobody  # who is held no longer: a training and its data go at once
            self._bell.notify()
        if self._thread is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _main(self) -> None:
        from ganstudio.data.base import DataError

        _step_back()
        while True:
            with self._bell:
                self._bell.wait_for(lambda: self._closing or self._slot is not None)
                if self._closing:
                    return
                taken, self._slot = self._slot, None
            assert taken is not None
            sampler, epoch = taken
            try:
                event = self._measure(sampler)
                self._say(event, epoch if isinstance(event, m.Measured) else None)
            except _ClosedError:
                return
            except DataError as error:
                self._broken = True
                self._say(m.Noted(f"Nothing is measured: {error}", "warning"))
            except Exception as error:  # of a metric or a variant: never worth a training
                self._broken = True
                reason = f"Measuring failed and is left from here on: {error}"
                self._say(m.Failed(reason, traceback.format_exc(), where="judge"))
            finally:
                with self._bell:
                    self._busy = False
                    self._bell.notify_all()

    def _say(self, event: m.Event, epoch: int | None = None) -> None:
        """Tell it, unless all is over or training went back behind the epoch it is of."""
        with self._bell:
            if not self._closing and epoch in (None, self._epoch):
                self._tell(event)

    def _measure(self, sampler: Sampler) -> m.Measured | m.Noted:
        """Its scores, or why it has none."""
        import numpy as np
        import torch

        torch.set_num_threads(1)
        self._resumed_at = time.perf_counter()
        ground = self._laid_out()
        began = time.perf_counter()
        floors = ground.floors()
        fake = ground.draw(sampler)
        if not np.isfinite(fake.x).all():
            self._next_s = time.monotonic() + self.every_s
            where = f"at {sampler.nimg / 1000:.1f} kimg"
            return m.Noted(f"Nothing was measured {where}: samples are not finite", "warning")
        scores = ground.measure(fake)
        seconds = time.perf_counter() - began
        view = ground.view(fake)
        known = {key: metric for metric in ground.metrics for key in metric.scores}
        finite = [key for key, value in scores.items() if math.isfinite(value)]
        order = sorted(
            finite, key=lambda key: (key not in known[key].headline, not known[key].first)
        )
        self._next_s = time.monotonic() + max(self.every_s, seconds * (1 / SHARE - 1))
        return m.Measured(
            sampler.nimg,
            {key: scores[key] for key in order},
            {key: floors[key] for key in order if math.isfinite(floors.get(key, math.nan))},
            seconds,
            {key: known[key].named(key, view) for key in order},
            {key: known[key].scores[key].better for key in order},
        )

    def _laid_out(self) -> Ground:
        """Real samples with their features, laid out once."""
        if self._ground is None:
            from ganstudio.train.evaluation import Ground

            assert self._recipe is not None
            assert self._samples is not None
            began = time.perf_counter()
            self._ground = Ground(
                self._recipe, self._samples, live=True, cache=self._cache, pause=self._pause
            )
            seer, seconds = self._ground.extractor, time.perf_counter() - began
            if seer is not None:
                self._say(m.Noted(f"Metrics look with a {seer.title} ({seconds:.0f} s)"))
        return self._ground

    def _pause(self) -> None:
        """Between two slices: rest as long as was worked, and see whether it is over."""
        worked = time.perf_counter() - self._resumed_at
        with self._bell:
            if self._bell.wait_for(lambda: self._closing, worked * REST):
                raise _ClosedError
        self._resumed_at = time.perf_counter()


def _step_back() -> None:
    """Let others go first: on Linux a thread has a priority of its own."""
    if sys.platform == "linux":
        with suppress(OSError):  # where a container forbids it
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
