"""What every task has in common: a model, arguments, a desk to report to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ganstudio.train.sampler import Sampler


class CancelledError(Exception):
    """Raised inside a task that nobody wants any more."""


class TaskError(ValueError):
    """A task cannot be done; the message says why and what to do."""


class Desk:
    """Where a task says how far it is, and hears that it is no longer wanted.

    Args:
        tell: gets the share that is done, a text and perhaps a preview.
        wanted: whether anybody still waits for the result.
    """

    def __init__(
        self,
        tell: Callable[[float, str, np.ndarray | None], None] = lambda *_: None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._tell, self._wanted = tell, wanted

    def check(self) -> None:
        """Come here often: at least every 100 ms.

        Raises:
            CancelledError: if the work is no longer wanted.
        """
        if not self._wanted():
            raise CancelledError

    def tell(self, share: float, text: str = "", preview: np.ndarray | None = None) -> None:
        """Say that this share, 0 to 1, is done.

        Raises:
            CancelledError: if the work is no longer wanted.
        """
        self.check()
        self._tell(share, text, preview)

    def packing(self, share: float) -> None:
        """Say that of all that was made this share is packed into its file.

        Raises:
            CancelledError: if the work is no longer wanted.
        """
        self.tell(1.0, f"packing {share:.0%}")


class Task(ABC):
    """Work that takes longer than a frame: directions, projection, films.

    A subclass in a file of its own is found by the file's name. It runs on the workshop's
    thread, or in the command line's, and never touches networks that train: the sampler is a
    frozen copy.
    """

    title: ClassVar[str]  # a few words, such as ``Principal components``

    @abstractmethod
    def run(self, sampler: Sampler, desk: Desk, **arguments: Any) -> Any:
        """Do it.

        Args:
            sampler: the newest model; it stays the same until the task is done.
            desk: hears of progress, tells of cancelling.
            **arguments: by name, as the subclass lists them.

        Returns:
            Numbers, texts, paths and arrays, in a frozen dataclass: no tensor.

        Raises:
            TaskError: if it cannot be done with this model or these arguments.
            CancelledError: if it is no longer wanted.
        """


BASE = Task
