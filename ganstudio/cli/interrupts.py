"""What asks a training in the terminal to end, and how it ends without losing anything."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ganstudio.train.session import Session

MOST_SIGNALS = 3  # of any kind: who insists is obeyed


def stop_on_interrupt(session: Session) -> Callable[[], int]:
    """Make Ctrl-C, SIGTERM and a closed terminal save and end.

    A second Ctrl-C leaves at once: the run is whole, without what was not saved yet.

    Returns:
        Gives the exit status of that; 0 if none came.
    """
    from ganstudio.train.messages import Stop

    caught: list[int] = []

    def stop(number: int, _frame: object) -> None:
        caught.append(number)
        if caught.count(signal.SIGINT) > 1 or len(caught) > MOST_SIGNALS:
            os._exit(128 + number)
        if len(caught) > 1:
            return
        session.post(Stop())
        text = b"\nSaving, which takes a moment; Ctrl-C leaves at once, without it.\n"
        with suppress(OSError):  # the terminal may be gone; print may be under way
            os.write(2, text)

    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)):
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, stop)
    return lambda: 128 + caught[0] if caught else 0
