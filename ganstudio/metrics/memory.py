"""Whether the generator makes anything new, or recites what it was trained on."""

from __future__ import annotations

from typing import ClassVar

import torch

from ganstudio.metrics._distances import nearest
from ganstudio.metrics.base import FeatureMetric, Score, View, features

NEAREST_SHARE = 0.01  # of real samples that count as copies: what makes the threshold


class Memory(FeatureMetric):
    """How far samples are from the nearest training sample, with real samples as the measure.

    Every other metric loves copies of the training set; this one tells them. ``novelty`` is
    the median distance to the nearest training sample, divided by the same of real samples,
    each without itself: about 1 for fresh ones, 0 for copies, above 1 for what looks like
    nothing in the set. ``copies`` is the share that is nearer than all but a hundredth of the
    real samples are: about 0.01 is innocent. Where the training set is large, it is looked at
    in part.

    Source: Meehan et al. 2020, arXiv:2004.05675, for comparing with the distances of real ones.
    """

    title = "Memory"
    scores: ClassVar[dict[str, Score]] = {
        "novelty": Score("Distance to training set", "floor", "1 as fresh samples; 0 copies."),
        "copies": Score("Copies", "lower", "Share nearer to a training sample than real ones."),
    }
    headline = ("novelty",)

    def applies(self, view: View) -> bool:
        """Not to translations: they are meant to look like what they were made from."""
        return super().applies(view) and view.fake.sources is None

    def measure(self, view: View) -> dict[str, float]:
        """Both, from nearest neighbours in features."""
        known, whole = features(view.train), view.train.index
        real = nearest(features(view.real), known, view.real.index, whole)
        fake = nearest(features(view.fake), known, view.fake.index, whole)
        usual = float(real.median())
        limit = torch.quantile(real, NEAREST_SHARE)
        return {
            "novelty": float(fake.median()) / usual if usual > 0 else float("nan"),
            "copies": float((fake < limit).float().mean()),
        }

    def named(self, score: str, view: View) -> str:
        """With the number of training samples looked at."""
        return f"{self.scores[score].title} (of {len(view.train):,})"
