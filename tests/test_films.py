import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image, ImageSequence

from ganstudio.films import FilmError, FilmWriter, _gif_times

COUNT = 12


def frames(count: int = COUNT, width: int = 31, height: int = 17) -> list[np.ndarray]:
    """A bright bar on grey that moves to the right, of odd sides."""
    made = np.full((count, height, width, 3), 60, np.uint8)
    for index, frame in enumerate(made):
        frame[:, index * 2 : index * 2 + 6] = (240, 200, 40)
    return list(made)


def write(path: Path, fps: float = 20, size: tuple[int, int] | None = None, **kind: int) -> Path:
    with FilmWriter(path, fps, size) as film:
        for frame in frames(**kind):
            film.add(frame)
    assert film.count == kind.get("count", COUNT)
    return film.path


def read_video(path: Path) -> tuple[str, np.ndarray]:
    """What ffmpeg says of a video, and its frames."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", path, "-f", "rawvideo"]
    played = subprocess.run([*command, "-pix_fmt", "rgb24", "-"], capture_output=True, check=True)
    said = next(line for line in played.stderr.decode().splitlines() if "Video: h264" in line)
    width, height = map(int, re.search(r", (\d+)x(\d+)", said).groups())
    return said, np.frombuffer(played.stdout, np.uint8).reshape(-1, height, width, 3)


def test_a_video_plays_back_with_even_sides(tmp_path: Path) -> None:
    said, shown = read_video(write(tmp_path / "deep" / "bar.mp4"))
    assert "yuv420p" in said
    assert "20 fps" in said
    assert shown.shape == (COUNT, 18, 32, 3)
    for index, (made, seen) in enumerate(zip(frames(), shown, strict=True)):
        assert np.abs(made.astype(int) - seen[:17, :31]).mean() < 12, index
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["bar.mp4"]


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_an_animated_picture_plays_back(tmp_path: Path, suffix: str) -> None:
    with Image.open(write(tmp_path / f"bar{suffix}", fps=20)) as film:
        shown, lasting_ms = [], 0
        for image in ImageSequence.Iterator(film):
            shown.append(np.asarray(image.convert("RGB")))
            lasting_ms += image.info["duration"]
    assert lasting_ms == COUNT * 50
    for index, (made, seen) in enumerate(zip(frames(), shown, strict=True)):
        assert np.abs(made.astype(int) - seen).mean() < 12, index


def test_grey_frames_stay_exact_in_a_gif(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8)[None, :, None], (4, 1, 3))
    with FilmWriter(tmp_path / "ramp.gif", 10) as film:
        film.add(ramp)
        film.add(ramp[:, ::-1].copy())
    with Image.open(film.path) as image:
        assert np.array_equal(np.asarray(image.convert("RGB")), ramp)


@pytest.mark.parametrize("name", ["walk", "walk.png"])
def test_pictures_lie_numbered_in_a_folder(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / name)
    assert folder == tmp_path / "walk"
    found = sorted(path.name for path in folder.iterdir())
    assert found == [f"walk-{number:05d}.png" for number in range(1, COUNT + 1)]
    with Image.open(folder / found[3]) as image:
        assert np.array_equal(np.asarray(image), frames()[3])
    with pytest.raises(FilmError, match="is there already"):
        FilmWriter(tmp_path / name, 20)


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "walk").mkdir()
    assert len(list(write(tmp_path / "walk").iterdir())) == COUNT


def test_frames_are_scaled_to_the_size(tmp_path: Path) -> None:
    sharp = write(tmp_path / "sharp", size=(62, 34))
    with Image.open(sharp / "sharp-00001.png") as image:
        assert np.array_equal(np.asarray(image)[::2, ::2], frames()[0])
    soft = write(tmp_path / "soft", size=(40, 40))
    with Image.open(soft / "soft-00001.png") as image:
        assert image.size == (40, 40)


@pytest.mark.parametrize("name", ["bar.mp4", "bar.gif", "bar.webp", "bar"])
def test_a_film_that_is_broken_off_leaves_nothing_and_the_old_one(
    tmp_path: Path, name: str
) -> None:
    old = tmp_path / name
    if old.suffix:
        old.write_bytes(b"old")

    def break_off() -> None:
        with FilmWriter(old, 20) as film:
            for frame in frames():
                film.add(frame)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert [path.name for path in tmp_path.iterdir()] == ([name] if old.suffix else [])
    assert not old.suffix or old.read_bytes() == b"old"


@pytest.mark.parametrize("name", ["bar.mp4", "bar.gif", "bar"])
def test_no_frame_is_no_film(tmp_path: Path, name: str) -> None:
    with pytest.raises(FilmError, match="no frame"), FilmWriter(tmp_path / name, 20):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["film.avi", "film.mp3", "film.mp4.bak"])
def test_an_unknown_ending_is_refused_with_those_there_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(FilmError, match=r"must end in \.mp4, \.gif"):
        FilmWriter(tmp_path / name, 20)


@pytest.mark.parametrize("fps", [0, -1, float("nan"), 1e6])
def test_an_impossible_speed_is_refused(tmp_path: Path, fps: float) -> None:
    with pytest.raises(FilmError, match="frames a second"):
        FilmWriter(tmp_path / "x.mp4", fps)


@pytest.mark.parametrize("size", [(0, 8), (8, 10_000)])
def test_an_impossible_size_is_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(FilmError, match="pixels"):
        FilmWriter(tmp_path / "x.mp4", 20, size)


@pytest.mark.parametrize(
    "frame", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))]
)
def test_what_is_no_frame_is_refused(tmp_path: Path, frame: np.ndarray) -> None:
    with pytest.raises(FilmError, match="uint8"), FilmWriter(tmp_path / "x.gif", 20) as film:
        film.add(frame)


def test_without_ffmpeg_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise RuntimeError("No ffmpeg exe could be found")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", none)
    with pytest.raises(FilmError, match="needs ffmpeg"):
        write(tmp_path / "x.mp4")
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(FilmError, match="needs ffmpeg"):
        write(tmp_path / "x.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FilmError, match="cannot be written"):
        write(tmp_path / "file" / "x.gif")


def test_a_gif_keeps_the_time_and_leaves_frames_out() -> None:
    kept, lasting_ms = _gif_times(30, 30)
    assert kept == list(range(30))
    assert sum(lasting_ms) == 1000
    kept, lasting_ms = _gif_times(100, 100)
    assert len(kept) == 50
    assert set(lasting_ms) == {20}
    assert _gif_times(1, 100) == ([0], [20])


def test_an_animated_picture_that_outgrows_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganstudio.films.MOST_BYTES", 31 * 17 * 3 * 5)
    with pytest.raises(FilmError, match=r"make it an \.mp4"):
        write(tmp_path / "x.webp")
    assert list(tmp_path.iterdir()) == []


class GaveUpError(Exception):
    """Nobody wants the film any more."""


def given_up(path: Path, packing: Callable[[float], None]) -> None:
    with FilmWriter(path, 20, packing=packing) as film:
        for frame in frames():
            film.add(frame)


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_packing_tells_how_far_it_is_and_can_be_ended(tmp_path: Path, suffix: str) -> None:
    shares: list[float] = []
    with FilmWriter(tmp_path / f"whole{suffix}", 20, packing=shares.append) as film:
        for frame in frames():
            film.add(frame)
        assert shares == []
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert shares[-1] >= 1 - 1 / COUNT

    def give_up(share: float) -> None:
        if share > 0.4:
            raise GaveUpError

    with pytest.raises(GaveUpError):
        given_up(tmp_path / f"x{suffix}", give_up)
    assert [path.name for path in tmp_path.iterdir()] == [f"whole{suffix}"]
