"""Data sets made of somebody's own files: what is read, what is left out, what is refused."""

import os
import struct
import wave
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio import sounds
from ganstudio.data import _folder
from ganstudio.data._folder import listing
from ganstudio.data.base import MOST_FAULTS, DataError
from ganstudio.data.captioned_folder import CaptionedFolder
from ganstudio.data.image_folder import ImageFolder
from ganstudio.data.paired_folder import PairedFolder
from ganstudio.data.sound_folder import SoundFolder
from ganstudio.data.unpaired_folders import UnpairedFolders
from ganstudio.words import decode

RED, BLUE, GREEN = (255, 0, 0), (0, 0, 255), (0, 128, 0)


def picture(path: Path, colour=RED, size=(20, 20), mode="RGB", **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path, **options)
    return path


def tone(path: Path, hz: float = 1000.0) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        samples = np.sin(np.arange(8000) * 2 * np.pi * hz / 8000) * 20000
        file.writeframes(samples.astype("<i2").tobytes())


def made(kind, folder: Path, told=None, **knobs):
    return kind(kind.Config(folder=str(folder), size=16, **knobs), Path("nowhere"), told)


def remarks(samples) -> str:
    return "\n".join(map(str, samples.remarks))


def means(x: torch.Tensor) -> list[list[int]]:
    return [[round(float(v)) for v in sample.float().mean((1, 2))] for sample in x]


def test_sub_folders_are_classes(tmp_path):
    for name, colour in (("cats", RED), ("dogs", BLUE)):
        for index in range(2):
            picture(tmp_path / name / f"{index}.png", colour)
    picture(tmp_path / "loose.png", GREEN)
    (tmp_path / "empty").mkdir()
    data = made(ImageFolder, tmp_path)
    condition = data.spec(data.config).condition
    assert condition.names == ("cats", "dogs")
    samples = data.load()
    assert samples.labels.tolist() == [0, 0, 1, 1]
    assert means(samples.x) == [[255, 0, 0]] * 2 + [[0, 0, 255]] * 2


def test_one_folder_has_no_classes_and_grey_is_grey(tmp_path):
    picture(tmp_path / "a.png"), picture(tmp_path / "deep" / "b.jpg", BLUE)
    data = made(ImageFolder, tmp_path, colour=False)
    samples = data.load()
    assert data.spec(data.config).condition.kind == "none"
    assert samples.labels is None
    assert samples.x.shape == (2, 1, 16, 16)
    assert data.preview(2).shape == (2, 1, 16, 16)
    assert data.preview(3) is None


def test_the_middle_square_is_taken(tmp_path):
    wide = Image.new("RGB", (60, 20), BLUE)
    wide.paste(RED, (20, 0, 40, 20))
    wide.save(tmp_path / "a.png")
    wide.save(tmp_path / "b.png")
    got, _ = means(made(ImageFolder, tmp_path).load().x)
    assert got == pytest.approx([255, 0, 0], abs=2)


def test_transparency_becomes_white_and_photographs_stand_upright(tmp_path):
    picture(tmp_path / "clear.png", (0, 0, 255, 0), mode="RGBA")
    tall = Image.new("RGB", (20, 20), BLUE)
    tall.paste(RED, (0, 0, 20, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # the top is on the right
    tall.save(tmp_path / "turned.png", exif=exif)
    clear, turned = made(ImageFolder, tmp_path).load().x
    assert means(clear[None]) == [[255, 255, 255]]
    assert turned[0, :, -1].float().mean() > 200
    assert turned[0, :, 0].float().mean() < 50


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("CMYK", (0, 255, 255, 0), [254, 0, 0]),
        ("P", 0, [0, 0, 0]),
        ("I;16", 65535, [255, 255, 255]),
        ("LA", (0, 0), [255, 255, 255]),
        ("1", 1, [255, 255, 255]),
    ],
)
def test_every_kind_of_picture_is_read(tmp_path, mode, colour, expected):
    ending = "tif" if mode in ("CMYK", "I;16") else "png"
    for name in "ab":
        picture(tmp_path / f"{name}.{ending}", colour, mode=mode)
    got = means(made(ImageFolder, tmp_path).load().x)[0]
    assert got == pytest.approx(expected, abs=2)


def test_what_cannot_be_read_is_left_out_and_named(tmp_path):
    picture(tmp_path / "good.png"), picture(tmp_path / "fine.png", BLUE)
    (tmp_path / "void.png").write_bytes(b"")
    (tmp_path / "text.jpg").write_text("no picture at all")
    whole = picture(tmp_path / "cut.png", size=(200, 200)).read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[:-60])
    bomb = bytearray(picture(tmp_path / "bomb.bmp").read_bytes())
    bomb[18:26] = struct.pack("<ii", 60_000, 60_000)
    (tmp_path / "bomb.bmp").write_bytes(bomb)
    samples = made(ImageFolder, tmp_path).load()
    assert len(samples.x) == 2
    notes = remarks(samples)
    for word in ("void.png is empty", "text.jpg is no picture", "cut.png is damaged", "bomb.bmp"):
        assert word in notes
    assert len(samples.remarks) == 4


