"""Files beside a generated solid: what is said of their likeness."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.solids import export
from ganstudio.ui.solid_guests import Guest, alike, read


def chair(side=32):
    grid = np.zeros((side,) * 3, dtype=bool)
    grid[8:24, 10:22, 12:15] = True
    grid[8:11, 10:22, 15:26] = True
    for x in (8, 21):
        for y in (10, 19):
            grid[x : x + 3, y : y + 3, 2:12] = True
    return grid


@pytest.mark.parametrize("suffix", [".stl", ".npy", ".binvox"])
@pytest.mark.parametrize("side", [32, 64])
def test_an_object_is_like_its_own_file(tmp_path, suffix, side):
    path = tmp_path / f"chair{suffix}"
    export.write(path, chair(), export.Wishes("cubes", 80.0))
    opened = read(path, side, "z", True)
    (line,) = alike(chair(), [Guest(*opened)], 0.5)
    assert float(line.rpartition("IoU with the generated one ")[2]) > 0.97


def test_a_sample_of_the_same_voxels_keeps_its_size():
    half = np.zeros((32, 32, 32), dtype=bool)
    half[8:16, 8:16, 2:10] = True
    whole = np.zeros((32, 32, 32), dtype=bool)
    whole[8:24, 8:24, 2:18] = True
    (line,) = alike(whole, [Guest("sample", half)], 0.5)
    assert line.endswith("IoU with the generated one 0.12")
