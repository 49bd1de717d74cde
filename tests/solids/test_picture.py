import numpy as np
import pytest

from ganstudio.solids.picture import THEMES, Theme, contact_sheet, draw

PLAIN = Theme((0, 0, 0), (0, 0, 0), (0, 0, 0), (60, 60, 60), (130, 130, 130), (200, 200, 200))


def _cube(side=16, low=4, high=12):
    grid = np.zeros((side, side, side), dtype=bool)
    grid[low:high, low:high, low:high] = True
    return grid


def _covered(picture):
    return picture.max(axis=2) > 0


@pytest.mark.parametrize("size", [1, 33, 96])
@pytest.mark.parametrize("supersample", [1, 2, 3])
def test_size_and_type(size, supersample):
    picture = draw(_cube(), size, supersample=supersample)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8


@pytest.mark.parametrize("theme", THEMES)
def test_an_empty_grid_shows_its_floor_alone(theme):
    picture = draw(np.zeros((8, 8, 8)), 64, theme=theme)
    assert tuple(picture[0, 0]) == THEMES[theme].background
    middle = picture[46, 32].astype(int)
    assert np.abs(middle - THEMES[theme].floor).max() <= 4


def test_the_area_is_that_of_the_projection():
    # straight from above a voxel of a 16-grid is 96 / hypot(16, 16) pixels wide
    picture = draw(_cube(), 96, azimuth_deg=0, elevation_deg=90, theme=PLAIN, supersample=1)
    wanted = (8 * 96 / np.hypot(16, 16)) ** 2
    assert _covered(picture).sum() == pytest.approx(wanted, rel=0.05)


@pytest.mark.parametrize(("azimuth", "elevation"), [(-52, 24), (10, -40), (200, 60), (90, 0)])
def test_a_solid_has_no_holes_in_its_picture(azimuth, elevation):
    seen = _covered(draw(_cube(), 120, azimuth_deg=azimuth, elevation_deg=elevation, theme=PLAIN))
    for row in seen:
        filled = np.flatnonzero(row)
        assert len(filled) == 0 or filled[-1] - filled[0] + 1 == len(filled)


def test_near_voxels_hide_far_ones():
    grid = np.zeros((8, 8, 8), dtype=bool)
    grid[7, 2:6, 2:6] = True
    alone = draw(grid, 64, azimuth_deg=0, elevation_deg=0, theme=PLAIN)
    grid[0:3, 3:5, 3:5] = True
    assert np.array_equal(draw(grid, 64, azimuth_deg=0, elevation_deg=0, theme=PLAIN), alone)
    assert not np.array_equal(
        draw(grid, 64, azimuth_deg=180, elevation_deg=0, theme=PLAIN),
        draw(grid > 1, 64, azimuth_deg=180, elevation_deg=0, theme=PLAIN),
    )


def test_the_three_sides_of_a_cube_differ_and_the_top_is_brightest():
    picture = draw(_cube(), 96, theme=PLAIN).astype(int)
    top, left, right = picture[36, 48], picture[54, 38], picture[54, 60]
    assert top.sum() > left.sum() > right.sum() > 0


def test_a_pillar_throws_a_shadow_on_the_floor():
    grid = np.zeros((16, 16, 16), dtype=bool)
    grid[7:9, 7:9, :12] = True
    empty = draw(np.zeros((16, 16, 16)), 96).astype(int)
    darker = (empty - draw(grid, 96)).sum(axis=2) > 40
    assert darker[:, 52:].sum() > 60  # the light comes from the left
    assert darker[:, :40].sum() == 0


def test_turning_the_solid_and_the_viewer_alike_changes_nothing():
    grid = np.random.default_rng(1).random((8, 8, 8)) > 0.7
    turned = np.rot90(grid, axes=(0, 1))
    first = draw(grid, 64, azimuth_deg=-50).astype(int)
    second = draw(turned, 64, azimuth_deg=40).astype(int)
    assert np.abs(first - second).mean() < 0.5


def test_threshold_and_bool_agree():
    soft = np.random.default_rng(2).random((8, 8, 8)).astype(np.float32)
    assert np.array_equal(draw(soft, 48, 0.8), draw(soft > 0.8, 48))


def test_zoom_enlarges():
    small, large = (_covered(draw(_cube(), 96, zoom=z, theme=PLAIN)).sum() for z in (1, 1.2))
    assert large == pytest.approx(1.44 * small, rel=0.06)


def test_a_longish_grid_fits():
    grid = np.ones((4, 20, 9), dtype=bool)
    for azimuth in (0, 45, 120):
        seen = _covered(draw(grid, 80, azimuth_deg=azimuth, theme=PLAIN))
        assert not seen[0].any()
        assert not seen[:, 0].any()
        assert seen[40, 40]


def test_own_background():
    assert tuple(draw(_cube(), 64, background=(9, 90, 200))[0, 0]) == (9, 90, 200)


def test_a_contact_sheet_holds_its_tiles():
    grids = [_cube(), _cube(16, 2, 9), _cube(16, 6, 10)]
    sheet = contact_sheet(grids, 2, 40, gap_px=3)
    assert sheet.shape == (83, 83, 3)
    assert np.array_equal(sheet[:40, 43:], draw(grids[1], 40))
    assert np.array_equal(sheet[43:, :40], draw(grids[2], 40))
    assert (sheet[43:, 43:] == THEMES["dark"].background).all()


def test_a_sheet_of_nothing_is_one_empty_row():
    assert contact_sheet([], 3, 20, gap_px=0).shape == (20, 60, 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: draw(_cube(), 0), "at least 1"),
        (lambda: draw(_cube(), 8, theme="neon"), "no theme 'neon'; there are: dark, light"),
        (lambda: draw(np.zeros((4, 4)), 8), "grid"),
        (lambda: contact_sheet([_cube()], 0, 8), "at least 1 column"),
    ],
)
def test_what_makes_no_sense_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
