"""Folders as people have them: every fault of a file is told, and training starts with the rest."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import wave
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.data import _folder
from ganstudio.data.base import Batches, DataError, Samples
from ganstudio.data.captioned_folder import CaptionedFolder
from ganstudio.data.image_folder import ImageFolder
from ganstudio.data.sound_folder import SoundFolder
from ganstudio.recipe import Recipe
from ganstudio.train import messages as m
from ganstudio.train.engine import Engine
from ganstudio.words import decode

RED, BLUE = (255, 0, 0), (0, 0, 255)
NOBODY = 65534


def picture(path: Path, colour=RED, mode: str = "RGB", size=(20, 20), **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path, **options)
    return path


def two(folder: Path) -> Path:
    """Two pictures with which nothing is wrong."""
    picture(folder / "zz-good.png")
    picture(folder / "zz-fine.png", BLUE)
    return folder


def load(folder: Path, kind=ImageFolder, told=None, **knobs) -> Samples:
    return kind(kind.Config(folder=str(folder), size=16, **knobs), Path("nowhere"), told).load()


def said(samples: Samples, name: str) -> str:
    return " | ".join(
        f"{one.done}: {one.what}" for one in samples.remarks if Path(one.path).name == name
    )


def chunk(kind: bytes, content: bytes) -> bytes:
    sum_ = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", sum_)


def deep_png(path: Path) -> None:
    """A red PNG with 16 bits a value, which Pillow cannot write."""
    row = b"\0" + b"\xff\xff\0\0\0\0" * 20
    head = struct.pack(">IIBBBBB", 20, 20, 16, 2, 0, 0, 0)
    content = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * 20)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + content)


def two_channel_tiff(path: Path) -> None:
    """Two values a pixel of which the file does not say what the second is."""
    facts = [(256, 20), (257, 20), (258, 8), (259, 1), (262, 1), (273, 8), (277, 2), (278, 20)]
    table = b"".join(struct.pack("<HHII", tag, 3, 1, value) for tag, value in [*facts, (279, 800)])
    body = bytes([255, 0] * 400)
    directory = struct.pack("<H", len(facts) + 1) + table + bytes(4)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(body)) + body + directory)


def animation(path: Path) -> None:
    first, second = Image.new("RGB", (20, 20), RED), Image.new("RGB", (20, 20), BLUE)
    first.save(path, save_all=True, append_images=[second])


def turned(path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture(path, exif=exif)


CONVERTED: list[tuple[str, Callable[[Path], object], str, list[int]]] = [
    ("inks.jpg", lambda path: picture(path, (0, 255, 255, 0), "CMYK"), "CMYK", [254, 0, 0]),
    ("deep.png", deep_png, "more than 8 bits", [255, 0, 0]),
    ("deep.tif", lambda path: picture(path, 65535, "I;16"), "more than 8 bits", [255] * 3),
    ("floats.tif", lambda path: picture(path, 0.5, "F"), "more than 8 bits", [127] * 3),
    ("painted.png", lambda path: picture(path, 0, "P"), "palette", [0] * 3),
    ("clear.png", lambda path: picture(path, (0, 0, 255, 0), "RGBA"), "transparent", [255] * 3),
    ("two.png", lambda path: picture(path, (0, 255), "LA"), "transparent", [0] * 3),
    ("moving.gif", animation, "first is taken", [255, 0, 0]),
    ("moving.webp", animation, "first is taken", [255, 0, 0]),
    ("turned.jpg", turned, "upright", [254, 0, 0]),
    ("renamed.png", lambda path: picture(path, format="JPEG"), "is JPEG", [254, 0, 0]),
]


@pytest.mark.parametrize(("name", "make", "word", "expected"), CONVERTED)
def test_what_can_be_converted_is_and_that_is_told(tmp_path, name, make, word, expected):
    make(two(tmp_path) / name)
    samples = load(tmp_path)
    assert len(samples.x) == 3
    assert "converted" in said(samples, name)
    assert word in said(samples, name)
    assert samples.x[0].float().mean((1, 2)).tolist() == pytest.approx(expected, abs=3)
    assert {Path(one.path).name for one in samples.remarks} == {name}


def cut(path: Path) -> None:
    content = picture(path, size=(200, 200)).read_bytes()
    path.write_bytes(content[:-60])


def bomb(path: Path) -> None:
    content = bytearray(picture(path).read_bytes())
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    content[12:33] = content[12:29] + struct.pack(">I", zlib.crc32(content[12:29]))
    path.write_bytes(content)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        place = os.getcwd()
        os.chdir(path.parent)  # the whole path may be longer than a socket's name can be
        try:
            server.bind(path.name)
        finally:
            os.chdir(place)


LEFT_OUT: list[tuple[str, Callable[[Path], object], str]] = [
    ("cut.png", cut, "is damaged"),
    ("cut.jpg", cut, "is damaged"),
    ("void.png", lambda path: path.touch(), "is empty"),
    ("text.jpg", lambda path: path.write_text("no picture"), "is no picture"),
    ("bomb.png", bomb, "more"),
    ("odd.tif", two_channel_tiff, "is "),
    ("pipe.png", os.mkfifo, "is no file"),
    ("socket.png", listening, "is no file"),
    ("circle.png", lambda path: path.symlink_to(path), "Too many levels"),
    ("lost.png", lambda path: path.symlink_to("nowhere.png"), "No such file"),
    ("zero.png", lambda path: path.symlink_to("/dev/zero"), "is no file"),
    ("phone.heic", lambda path: path.write_bytes(b"x"), "save it as PNG"),
]


@pytest.mark.parametrize(("name", "make", "word"), LEFT_OUT)
def test_what_cannot_be_used_is_left_out_and_told(tmp_path, name, make, word):
    make(two(tmp_path) / name)
    samples = load(tmp_path)
    assert len(samples.x) == 2
    assert said(samples, name).startswith("left out")
    assert word in said(samples, name)


def test_all_faults_are_told_at_once(tmp_path):
    two(tmp_path)
    for name, make, *_ in [*CONVERTED, *LEFT_OUT]:
        make(tmp_path / name)
    samples = load(tmp_path)
    assert len(samples.x) == 2 + len(CONVERTED)
    names = {Path(one.path).name for one in samples.remarks}
    assert names == {name for name, *_ in [*CONVERTED, *LEFT_OUT]}


@pytest.mark.parametrize("count", [0, 1])
def test_none_or_one_is_refused_with_every_fault(tmp_path, count):
    for index in range(count):
        picture(tmp_path / f"{index}.png")
    (tmp_path / "void.png").touch()
    with pytest.raises(DataError, match=r"at least 2 are needed.*void\.png is empty"):
        load(tmp_path)


def test_links_in_circles_are_not_followed_and_told(tmp_path):
    two(tmp_path / "deep")
    (tmp_path / "deep" / "circle").symlink_to("..", target_is_directory=True)
    samples = load(tmp_path)
    assert len(samples.x) == 2
    assert "link to a folder" in said(samples, "circle")


@contextmanager
def nobody() -> Iterator[None]:
    """As a person who may not read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_is_told(tmp_path_factory):
    top = Path("/tmp") / f"ganstudio-{os.getpid()}-locked"
    shutil.rmtree(top, ignore_errors=True)
    two(top)
    picture(top / "locked.png").chmod(0)
    picture(top / "shut" / "a.png")
    (top / "shut").chmod(0)
    try:
        with nobody():
            samples = load(top)
    finally:
        (top / "shut").chmod(0o700)
        shutil.rmtree(top)
    assert len(samples.x) == 2
    assert "Permission denied" in said(samples, "locked.png")
    assert "cannot be listed" in said(samples, "shut")


