import numpy as np
import pytest

from ganstudio.ui.sculpture import Sculpture


def test_a_brush_covers_its_width_and_depth():
    made = Sculpture.empty(8)
    made.paint((4, 4), (4, 4), 2, width=3, depth=2)
    assert made.grid.sum() == 18
    assert made.grid[3:6, 3:6, 2:4].all()
    made.paint((4, 4), (4, 4), 2, add=False)
    assert made.grid.sum() == 17


def test_a_line_has_no_holes_and_stays_inside():
    made = Sculpture.empty(8)
    made.paint((-3, 1), (12, 6), 7, depth=5)
    layer = made.grid[:, :, 7]
    assert layer.any(axis=1).all()
    assert not made.grid[:, :, :7].any()


def test_mirrored_is_symmetric():
    made = Sculpture.empty(9)
    made.paint((1, 2), (3, 7), 0, width=2, mirrored=True)
    np.testing.assert_array_equal(made.grid, made.grid[::-1])
    assert made.grid.any()


def test_strokes_are_taken_back():
    made = Sculpture.empty(4)
    assert not made.can_undo
    made.keep()
    made.paint((1, 1), (2, 2), 0)
    made.undo()
    assert not made.grid.any()
    made.undo()
    with pytest.raises(ValueError, match="are wanted"):
        made.replace(np.ones((3, 3, 3), bool))
    made.replace(np.ones((4, 4, 4), bool))
    assert made.sample.shape == (1, 4, 4, 4)
    assert made.sample.min() == 1
    made.undo()
    assert made.sample.max() == -1
