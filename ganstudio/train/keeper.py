"""What a training leaves on the disk, written on a thread that it never waits for."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from torch import Tensor

from ganstudio.train import messages as m
from ganstudio.train.checkpoints import Checkpoint
from ganstudio.train.picture import save_sheet
from ganstudio.train.run import RunFolder
from ganstudio.train.sampler import Sampler
from ganstudio.train.timeline import Timeline

SHEET_TILES = {"points": 2048, "image": 64, "voxels": 16}


class Keeper:
    """Writes checkpoints, snapshots and lines of one run.

    A disk that refuses does not stop training: the failure is told, and the next try comes.
    What is handed over is a copy that nobody changes any more.

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
        self._history_fails = self._timeline_fails = False
        self.fault: OSError | None = None  # of the last checkpoint
        self.saving_s = 0.0  # what writing it took

    @property
    def busy(self) -> bool:
        """Whether something is being written."""
        return any(not one.done() for one in (self._saving, self._remembering) if one is not None)

    def wait(self) -> None:
        """Until all that was handed over is written, or was refused."""
        waiting = (self._remembering, self._saving)
        self._saving = self._remembering = None  # told once, or nothing could be saved again
        for one in waiting:
            if one is not None:
                one.result()

    def close(self) -> None:
        """Finish writing."""
        try:
            self.wait()
        finally:
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
            path = self.run.write(checkpoint)
        except OSError as error:
            self.fault = error
            self.tell(m.Noted(f"Saving failed, training goes on and tries again: {error}", "error"))
            return
        self.fault = None
        self.record({"nimg": checkpoint.nimg, "event": "saved", "checkpoint": path.name})
        self._announce(m.Saved(path, checkpoint.nimg))
        self.tell_moments()
        spec = sampler.model.spec
        try:
            samples = sampler.draw(sampler.model.draw(SHEET_TILES[spec.kind], seed=0))
            save_sheet(self.run.path / "samples" / f"{path.name}.png", samples, spec)
        except Exception as error:  # of a variant too: a picture is never worth a training
            self._announce(m.Noted(f"The samples of {path.name} cannot be drawn: {error}", "error"))
        self.saving_s = time.monotonic() - began

    # Snapshots --------------------------------------------------------------------------------

    def begin(self, nimg: int) -> None:
        """Training stands here now, fresh, resumed or rewound."""
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
            if not self._timeline_fails:
                self.tell(m.Noted(f"The time machine cannot keep snapshots: {error}", "error"))
            self._timeline_fails = True
        else:
            self._timeline_fails = False
            self.tell_moments()

    def tell_moments(self) -> None:
        """Announce the moments that one can travel to."""
        with suppress(OSError):  # a folder that is gone is told where something is written
            moments = tuple(one.nimg for one in self.run.moments())
            self._announce(m.Remembered(self.run.path, moments))

    # Lines ------------------------------------------------------------------------------------

    def record(self, line: dict[str, object]) -> None:
        """Add a line to the history, as far as the disk lets us."""
        try:
            self.run.append_history(line)
        except OSError as error:
            if not self._history_fails:
                self.tell(m.Noted(f"The history cannot be written: {error}", "error"))
            self._history_fails = True
        else:
            self._history_fails = False

    def tell(self, event: m.Noted) -> None:
        """Announce it and keep it in the run's log, as far as the disk lets us."""
        self._announce(event)
        with suppress(OSError):
            self.run.note(f"{event.level}: {event.text}")
