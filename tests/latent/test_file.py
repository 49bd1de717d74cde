"""A place in latent space survives file and text to the bit, and rubbish is refused."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save as pack

from ganstudio.latent.file import LatentError, from_text, load, save, to_text
from ganstudio.latent.stand import Stand


def place() -> Stand:
    random = np.random.default_rng(0)
    z, shift = random.standard_normal(7), random.standard_normal((3, 4))
    told = {
        "classes": np.array([4]),
        "attributes": random.random((1, 5)).astype(np.float32),
        "image": random.random((1, 3, 4, 4)).astype(np.float32),
    }
    return Stand(z.astype(np.float32), told, 0.7, shift.astype(np.float32), 0.25)


def same(one: Stand, other: Stand) -> None:
    assert np.array_equal(one.z, other.z)
    assert one.z.dtype == other.z.dtype
    assert one.shift is not None
    assert other.shift is not None
    assert np.array_equal(one.shift, other.shift)
    assert (one.psi, one.noise) == (other.psi, other.noise)
    assert one.told.keys() == other.told.keys()
    for kind, value in one.told.items():
        assert np.array_equal(value, other.told[kind])
        assert value.dtype == other.told[kind].dtype


@pytest.mark.parametrize("suffix", [".toml", ".safetensors"])
def test_a_place_comes_back_to_the_bit(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"place{suffix}"
    save(path, place())
    same(load(path), place())


def test_a_place_is_text() -> None:
    same(from_text(to_text(place())), place())
    plain = from_text("z = [0.5, -1]")
    assert np.array_equal(plain.z, [0.5, -1])
    assert (plain.told, plain.psi, plain.shift, plain.noise) == ({}, 1.0, None, 1.0)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no z"),
        ("psi = 1", "no z"),
        ("z = [", "no latent"),
        ("z = [[1.0], [2.0]]", "row"),
        ("z = [1.0, nan]", "finite"),
        ("z = ['a']", "numbers"),
        ("z = [1.0]\npsi = true", "psi"),
        ("z = [1.0]\nnoise = inf", "noise"),
        ("z = [1.0]\nformat = 2", "newer"),
        ("z = [1.0]\nformat = '1'", "whole number"),
        ("z = [1.0]\nformat = [1, 2]", "whole number"),
        ("z = [1.0]\nseed = 2", "seed"),
        ("z = [1.0]\ntold = 3", "table"),
        ("z = [1.0]\nshift = [[[1.0]]]", "shift"),
        ("z = [1.0]\n[told]\nclasses = [1, 2]", "classes"),
    ],
)
def test_what_is_no_place_is_refused_with_the_reason(text: str, word: str) -> None:
    with pytest.raises(LatentError, match=word):
        from_text(text)


def test_files_that_lie_are_refused(tmp_path: Path) -> None:
    whole = tmp_path / "place.safetensors"
    save(whole, place())
    content = whole.read_bytes()
    for broken in (b"", content[:20], b"\xff" * 8 + content[8:], content[:-9]):
        path = tmp_path / "broken.safetensors"
        path.write_bytes(broken)
        with pytest.raises(LatentError):
            load(path)
    arrays = {"z": np.ones(2, np.float32), "format": np.ones(2, np.float32)}
    (tmp_path / "broken.safetensors").write_bytes(pack(arrays, {"ganstudio": "{}"}))
    with pytest.raises(LatentError, match="whole number"):
        load(tmp_path / "broken.safetensors")
    with pytest.raises(LatentError, match="cannot be read"):
        load(tmp_path / "nowhere.toml")
    with pytest.raises(LatentError, match="ends with"):
        save(tmp_path / "place.png", place())
