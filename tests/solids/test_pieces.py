import numpy as np
import pytest

from ganstudio.solids import measure
from ganstudio.solids.pieces import CLASSES, draw


@pytest.mark.parametrize("name", CLASSES)
def test_every_piece_is_one_body_on_the_common_floor(name):
    for seed in range(40):
        grid = draw(name, seed)
        assert measure.parts(grid)[1] == 1, f"{name} {seed} falls apart"
        layers = np.flatnonzero(grid.any(axis=(0, 1)))
        assert layers[0] == 1
        assert layers[-1] < 31
        assert 24 <= max(measure.extent(grid)) <= 30


@pytest.mark.parametrize("name", CLASSES)
def test_pieces_stand_in_the_middle(name):
    for seed in range(20):
        seen = draw(name, seed).any(axis=2)
        for axis in (0, 1):
            filled = np.flatnonzero(seen.any(axis=1 - axis))
            assert abs(int(filled[0]) + int(filled[-1]) - 31) <= 1


@pytest.mark.parametrize("name", CLASSES)
def test_hardly_anything_is_thinner_than_two_voxels(name):
    for seed in range(20):
        grid = draw(name, seed)
        blocks = np.lib.stride_tricks.sliding_window_view(np.pad(grid, 1), (2, 2, 2))
        full = blocks.all(axis=(3, 4, 5))
        thick = np.zeros_like(grid)
        for x, y, z in np.ndindex(2, 2, 2):
            thick |= full[x : x + 32, y : y + 32, z : z + 32]
        assert (thick & grid).sum() > 0.92 * grid.sum()


@pytest.mark.parametrize("name", CLASSES)
def test_no_two_seeds_look_alike(name):
    grids = {draw(name, seed).tobytes() for seed in range(40)}
    assert len(grids) == 40


@pytest.mark.parametrize("name", CLASSES)
def test_the_same_seed_gives_the_same_piece_at_any_side(name):
    assert np.array_equal(draw(name, 3), draw(name, 3))
    fine = draw(name, 3, 64).reshape(32, 2, 32, 2, 32, 2).mean(axis=(1, 3, 5))
    coarse = draw(name, 3)
    both = (fine >= 0.5) & coarse
    assert both.sum() > 0.65 * ((fine >= 0.5) | coarse).sum()


def test_a_chair_has_its_back_behind():
    grid = np.mean([draw("chair", seed) for seed in range(20)], axis=0)
    top = grid[:, :, 24:].sum(axis=(0, 2))
    assert top[16:].sum() > 20 * top[:16].sum()


def test_an_unknown_piece_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="no furniture 'piano'; there are: chair, table"):
        draw("piano", 0)
