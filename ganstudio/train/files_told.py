"""What a person is told of the files of a data set: a line, its details, a list that stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ganstudio.data.base import Samples
from ganstudio.train import messages as m
from ganstudio.train.run import write_atomically

FILE = "files.txt"
MOST_SHOWN = 200  # of the lines that unfold; the file has all


def tell_of_files(samples: Samples, run: Path, announce: Callable[[m.Event], None]) -> None:
    """Say which files were left out or converted, and write the whole list into the run folder.

    Args:
        samples: as they were loaded.
        run: the run folder.
        announce: takes the events.
    """
    for note in samples.notes:
        announce(m.Noted(note, "warning"))
    if not samples.remarks:
        (run / FILE).unlink(missing_ok=True)
        return
    ordered = sorted(samples.remarks, key=lambda one: one.done != "left out")
    lines = [str(one) for one in ordered]
    left_out = sum(one.done == "left out" for one in ordered)
    converted = len({one.path for one in ordered if one.done == "converted"})
    counts = ((left_out, "left out"), (converted, "converted"))
    text = " and ".join(f"{n:,} {'file' if n == 1 else 'files'} {what}" for n, what in counts if n)
    try:
        write_atomically(run / FILE, "".join(f"{line}\n" for line in lines).encode())
        text += f"; all are listed in {run / FILE}"
    except OSError as error:
        text += f"; the list could not be written: {error}"
    shown = lines[:MOST_SHOWN]
    if len(lines) > MOST_SHOWN:
        shown.append(f"and {len(lines) - MOST_SHOWN:,} more lines")
    announce(m.Noted(text, "warning" if left_out else "info", detail="\n".join(shown)))
