"""Points are laid out so that what differs most lies apart; without UMAP its lack is said."""

import sys
from types import ModuleType

import numpy as np
import pytest

from ganstudio.latent import plane
from ganstudio.latent.plane import LayoutError, components, laid_out


def clusters(dims: int) -> np.ndarray:
    made = np.random.default_rng(0)
    middles = np.eye(3, dims) * 10
    return np.concatenate([middle + made.standard_normal((20, dims)) for middle in middles])


@pytest.mark.parametrize("dims", [8, 200])
def test_clusters_lie_apart(dims: int) -> None:
    places = laid_out(clusters(dims))
    assert places.shape == (60, 2)
    assert places.dtype == np.float32
    groups = places.reshape(3, 20, 2)
    inner = groups.std(1).max()
    middles = groups.mean(1)
    assert min(np.linalg.norm(middles[i] - middles[i - 1]) for i in range(3)) > 3 * inner
    assert 0.9 < np.abs(places).max() < 1.5


def test_both_ways_to_the_components_agree() -> None:
    rows = clusters(40)
    wide = np.concatenate([rows, np.zeros((60, 100))], 1)
    np.testing.assert_allclose(components(rows, 2), components(wide, 2), atol=1e-4)
    flat = components(np.arange(5.0)[:, None], 2)
    assert (flat[:, 1] == 0).all()
    np.testing.assert_allclose(np.abs(flat[:, 0]), [2, 1, 0, 1, 2])


@pytest.mark.parametrize(
    ("features", "layout", "word"),
    [
        (np.zeros((2, 3)), "pca", "three"),
        (np.full((4, 3), np.inf), "pca", "finite"),
        (np.eye(4), "magic", "magic"),
    ],
)
def test_what_cannot_be_laid_out_is_said(features: np.ndarray, layout: str, word: str) -> None:
    with pytest.raises(LayoutError, match=word):
        laid_out(features, layout)


def test_equal_points_lie_together() -> None:
    assert (laid_out(np.ones((5, 4))) == 0).all()


def test_without_umap_its_lack_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plane, "find_spec", lambda name: None)
    assert not plane.has_umap()
    with pytest.raises(LayoutError, match=r"pip install 'ganstudio\[umap\]'"):
        laid_out(np.eye(4), "umap")


def test_with_umap_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}

    class Fit:
        def __init__(self, **rest: object) -> None:
            asked.update(rest)

        def fit_transform(self, rows: np.ndarray) -> np.ndarray:
            return rows[:, :2] * (0.1, 3.0)  # high rather than wide

    umap = ModuleType("umap")
    umap.UMAP = Fit
    monkeypatch.setitem(sys.modules, "umap", umap)
    monkeypatch.setattr(plane, "find_spec", lambda name: umap)
    places = laid_out(clusters(8), "umap", seed=3)
    assert places.shape == (60, 2)
    assert np.ptp(places[:, 0]) > 5 * np.ptp(places[:, 1]), "windows are wide"
    assert asked == {"n_neighbors": 15, "random_state": 3}
