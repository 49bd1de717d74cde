"""What there is to tell of the runs in a folder: read on a thread, and again only what changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ganstudio.train import history
from ganstudio.train.tree import Survey, runs_under

MOST_BYTES = 8 << 20  # of a history, from its end: about 40,000 lines
_MEASURED = b'"measured"'


@dataclass(frozen=True)
class Score:
    """How one score of a run went.

    Attributes:
        name: which, the one that matters most.
        last: what was measured last.
        best: the value that came nearest to what real samples get, or the smallest.
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
    """

    root: Path
    survey: Survey
    scores: dict[Path, Score]


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
        return RunList(root, survey, scores)

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
    found: list[tuple[int, float, float]] = []  # nimg, value, distance from the floor
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
            floors = line.get("floors")
            floor = floors.get(name) if isinstance(floors, dict) else None
            found.append(
                (nimg, value, abs(value - floor) if isinstance(floor, int | float) else value)
            )
    if not found:
        return None
    best = min(found, key=lambda one: one[2])
    return Score(name, float(found[-1][1]), float(best[1]), best[0])
