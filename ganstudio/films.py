"""Films: frames in, one file out, whole or not at all.

``with FilmWriter(path, fps) as film: film.add(frame)`` writes ``.mp4`` (H.264), ``.gif``,
``.webp``, or pictures in a folder, by what the path ends in.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from PIL import Image

SUFFIXES = (".mp4", ".gif", ".webp", ".png", "")
"""What a film may end in; ``.png`` and nothing stand for a folder of pictures."""
MOST_FPS = 240.0
LARGEST_SIDE_PX = 8192
MOST_BYTES = 1 << 29
"""Of frames that wait in memory: animated pictures are packed when the last one is there."""
QUALITY = 8  # of 10, for ffmpeg
GIF_STEP_S = 0.01
GIF_SHORTEST_STEPS = 2  # what viewers show as it is; faster frames are slowed down by many


class FilmError(ValueError):
    """A film cannot be written; the message says why and what to do."""


class FilmWriter:
    """Writes frames one by one, under a temporary name until the film is whole.

    What was at ``path`` stays until then. Leaving the block by any exception removes all that
    was written.

    Args:
        path: ``.mp4``, ``.gif`` or ``.webp``; ``.png`` or no ending for a folder of numbered
            pictures, named without the ending, which must not be there yet.
        fps: frames a second, up to 240; a ``.gif`` shows at most 50 and leaves frames out.
        size: width and height in pixels, to which frames are scaled; the first frame's if None.
        packing: told the share, 0 to 1, that is packed of an animated picture once the last frame
            is there; may raise to end it.

    Attributes:
        path: the file or the folder that there will be.
        count: frames that were added.

    Raises:
        FilmError: if the film cannot be written so.
    """

    def __init__(
        self,
        path: Path,
        fps: float,
        size: tuple[int, int] | None = None,
        packing: Callable[[float], None] = lambda _: None,
    ) -> None:
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            raise FilmError(
                f"{path.name} cannot be a film: it must end in .mp4, .gif, .webp or .png, "
                "or in nothing for a folder of pictures"
            )
        if not 0 < fps <= MOST_FPS:
            raise FilmError(f"{fps:g} frames a second, but it must be above 0 and at most 240")
        if size is not None:
            _check_size(*size)
        self.path = path.with_suffix("") if suffix == ".png" else path
        self._kind = suffix if suffix != ".png" else ""
        if not self._kind and self.path.exists() and not _is_empty_folder(self.path):
            raise FilmError(f"{self.path} is there already: name another folder")
        self.fps, self._size, self._packing, self.count = fps, size, packing, 0
        self._building = self.path.with_name(f".{self.path.stem}.{os.getpid()}.part{self._kind}")
        self._video: Generator[None, Any, None] | None = None
        self._waiting: list[Image.Image] = []
        self._waiting_bytes = 0

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._remove()
        except OSError as error:
            raise FilmError(f"{self.path} cannot be written: {error}") from error
        return self

    def add(self, frame: np.ndarray) -> None:
        """Append one frame.

        Args:
            frame: (H, W, 3) uint8.

        Raises:
            FilmError: if it cannot be written.
        """
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise FilmError(f"a frame must be (H, W, 3) uint8, got {frame.shape} {frame.dtype}")
        if self._size is None:
            self._size = (frame.shape[1], frame.shape[0])
            _check_size(*self._size)
        frame = scaled(frame, self._size)
        try:
            if self._kind == ".mp4":
                self._send(frame)
            elif self._kind:
                self._keep(frame)
            else:
                self._building.mkdir(exist_ok=True)
                name = f"{self.path.name}-{self.count + 1:05d}.png"
                Image.fromarray(frame).save(self._building / name)
        except OSError as error:
            raise FilmError(f"{self.path} cannot be written: {error}") from error
        self.count += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if self._video is not None:
                self._video.close()  # waits until ffmpeg has written the end
            if kind is None:
                self._finish()
        except OSError as fault:
            raise FilmError(f"{self.path} cannot be written: {fault}") from fault
        finally:
            self._waiting.clear()
            with suppress(OSError):
                self._remove()

    def _finish(self) -> None:
        """Give what is whole its name."""
        if self.count == 0:
            raise FilmError(f"{self.path.name} would be empty: no frame was made")
        if self._kind in (".gif", ".webp"):
            self._pack()
        if self._kind and not (self._building.is_file() and self._building.stat().st_size):
            raise FilmError(f"{self.path} cannot be written: ffmpeg made no film")
        if not self._kind and self.path.is_dir():
            self.path.rmdir()  # empty: Windows renames onto no folder
        self._building.replace(self.path)

    def _send(self, frame: np.ndarray) -> None:
        """To ffmpeg, on even sides, which H.264 with halved colour wants."""
        height, width = frame.shape[:2]
        even = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        if self._video is None:
            self._video = _ffmpeg(self._building, (even.shape[1], even.shape[0]), self.fps)
        self._video.send(even.tobytes())

    def _keep(self, frame: np.ndarray) -> None:
        image = Image.fromarray(frame)
        if self._kind == ".gif":
            grey = bool((frame == frame[..., :1]).all())
            image = image.convert("L") if grey else image.quantize(256)
        self._waiting.append(image)
        self._waiting_bytes += frame[..., 0].size * len(image.getbands())
        if self._waiting_bytes > MOST_BYTES:
            raise FilmError(
                f"the film is too long or too large for a {self._kind}: make it an .mp4, or smaller"
            )

    def _pack(self) -> None:
        """Write an animated picture."""
        shown, lasting_ms = self._waiting, [round(1000 / self.fps)] * self.count
        if self._kind == ".gif":
            kept, lasting_ms = _gif_times(self.count, self.fps)
            shown = [shown[index] for index in kept]
        for index, image in enumerate(shown):
            _watch(image, partial(self._packing, index / len(shown)))
        options: dict[str, Any] = {"quality": 90, "method": 2} if self._kind == ".webp" else {}
        shown[0].save(
            self._building,
            format=self._kind[1:].upper(),
            save_all=True,
            append_images=shown[1:],
            duration=lasting_ms if len(shown) > 1 else lasting_ms[0],
            loop=0,
            **options,
        )

    def _remove(self) -> None:
        if self._building.is_dir():
            shutil.rmtree(self._building)
        self._building.unlink(missing_ok=True)


def _check_size(width: int, height: int) -> None:
    if not (1 <= width <= LARGEST_SIDE_PX and 1 <= height <= LARGEST_SIDE_PX):
        raise FilmError(
            f"a film of {width} x {height} pixels, but each side must be 1 to {LARGEST_SIDE_PX}"
        )


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and next(path.iterdir(), None) is None


def scaled(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A picture at another size: pixels stay squares where it is a whole multiple.

    Args:
        frame: (H, W, 3) uint8.
        size: width and height.
    """
    width, height = size
    down, across = height / frame.shape[0], width / frame.shape[1]
    if down == across == 1:
        return frame
    if down == across and down.is_integer():
        return frame.repeat(int(down), axis=0).repeat(int(across), axis=1)
    return np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.LANCZOS))


