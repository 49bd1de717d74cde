import math

import numpy as np
import pytest

from ganstudio.data import points
from ganstudio.metrics.base import Items, Known, View
from ganstudio.metrics.divergence import Divergence, jensen_shannon, kullback_leibler
from ganstudio.samples import SampleSpec


def known(shape: str = "ring") -> Known:
    return Known(
        lambda count, seed: points.draw(shape, count, seed).numpy(),
        points.modes(shape).numpy(),
        points.mode_std(shape),
    )


def measured(fake: np.ndarray, density: Known | None = None) -> dict[str, float]:
    real = Items(known().draw(100, 5))
    view = View(SampleSpec("points", (2,)), real, Items(fake), real, known=density or known())
    return Divergence().measure(view)


def test_gaussians_have_the_divergence_of_the_closed_form():
    x = np.linspace(-12, 12, 4001)
    p, q = (np.exp(-((x - mean) ** 2) / 2 / std**2) / std for mean, std in ((0, 1), (1, 1.5)))
    expected = math.log(1.5) + (1 + 1) / (2 * 1.5**2) - 0.5
    assert kullback_leibler(p / p.sum(), q / q.sum()) == pytest.approx(expected, rel=1e-6)


def test_sets_apart_reach_the_bounds():
    scores = measured(np.full((500, 2), 1.2, np.float32))
    assert scores["js"] == pytest.approx(math.log(2), abs=1e-9)
    assert scores["tv"] == pytest.approx(1, abs=1e-9)
    p, q = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert jensen_shannon(p, q) == pytest.approx(math.log(2))
    assert kullback_leibler(p, q) == math.inf


def test_real_points_are_near_and_lost_modes_are_seen():
    real = measured(known().draw(3000, 9))
    some = known().draw(6000, 9)
    lost = measured(some[some[:, 0] > -0.1])
    spread = measured(np.random.default_rng(0).uniform(-1, 1, (3000, 2)))
    assert real["js"] < 0.02 < lost["js"] < spread["js"]
    assert lost["kl"] > 1 > lost["reverse_kl"]  # left out, nothing made up
    assert spread["reverse_kl"] > 1


def test_points_outside_the_square_count():
    far = np.concatenate([known().draw(500, 1), np.full((500, 2), 40.0)])
    assert measured(far)["tv"] == pytest.approx(0.5, abs=0.06)
