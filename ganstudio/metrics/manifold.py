"""Whether generated samples lie where real ones do, and real ones where generated ones do."""

from __future__ import annotations

from typing import ClassVar

import torch

from ganstudio.metrics._distances import distances, kth_nearest
from ganstudio.metrics.base import FeatureMetric, Score, View, features

NEIGHBOURS = 5


class Manifold(FeatureMetric):
    """Precision, recall, density and coverage, from balls that reach to the 5th neighbour.

    Precision: the share of generated samples inside a real ball. Recall: the share of real ones
    inside a generated ball. Density counts how many real balls a generated sample lies in, over
    5, so that one outlier among the real does not make everything precise. Coverage: the share
    of real balls that hold a generated sample. Repetition keeps precision and kills the other
    two; what looks real to the classifier but is none has no precision.

    Source: Kynkaanniemi et al. 2019, arXiv:1904.06991, section 2, there with 3 neighbours;
    Naeem et al. 2020, arXiv:2002.09797, Eq. 3 and 4.
    """

    title = "Precision and coverage"
    scores: ClassVar[dict[str, Score]] = {
        "precision": Score("Precision", "higher", "Share of samples that could be real."),
        "recall": Score("Recall", "higher", "Share of real samples that could be generated."),
        "density": Score("Density", "higher", "As precision, unmoved by outliers; 1 and above."),
        "coverage": Score("Coverage", "higher", "Share of real samples with one close by."),
    }
    headline = ("precision", "density", "recall", "coverage")

    def measure(self, view: View) -> dict[str, float]:
        """All four from one table of distances."""
        real, fake = features(view.real), features(view.fake)
        apart = distances(real, fake)
        real_ball, fake_ball = kth_nearest(real, NEIGHBOURS), kth_nearest(fake, NEIGHBOURS)
        # "less than", as a set of copies has balls of size zero, which shall hold nothing
        inside: torch.Tensor = apart < real_ball[:, None]
        return {
            "precision": float(inside.any(0).float().mean()),
            "recall": float((apart < fake_ball[None]).any(1).float().mean()),
            "density": float(inside.float().sum(0).mean() / NEIGHBOURS),
            "coverage": float(inside.any(1).float().mean()),
        }
