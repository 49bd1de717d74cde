"""The same latents through all moments of a training, as a film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ganstudio.films import MOST_FPS, FilmError, FilmWriter
from ganstudio.latent.blend import Frames
from ganstudio.latent.stand import Stand
from ganstudio.train.frames import USUAL_PX, labelled, many
from ganstudio.train.library import moments
from ganstudio.train.run import RunError
from ganstudio.train.sampler import Sampler
from ganstudio.train.tasks.base import Desk, Task, TaskError

USUAL_COUNT = {"points": 2048, "image": 16, "voxels": 9}
LONGEST_S = 3600.0
VALUES_A_BATCH = 1 << 18


@dataclass(frozen=True)
class TimelapseMade:
    """A film on the disk.

    Attributes:
        path: the file, or the folder of pictures.
        frames: how many.
        moments: how many moments of the training it shows.
        skipped: of those that are kept, how many could not be read.
    """

    path: Path
    frames: int
    moments: int
    skipped: int


class Timelapse(Task):
    """Draws fixed latents at every kept moment of a run and writes them as a film.

    Each moment is shown equally long, so that the start, where most happens and most moments are
    kept, is seen well.

    Arguments of ``run``:
        path: what the film is called; its ending says what it is, see ``films.FilmWriter``.
        run: the run's folder; that of the model in view if None.
        places: ``Stand``s or ``Frames`` of the latents to show; if None, drawn by ``seed``.
        columns: samples in a row; 0 for about a square.
        n: how many are drawn; 0 for as many as suit the samples.
        seed: of those that are drawn.
        seconds: how long the film is.
        fps: frames a second.
        height: of the frame in pixels.
        label: whether kimg are written in the corner.
    """

    title = "Time-lapse of a training"

    def run(  # type: ignore[override]
        self,
        sampler: Sampler,
        desk: Desk,
        *,
        path: Path,
        run: Path | None = None,
        places: Frames | Sequence[Stand] | None = None,
        columns: int = 0,
        n: int = 0,
        seed: int = 0,
        seconds: float = 10.0,
        fps: float = 30.0,
        height: int = USUAL_PX,
        label: bool = True,
    ) -> TimelapseMade:
        """Write the film.

        Raises:
            TaskError: if nothing of the run is kept, or the film cannot be written.
            CancelledError: if it is no longer wanted; nothing is left then.
        """
        if not 0 < seconds <= LONGEST_S or not 0 < fps <= MOST_FPS:
            raise TaskError(
                f"A film of {seconds:g} s with {fps:g} frames a second, but it must last at most "
                f"{LONGEST_S:g} s and show at most {MOST_FPS:g}"
            )
        if run is None and sampler.source == "live":
            raise TaskError("Say which run: the model in view is that of a training.")
        folder = run or Path(sampler.source)
        device = str(sampler.device)
        spec = sampler.model.spec
        count = max(1, round(seconds * fps))
        skipped = shown = 0
        past: Sampler | None = None
        try:
            places = _placed(sampler, places) or drawn(sampler, n or USUAL_COUNT[spec.kind], seed)
            plan = spread(moments(folder), count)
            if not plan:
                raise TaskError(f"{folder} keeps no moment of its training yet.")
            with FilmWriter(path, fps, packing=desk.packing) as film:
                for nimg, times in plan:
                    desk.tell(film.count / count, f"{nimg / 1000:,.1f} kimg")
                    try:
                        past = past.at(nimg) if past else Sampler.load(folder, device, moment=nimg)
                    except (RunError, OSError):
                        skipped += 1  # damaged, or let go since it was listed
                        continue
                    frame = many(_samples(past, places, desk), spec, height, columns)
                    frame = labelled(frame, f"{nimg / 1000:,.1f} kimg") if label else frame
                    shown += 1
                    for _number in range(times):
                        desk.check()
                        film.add(frame)
        except (FilmError, RunError, ValueError) as error:
            if isinstance(error, TaskError):
                raise
            raise TaskError(f"The film cannot be made: {error}") from error
        return TimelapseMade(film.path, film.count, shown, skipped)


def drawn(sampler: Sampler, count: int, seed: int) -> Frames:
    """Latents from the prior, with what is told besides filled in; the same seed, the same."""
    z = sampler.model.draw(count, seed)
    return Frames(z, sampler.fill({}, count), np.ones(count), None, np.ones(count))


def _placed(sampler: Sampler, places: Frames | Sequence[Stand] | None) -> Frames | None:
    """Places as they are drawn, with what they leave out filled in; None for none.

    Raises:
        ValueError: if they do not go together or are of another model.
    """
    if places is None or not len(places):
        return None
    if not isinstance(places, Frames):
        places = Frames.of(list(places), len(sampler.model.classes))
    return replace(places, told=sampler.fill(places.told, len(places)))


def spread(kept: Sequence[int], frames: int) -> list[tuple[int, int]]:
    """Which moments to show and for how many frames each, all together ``frames``.

    Where there are more moments than frames, some are left out, never the first and the last.
    """
    if not kept:
        return []
    if len(kept) > frames:
        picked = np.linspace(0, len(kept) - 1, frames).round().astype(int)
        return [(kept[index], 1) for index in picked]
    starts = np.linspace(0, frames, len(kept) + 1).round().astype(int)
    return list(zip(kept, np.diff(starts).tolist(), strict=True))


def _samples(sampler: Sampler, places: Frames, desk: Desk) -> np.ndarray:
    parts = []
    for part in places.batches(max(1, VALUES_A_BATCH // sampler.model.spec.size)):
        desk.check()
        x = sampler.draw(part.z, part.told, float(part.psi[0]), part.shift, float(part.noise[0]))
        parts.append(x)
    return np.concatenate(parts)
