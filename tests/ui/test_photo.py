"""Pictures of any size and kind, cut to what a generator takes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QColor, QImage

from ganstudio.pictures import open_picture, to_square
from ganstudio.ui import photo, pictures


def test_the_middle_is_cut_out(tmp_path):
    tall = np.zeros((60, 20, 3), np.uint8)
    tall[20:40] = (0, 255, 0)
    Image.fromarray(tall).save(tmp_path / "tall.png")
    made = photo.read(tmp_path / "tall.png", 10, 10)
    assert (made.width(), made.height()) == (10, 10)
    assert made.pixelColor(5, 5) == QColor(0, 255, 0)
    assert made.pixelColor(5, 2).green() > 240


def test_what_can_be_seen_through_lies_on_white(tmp_path):
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert photo.read(tmp_path / "clear.png", 4, 4).pixelColor(1, 1) == QColor("white")


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "I;16"])
def test_every_kind_of_pixel_is_read(tmp_path, mode):
    image = Image.new(mode, (8, 8))
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    image.save(path)
    assert photo.read(path, 4, 4).width() == 4


def test_a_photograph_is_turned_upright(tmp_path):
    wide = Image.new("RGB", (20, 20), (255, 0, 0))
    wide.paste((0, 0, 255), (0, 0, 20, 10))  # blue on top, as the sensor saw it
    exif = Image.Exif()
    exif[0x0112] = 3  # the camera was held upside down
    wide.save(tmp_path / "a.jpg", exif=exif, quality=95)
    made = photo.read(tmp_path / "a.jpg", 20, 20)
    assert made.pixelColor(10, 16).blue() > 200
    assert made.pixelColor(10, 3).red() > 200


@pytest.mark.parametrize("colour", [True, False])
def test_it_is_what_training_reads(tmp_path, colour):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (40, 30, 4), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    seen = photo.read(tmp_path / "a.png", 16, 16, colour)
    wanted = to_square(open_picture(tmp_path / "a.png", colour), 16)
    got = pictures.to_unit(seen, len(wanted))[0]
    np.testing.assert_allclose((got + 1) * 127.5, wanted, atol=0.01)
    pasted = photo.cut(QImage(str(tmp_path / "a.png")), 16, 16, colour)
    np.testing.assert_array_equal(pictures.to_unit(pasted, len(wanted))[0], got)


def test_postscript_is_run_by_nobody(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.eps")
    (tmp_path / "a.eps").rename(tmp_path / "a.png")
    with pytest.raises(ValueError, match="is no picture"):
        photo.read(tmp_path / "a.png", 8, 8)


def test_a_broken_file_is_named(tmp_path):
    Image.new("RGB", (64, 64)).save(tmp_path / "whole.png")
    whole = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"half\.png cannot be read as a picture"):
        photo.read(tmp_path / "half.png", 8, 8)


def test_a_picture_from_the_clipboard_is_cut_alike():
    image = QImage(30, 10, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    for x in range(10, 20):
        for y in range(10):
            image.setPixelColor(x, y, QColor("white"))
    made = photo.cut(image, 5, 5)
    assert pictures.to_unit(made, 1).mean() > 0.9


@pytest.mark.parametrize("channels", [1, 3])
def test_bytes_and_values_go_both_ways(channels):
    x = np.linspace(-1, 1, channels * 7 * 5).reshape(1, channels, 7, 5).astype(np.float32)
    image = pictures.to_qimage(pictures.to_bytes(x)[0])
    np.testing.assert_allclose(pictures.to_unit(image, channels), x, atol=1.01 / 127.5)


def test_a_coarse_picture_stays_coarse():
    pixels = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    large = pictures.resized(pixels, 4, 6)
    assert large.shape == (1, 4, 6, 3)
    np.testing.assert_array_equal(large[0, :2, :3], np.broadcast_to(pixels[0, 0, 0], (2, 3, 3)))
    np.testing.assert_array_equal(pictures.resized(large, 2, 2), pixels)
