"""A bar in the terminal for work that says how far it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ganstudio.train.tasks.base import Desk

LAYOUT = "{percentage:3.0f}% |{bar}| {postfix}"


@contextmanager
def desk() -> Iterator[Desk]:
    """A desk for a task, whose news move a bar."""
    from tqdm import tqdm

    from ganstudio.train.tasks.base import Desk

    with tqdm(total=1.0, bar_format=LAYOUT, dynamic_ncols=True) as bar:

        def show(share: float, text: str, preview: object) -> None:
            bar.n = share
            bar.set_postfix_str(text)

        yield Desk(show)


class Loading:
    """What happens before a training begins, a line for each; how far it is stays in its line."""

    def __init__(self) -> None:
        self._lead, self._open = "", False

    def show(self, text: str) -> None:
        """Tell what happens, such as ``Reading digits`` or ``Downloading MNIST: 2 of 10 MB``.

        Where nobody watches, in a file or a pipe, what stands after the colon is left out.
        """
        lead, colon, _ = text.partition(": ")
        if colon and sys.stdout.isatty():
            if lead != self._lead:
                self.end()
            print(f"\r\x1b[K{text}", end="", flush=True)
            self._open = True
        elif lead != self._lead:
            self.end()
            print(f"{lead} ...", flush=True)
        self._lead = lead

    def end(self) -> None:
        """Close the line that is open."""
        if self._open:
            print()
        self._lead, self._open = "", False
