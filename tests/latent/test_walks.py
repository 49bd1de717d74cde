"""Walks begin and end exactly at their places, keep to the sphere, and show each moment once."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.latent.blend import Frames, alike, between, lerp, slerp
from ganstudio.latent.stand import Stand
from ganstudio.latent.walks import EASINGS, MOST_FRAMES, KeyFrames


def latents(count: int, z_dim: int = 16, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, z_dim), dtype=np.float32)


def stands(count: int = 3, **rest: object) -> tuple[Stand, ...]:
    return tuple(Stand(z, **rest) for z in latents(count))


@given(st.integers(0, 2**31), st.integers(1, 64), st.floats(0, 1))
def test_the_arc_keeps_between_the_lengths_and_ends_exactly(seed: int, dims: int, t: float) -> None:
    a, b = latents(2, dims, seed)
    assert np.array_equal(slerp(a, b, 0.0), a)
    assert np.array_equal(slerp(a, b, 1.0), b)
    made, lengths = slerp(a, b, t), sorted((np.linalg.norm(a), np.linalg.norm(b)))
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    if dims > 1:  # in one dimension the only way is through 0
        assert lengths[0] * 0.999 <= np.linalg.norm(made) <= lengths[1] * 1.001


def test_half_way_a_line_is_short_and_an_arc_is_not() -> None:
    a, b = np.eye(2, dtype=np.float32)
    assert np.linalg.norm(lerp(a, b, 0.5)) == pytest.approx(np.sqrt(0.5))
    np.testing.assert_allclose(slerp(a, b, 0.5), np.sqrt([0.5, 0.5]), rtol=1e-6)
    np.testing.assert_allclose(slerp(a, b, 1 / 3), [np.cos(np.pi / 6), 0.5], rtol=1e-6)


def test_nothing_breaks_where_there_is_no_arc() -> None:
    a = latents(1)[0]
    np.testing.assert_allclose(slerp(a, 2 * a, 0.5), 1.5 * a, rtol=1e-6)
    np.testing.assert_allclose(slerp(a, -a, 0.5), 0 * a, atol=1e-6)
    np.testing.assert_allclose(slerp(a, 0 * a, 0.5), 0.5 * a, rtol=1e-6)
    empty = np.zeros(0, np.float32)
    assert slerp(empty, empty, 0.5).shape == (0,)


def test_a_uniform_latent_never_leaves_its_cube() -> None:
    corners = Stand(np.ones(2, np.float32)), Stand(np.array([1, -1], np.float32))
    assert between(*corners, 0.5, prior="uniform").z.max() <= 1
    assert between(*corners, 0.5).z.max() > 1.4


@pytest.mark.parametrize("easing", EASINGS)
def test_easings_rise_from_0_to_1(easing: str) -> None:
    values = [EASINGS[easing](t) for t in np.linspace(0, 1, 101)]
    assert (values[0], values[-1]) == (0, 1)
    assert all(b >= a for a, b in pairwise(values))


@pytest.mark.parametrize("way", ["spherical", "linear"])
def test_a_walk_shows_its_places_exactly(way: str) -> None:
    walk = KeyFrames(stands(3), seconds=(1.0, 0.5), way=way)
    frames = walk.frames(10)
    assert walk.duration == 1.5
    assert walk.starts() == (0.0, 1.0, 1.5)
    assert len(frames) == 16
    for index, stand in zip((0, 10, 15), walk.stands, strict=True):
        np.testing.assert_allclose(frames.z[index], stand.z, rtol=1e-6)
    assert np.array_equal(frames.z[0], walk.stands[0].z)
    assert np.array_equal(frames.z[-1], walk.stands[-1].z)


def test_a_loop_comes_back_and_shows_no_frame_twice() -> None:
    walk = KeyFrames(stands(3), seconds=1.0, loop=True)
    frames = walk.frames(8)
    assert len(frames) == 24
    assert len(np.unique(frames.z, axis=0)) == 24
    np.testing.assert_allclose(walk.at(3.25).z, walk.at(0.25).z, rtol=1e-5)
    assert np.array_equal(walk.at(-1.0).z, walk.at(2.0).z)


def test_one_place_is_one_frame() -> None:
    frames = KeyFrames(stands(1)).frames(24)
    assert len(frames) == 1
    assert np.array_equal(frames.stand(0).z, stands(1)[0].z)


def test_classes_blend_and_all_else_switches_in_the_middle() -> None:
    pictures = [np.full((1, 1, 2, 2), value, np.float32) for value in (0, 1)]
    one = Stand(latents(1)[0], {"classes": np.array([0]), "image": pictures[0]}, 1.0, None, 0.0)
    other = Stand(latents(1)[0], {"classes": np.array([2]), "image": pictures[1]}, 0.5, None, 1.0)
    frames = KeyFrames((one, other), 1.0, easing="linear", classes=3).frames(4)
    np.testing.assert_allclose(frames.told["classes"][1], [0.75, 0, 0.25])
    assert frames.told["image"][:, 0, 0, 0].tolist() == [0, 0, 1, 1, 1]
    np.testing.assert_allclose(frames.psi, [1, 0.875, 0.75, 0.625, 0.5])
    np.testing.assert_allclose(frames.noise, [0, 0.25, 0.5, 0.75, 1])


def test_the_same_class_everywhere_stays_an_index() -> None:
    told = {"classes": np.array([1])}
    frames = KeyFrames(stands(2, told=told), 1.0, classes=3).frames(4)
    assert frames.told["classes"].tolist() == [1] * 5


def test_what_is_left_out_is_as_before_it() -> None:
    z = latents(3)
    row = (Stand(z[0]), Stand(z[1], {"classes": np.array([2])}), Stand(z[2]))
    assert [stand.told["classes"].tolist() for stand in alike(row, 3)] == [[2]] * 3


def test_shifts_of_all_layers_and_of_each_go_together() -> None:
    z = latents(3)
    row = (Stand(z[0]), Stand(z[1], shift=np.ones(4)), Stand(z[2], shift=np.ones((5, 4))))
    frames = Frames.of(row)
    assert frames.shift is not None
    assert frames.shift.shape == (3, 5, 4)
    assert frames.shift[:, 0, 0].tolist() == [0, 1, 1]


def test_frames_are_drawn_in_runs_of_equal_truncation() -> None:
    psi = (1.0, 1.0, 1.0, 0.5, 0.5, 1.0)
    frames = Frames.of([Stand(z, psi=p) for z, p in zip(latents(6), psi, strict=True)])
    parts = [*frames.batches(2)]
    assert [part.psi.tolist() for part in parts] == [[1, 1], [1], [0.5, 0.5], [1]]
    assert np.array_equal(np.concatenate([part.z for part in parts]), frames.z)


def pair(**parts: tuple[object, object]) -> dict[str, object]:
    """Two places that differ in what they are told, or in their shift."""
    rows = [{name: values[i] for name, values in parts.items()} for i in (0, 1)]
    return {"stands": tuple(Stand(latents(1)[0], **row) for row in rows)}


def classes(*indices: int) -> tuple[object, ...]:
    return tuple({"classes": np.array([index])} for index in indices)


def pictures(*sides: int) -> tuple[object, ...]:
    return tuple({"image": np.zeros((1, 1, side, side))} for side in sides)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"easing": "jump"}, "easing"),
        ({"seconds": 0.0}, "more than 0"),
        ({"seconds": (1.0, float("inf"))}, "more than 0"),
        ({"seconds": (1.0,)}, "2 legs"),
        ({"stands": ()}, "at least one"),
        ({"stands": (Stand(latents(1, 3)[0]), Stand(latents(1, 4)[0]))}, "different models"),
        ({**pair(told=classes(7, 0)), "classes": 3}, "0 to 2"),
        (pair(shift=(np.zeros(3), np.zeros(4))), "shifts"),
        (pair(told=pictures(2, 3)), "image"),
    ],
)
def test_what_is_no_walk_is_refused(change: dict, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        KeyFrames(**{"stands": stands(3), **change})


def test_too_many_frames_are_refused() -> None:
    with pytest.raises(ValueError, match=str(MOST_FRAMES)):
        KeyFrames(stands(2), 1e6).frames(24)
    with pytest.raises(ValueError, match="above 0"):
        KeyFrames(stands(2)).frames(0)
