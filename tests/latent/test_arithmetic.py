"""Sums of latents end where latents lie, grids meet their corners, styles are mixed by layer."""

import numpy as np
import pytest

from ganstudio.latent import arithmetic
from ganstudio.latent.stand import Stand


def stands(count: int, z_dim: int = 64, **rest: object) -> list[Stand]:
    z = np.random.default_rng(1).standard_normal((count, z_dim), dtype=np.float32)
    return [Stand(row, **rest) for row in z]


@pytest.mark.parametrize("z_dim", [1, 2, 64, 512])
def test_the_shell_is_where_latents_are(z_dim: int) -> None:
    z = np.random.default_rng(0).standard_normal((4000, z_dim))
    assert arithmetic.shell(z_dim) == pytest.approx(np.linalg.norm(z, axis=1).mean(), rel=0.03)


def test_sums_come_back_to_the_prior() -> None:
    a, b, c = stands(3)
    raw = arithmetic.combined(a, b, c, renormalise=False)
    np.testing.assert_allclose(raw.z, a.z - b.z + c.z)
    home = arithmetic.combined(a, b, c)
    assert np.linalg.norm(home.z) == pytest.approx(arithmetic.shell(64), rel=1e-5)
    np.testing.assert_allclose(home.z / np.linalg.norm(home.z), raw.z / np.linalg.norm(raw.z), 1e-4)
    assert np.abs(arithmetic.combined(a, b, c, "uniform").z).max() <= 1
    np.testing.assert_allclose(arithmetic.combined(a, b, b, renormalise=False).z, a.z, atol=1e-6)


def test_class_weights_take_part() -> None:
    z = np.zeros(2, np.float32)
    three, five, seven = (Stand(z, {"classes": np.array([i])}) for i in (3, 5, 7))

    def weights(*three_of: Stand) -> list[float]:
        return arithmetic.combined(*three_of, classes=8).told["classes"][0].tolist()

    assert weights(three, three, seven)[7] == 1
    assert (weights(three, five, seven)[3], weights(three, five, seven)[7]) == (0.5, 0.5)
    same = arithmetic.combined(three, three, three, classes=8)
    assert same.told["classes"].tolist() == [3]


def test_a_shift_is_added_where_one_has_it() -> None:
    (a,), (b, c) = stands(1, shift=np.ones(3, np.float32)), stands(2)
    assert arithmetic.combined(a, b, c).shift.tolist() == [1, 1, 1]
    assert arithmetic.combined(b, a, a).shift.tolist() == [0, 0, 0]


def test_the_mean_of_a_group() -> None:
    group = stands(5)
    z = np.mean([stand.z for stand in group], axis=0)
    np.testing.assert_allclose(arithmetic.mean(group, renormalise=False).z, z, rtol=1e-5)
    assert np.linalg.norm(arithmetic.mean(group).z) == pytest.approx(arithmetic.shell(64), rel=1e-5)
    told = [Stand(group[0].z, {"classes": np.array([i])}) for i in (0, 1)]
    np.testing.assert_allclose(arithmetic.mean(told, classes=2).told["classes"], [[0.5, 0.5]])
    with pytest.raises(ValueError, match="at least one"):
        arithmetic.mean([])


@pytest.mark.parametrize("way", ["spherical", "linear"])
def test_a_grid_meets_its_corners(way: str) -> None:
    corners = stands(4)
    frames = arithmetic.grid(corners, 5, 3, way)
    assert len(frames) == 15
    for index, corner in zip((0, 4, 10, 14), corners, strict=True):
        assert np.array_equal(frames.z[index], corner.z)
    if way == "linear":
        middle = np.mean([corner.z for corner in corners], axis=0)
        np.testing.assert_allclose(frames.z[7], middle, atol=1e-5)


def test_three_corners_span_a_grid_too() -> None:
    corners = stands(3)
    last = arithmetic.grid(corners, 2, 2).z[3]
    np.testing.assert_allclose(
        last, arithmetic.combined(corners[1], corners[0], corners[2]).z, rtol=1e-6
    )
    for wrong in (corners[:2], stands(5)):
        with pytest.raises(ValueError, match="three or four"):
            arithmetic.grid(wrong, 2, 2)
    with pytest.raises(ValueError, match="2 x 2"):
        arithmetic.grid(corners, 1, 2)


def test_layers_fall_into_thirds() -> None:
    assert arithmetic.layer_groups(7) == {"coarse": (0, 1), "middle": (2, 3, 4), "fine": (5, 6)}
    for layers in range(1, 20):
        together = [layer for group in arithmetic.layer_groups(layers).values() for layer in group]
        assert together == [*range(layers)]


def test_styles_are_mixed_layer_by_layer() -> None:
    own, theirs = np.zeros(2, np.float32), np.ones(2, np.float32)
    here = Stand(np.zeros(3, np.float32), psi=0.5, shift=np.full(2, 0.25, np.float32))
    there = Stand(np.ones(3, np.float32), shift=np.full((3, 2), 2.0, np.float32))
    made = arithmetic.mixed(here, own, there, theirs, (2,), 3)
    assert made.shift[:, 0].tolist() == [0.25, 0.25, 2.5]
    assert np.array_equal(made.z, here.z)
    again = arithmetic.mixed(made, own, there, own, (0,), 3)
    assert again.shift[:, 0].tolist() == [2.0, 0.25, 2.5]
    with pytest.raises(ValueError, match="0 to 2"):
        arithmetic.mixed(here, own, there, theirs, (3,), 3)
