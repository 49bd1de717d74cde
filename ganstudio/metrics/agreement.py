"""Whether a sample is like the one whose words or sound its generator was told."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ganstudio.metrics.base import FeatureMetric, Score, View

Traits = dict[str, np.ndarray]


class Agreement(FeatureMetric):
    """How many traits a sample shares with the real one whose caption or sound was told.

    Classifiers trained on the real samples read the traits. For each trait the share read right
    is taken among the samples due to have each value, then the mean, so that what is frequent
    earns nothing; the score is the mean over traits. What words leave out and sounds cannot say
    counts too, so 1 is out of reach, and what real samples get only shows how well the traits
    are read. What was heard is the distance to shuffled pairs, where every sample is compared
    with what another one was told: a generator that does not listen gets the same for both.

    Source: after Xu et al. 2018 (AttnGAN), arXiv:1711.10485, section 4, R-precision, which
    ranks captions; here traits stand for the caption.
    """

    title = "Agreement with what was told"
    scores: ClassVar[dict[str, Score]] = {
        "agreed": Score("Traits of the told sample", "higher", "Mean balanced share, 0 to 1."),
        "agreed_shuffled": Score(
            "Traits, shuffled pairs", "floor", "The same for what another sample was told."
        ),
        "agreed_class": Score("Class of the told sample", "higher", "Share read right, 0 to 1."),
    }
    headline = ("agreed", "agreed_shuffled", "agreed_class")

    def applies(self, view: View) -> bool:
        """Where words or sounds of known samples were told."""
        fake = view.fake
        return super().applies(view) and bool(fake.traits) and fake.read is not None

    def measure(self, view: View) -> dict[str, float]:
        """Over all traits; and over classes, where the samples have some."""
        due, read = view.fake.traits, view.fake.read
        assert due is not None
        assert read is not None
        shuffled = {name: np.roll(value, 1) for name, value in due.items()}
        scores = {"agreed": balanced(due, read), "agreed_shuffled": balanced(shuffled, read)}
        if "class" in due:
            scores["agreed_class"] = float((due["class"] == read["class"]).mean())
        return scores


def balanced(due: Traits, read: Traits) -> float:
    """Mean over traits, and within each over its values, of the share read right."""
    shares = [
        np.mean([(read[name][value == one] == one).mean() for one in np.unique(value)])
        for name, value in due.items()
    ]
    return float(np.mean(shares))
