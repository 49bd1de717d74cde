"""The threshold slider and the histogram behind it."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.ui.threshold import ThresholdSlider


@pytest.fixture
def slider(qtbot):
    made = ThresholdSlider()
    qtbot.addWidget(made)
    made.resize(260, 32)
    return made


def shown(slider):
    image = slider.grab().toImage()
    return np.array([
        [image.pixelColor(x, y).rgb() for x in range(image.width())] for y in range(image.height())
    ])  # fmt: skip


def test_there_are_bars_only_for_something(slider):
    before = shown(slider)
    slider.show_histogram(np.zeros(64, np.int64))
    assert not len(slider.bars)
    assert (shown(slider) == before).all()
    slider.show_histogram(np.full(64, 9))
    assert (slider.bars == 1).all()
    assert (shown(slider) != before).mean() > 0.1


def test_few_voxels_are_seen_beside_many(slider):
    slider.show_histogram(np.array([100_000, 0, 100]))
    assert slider.bars[0] == 1
    assert slider.bars[1] == 0
    assert slider.bars[2] > 0.3


def test_what_is_solid_has_another_colour(slider):
    slider.show_histogram(np.full(64, 9))
    before = shown(slider)
    with_more = slider.value
    slider.set_value(0.25)
    assert slider.value < with_more
    assert (shown(slider)[1] != before[1]).any(), "the top row holds bars only"
