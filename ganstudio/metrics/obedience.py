"""Whether a generator that is told a class makes a sample of that class."""

from __future__ import annotations

from typing import ClassVar

from ganstudio.metrics.base import FeatureMetric, Score, View


class Obedience(FeatureMetric):
    """The share of samples in which the classifier sees the class that was asked for.

    The classifier has faults of its own: what it says of real samples is the floor, and nothing
    beyond that can be seen with it.

    Source: Shmelkov et al. 2018, arXiv:1807.09499, GAN-test, with one classifier for all.
    """

    title = "Class asked for"
    scores: ClassVar[dict[str, Score]] = {
        "obeyed": Score("Class obeyed", "higher", "Share recognised as the class asked for."),
    }
    headline = ("obeyed",)

    def applies(self, view: View) -> bool:
        """Where classes were told and the extractor knows them."""
        fake = view.fake
        return super().applies(view) and fake.labels is not None and fake.probabilities is not None

    def measure(self, view: View) -> dict[str, float]:
        """The classifier's accuracy on what was asked for."""
        p, labels = view.fake.probabilities, view.fake.labels
        assert p is not None
        assert labels is not None
        return {"obeyed": float((p.argmax(1) == labels).mean())}
