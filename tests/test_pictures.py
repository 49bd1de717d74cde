import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import EpsImagePlugin, Image

from ganstudio import pictures
from ganstudio.pictures import UnfitError, on_white, open_picture, to_size, to_square


def saved(path: Path, mode="RGB", size=(20, 20), colour=(255, 0, 0), **options) -> Path:
    Image.new(mode, size, colour).save(path, **options)
    return path


def test_postscript_is_no_picture_whatever_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *_: pytest.fail("it was run"))
    path = saved(tmp_path / "a.eps").rename(tmp_path / "a.png")
    with pytest.raises(UnfitError, match="no picture"):
        open_picture(path, True)


@pytest.mark.parametrize("ending", sorted(pictures.SUFFIXES))
def test_every_format_that_is_offered_can_be_read(tmp_path, ending):
    image = open_picture(saved(tmp_path / f"a{ending}"), True)
    assert image.mode == "RGB"
    np.testing.assert_allclose(np.asarray(image)[9, 9], [255, 0, 0], atol=6)


def test_what_claims_too_many_pixels_is_refused_before_it_is_decoded(tmp_path):
    path = saved(tmp_path / "a.bmp")
    content = bytearray(path.read_bytes())
    content[18:26] = struct.pack("<ii", 6000, 6000)
    path.write_bytes(content)
    with pytest.raises(UnfitError, match="6000 x 6000 pixels"):
        open_picture(path, True)


def test_a_large_photograph_is_made_smaller_while_it_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1 << 20)
    path = saved(tmp_path / "a.jpg", size=(2400, 2200))
    assert open_picture(path, True).size == (1200, 1100)
    with pytest.raises(UnfitError, match="more than can be read"):
        open_picture(saved(tmp_path / "a.png", size=(2400, 2200)), True)


def test_what_is_clear_is_made_smaller_before_it_is_laid_on_white(tmp_path, monkeypatch):
    laid = []
    whole = Image.alpha_composite
    monkeypatch.setattr(Image, "alpha_composite", lambda a, b: laid.append(b.size) or whole(a, b))
    image = open_picture(saved(tmp_path / "a.png", "RGBA", (4096, 2048), (0, 0, 255, 128)), True)
    assert laid == [image.size] == [(2048, 1024)]
    np.testing.assert_allclose(np.asarray(image)[9, 9], [127, 127, 255], atol=1)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_clear_parts_are_white_in_every_mode(mode):
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0)).convert(mode)
    assert np.asarray(on_white(clear, True)).min() == 255
    assert np.asarray(on_white(clear, False)).min() == 255


@pytest.mark.parametrize(("value", "expected"), [(65535, 255), (32768, 128), (0, 0)])
def test_sixteen_bits_become_eight(tmp_path, value, expected):
    path = tmp_path / "a.png"
    Image.fromarray(np.full((20, 20), value, np.uint16)).save(path)
    assert np.asarray(open_picture(path, False)).max() == expected


@pytest.mark.parametrize(
    ("error", "word"),
    [(struct.error("4 bytes"), "is damaged"), (MemoryError(), "more memory")],
)
def test_whatever_pillow_raises_is_a_reason(tmp_path, monkeypatch, error, word):
    def burst(*_):
        raise error

    monkeypatch.setattr(pictures, "on_white", burst)
    with pytest.raises(UnfitError, match=word):
        open_picture(saved(tmp_path / "a.png"), True)


def test_a_file_that_is_not_there_is_a_fault_of_the_disk(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_picture(tmp_path / "none.png", True)
    with pytest.raises(UnfitError, match="no file"):
        open_picture(tmp_path, True)


def test_the_middle_is_cut_out():
    wide = Image.new("RGB", (60, 20), "blue")
    wide.paste((255, 0, 0), (20, 0, 40, 20))
    square = to_square(wide, 20)
    assert square.shape == (3, 20, 20)
    assert square.dtype == np.uint8
    np.testing.assert_allclose(square.mean((1, 2)), [255, 0, 0], atol=2)
    assert to_size(wide, 12, 4).shape == (3, 4, 12)
    assert to_size(wide.convert("L"), 12, 4).shape == (1, 4, 12)


def test_reading_leaves_warnings_as_they_were(tmp_path):
    before = list(warnings.filters)
    open_picture(saved(tmp_path / "a.png"), True)
    assert list(warnings.filters) == before
