"""A walk through latent space, as a film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganstudio.films import FilmError, FilmWriter
from ganstudio.latent.blend import Frames
from ganstudio.latent.walks import KeyFrames
from ganstudio.samples import SampleSpec
from ganstudio.train.frames import USUAL_PX, single
from ganstudio.train.sampler import Sampler
from ganstudio.train.tasks.base import Desk, Task, TaskError

VALUES_A_BATCH = 1 << 18  # drawn between two looks at whether anybody still wants it
LARGEST_PREVIEW_PX = 256


@dataclass(frozen=True)
class FilmMade:
    """A film on the disk.

    Attributes:
        path: the file, or the folder of pictures.
        frames: how many.
    """

    path: Path
    frames: int


class Film(Task):
    """Draws every frame of a walk and writes it.

    Arguments of ``run``:
        walk: ``KeyFrames``, or ``Frames`` that are ready.
        path: what the film is called; its ending says what it is, see ``films.FilmWriter``.
        fps: frames a second.
        size: width and height in pixels; 512 px high, in the form of the samples, if None.
        paint: makes a frame (H, W, 3) uint8 of a sample (*shape), instead of the usual picture;
            called on the workshop's thread.
    """

    title = "Film of a walk"

    def run(  # type: ignore[override]
        self,
        sampler: Sampler,
        desk: Desk,
        *,
        walk: KeyFrames | Frames,
        path: Path,
        fps: float = 30.0,
        size: tuple[int, int] | None = None,
        paint: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> FilmMade:
        """Write the film.

        Raises:
            TaskError: if the walk is not of this model, or the film cannot be written.
            CancelledError: if it is no longer wanted; nothing is left then.
        """
        spec = sampler.model.spec
        size = size or usual_size(spec)
        paint = paint or (lambda sample: single(sample, spec, size))
        try:
            frames = walk.frames(fps) if isinstance(walk, KeyFrames) else walk
            with FilmWriter(path, fps, size, desk.packing) as film:
                for part in frames.batches(max(1, min(16, VALUES_A_BATCH // spec.size))):
                    x = sampler.draw(
                        part.z, part.told, float(part.psi[0]), part.shift, float(part.noise[0])
                    )
                    for sample in x:
                        desk.check()
                        frame = paint(sample)
                        film.add(frame)
                    text = f"frame {film.count} of {len(frames)}"
                    desk.tell(film.count / len(frames), text, _preview(frame))
        except (FilmError, ValueError) as error:
            raise TaskError(f"The film cannot be made: {error}") from error
        return FilmMade(film.path, film.count)


def usual_size(spec: SampleSpec) -> tuple[int, int]:
    """Width and height for samples of this kind."""
    if spec.kind != "image":
        return USUAL_PX, USUAL_PX
    _, height, width = spec.shape
    times = max(1, USUAL_PX // height)
    return width * times, height * times


def _preview(frame: np.ndarray) -> np.ndarray:
    """A frame made small enough to be sent around."""
    every = -(-max(frame.shape[:2]) // LARGEST_PREVIEW_PX)
    return np.ascontiguousarray(frame[::every, ::every])
