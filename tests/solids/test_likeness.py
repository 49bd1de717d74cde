import numpy as np
import pytest

from ganstudio.solids import likeness


def chair(side=16):
    grid = np.zeros((side,) * 3, dtype=bool)
    grid[4:12, 5:11, 6:8] = True
    grid[4:6, 5:11, 8:14] = True
    return grid


def test_iou_counts_voxels():
    one, other = chair(), chair()
    other[0, 0, 0] = True
    assert likeness.iou(one, one) == 1
    assert likeness.iou(one, other) == one.sum() / (one.sum() + 1)
    assert likeness.iou(one, ~one) == 0
    assert likeness.iou(np.zeros((2, 2, 2)), np.zeros((2, 2, 2))) == 1
    assert likeness.iou(one * 0.6, one * 0.4) == 0


def test_alignment_finds_turn_and_place():
    for turns in range(4):
        moved = np.roll(np.rot90(chair(), -turns, (0, 1)), (2, -1, 1), (0, 1, 2))
        match = likeness.align(chair(), moved)
        assert match.iou == 1
        assert match.quarters == turns
        assert np.array_equal(match.grid, chair())


def test_alignment_with_nothing_changes_nothing():
    empty = np.zeros((16, 16, 16), dtype=bool)
    assert likeness.align(chair(), empty).iou == 0
    assert likeness.align(empty, chair()).iou == 0


def test_packed_solids_compare_like_unpacked_ones():
    rng = np.random.default_rng(0)
    solids = rng.random((20, 5, 5, 5)) > 0.6
    solids[3] = False
    bits = likeness.pack(solids)
    wanted = [likeness.iou(solids[7], other) for other in solids]
    assert likeness.ious(bits[7], bits) == pytest.approx(wanted)
    assert likeness.ious(bits[3], bits)[3] == 1
    assert np.array_equal(likeness.unpack(bits[7], (5, 5, 5)), solids[7])


@pytest.mark.parametrize("compare", [likeness.iou, likeness.align])
def test_other_shapes_are_refused(compare):
    with pytest.raises(ValueError, match="one shape"):
        compare(np.zeros((4, 4, 4)), np.zeros((5, 5, 5)))


def test_another_size_is_brought_to_place_and_size():
    large = np.kron(np.roll(chair(), (1, 2, 0), (0, 1, 2)), np.ones((4, 4, 4), bool))
    assert np.array_equal(likeness.as_large(large, chair()), chair())
