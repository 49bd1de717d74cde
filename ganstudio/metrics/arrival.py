"""Whether translations arrive in the world that they were meant for."""

from __future__ import annotations

from typing import ClassVar

from ganstudio.metrics.base import Metric, Score, View


class Arrival(Metric):
    """The share of translations that are taken for pictures of the wanted world.

    A classifier trained on real pictures of both worlds tells. Beside the translations stand
    real pictures of the wanted world, the most that it can say, and untouched ones of the
    other: a translator that changes nothing gets no more than these. Whether the picture is
    still the same one is not asked, and a classifier can be fooled by faint patterns: read it
    beside the other metrics.

    Source: Choi et al. 2018 (StarGAN), arXiv:1711.09020, section 5.4, there with a ResNet.
    """

    title = "Wanted domain"
    takes = ("image",)
    scores: ClassVar[dict[str, Score]] = {
        "arrived": Score("In the wanted domain", "higher", "Share taken for it, 0 to 1."),
        "arrived_source": Score("Untouched sources", "floor", "Share taken for it, 0 to 1."),
    }
    headline = ("arrived", "arrived_source")

    def applies(self, view: View) -> bool:
        """Where pictures come from another world of the same shape."""
        return super().applies(view) and view.origin is not None and view.fake.wanted is not None

    def measure(self, view: View) -> dict[str, float]:
        """Both shares."""
        assert view.origin is not None
        assert view.origin.wanted is not None
        assert view.fake.wanted is not None
        return {
            "arrived": float((view.fake.wanted > 0.5).mean()),
            "arrived_source": float((view.origin.wanted > 0.5).mean()),
        }
