"""Whether a classifier recognises the samples, and whether all classes come up."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ganstudio.metrics.base import FeatureMetric, Score, View

SMALLEST = 1e-12


class Certainty(FeatureMetric):
    """Quality, diversity and the Inception Score, from the class probabilities p(y | x).

    quality = 1 - mean H(p(y | x)) / log K: is each sample recognised as something?
    diversity = H(mean p) / log K: do all classes come up equally often? The score
    exp(mean KL(p(y | x) | mean p)) joins both and lies between 1 and K.

    All three are blind to a generator that repeats one good sample of each class, and a
    classifier can be sure of garbage: read them beside precision and coverage.

    Source: Salimans et al. 2016, arXiv:1606.03498, section 4.
    """

    title = "Certainty of the classifier"
    scores: ClassVar[dict[str, Score]] = {
        "quality": Score("Quality", "higher", "1 if the classifier is sure of every sample."),
        "diversity": Score("Diversity", "higher", "1 if all classes are equally frequent."),
        "is": Score("Inception-like score", "higher", "From 1 to the number of classes."),
    }
    headline = ("quality", "diversity")

    def applies(self, view: View) -> bool:
        """Where the extractor knows classes."""
        return super().applies(view) and view.fake.probabilities is not None

    def measure(self, view: View) -> dict[str, float]:
        """From mean entropies."""
        p = view.fake.probabilities
        assert p is not None
        p = p.astype(np.float64)
        each, whole = entropy(p).mean(), entropy(p.mean(0, keepdims=True))[0]
        most = np.log(p.shape[1])
        return {
            "quality": float(1 - each / most),
            "diversity": float(whole / most),
            "is": float(np.exp(whole - each)),
        }

    def named(self, score: str, view: View) -> str:
        """The paper's own name with Inception features only."""
        if score == "is":
            return "Inception Score" if view.inception else f"Inception-like ({view.extractor})"
        return super().named(score, view)


def entropy(p: np.ndarray) -> np.ndarray:
    """Entropy (N,) in nats of distributions (N, K)."""
    found: np.ndarray = -(p * np.log(np.maximum(p, SMALLEST))).sum(1)
    return found
