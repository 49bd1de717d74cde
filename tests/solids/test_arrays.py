import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from ganstudio.solids import arrays, formats
from ganstudio.solids.faults import SolidError


def cube():
    grid = np.zeros((4, 5, 6), dtype=np.float32)
    grid[1:3, 1:3, 1:3] = 0.75
    return grid


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_the_one_grid_of_an_npz_is_read(tmp_path, save):
    save(tmp_path / "a.npz", labels=np.arange(3), shape=cube())
    assert np.array_equal(formats.load(tmp_path / "a.npz"), cube())


def test_of_samples_the_first_is_taken_as_occupancy(tmp_path):
    samples = np.stack([cube(), cube() * 0])[:, None] * 2 - 1
    np.savez(tmp_path / "a.npz", samples=samples, labels=np.zeros(2))
    assert np.allclose(formats.load(tmp_path / "a.npz"), cube())


def _npy(header_shape, size=100):
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(size))
    content = buffer.getvalue()
    old, new = f"({size},), }}".encode(), f"{header_shape}, }}".encode()
    return content.replace(old + b" " * (len(new) - len(old)), new)


def _zip(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def _objects():
    buffer = io.BytesIO()
    np.savez(buffer, a=np.array([[[{}]]], dtype=object))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"nothing", "no readable .npz"),
        (_objects(), "objects of Python"),
        (_zip(a=_npy("(9999, 9999, 9999)")), r"promises \(9999, 9999, 9999\)"),
        (_zip(a=b"\x93NUMPY\x01\x00\xff\xff"), "no readable .npz"),
        (_zip(a=b"nothing at all"), "no readable .npz"),
        (_zip(), "holds 0 grids instead of one: nothing"),
        (_zip(bits=_npy("(100,)")), r"holds 0 grids instead of one: bits \(100,\)"),
    ],
)
def test_npz_files_that_lie_are_refused_at_no_cost(tmp_path, content, words):
    (tmp_path / "a.npz").write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(SolidError, match=words):
            arrays.decode_npz((tmp_path / "a.npz").read_bytes())
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()


def test_two_grids_are_one_too_many(tmp_path):
    np.savez(tmp_path / "a.npz", a=cube(), b=cube())
    with pytest.raises(SolidError, match="holds 2 grids"):
        arrays.decode_npz((tmp_path / "a.npz").read_bytes())
