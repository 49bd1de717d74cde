"""A bar in the terminal for work that says how far it is."""

from __future__ import annotations

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
