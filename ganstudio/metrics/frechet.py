"""How far apart real and generated features are, both taken for Gaussians."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ganstudio.metrics.base import FeatureMetric, Score, View, features


class Frechet(FeatureMetric):
    """Frechet distance between the Gaussians that fit real and generated features.

    |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)). It sees blur, noise and lost classes, misses
    repetition, and is biased upwards for few samples: compare numbers of one n and one
    extractor only. It is called FID only with the features of an Inception network; with those
    of a small classifier it is FCD, and its scale is another.

    Source: Heusel et al. 2017, arXiv:1706.08500, Eq. 6.
    """

    title = "Frechet distance"
    scores: ClassVar[dict[str, Score]] = {
        "fcd": Score("FCD", "lower", "0 for the same mean and covariance of features.")
    }
    headline = ("fcd",)
    first = True

    def measure(self, view: View) -> dict[str, float]:
        """The distance."""
        return {"fcd": between(*gaussian(features(view.real)), *gaussian(features(view.fake)))}

    def named(self, score: str, view: View) -> str:
        """With its extractor, and FID only if that is Inception."""
        return f"{'FID' if view.inception else 'FCD'} ({view.extractor})"


def gaussian(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (F,) and covariance (F, F) of features (N, F)."""
    whole = x.astype(np.float64)
    return whole.mean(0), np.atleast_2d(np.cov(whole, rowvar=False))


def between(m1: np.ndarray, s1: np.ndarray, m2: np.ndarray, s2: np.ndarray) -> float:
    """Squared Frechet distance between two Gaussians, exact and never below zero.

    The trace of (S1 S2)^(1/2) is the sum of the roots of the eigenvalues of the symmetric
    S1^(1/2) S2 S1^(1/2), which needs no root of a matrix that is not symmetric.
    """
    values, vectors = np.linalg.eigh(s1)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    inner = np.linalg.eigvalsh(root @ s2 @ root)
    cross = np.sqrt(np.maximum(inner, 0)).sum()
    distance = ((m1 - m2) ** 2).sum() + np.trace(s1) + np.trace(s2) - 2 * cross
    return max(float(distance), 0.0)