def test_files_that_vanish_while_others_are_read(tmp_path):
    for index in range(40):
        picture(tmp_path / f"{index:02}.png")
    config = _folder.FolderConfig(size=16)

    def read(path: Path, told: list[str]) -> dict[str, np.ndarray]:
        if path.name == "00.png":  # its thread has the names of the others by now
            for index in range(1, 10):
                (tmp_path / f"{index:02}.png").unlink()
        return {"x": _folder.read_square(path, config, told)}

    listing = _folder.Listing(tmp_path)
    found = _folder.decode(listing, read, "pictures", {}, lambda text: None)
    assert len(found.columns["x"]) == 31
    assert "No such file" in said(found.samples(), "09.png")


@pytest.mark.parametrize("resident_bytes", [None, 0])
def test_an_epoch_goes_on_when_folder_and_cache_are_gone(tmp_path, monkeypatch, resident_bytes):
    monkeypatch.setenv("GANSTUDIO_CACHE", str(tmp_path / "kept"))
    for index in range(20):
        picture(tmp_path / "own" / f"{index}.png", (index * 10, 0, 0))
    samples = load(tmp_path / "own")
    batches = Batches(samples, 8, 0, torch.device("cpu"), resident_bytes)
    next(batches)
    shutil.rmtree(tmp_path / "own")
    shutil.rmtree(tmp_path / "kept")
    for _ in range(6):
        assert next(batches).x.shape == (8, 3, 16, 16)


