"""Many dimensions laid out on a plane, so that likes lie together."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

import numpy as np

Layout = Literal["pca", "umap"]
NEIGHBOURS = 15  # that UMAP keeps together
SPREAD = 0.995  # of the points lie within [-1, 1]
NO_UMAP = (
    "UMAP is not installed here: install the extra with pip install 'ganstudio[umap]', or lay "
    "the points out by PCA"
)


class LayoutError(ValueError):
    """The points cannot be laid out; the message says why and what to do."""


def has_umap() -> bool:
    """Whether UMAP can be asked for; nothing is imported."""
    return find_spec("umap") is not None


def laid_out(features: np.ndarray, layout: Layout = "pca", seed: int = 0) -> np.ndarray:
    """Places on a plane, (N, 2) float32; nearly all within [-1, 1].

    Args:
        features: (N, F), N at least 3.
        layout: ``pca`` at once, or ``umap``, which keeps neighbours together and takes long.
        seed: of UMAP.

    Raises:
        LayoutError: if there are too few points, or UMAP is not here.

    Source: McInnes et al. 2018, arXiv:1802.03426, for UMAP.
    """
    rows = np.asarray(features, dtype=np.float32).reshape(len(features), -1)
    if len(rows) < 3:
        raise LayoutError(f"at least three points are needed, got {len(rows)}")
    if not np.isfinite(rows).all():
        raise LayoutError("features must be finite numbers")
    if layout == "pca":
        return _centred(components(rows, 2))
    if layout != "umap":
        raise LayoutError(f"points are laid out by pca or umap, not {layout!r}")
    if not has_umap():
        raise LayoutError(NO_UMAP)
    places = _umap(components(rows, min(50, len(rows) - 1, rows.shape[1])), seed)
    return _centred(components(places, 2))  # turned, so that it is wide rather than high


def components(rows: np.ndarray, count: int) -> np.ndarray:
    """The first principal components of points (N, F), (N, count); missing ones are 0."""
    centred = rows - rows.mean(0)
    if centred.shape[1] <= len(centred):
        values, vectors = np.linalg.eigh(centred.T.astype(np.float64) @ centred)
        scores = centred @ vectors[:, ::-1][:, :count]
    else:
        values, vectors = np.linalg.eigh(centred.astype(np.float64) @ centred.T)
        scores = vectors[:, ::-1][:, :count] * np.sqrt(np.clip(values[::-1][:count], 0, None))
    if scores.shape[1]:
        heaviest = np.take_along_axis(scores, np.abs(scores).argmax(0)[None], 0)
        scores = scores * np.where(heaviest < 0, -1, 1)  # the same side up every time
    lacking = count - scores.shape[1]
    return np.asarray(np.pad(scores, ((0, 0), (0, max(lacking, 0)))), dtype=np.float32)


def _centred(places: np.ndarray) -> np.ndarray:
    """In the middle of the plane, both axes scaled alike."""
    low, high = places.min(0), places.max(0)
    moved = places - (low + high) / 2
    reach = float(np.quantile(np.abs(moved).max(1), SPREAD))
    return np.asarray(moved / max(reach, 1e-9), dtype=np.float32)


def _umap(rows: np.ndarray, seed: int) -> np.ndarray:
    import warnings

    import umap

    with warnings.catch_warnings():  # it says that a seed makes it use one core: so be it
        warnings.simplefilter("ignore")
        fit = umap.UMAP(n_neighbors=min(NEIGHBOURS, len(rows) - 1), random_state=seed)
        return np.asarray(fit.fit_transform(rows), dtype=np.float32)
