"""One line of the tree of runs: what its columns say, and by what they are ordered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem

from ganstudio.train.lock import Holder
from ganstudio.train.tree import RunSummary
from ganstudio.ui.run_list import RunList, Score

COLUMNS = ("Run", "Variant", "Data", "kimg", "Score", "Best", "When")
RUN, VARIANT, DATA, KIMG, SCORE, BEST, WHEN = range(len(COLUMNS))
NUMBERS = (KIMG, SCORE, BEST, WHEN)
TIPS = (
    "Runs, and under them those that branched off. Tick one to lay its curves over those in view.",
    "The variant that was trained.",
    "The data set it was trained on.",
    "Thousands of real samples seen by the newest checkpoint.",
    "The score that was measured last. Point at it for its name.",
    "The best value of that score so far.",
    "When it was trained last.",
)
_STAMP = re.compile(r"\d{4}-\d\d-\d\d-\d{4}-(.+)")
PATH, ORDER, TEXT = (Qt.ItemDataRole.UserRole + i for i in range(3))
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def branches(runs: RunList) -> dict[Path | None, list[RunSummary]]:
    """The runs by their parent; None for those without one here."""
    there = {run.path for run in runs.survey.runs}
    found: dict[Path | None, list[RunSummary]] = {}
    for run in runs.survey.runs:
        parent = run.parent.run if run.parent is not None else None
        found.setdefault(parent if parent in there else None, []).append(run)
    return found


def run_row(run: RunSummary, score: Score | None, by: Holder | None = None) -> list[QStandardItem]:
    """One line of the tree; each cell knows its place in the order and the words to search."""
    text = f"{run.path.name} {run.variant} {run.data}".lower()
    cells = list(_cells(run, score, by))
    items = []
    for column, (shown, order, tip) in enumerate(cells):
        item = QStandardItem(shown)
        item.setData(str(run.path), PATH)
        item.setData(order, ORDER)
        item.setData(text, TEXT)
        item.setToolTip(tip)
        if column in NUMBERS:
            item.setTextAlignment(RIGHT)
        items.append(item)
    items[RUN].setCheckable(True)
    return items


def _cells(
    run: RunSummary, score: Score | None, by: Holder | None
) -> Iterator[tuple[str, object, str]]:
    """Text, place in the order, and tip of each column."""
    tip = f"{run.path}\n{run.variant} on {run.data}"
    if run.parent is not None:
        tip += f"\nBranched from {run.parent.run.name} at {run.parent.nimg / 1000:,.1f} kimg"
    if by is not None and not by.ours:
        tip += f"\nBeing trained by {by}"
    stamped = _STAMP.fullmatch(run.path.name)
    yield stamped[1] if stamped else run.path.name, run.path.name.lower(), tip
    yield run.variant, run.variant, run.variant
    yield run.data, run.data, run.data
    yield f"{run.nimg / 1000:,.1f}", run.nimg, f"of {run.kimg:,.0f} kimg asked for"
    if score is None:
        for _ in (SCORE, BEST):
            yield "–", float("inf"), "Never measured"
    else:
        lead = score.name.replace("_", " ")
        yield f"{score.last:.4g}", score.last, f"{lead}, measured last"
        at = f"{lead}, the best so far, at {score.best_nimg / 1000:,.1f} kimg"
        yield f"{score.best:.4g}", score.best, at
    started = f"Begun {run.started:%Y-%m-%d %H:%M}, last change {run.changed:%Y-%m-%d %H:%M}"
    if by is not None and not by.ours:
        yield "now", run.changed.timestamp(), f"{started}\nBeing trained by {by}"
    else:
        yield _when(run.changed), run.changed.timestamp(), started


def _when(moment: datetime) -> str:
    """A time today, a day this year, or a year."""
    now = datetime.now()
    if moment.date() == now.date():
        return f"{moment:%H:%M}"
    return f"{moment.day} {moment:%b}" if moment.year == now.year else f"{moment:%Y}"
