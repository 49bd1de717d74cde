import numpy as np

from ganstudio.data import points
from ganstudio.metrics.base import Items, Known, View
from ganstudio.metrics.modes import Modes
from ganstudio.samples import SampleSpec


def measured(fake: np.ndarray) -> dict[str, float]:
    density = Known(
        lambda count, seed: points.draw("ring", count, seed).numpy(),
        points.modes("ring").numpy(),
        points.mode_std("ring"),
    )
    items = Items(fake)
    return Modes().measure(View(SampleSpec("points", (2,)), items, items, items, known=density))


def test_real_points_find_all_modes():
    scores = measured(points.draw("ring", 2000, 3).numpy())
    assert scores["modes"] == 8
    assert scores["on_modes"] > 0.995


def test_lost_modes_and_stray_points_are_counted():
    drawn = points.draw("ring", 4000, 3).numpy()
    half = drawn[drawn[:, 1] > 0.1]  # three of eight
    stray = np.random.default_rng(0).uniform(-0.5, 0.5, half.shape).astype(np.float32)
    scores = measured(np.concatenate([half, stray]))
    assert scores["modes"] == 3
    assert 0.49 < scores["on_modes"] < 0.51


def test_one_stray_point_does_not_find_a_mode():
    drawn = points.draw("ring", 4000, 3).numpy()
    right = drawn[drawn[:, 0] > 0.7]
    other = points.modes("ring").numpy()[4:5]
    assert measured(np.concatenate([right, other]))["modes"] == 1
