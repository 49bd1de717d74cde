"""Colours for numbers."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.ui.gl.tints import COLOURINGS, as_levels, reach, shades


def lightness(table):
    """Relative luminance of sRGB colours, which every eye sees."""
    linear = (table / 255.0) ** 2.2
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("colouring", COLOURINGS)
def test_a_map_has_a_colour_for_every_level(colouring):
    table = shades(colouring)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8


@pytest.mark.parametrize("colouring", ["height", "density"])
def test_higher_is_lighter(colouring):
    light = lightness(shades(colouring))
    assert (np.diff(light[::8]) > 0).all()
    assert light[-1] > 4 * light[0]


def test_around_zero_is_pale_and_both_ends_are_equally_strong():
    table = shades("values").astype(float)
    light = lightness(table)
    assert light.argmax() == pytest.approx(127.5, abs=2)
    # blue against orange: told apart with any common colour blindness
    assert table[0, 2] > table[0, 0] + 80
    assert table[-1, 0] > table[-1, 2] + 80


def test_the_scale_reaches_all_but_strays():
    values = np.zeros((10, 10, 10), np.float32)
    assert reach([values]) == 1
    assert reach([]) == 1
    values.flat[:500] = -2
    values[9, 9, 9] = 1e6
    assert reach([values]) == pytest.approx(2)
    values[0, 0, 0] = np.nan
    assert np.isfinite(reach([values]))


def test_levels_keep_zero_in_the_middle():
    values = np.array([-9, -2, 0, 1, 2, np.inf, np.nan], np.float32)
    assert as_levels(values, 2.0).tolist() == [0, 0, 128, 191, 255, 255, 128]
