"""What a contest is: the same errand done the plain way and this program's way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import torch

from ganstudio.train.speed import Machine


class Contest(ABC):
    """An errand that people wait for, such as a whole epoch of a real data set.

    Both sides are prepared once, and then run in turns.

    Args:
        machine: device, precision and threads of this program's side.
        data_root: where data sets are kept.
        scratch: an empty folder for what the contest writes.
        most: so many samples at most; all when 0.

    Attributes:
        title: of its row.
        source: whose habits the plain side has.
    """

    title: ClassVar[str]
    source: ClassVar[str]

    def __init__(self, machine: Machine, data_root: Path, scratch: Path, most: int = 0) -> None:
        self.machine, self.data_root, self.scratch, self.most = machine, data_root, scratch, most
        torch.manual_seed(0)

    def lacking(self) -> str:
        """Why it cannot be held here; empty if it can."""
        return ""

    def prepare(self) -> None:
        """What is done once, and timed by nobody."""
        return

    @abstractmethod
    def plain(self) -> int:
        """The errand as well-known programs do it; returns how many samples it took."""

    @abstractmethod
    def own(self) -> int:
        """The same errand as this program does it; returns how many samples it took."""

    def limited(self, count: int) -> int:
        """So many samples, or the most that were asked for."""
        return min(count, self.most) if self.most else count


BASE = Contest
