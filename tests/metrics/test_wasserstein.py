import numpy as np
import pytest

from ganstudio.metrics.base import Items, View
from ganstudio.metrics.sliced import Sliced
from ganstudio.metrics.wasserstein import Wasserstein, exact
from ganstudio.samples import SampleSpec


def test_on_a_line_sorting_gives_the_answer():
    random = np.random.default_rng(0)
    a, b = random.normal(size=(200, 1)), random.normal(2, 3, size=(200, 1))
    expected = np.abs(np.sort(a[:, 0]) - np.sort(b[:, 0])).mean()
    assert exact(a, b) == pytest.approx(expected, rel=1e-5)


def test_a_shift_costs_its_length():
    a = np.random.default_rng(0).normal(size=(100, 2))
    moved = a[::-1] + np.array([0.3, 0.4])
    assert exact(a, moved) == pytest.approx(0.5, rel=1e-5)


def test_sets_of_different_size_are_refused():
    with pytest.raises(ValueError, match="3 and 4"):
        exact(np.zeros((3, 2)), np.zeros((4, 2)))


def test_it_agrees_with_the_optimal_transport_library():
    ot = pytest.importorskip("ot")
    random = np.random.default_rng(0)
    a, b = random.normal(size=(64, 2)), random.normal(1, 1, size=(64, 2))
    weights = np.full(64, 1 / 64)
    assert exact(a, b) == pytest.approx(ot.emd2(weights, weights, ot.dist(a, b, "euclidean")))


def test_pictures_are_measured_by_the_root_mean_square():
    real = Items(np.zeros((10, 1, 4, 4), np.float32))
    fake = Items(np.full((10, 1, 4, 4), 0.5, np.float32))
    view = View(SampleSpec("image", (1, 4, 4)), real, fake, real)
    assert Wasserstein().measure(view)["w1"] == pytest.approx(0.5, rel=1e-6)


def test_slices_see_a_shift_and_no_order():
    random = np.random.default_rng(0)
    x = random.normal(size=(400, 1, 4, 4)).astype(np.float32)
    spec = SampleSpec("image", (1, 4, 4))
    same = View(spec, Items(x), Items(x[::-1]), Items(x))
    moved = View(spec, Items(x), Items(x + 0.5), Items(x))
    assert Sliced().measure(same)["sliced"] == pytest.approx(0, abs=1e-5)
    # along a random unit direction a shift of (0.5, ..., 0.5) in 16 dimensions is N(0, 0.5^2)
    assert Sliced().measure(moved)["sliced"] == pytest.approx(0.5 * (2 / np.pi) ** 0.5, rel=0.25)
