"""One training on a thread of its own: commands in, events out, a state machine between."""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ganstudio.heaps import kept_heaps
from ganstudio.train import messages as m
from ganstudio.train.mishaps import lacks_memory

REPORT_INTERVAL_S = 0.15
STATS_KEPT = 512
SLOW_S = 0.1  # from this pace on, every step is shown


class _StoppedError(Exception):
    """Raised inside the builder: somebody no longer wants what it builds."""


class Outbox:
    """What the threads told, in three lanes, until somebody drains it.

    ``Stats`` are bounded and the oldest fall away; of ``Rendered`` the newest per tag is kept,
    of ``Progressed`` the newest per ticket; everything else is a milestone and never dropped. A
    reader that stalls costs no memory and never makes a thread wait.
    """

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._count = 0  # each event keeps its place, so that lanes can be joined again
        self._milestones: deque[tuple[int, m.Event]] = deque()
        self._stats: deque[tuple[int, m.Stats]] = deque(maxlen=STATS_KEPT)
        self._previews: dict[str | int, tuple[int, m.Rendered | m.Progressed]] = {}

    def put(self, event: m.Event) -> None:
        """Add one event; callable from any thread, never blocks for a reader."""
        with self._lock:
            self._count += 1
            if isinstance(event, m.Stats):
                self._stats.append((self._count, event))
            elif isinstance(event, m.Rendered):
                self._previews[event.tag] = (self._count, event)
            elif isinstance(event, m.Progressed):
                self._previews[event.ticket] = (self._count, event)
            else:
                self._milestones.append((self._count, event))
            self._lock.notify_all()

    def drain(self) -> list[m.Event]:
        """All that waits, in the order in which it was told; empties it."""
        with self._lock:
            waiting = [*self._milestones, *self._stats, *self._previews.values()]
            self._milestones.clear()
            self._stats.clear()
            self._previews.clear()
        return [event for _, event in sorted(waiting, key=lambda pair: pair[0])]

    def wait(self, timeout_s: float) -> list[m.Event]:
        """Like ``drain``, but blocks until there is something or the time is over."""
        with self._lock:
            self._lock.wait_for(
                lambda: bool(self._milestones or self._stats or self._previews), timeout_s
            )
        return self.drain()


class Engine(Protocol):
    """What a session drives; every call comes from the session's thread."""

    @property
    def finished(self) -> bool:
        """Whether the recipe's length is reached."""

    def step(self, side: m.Side | None) -> None:
        """One full round, or one update of one side."""

    def report(self) -> None:
        """Tell the means since the last report."""

    def tune(self, knob: str, value: int | float | bool | str) -> None:
        """Turn a live knob; raises ``ValueError`` with the reason if it will not go."""

    def save(self, wait: bool = False) -> None:
        """Write a checkpoint; with ``wait`` until it is on the disk, else ``OSError``."""

    def autosave(self) -> None:
        """Write a checkpoint if it is time for one."""

    def rewind(self, checkpoint: str | None) -> None:
        """Go back to a checkpoint; raises ``ValueError`` if there is none."""

    def rescue(self) -> Path | None:
        """Save what can be saved after a failure."""

    def fall_back(self, error: FloatingPointError) -> None:
        """Go back from numbers that are not finite; raises the error where that is no use."""

    def serve(self, always: bool = False) -> None:
        """Hand newer weights to the explorer if it asked for them, or always."""

    def close(self) -> None:
        """Finish writing, free the device."""