def test_training_starts_with_the_rest_and_lists_the_others(tmp_path):
    own = two(tmp_path / "own")
    (own / "void.png").touch()
    picture(own / "clear.png", (0, 0, 0, 0), "RGBA")
    (own / "bad\n\udcff.png").touch()
    knobs = {"batch": 2, "width": 4, "z_dim": 4}
    recipe = Recipe.make("gan", "image_folder", knobs | {"data.folder": str(own), "data.size": 16})
    told: list[m.Event] = []
    engine = Engine.build(
        recipe, told.append, folder=tmp_path / "run", data_root=tmp_path, device="cpu"
    )
    engine.step(None)
    engine.close()
    (noted,) = (event for event in told if isinstance(event, m.Noted))
    assert noted.text.startswith("2 files left out and 1 file converted")
    assert noted.level == "warning"
    listed = (tmp_path / "run" / "files.txt").read_text()
    assert noted.detail == listed.rstrip("\n")
    assert listed.count("\n") == 3
    assert "void.png is empty" in listed
    assert r"bad\n\udcff.png" in listed


def test_captions_in_other_encodings_are_read_and_told(tmp_path):
    captions = {
        "wide": "ein grüner Apfel".encode("utf-16"),
        "marked": "\ufeffein grüner Apfel".encode(),
        "old": "ein grüner Apfel".encode("cp1252"),
        "cut": ("ä" * 40_000).encode(),  # the limit falls into the middle of a letter
        "binary": b"\0\1\2\3",
        "blank": b" \n",
    }
    for name, content in captions.items():
        picture(tmp_path / f"{name}.png")
        (tmp_path / f"{name}.txt").write_bytes(content)
    for name in ("mute", "pipe", "far"):
        picture(tmp_path / f"{name}.png")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "far.txt").symlink_to("far.txt")
    samples = load(tmp_path, CaptionedFolder, "text", words=4)
    names = CaptionedFolder.spec(CaptionedFolder.Config(folder=str(tmp_path))).offers[0].names
    read = [decode(row.tolist(), names) for row in samples.told]
    assert [text for text in read if "apfel" in text] == ["ein grüner apfel"] * 3
    assert "UTF-16" in said(samples, "wide.png")
    assert "Windows-1252" in said(samples, "old.png")
    assert said(samples, "marked.png") == said(samples, "cut.png") == ""
    assert "no text" in said(samples, "binary.png")
    assert "is empty" in said(samples, "blank.png")
    for name in ("mute", "pipe", "far"):
        assert f"{name}.txt is not there" in said(samples, f"{name}.png")


def riff(path: Path, kind: int, bits: int, content: bytes, claimed: int | None = None) -> None:
    claimed = len(content) if claimed is None else claimed
    rate, block = 16_000, bits // 8
    facts = struct.pack("<HHIIHH", kind, 1, rate, rate * block, block, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + facts + b"data" + struct.pack("<I", claimed)
    path.write_bytes(b"RIFF" + struct.pack("<I", 0xFFFF) + body + content)


def test_sounds_of_any_depth_are_read_and_broken_ones_told(tmp_path):
    tone = np.sin(np.arange(16_000) * 0.3) * 0.5
    deep = (tone * (2**31 - 1)).astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
    made: dict[str, Callable[[Path], None]] = {
        "deep": lambda path: riff(path, 1, 24, deep),
        "floats": lambda path: riff(path, 3, 32, tone.astype("<f4").tobytes()),
        "doubles": lambda path: riff(path, 3, 64, tone.astype("<f8").tobytes()),
        "stream": lambda path: riff(path, 1, 24, deep, 0xFFFFFFFF),
        "lying": lambda path: riff(path, 1, 24, deep, 0x7FFFFFF0),
        "numbers": lambda path: riff(path, 3, 32, np.full(99, np.nan, "<f4").tobytes()),
        "odd": lambda path: riff(path, 1, 12, bytes(99)),
        "none": lambda path: riff(path, 1, 16, b""),
        "music": lambda path: path.write_bytes(b"ID3\4\0\0\0\0\0\0" + b"\xff\xfb\x90\0" * 99),
        "void": lambda path: path.touch(),
    }
    for name, make in made.items():
        picture(tmp_path / f"{name}.png")
        make(tmp_path / f"{name}.wav")
    with wave.open(str(tmp_path / "plain.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((tone * 32767).astype("<i2").tobytes())
    picture(tmp_path / "plain.png")
    picture(tmp_path / "pipe.png")
    os.mkfifo(tmp_path / "pipe.wav")
    samples = load(tmp_path, SoundFolder, "sound")
    assert len(samples.x) == 5
    waves = samples.waves.float() / 32767
    assert (waves - waves[0]).abs().max() < 1e-3
    told = {name: said(samples, f"{name}.png") for name in (*made, "pipe")}
    assert "cut short" in told["lying"]
    assert "no numbers" in told["numbers"]
    assert "12 bit" in told["odd"]
    assert "holds no sound" in told["none"]
    assert "no wav file" in told["music"]
    assert "no wav file" in told["void"]
    assert "is not there" in told["pipe"]
    assert told["deep"] == told["floats"] == told["stream"] == ""
