"""What a training leaves on the disk, written on a thread that it never waits for."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeGuard

from torch import Tensor

from ganstudio.disk import NoRoomError, free_bytes
from ganstudio.train import history
from ganstudio.train import messages as m
from ganstudio.train.checkpoints import Checkpoint
from ganstudio.train.picture import save_sheet
from ganstudio.train.run import RunFolder
from ganstudio.train.sampler import Sampler
from ganstudio.train.timeline import Timeline

SHEET_TILES = {"points": 2048, "image": 64, "voxels": 16}
FIRST_PAUSE_S, LONGEST_PAUSE_S = 10.0, 600.0  # before a save that failed is tried again
LOOK_S = 1.0  # how often a full disk is looked at
MOST_WAITING = 10_000  # lines of the history that wait for room


class Keeper:
    """Writes checkpoints, snapshots and lines of one run.

    A disk that refuses does not stop training. A checkpoint that cannot be written is told and
    tried again, after pauses that grow to ten minutes, and as soon as a full disk has room; each
    failure is told again. Lines of the history wait in memory meanwhile. Snapshots and pictures
    are left out. What is handed over is a copy that nobody changes any more.

    Args:
        run: where; locked by the caller.
        timeline_mb: what snapshots may take; 0 keeps none.
        announce: takes events.
    """

    def __init__(
        self, run: RunFolder, timeline_mb: float, announce: Callable[[m.Event], None]
    ) -> None:
        self.run, self._announce = run, announce
        self._timeline = Timeline(run.path, timeline_mb)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._saving: Future[None] | None = None
        self._remembering: Future[None] | None = None
        self._failing: set[str] = set()  # topics that were told
        self._waiting: list[bytes] = []  # lines for which there was no room
        self._lines = threading.Lock()  # several threads add lines
        self._unsaved: tuple[Checkpoint, Sampler] | None = None
        self._failures, self._try_at = 0, 0.0
        self._alarm: threading.Timer | None = None
        self._open = True
        self.fault: Exception | None = None  # of the last checkpoint
        self.saving_s = 0.0  # what writing it took

    @property
    def busy(self) -> bool:
        """Whether something is being written."""
        return any(not one.done() for one in (self._saving, self._remembering) if one is not None)

    @property
    def retrying(self) -> bool:
        """Whether a checkpoint that failed is tried again, by itself."""
        return self._unsaved is not None

    def wait(self) -> None:
        """Until all that was handed over is written, or was refused."""
        waiting = (self._remembering, self._saving, self._writer.submit(lambda: None))
        self._saving = self._remembering = None  # told once, or nothing could be saved again
        for one in waiting:
            if one is not None:
                one.result()

    def close(self) -> None:
        """Finish writing."""
        try:
            self.drop()
            self.wait()
        finally:
            with self._lines:
                self._open = False
                alarm = self._alarm
            if alarm is not None:
                alarm.cancel()
                alarm.join()
            self._writer.shutdown()

    # Checkpoints ------------------------------------------------------------------------------

    def save(self, checkpoint: Checkpoint, sampler: Sampler) -> None:
        """Write a checkpoint, then the picture of the fixed latents.

        Args:
            checkpoint: of this moment.
            sampler: the averaged generator of the same.
        """
        self._saving = self._writer.submit(self._save, checkpoint, sampler)

    def _save(self, checkpoint: Checkpoint, sampler: Sampler) -> None:
        began = time.monotonic()
        try:
            history.flush(self.run.history_path)  # what led there, before the checkpoint
            path = self.run.write(checkpoint)
        except Exception as error:  # whatever it is, training goes on and it is tried again
            self._unsaved = checkpoint, sampler
            try:
                self._refused(error)
            finally:
                self._set_alarm()
            return
        if self.fault is not None:
            text = f"Saved again: {path.name}, after {self._failures} that failed"
            self.tell(m.Noted(text, topic="saving"))
        self.fault, self._failures, self._unsaved = None, 0, None
        self.record({"nimg": checkpoint.nimg, "event": "saved", "checkpoint": path.name})
        self._announce(m.Saved(path, checkpoint.nimg))
        self.tell_moments()
        spec = sampler.model.spec
        try:
            samples = sampler.draw(sampler.model.draw(SHEET_TILES[spec.kind], seed=0))
            save_sheet(self.run.path / "samples" / f"{path.name}.png", samples, spec)
        except Exception as error:  # of a variant too: a picture is never worth a training
            self._fails("Pictures of samples", error)
        else:
            self._works("Pictures of samples")
        self.saving_s = time.monotonic() - began

    def _refused(self, error: Exception) -> None:
        """A checkpoint could not be written: say so, and when it will be tried again."""
        pause_s = min(FIRST_PAUSE_S * 2.0 ** min(self._failures, 30), LONGEST_PAUSE_S)
        self._try_at = time.monotonic() + pause_s
        self._failures += 1
        self.fault = error
        kept = ""
        with suppress(OSError, IndexError):
            kept = f"; on the disk is the state at {self.run.checkpoints()[-1].name}"
        text = f"Not saved, training goes on: {_reason(error)}{kept}. "
        if _room_is_known(error):
            text += "It is saved by itself once there is room"
        else:
            text += f"It is tried again in {pause_s:.0f} s"
        self.tell(m.Noted(text, "error", "saving"))

    def drop(self) -> None:
        """Try nothing again that failed: training goes on from elsewhere, or ends."""
        self._unsaved = None
        self._writer.submit(lambda: None).result()  # one try may be under way
        self._unsaved = None

    def _set_alarm(self) -> None:
        """Look again a little later whether what failed can be written."""
        with self._lines:
            if self._alarm is not None:
                self._alarm.cancel()
            if self._open:
                self._alarm = threading.Timer(LOOK_S, self._look)
                self._alarm.name = "retry"
                self._alarm.start()

    def _look(self) -> None:
        with self._lines:
            if self._open and self._unsaved is not None:
                self._writer.submit(self._try_again)

    def _try_again(self) -> None:
        unsaved, fault = self._unsaved, self.fault
        if unsaved is None:
            return
        room = False
        if fault is not None and _room_is_known(fault):
            with suppress(OSError):
                room = free_bytes(self.run.path) >= fault.needed_bytes
        if room or time.monotonic() >= self._try_at:
            self._save(*unsaved)
        else:
            self._set_alarm()

    # Snapshots --------------------------------------------------------------------------------

    def begin(self, nimg: int) -> None:
        """Training stands here now, fresh, resumed or rewound; what came after is undone."""
        with self._lines:
            self._waiting = [raw for raw in self._waiting if json.loads(raw).get("nimg", 0) <= nimg]
        self._timeline.begin(nimg)
        self.tell_moments()

    def remember(self, nimg: int, copy: Callable[[], dict[str, Tensor]]) -> None:
        """Keep a snapshot if it is time for one and nothing else is being written.

        Args:
            nimg: real samples seen.
            copy: gives averaged weights and buffers by name, on the CPU.
        """
        if self.busy or not self._timeline.due(nimg):
            return
        began = time.monotonic()
        tensors = copy()
        self._timeline.copied(nimg, time.monotonic() - began)
        self._remembering = self._writer.submit(self._remember, nimg, tensors)

    def _remember(self, nimg: int, tensors: dict[str, Tensor]) -> None:
        try:
            self._timeline.write(nimg, tensors)
        except Exception as error:  # a look back is never worth a training
            self._fails("Snapshots for the time machine", error)
        else:
            self._works("Snapshots for the time machine")
            self.tell_moments()

    def tell_moments(self) -> None:
        """Announce the moments that one can travel to."""
        with suppress(OSError):  # a folder that is gone is told where something is written
            moments = tuple(one.nimg for one in self.run.moments())
            self._announce(m.Remembered(self.run.path, moments))

    # Lines ------------------------------------------------------------------------------------

    def record(self, line: dict[str, object]) -> None:
        """Add a line to the history; while the disk refuses, lines wait."""
        with self._lines:
            self._waiting.append(history.encoded(line))
            try:
                history.append(self.run.history_path, b"".join(self._waiting))
            except OSError as error:
                if len(self._waiting) > MOST_WAITING:  # every other report goes
                    kept = enumerate(self._waiting)
                    self._waiting = [raw for i, raw in kept if i % 2 or b'"event"' in raw]
                self._fails("The history", error)
            else:
                self._waiting.clear()
                self._works("The history")

    def tell(self, event: m.Noted) -> None:
        """Announce it and keep it in the run's log."""
        self._announce(event)
        self.run.note(f"{event.level}: {event.text}")

    def _fails(self, what: str, error: Exception) -> None:
        """Tell once that something cannot be written; of a full disk aloud only once for all."""
        if what not in self._failing:
            known = isinstance(error, NoRoomError) and (self._failing or self.fault)
            self._failing.add(what)
            text = f"{what} cannot be written, training goes on: {_reason(error)}"
            self.tell(m.Noted(text, "warning" if known else "error", what))

    def _works(self, what: str) -> None:
        if what in self._failing:
            self._failing.discard(what)
            self.tell(m.Noted(f"{what} can be written again", topic=what))


def _room_is_known(error: Exception) -> TypeGuard[NoRoomError]:
    """Whether the disk says when there is room: a quota refuses what seems to fit."""
    return isinstance(error, NoRoomError) and error.free_bytes < error.needed_bytes


def _reason(error: Exception) -> str:
    """For people: errors of the disk in their own words, all else with its kind."""
    return str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
