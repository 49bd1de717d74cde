import io
import struct
import tracemalloc
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from ganstudio.solids import matlab
from ganstudio.solids.faults import SolidError

STEADY = settings(deadline=None, derandomize=True)


def saved(compressed=False, **arrays):
    buffer = io.BytesIO()
    savemat(buffer, arrays, do_compression=compressed)
    return buffer.getvalue()


def volume(kind):
    return (np.random.default_rng(0).random((5, 6, 7)) > 0.5).astype(kind)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("kind", ["uint8", "bool", "float64", "float32", "int32"])
def test_volumes_as_scipy_writes_them(kind, compressed):
    content = saved(compressed, other=np.ones(3), instance=volume(kind))
    found = matlab.decode(content)
    assert np.array_equal(found, volume(kind))


def test_one_volume_may_have_any_name_but_not_two():
    assert matlab.decode(saved(voxels=volume("uint8"))).shape == (5, 6, 7)
    with pytest.raises(SolidError, match="no array instance, but a, b"):
        matlab.decode(saved(a=volume("uint8"), b=volume("uint8")))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no MATLAB file"),
        (b"\x89HDF\r\n\x1a\n" + bytes(200), "7.3"),
        (saved(instance=np.ones((2, 2, 2)) * 1j), "complex"),
        (saved(instance=np.array([[[{}]]], dtype=object)), "keeps instance as a cell"),
        (saved(instance="text"), "keeps instance as a text"),
        (saved(a=np.ones((2, 2))), "no array instance, but a"),
    ],
)
def test_what_holds_no_volume_is_refused(content, words):
    with pytest.raises(SolidError, match=words):
        matlab.decode(content)


@settings(STEADY, max_examples=200)
@given(st.booleans(), st.binary(min_size=1, max_size=30), st.integers(116, 400))
def test_damaged_files_raise_nothing_but_solid_errors(compressed, noise, at):
    whole = saved(compressed, instance=volume("uint8"))
    with suppress(SolidError):
        matlab.decode(whole[:at] + noise + whole[at + len(noise) :])


def _lying(size):
    """A file whose array says that it is larger than the file."""
    whole = bytearray(saved(instance=np.ones((4, 4, 4))))
    struct.pack_into("<I", whole, 132, size)
    return bytes(whole)


def _bomb():
    packed = zlib.compress(bytes(1 << 20))
    return saved(a=1)[:128] + struct.pack("<2I", 15, len(packed)) + packed


@pytest.mark.parametrize("content", [_lying(2**32 - 1), _lying(2**31), _bomb()])
def test_a_lie_takes_no_memory(content):
    tracemalloc.start()
    try:
        with pytest.raises(SolidError):
            matlab.decode(content)
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()