class Session:
    """A training in a background thread.

    ::

        idle --start--> loading --> running <--Run, Pause--> paused
                           |           |  length reached        |
                           |           v                        |
                           |        finished <--- Stop ---------+   (through stopping)
                           +--> failed  <--- anything raised

    ``Run(steps=n)`` runs n rounds and pauses. A paused session blocks on its inbox. Commands
    are obeyed in order between steps, never in the middle of one. Where numbers are not finite
    any more, the engine goes back by itself, and the session pauses. Whatever happens, the last
    event is ``StateChanged`` to ``finished`` or ``failed``, told from the session's own thread.

    Args:
        build: makes the engine, on the session's thread; it is given a function that takes
            events to tell while it loads.
        outbox: where events go.
        patient: where the disk refuses the last checkpoint, tell ``Refused`` and wait, paused,
            for another ``Stop``; otherwise the training ends as failed.
    """

    def __init__(
        self,
        build: Callable[[Callable[[m.Event], None]], Engine],
        outbox: Outbox,
        patient: bool = False,
    ) -> None:
        self._build, self.outbox, self._patient = build, outbox, patient
        self._inbox: queue.SimpleQueue[m.Command] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._state: m.State = "idle"
        self._budget: int | None = 0  # rounds until pause; None runs on
        self._side: m.Side | None = None
        self._runs: list[m.Run] = []  # asked for while another one is under way
        self._pace_s = self._reported_s = 0.0
        self._ending: m.Stop | None = None
        self._stop_asked = threading.Event()
        self._error: BaseException | None = None
        self._built = False  # there is a run: from here on Stop saves it

    @property
    def state(self) -> m.State:
        """The state last announced."""
        return self._state

    @property
    def error(self) -> BaseException | None:
        """What it failed of; None where it has not failed."""
        return self._error

    def start(self, paused: bool = False) -> None:
        """Start the thread; the engine is built on it, then it runs or waits.

        Raises:
            RuntimeError: if it was started before.
        """
        if self._thread is not None:
            raise RuntimeError("a session starts once; make another one for another training")
        self._budget = 0 if paused else None
        self._thread = threading.Thread(target=self._main, name="session")
        self._thread.start()

    def post(self, command: m.Command) -> None:
        """Send a command; it is obeyed at the next step boundary."""
        if isinstance(command, m.Stop):
            self._stop_asked.set()
        self._inbox.put(command)

    def close(self, timeout_s: float = 30.0) -> bool:
        """Stop, save and join; False if the thread is still busy after the time."""
        if self._thread is None:
            return True
        if self._thread.is_alive():
            self.post(m.Stop())
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _main(self) -> None:
        with kept_heaps():  # and let go of, or the window keeps what its largest training took
            self._train()

    def _train(self) -> None:
        engine: Engine | None = None
        self._become("loading")
        try:
            engine = self._build(self._announce)
            self._built = True
            self._loop(engine)
            while not self._saved_at_last(engine):
                self._loop(engine)
            engine.close()
        except _StoppedError:  # the builder has put away what it had made
            self._become("finished")
        except BaseException as error:
            self._fail(engine, error)
        else:
            self._become("finished")

    def _saved_at_last(self, engine: Engine) -> bool:
        """Save before the end; False if the disk would not take it and somebody may make room."""
        save = self._ending is None or self._ending.save
        self._become("stopping", "saving" if save else "")
        try:
            if save:
                engine.save(wait=True)
        except FloatingPointError as error:
            engine.fall_back(error)
        except OSError as error:
            if not self._patient:
                raise
            self.outbox.put(m.Refused(self._ending or m.Stop(), str(error)))
            self._ending, self._budget, self._runs = None, 0, []
            return False
        return True

    def _announce(self, event: m.Event) -> None:
        """Tell what the engine says; while it is being built, this is where Stop is heard."""
        own = threading.current_thread() is self._thread  # others may write already
        if own and self._state == "loading" and not self._built and self._stop_asked.is_set():
            raise _StoppedError
        self._built = self._built or isinstance(event, m.Started)
        self.outbox.put(event)

    def _loop(self, engine: Engine) -> None:
        engine.serve(always=True)
        self._become("paused" if self._budget == 0 else "running")
        while self._ending is None:
            try:
                if not self._obey_waiting(engine):
                    if engine.finished:
                        engine.report()
                        break
                    self._advance(engine)
            except FloatingPointError as error:
                engine.fall_back(error)
                self._budget, self._runs = 0, []
                engine.serve(always=True)
                self._become("paused")
        else:
            self._last_words(engine)
        engine.serve(always=True)

    def _advance(self, engine: Engine) -> None:
        """One step, and all that is due after it."""
        began = time.monotonic()
        engine.step(self._side)
        if self._budget is not None:
            self._budget -= 1
            if self._budget == 0:
                self._next_run()
        if self._budget == 0 or time.monotonic() - self._reported_s >= REPORT_INTERVAL_S:
            engine.report()
            self._reported_s = time.monotonic()
        engine.autosave()
        engine.serve(always=self._budget == 0 or self._pace_s >= SLOW_S)
        if self._budget == 0:
            self._become("paused")
        elif self._pace_s:
            self._hold(engine, began)

    @staticmethod
    def _last_words(engine: Engine) -> None:
        """Stopped: report what no report has told yet."""
        try:
            engine.report()
        except FloatingPointError as error:
            engine.fall_back(error)

    def _obey_waiting(self, engine: Engine) -> bool:
        """Obey what waits, blocking while paused; True if anything was obeyed."""
        obeyed = False
        while self._ending is None:
            try:
                command = self._inbox.get(block=self._budget == 0)
            except queue.Empty:
                break
            self._obey(command, engine)
            obeyed = True
        return obeyed

    def _next_run(self) -> None:
        """Take up the run that waits longest: presses of a step button are never lost."""
        if self._runs:
            run = self._runs.pop(0)
            self._budget, self._side = run.steps, run.side
            self._become("running")

    def _hold(self, engine: Engine, began: float) -> None:
        """Slow motion: wait for the next step's time, obeying what comes meanwhile."""
        while self._ending is None and self._budget != 0 and self._pace_s:
            left = began + self._pace_s - time.monotonic()
            if left <= 0:
                return
            try:
                command = self._inbox.get(timeout=left)
            except queue.Empty:
                return
            self._obey(command, engine)

    def _obey(self, command: m.Command, engine: Engine) -> None:
        try:
            match command:
                case m.Run(steps, _):
                    if steps is not None and steps < 1:
                        raise ValueError(f"steps must be at least 1, got {steps}")
                    self._runs = [command] if steps is None else [*self._runs, command]
                    if not self._budget:
                        self._next_run()
                case m.Pause():
                    self._budget, self._runs = 0, []
                    engine.serve(always=True)
                    self._become("paused")
                case m.Pace(rate):
                    if rate is not None and rate <= 0:
                        raise ValueError(f"steps a second must be above 0, got {rate}")
                    self._pace_s = 1 / rate if rate else 0.0
                case m.Tune(knob, value):
                    engine.tune(knob, value)
                case m.Save():
                    engine.save()
                case m.Rewind(checkpoint):
                    engine.rewind(checkpoint)
                    engine.serve(always=True)
                case m.Stop():
                    self._ending = command
        except (ValueError, OSError) as error:
            self.outbox.put(m.Refused(command, str(error)))
        except (RuntimeError, MemoryError) as error:
            if not (isinstance(command, m.Rewind) and lacks_memory(error)):
                raise
            reason = f"memory is too short to read that checkpoint: {str(error)[:200]}"
            self.outbox.put(m.Refused(command, reason))

    def _fail(self, engine: Engine | None, error: BaseException) -> None:
        self._error = error
        trace = "".join(traceback.format_exception(error))
        rescued: Path | None = None
        if engine is not None:
            try:
                rescued = engine.rescue()
            except BaseException:
                trace += "\nand the rescue failed:\n" + traceback.format_exc()
            try:
                engine.close()
            except BaseException:
                trace += "\nand closing failed:\n" + traceback.format_exc()
        own = type(error).__module__.startswith("ganstudio")  # written for people to read
        reason = str(error) if own else f"{type(error).__name__}: {error}"
        self.outbox.put(m.Failed(reason, trace, rescued, cause=getattr(error, "cause", "")))
        self._become("failed", reason)

    def _become(self, state: m.State, text: str = "") -> None:
        if state != self._state or text:
            self._state = state
            self.outbox.put(m.StateChanged(state, text))