def test_many_faults_are_counted(tmp_path):
    picture(tmp_path / "a.png"), picture(tmp_path / "b.png")
    for index in range(MOST_FAULTS + 5):
        (tmp_path / f"bad{index}.png").write_bytes(b"x")
    samples = made(ImageFolder, tmp_path).load()
    assert len(samples.remarks) == MOST_FAULTS + 5
    (tmp_path / "a.png").unlink()
    with pytest.raises(DataError, match="and 5 more") as caught:
        made(ImageFolder, tmp_path).load()
    assert len(caught.value.__notes__) == 5


@pytest.mark.parametrize(
    "kind", [ImageFolder, PairedFolder, CaptionedFolder, SoundFolder, UnpairedFolders]
)
def test_a_missing_or_empty_folder_is_told_before_and_refused(kind, tmp_path):
    for folder in ("", str(tmp_path / "nowhere")):
        config = kind.Config(folder=folder)
        assert kind.missing(config, tmp_path)
        kind.spec(config)
        with pytest.raises(DataError, match="choose the"):
            kind(config, tmp_path).load()
    knobs = {"source_folder": str(tmp_path)} if kind is UnpairedFolders else {}
    config = kind.Config(folder=str(tmp_path), **knobs)
    assert kind.missing(config, tmp_path) == []
    with pytest.raises(DataError, match=r"at least 2 are needed. there are none"):
        kind(config, tmp_path).load()


def test_pairs_are_split(tmp_path):
    for name in "ab":
        both = Image.new("RGB", (40, 20), RED)
        both.paste(BLUE, (20, 0, 40, 20))
        both.save(tmp_path / f"{name}.png")
    picture(tmp_path / "single.png")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    Image.new("RGB", (1200, 900)).save(tmp_path / "photo.jpg", exif=exif)
    data = made(PairedFolder, tmp_path, told="image")
    samples = data.load()
    assert means(samples.x) == [[255, 0, 0]] * 2
    assert means(samples.told) == [[0, 0, 255]] * 2
    assert "single.png is 20 x 20, but a pair is twice as wide as high" in remarks(samples)
    assert "photo.jpg is 900 x 1200, but" in remarks(samples)
    assert data.spec(data.config).offer("image").shape == (3, 16, 16)
    swapped = made(PairedFolder, tmp_path, told="image", source="left").load()
    assert means(swapped.told) == [[255, 0, 0]] * 2


def test_two_folders_stay_apart(tmp_path):
    for index in range(3):
        picture(tmp_path / "x" / f"{index}.png", RED)
    for index in range(2):
        picture(tmp_path / "y" / f"{index}.png", BLUE)
    data = made(UnpairedFolders, tmp_path / "y", "domain", source_folder=str(tmp_path / "x"))
    samples = data.load()
    assert means(samples.x) == [[0, 0, 255]] * 2
    assert means(samples.told) == [[255, 0, 0]] * 3
    assert data.spec(data.config).offer("domain").title == "x"
    lines = UnpairedFolders.missing(UnpairedFolders.Config(), tmp_path)
    assert [line.split(" ")[0] for line in lines] == ["folder", "source_folder"]


def test_captions_lie_beside_the_pictures(tmp_path):
    for name, caption in (("a", "A red square.\nsecond line"), ("b", "a blue one")):
        picture(tmp_path / f"{name}.png")
        (tmp_path / f"{name}.txt").write_text(caption)
    picture(tmp_path / "mute.png")
    picture(tmp_path / "blank.png")
    (tmp_path / "blank.txt").write_text("  \n")
    data = made(CaptionedFolder, tmp_path, told="text", words=4)
    samples, text = data.load(), data.spec(data.config).offer("text")
    assert text.names == ("", "?", "a", "blue", "one", "red", "square")
    read = [decode(row.tolist(), text.names) for row in samples.told]
    assert read == ["a red square", "a blue one"]
    assert samples.told.shape == (2, 4)
    notes = remarks(samples)
    assert "mute.txt is not there" in notes
    assert "blank.txt is empty" in notes


def test_sounds_lie_beside_the_pictures(tmp_path):
    for name, hz in (("low", 200.0), ("high", 3000.0)):
        picture(tmp_path / f"{name}.png")
        tone(tmp_path / f"{name}.wav", hz)
    picture(tmp_path / "mute.png")
    picture(tmp_path / "broken.png")
    (tmp_path / "broken.wav").write_bytes(b"RIFFnothing")
    data = made(SoundFolder, tmp_path, told="sound", seconds=0.5)
    samples = data.load()
    shape = data.spec(data.config).offer("sound").shape
    assert samples.told.shape == (2, *shape)
    assert samples.waves.shape == (2, 8000)
    high, low = samples.told[:, 0].float().mean(2).argmax(1).tolist()
    assert high > low
    notes = remarks(samples)
    assert "mute.wav is not there" in notes
    assert "broken.png has no sound" in notes