def _ffmpeg(path: Path, size: tuple[int, int], fps: float) -> Generator[None, Any, None]:
    """A started ffmpeg that takes frames as bytes.

    Raises:
        FilmError: if there is none on this machine.
    """
    try:
        import imageio_ffmpeg

        imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError) as error:
        raise FilmError(
            "an .mp4 needs ffmpeg, which is not here: pip install imageio-ffmpeg, or write a "
            ".gif, a .webp or pictures"
        ) from error
    video: Generator[None, Any, None] = imageio_ffmpeg.write_frames(
        str(path),
        size,
        fps=fps,
        quality=QUALITY,
        macro_block_size=1,
        ffmpeg_log_level="error",
        output_params=["-movflags", "+faststart"],
    )
    video.send(None)
    return video


def _watch(image: Image.Image, packed: Callable[[], None]) -> None:
    """Have ``packed`` called when Pillow comes to this picture; it seeks in it before packing."""
    seek = image.seek

    def watched(frame: int) -> None:
        image.seek = seek  # type: ignore[method-assign]
        packed()
        seek(frame)

    image.seek = watched  # type: ignore[method-assign]


def _gif_times(count: int, fps: float) -> tuple[list[int], list[int]]:
    """Which frames a GIF shows and how long, in ms: it counts time in hundredths of a second."""
    kept: list[int] = []
    starts: list[int] = []
    for index in range(count):
        start = round(index / fps / GIF_STEP_S)
        if not starts or start - starts[-1] >= GIF_SHORTEST_STEPS:
            kept.append(index)
            starts.append(start)
    ends = [*starts[1:], max(round(count / fps / GIF_STEP_S), starts[-1] + GIF_SHORTEST_STEPS)]
    return kept, [(end - start) * 10 for start, end in zip(starts, ends, strict=True)]
