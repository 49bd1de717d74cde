"""What a training tells while it runs: speed and terms, for the window and for the history."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import psutil
import torch

from ganstudio.train import messages as m
from ganstudio.train.speed import Machine
from ganstudio.train.stopwatch import Stopwatch
from ganstudio.train.trainer import Trainer

HISTORY_S = 0.5
RATE_WINDOW = 20  # reports over which samples a second are taken
REPORTS_KEPT = 50  # to look at should training diverge


class Reporter:
    """Makes a report of each reading, and a line of the history of those of half a second.

    Args:
        trainer: whose terms they are.
        announce: takes ``Stats``.
        record: takes lines of the history.

    Attributes:
        clock: of the time spent training.
        last: the newest reports.
    """

    def __init__(
        self,
        trainer: Trainer,
        announce: Callable[[m.Event], None],
        record: Callable[[dict[str, object]], None],
    ) -> None:
        self._trainer, self._announce, self._record = trainer, announce, record
        self.clock = Stopwatch()
        self.last: deque[m.Stats] = deque(maxlen=REPORTS_KEPT)
        self._line: dict[str, list[float]] = {}
        self._line_at = 0.0
        self._recent: deque[tuple[float, int]] = deque(maxlen=RATE_WINDOW)

    def begin(self, seconds: float) -> None:
        """Training stands where it had taken so long; what was told since is not true any more."""
        self.clock.seconds = self._line_at = seconds
        self._line.clear()
        self._recent.clear()
        self.last.clear()

    def report(self) -> None:
        """Tell the means since the last report, and write them down now and then.

        Raises:
            NotFiniteError: if a term is not finite.
        """
        with self.clock.lap():
            terms = self._trainer.read()  # waits for the device
        if not terms:
            return
        trainer, seconds = self._trainer, self.clock.seconds
        self._recent.append((seconds, trainer.nimg))
        stats = m.Stats(
            trainer.steps,
            trainer.nimg,
            seconds,
            self.rate,
            terms,
            _memory(trainer.machine),
            trainer.gan.status,
        )
        self.last.append(stats)
        self._announce(stats)
        for name, value in terms.items():
            self._line.setdefault(name, []).append(value)
        if seconds - self._line_at >= HISTORY_S:
            self.write_line()

    @property
    def rate(self) -> float:
        """Real samples a second over the last reports."""
        if not self._recent:
            return 0.0
        (begun, first), (now, last) = self._recent[0], self._recent[-1]
        return (last - first) / (now - begun) if now > begun else 0.0

    def write_line(self) -> None:
        """Put down what was reported since the last line, if anything."""
        if not self._line:
            return
        terms = {name: round(sum(v) / len(v), 6) for name, v in self._line.items()}
        self._record(
            {
                "nimg": self._trainer.nimg,
                "step": self._trainer.steps,
                "seconds": round(self.clock.seconds, 3),
                "samples_per_second": round(self.rate, 1),
                "terms": terms,
            }
        )
        self._line.clear()
        self._line_at = self.clock.seconds


def _memory(machine: Machine) -> int:
    if machine.device.type == "cuda":
        return torch.cuda.memory_allocated(machine.device)
    return int(psutil.Process().memory_info().rss)