def test_sounds_are_kept_as_small_as_they_are_stored(tmp_path, monkeypatch):
    asked = []
    whole = sounds.read_wav

    def read(path, *seconds):
        asked.append(seconds)
        return whole(path, *seconds)

    shapes = []
    mel = sounds.log_mel

    def listen(wave, mels, frames):
        shapes.append(wave.shape)
        return mel(wave, mels, frames)

    monkeypatch.setattr(sounds, "read_wav", read)
    monkeypatch.setattr(sounds, "log_mel", listen)
    for name in "abc":
        picture(tmp_path / f"{name}.png")
        tone(tmp_path / f"{name}.wav")
    samples = made(SoundFolder, tmp_path, told="sound", seconds=0.5).load()
    assert (samples.told.dtype, samples.waves.dtype) == (torch.uint8, torch.int16)
    assert asked == [(0.5,)] * 3
    assert shapes == [(8000,)] * 3  # one file at a time


@pytest.mark.parametrize("folder", ["~nobody-of-this-name/a", "x" * 5000, "a\0b"])
@pytest.mark.parametrize(
    "kind", [ImageFolder, PairedFolder, CaptionedFolder, SoundFolder, UnpairedFolders]
)
def test_a_folder_that_no_system_knows_is_a_line_like_any_other(kind, folder, tmp_path):
    config = kind.Config(folder=folder, **({"source_folder": folder} if "source_folder" in
                                           kind.Config.model_fields else {}))  # fmt: skip
    kind.spec(config)
    lines = kind.missing(config, tmp_path)
    assert lines
    assert all("is no folder" in line and len(line) < 400 for line in lines)
    assert kind(config, tmp_path).preview(2) is None
    with pytest.raises(DataError, match="is no folder"):
        kind(config, tmp_path).load()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)
def test_a_folder_behind_a_locked_one_is_a_line(tmp_path):
    inside = tmp_path / "locked" / "inside"
    inside.mkdir(parents=True)
    inside.parent.chmod(0)
    try:
        assert _folder.lacking(str(inside), "pictures")
        assert _folder.class_folders(inside) == ()
    finally:
        inside.parent.chmod(0o700)


def test_one_fault_of_any_sort_costs_one_file(tmp_path, monkeypatch):
    for name in "abc":
        picture(tmp_path / f"{name}.png")
    whole = _folder.to_square
    calls = iter(range(3))

    def burst(image, size):
        if next(calls) == 0:
            raise ZeroDivisionError("of no use")
        return whole(image, size)

    monkeypatch.setattr(_folder, "to_square", burst)
    samples = made(ImageFolder, tmp_path).load()
    assert len(samples.x) == 2
    assert "ZeroDivisionError of no use" in samples.remarks[0].what


def test_what_is_hidden_or_linked_is_no_class_and_no_picture(tmp_path):
    for name in ("cats", "dogs"):
        picture(tmp_path / "set" / name / "a.png")
        picture(tmp_path / "set" / name / ".hidden.png")
    picture(tmp_path / "set" / "shy" / ".hidden.png")
    picture(tmp_path / "set" / "cats" / ".cache" / "b.png")
    picture(tmp_path / "far" / "a.png")
    (tmp_path / "set" / "linked").symlink_to(tmp_path / "far", target_is_directory=True)
    assert _folder.class_folders(tmp_path / "set") == ("cats", "dogs")
    data = made(ImageFolder, tmp_path / "set")
    assert data.load().labels.tolist() == [0, 1]
    assert data.preview(3) is None


def test_a_whole_disk_is_not_looked_through(tmp_path, monkeypatch):
    for name in ("cats", "dogs"):
        picture(tmp_path / name / "z.png")
        for index in range(4):
            (tmp_path / name / f"{index}.txt").touch()
    assert _folder.class_folders(tmp_path) == ("cats", "dogs")
    monkeypatch.setattr(listing, "MOST_NAMES_OF_CLASS", 4)
    assert _folder.class_folders(tmp_path) == ()
    monkeypatch.setattr(listing, "MOST_NAMES", 9)
    with pytest.raises(DataError, match="more than 9 files"):
        made(ImageFolder, tmp_path).load()
    config = CaptionedFolder.Config(folder=str(tmp_path))
    assert CaptionedFolder.spec(config).offer("text").names == ("", "?")


def test_the_vocabulary_is_that_of_the_captions_as_they_are_now(tmp_path):
    for name in "ab":
        picture(tmp_path / "deep" / f"{name}.png")
        (tmp_path / "deep" / f"{name}.txt").write_text(f"{name} square")
    (tmp_path / "README.txt").write_text("licensed to everyone")
    data = made(CaptionedFolder, tmp_path, told="text")
    assert data.spec(data.config).offer("text").names == ("", "?", "a", "b", "square")
    (tmp_path / "deep" / "b.txt").write_text("a round thing")
    words = data.spec(data.config).offer("text").names
    assert words == ("", "?", "a", "round", "square", "thing")
    read = [decode(row.tolist(), words) for row in data.load().told]
    assert read == ["a square", "a round thing"]
