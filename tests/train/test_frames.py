import numpy as np
import pytest

from ganstudio.samples import SampleSpec
from ganstudio.train.frames import EDGE, labelled, many, single

IMAGE = SampleSpec("image", (3, 8, 8))
GREY = SampleSpec("image", (1, 8, 12))
VOXELS = SampleSpec("voxels", (1, 8, 8, 8))
POINTS = SampleSpec("points", (2,))


def samples(spec: SampleSpec, count: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (count, *spec.shape)).astype(np.float32)


@pytest.mark.parametrize("spec", [IMAGE, GREY, VOXELS, POINTS])
@pytest.mark.parametrize("size", [(64, 64), (75, 50), (24, 96)])
def test_a_frame_has_the_size_that_is_wanted(spec: SampleSpec, size: tuple[int, int]) -> None:
    frame = single(samples(spec, 1)[0], spec, size)
    assert frame.shape == (size[1], size[0], 3)
    assert frame.dtype == np.uint8
    assert len(np.unique(frame)) > 1


def test_pixels_of_a_picture_stay_what_they_are() -> None:
    sample = samples(IMAGE, 1)[0]
    frame = single(sample, IMAGE, (24, 24))
    wanted = np.clip((sample + 1) * 127.5 + 0.5, 0, 255).astype(np.uint8).transpose(1, 2, 0)
    assert np.array_equal(frame[1::3, 1::3], wanted)


@pytest.mark.parametrize("spec", [IMAGE, GREY, VOXELS, POINTS])
@pytest.mark.parametrize("count", [1, 5, 9])
@pytest.mark.parametrize("height", [64, 133])
def test_a_sheet_has_the_height_that_is_wanted(spec: SampleSpec, count: int, height: int) -> None:
    frame = many(samples(spec, count), spec, height)
    assert frame.shape[0] == height
    assert frame.shape == many(-samples(spec, count), spec, height).shape


def test_what_does_not_fit_evenly_is_framed() -> None:
    frame = many(samples(IMAGE, 4), IMAGE, 100)
    assert tuple(frame[0, 0]) == EDGE
    assert tuple(frame[-1, -1]) == EDGE


def test_a_label_stands_in_the_lower_left_corner() -> None:
    frame = np.full((280, 400, 3), 128, np.uint8)
    before = frame.copy()
    told = labelled(frame, "120.1 kimg")
    changed = np.argwhere((told != frame).any(axis=2))
    assert changed[:, 0].min() > 240
    assert changed[:, 1].max() < 120
    assert told.max() > 240
    assert np.array_equal(frame, before)
