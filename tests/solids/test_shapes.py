import numpy as np
import pytest

from ganstudio.solids.shapes import Canvas


@pytest.mark.parametrize("side", [32, 64])
def test_a_box_fills_its_units_at_any_side(side):
    canvas = Canvas(side)
    canvas.box(-2, 2, -3, 3, 0, 5)
    assert canvas.grid.sum() == 4 * 6 * 5 * (side // 32) ** 3
    assert not canvas.grid[:, :, : side // 32].any()  # the margin under the floor


def test_a_box_emptied_again_leaves_nothing():
    canvas = Canvas(32)
    canvas.box(-2, 2, -3, 3, 0, 5)
    canvas.box(-2, 2, -3, 3, 0, 5, full=False)
    assert not canvas.grid.any()


def test_what_lies_outside_is_cut_off():
    canvas = Canvas(32)
    canvas.box(-100, 100, -100, 100, -100, 100)
    assert canvas.grid.all()


@pytest.mark.parametrize(
    ("shape", "volume"),
    [
        (lambda c: c.cylinder(0, 0, 0, 20, 10), np.pi * 100 * 20),
        (lambda c: c.cylinder(0, 0, 0, 20, 10, 0), np.pi * 100 * 20 / 3),
        (lambda c: c.disc(0, 0, 0, 10, 12, 6), np.pi * 72 * 10),
        (lambda c: c.ellipsoid((0, 0, 12), (10, 8, 12)), 4 / 3 * np.pi * 960),
        (lambda c: c.strut((-8, 0, 10), (8, 0, 10), 4), np.pi * 16 * 16 + 4 / 3 * np.pi * 64),
        (lambda c: c.bar((-8, 0, 0), (8, 4, 20), 3), 36 * 20),
        (lambda c: c.slab(-6, 6, 0, 3, 0, 20, 8), 12 * 3 * 20),
    ],
)
def test_volumes_are_those_of_the_shapes(shape, volume):
    canvas = Canvas(64)
    shape(canvas)
    assert canvas.grid.sum() / 8 == pytest.approx(volume, rel=0.03)


def test_a_rounder_ellipsoid_is_fuller():
    ball, cushion = Canvas(32), Canvas(32)
    ball.ellipsoid((0, 0, 10), (8, 8, 8))
    cushion.ellipsoid((0, 0, 10), (8, 8, 8), 5)
    assert cushion.grid.sum() > 1.4 * ball.grid.sum()
    assert (cushion.grid >= ball.grid).all()


def test_a_slab_leans_backwards():
    canvas = Canvas(32)
    canvas.slab(-4, 4, 0, 2, 0, 20, 6)
    front = [np.flatnonzero(canvas.grid[16, :, z]).max() for z in (1, 20)]
    assert front[0] - front[1] == 6


def test_centred_moves_sideways_only():
    canvas = Canvas(32)
    canvas.box(4, 8, -12, -2, 3, 9)
    x, y, z = np.nonzero(canvas.centred())
    assert (x.min() + x.max(), y.min() + y.max()) == (31, 31)
    assert (z.min(), z.max()) == (4, 9)


def test_centred_leaves_an_empty_grid_alone():
    assert not Canvas(32).centred().any()
