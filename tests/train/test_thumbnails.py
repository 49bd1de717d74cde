"""Small pictures of anything, all at once."""

import numpy as np
import pytest

from ganstudio.samples import SampleSpec
from ganstudio.train.thumbnails import GROUND, averaged, thumbnails


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 64, 64), (3, 20, 10), (4, 8, 8)])
def test_pictures_keep_their_colours_and_form(shape: tuple) -> None:
    samples = np.full((3, *shape), 1.0, np.float32)
    samples[1] = -1
    tiles = thumbnails(samples, SampleSpec("image", shape), 24)
    assert tiles.shape == (3, 24, 24, 3)
    assert tiles.dtype == np.uint8
    assert (tiles[0, 12, 12] == 255).all()
    assert (tiles[1, 12, 12] == 0).all()
    bare = (tiles[0, :, 0] == GROUND).all()
    assert bare == (shape[1] != shape[2])


def test_solids_are_seen_from_the_front_upright() -> None:
    solid = -np.ones((2, 1, 8, 8, 8), np.float32)
    solid[0, 0, :, 0, :2] = 1  # near, low
    solid[0, 0, :, 7, 6:] = 1  # far, high
    tiles = thumbnails(solid, SampleSpec("voxels", (1, 8, 8, 8)), 16).astype(int)
    low, high = tiles[0, 14].sum(), tiles[0, 1].sum()
    assert low > high > 16 * 3 * GROUND
    assert (tiles[0, 8] == GROUND).all()
    assert (tiles[1] == GROUND).all()


def test_points_are_dots_where_they_lie() -> None:
    tiles = thumbnails(np.array([[1, 1], [-1, 0]], np.float32), SampleSpec("points", (2,)), 32)
    rows, columns = np.nonzero((tiles[0] != GROUND).any(-1))
    assert rows.mean() < 8
    assert columns.mean() > 24
    rows, columns = np.nonzero((tiles[1] != GROUND).any(-1))
    assert abs(rows.mean() - 15.5) < 1
    assert columns.mean() < 8


def test_nothing_is_nothing() -> None:
    assert thumbnails(np.zeros((0, 1, 8, 8)), SampleSpec("image", (1, 8, 8)), 8).shape[0] == 0


def test_values_are_averaged_to_few() -> None:
    x = np.random.default_rng(0).random((2, 1, 32, 32))
    assert averaged(x, 16).shape == (2, 256)
    np.testing.assert_allclose(averaged(x, 1)[:, 0], x.mean((1, 2, 3)), rtol=1e-5)
    assert averaged(x[..., 0, :2], 16).shape == (2, 2)
