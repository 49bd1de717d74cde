"""Soft volumes without any graphics."""

from __future__ import annotations

import numpy as np

from ganstudio.ui.gl.density import make_volume


def cloud():
    grid = np.zeros((16, 16, 16), np.float32)
    grid[4:12, 6:10, 2:14] = 0.5
    grid[6:10, 7:9, 4:12] = 1
    return grid


def test_only_what_is_dense_is_kept_with_air_around():
    volume = make_volume(cloud(), 0.5)
    assert volume.low.tolist() == [3, 5, 1]
    assert volume.texels.shape == (10, 6, 14, 3)
    assert volume.texels[0, :, :, 0].max() == 0
    assert volume.texels[:, :, -1, 0].max() == 0
    assert volume.texels[4, 2, 5, 0] == 255


def test_the_threshold_clears_what_is_thin():
    low, high = make_volume(cloud(), 0.2), make_volume(cloud(), 0.9)
    thin = 2, 1, 1  # in the outer part
    assert low.texels[thin][0] > 200
    assert high.texels[thin][0] < 60
    assert make_volume(np.zeros((4, 4, 4), np.float32), 0.5) is None


def test_light_falls_from_above_and_into_the_open():
    texels = make_volume(cloud(), 0.3).texels.astype(int)
    middle = texels[5, 3]
    assert (np.diff(middle[1:-1, 2]) >= 0).all(), "the higher, the lighter"
    assert middle[1, 2] < 0.6 * middle[-1, 2]
    assert texels[5, 3, 7, 1] < texels[0, 0, 0, 1], "the inside is less open than the corner"
