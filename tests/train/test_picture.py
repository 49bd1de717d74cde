from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.samples import SampleSpec
from ganstudio.train.picture import save_sheet, sheet


def test_images_stand_in_a_grid_with_their_own_colours() -> None:
    samples = np.full((4, 3, 64, 64), -1, np.float32)
    samples[1, 0] = 1  # red
    picture = sheet(samples, SampleSpec("image", (3, 64, 64)))
    assert picture.shape == (134, 134, 3)
    assert picture[34, 100].tolist() == [255, 0, 0]
    assert picture[100, 34].tolist() == [0, 0, 0]


def test_small_images_are_enlarged_and_columns_obeyed() -> None:
    picture = sheet(np.zeros((3, 1, 16, 16), np.float32), SampleSpec("image", (1, 16, 16)), 3)
    assert picture.shape == (68, 3 * 66 + 2, 3)


def test_voxels_are_drawn_as_solids() -> None:
    samples = np.full((2, 1, 16, 16, 16), -1, np.float32)
    empty = sheet(samples, SampleSpec("voxels", (1, 16, 16, 16)))
    samples[:, :, 4:12, 4:12, 1:9] = 1
    solid = sheet(samples, SampleSpec("voxels", (1, 16, 16, 16)))
    assert empty.shape == solid.shape
    assert (np.abs(solid.astype(int) - empty).max(axis=2) > 60).mean() > 0.05


def test_points_are_scattered_with_y_up() -> None:
    picture = sheet(np.array([[0.0, 0.8]]), SampleSpec("points", (2,)))
    rows, columns = np.nonzero(picture.min(axis=2) < 200)
    assert abs(columns.mean() - picture.shape[1] / 2) < 2
    assert rows.mean() < picture.shape[0] / 4


def test_no_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        sheet(np.zeros((0, 2)), SampleSpec("points", (2,)))


def test_a_sheet_is_saved_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sheet.png"
    save_sheet(path, np.zeros((1, 1, 16, 16), np.float32), SampleSpec("image", (1, 16, 16)))
    with Image.open(path) as picture:
        assert picture.size == (68, 68)
    assert list(path.parent.iterdir()) == [path]
