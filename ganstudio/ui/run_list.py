"""What there is to tell of the runs in a folder: read on a thread, and again only what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ganstudio.train import history
from ganstudio.train.lock import Holder, holder
from ganstudio.train.tree import Survey, runs_under

MOST_BYTES = 8 << 20  # of a history, from its end: about 40,000 lines
_MEASURED = b'"measured"'


@dataclass(frozen=True)
class Score:
    """How one score of a run went.

    Attributes:
        name: which, the one that matters most.
        last: what was measured last.
        best: the greatest, the smallest, or what came nearest to what real samples get.
        best_nimg: real samples seen by then.
    """

    name: str
    last: float
    best: float
    best_nimg: int


@dataclass(frozen=True)
class RunList:
    """The runs of a folder, with their scores.

    Attributes:
        root: the folder.
        survey: the runs.
        scores: by the run's folder; a run that was never measured has none.
        held: by the run's folder, who trains it now; this program's own training is one of them.
    """

    root: Path
    survey: Survey
    scores: dict[Path, Score]
    held: dict[Path, Holder] = field(default_factory=dict)


class RunReader:
    """Reads a folder of runs; histories that did not change are not read again.

    Meant for one thread at a time.
    """

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, int], Score | None]] = {}

    def read(self, root: Path) -> RunList:
        """The runs there are now; what cannot be read is left out."""
        survey = runs_under(root)
        scores = {}
        for run in survey.runs:
            score = self._score(run.path / "history.jsonl")
            if score is not None:
                scores[run.path] = score
        held = {run.path: by for run in survey.runs if (by := holder(run.path)) is not None}
        return RunList(root, survey, scores, held)

    def _score(self, path: Path) -> Score | None:
        try:
            stat = path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if path not in self._known or self._known[path][0] != stamp:
                self._known[path] = stamp, read_score(path)
        except OSError:
            return None
        return self._known[path][1]


def read_score(path: Path, most_bytes: int = MOST_BYTES) -> Score | None:
    """The score that matters most, from a run's history; None if nothing was measured.

    Raises:
        OSError: if the file cannot be read.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - most_bytes))
        content = file.read()
    found: list[tuple[int, float, float]] = []  # nimg, value, how far off the best there can be
    name, at = "", content.find(_MEASURED)
    while at >= 0:
        start, end = content.rfind(b"\n", 0, at) + 1, content.find(b"\n", at)
        end = len(content) if end < 0 else end
        line = history.parsed(content[start:end])
        at = content.find(_MEASURED, end)
        values = line.get("values") if line is not None else None
        if line is None or not isinstance(values, dict) or not values:
            continue
        name = name or next(iter(values))
        value, nimg = values.get(name), line.get("nimg")
        if isinstance(value, int | float) and isinstance(nimg, int):
            off = _off(value, _of(line, "better", name), _of(line, "floors", name))
            found.append((nimg, value, off))
    if not found:
        return None
    best = min(found, key=lambda one: one[2])
    return Score(name, float(found[-1][1]), float(best[1]), best[0])


def _of(line: Mapping[str, object], part: str, name: str) -> object:
    """What a line of the history says of a score there; None if nothing."""
    found = line.get(part)
    return found.get(name) if isinstance(found, dict) else None


def _off(value: float, better: object, floor: object) -> float:
    """The smaller, the better; old runs do not say which way is."""
    if better in ("lower", "higher"):
        return value if better == "lower" else -value
    return abs(value - floor) if isinstance(floor, int | float) else value
