"""Whether all modes of a mixture are found, and how many points lie on one."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ganstudio.metrics.base import Metric, Score, View

WITHIN_STD = 4.0
SMALLEST_SHARE = 0.1  # of what a mode is due, for it to count as found


class Modes(Metric):
    """Modes found, and the share of points that lie on one: the test of ring and grid.

    A point is of high quality if it lies within 4 standard deviations of the nearest mode. A
    mode is found if at least a tenth of the points that it is due are of high quality there;
    the usual test, one single point, calls a mode found that is met once in 2,500 points.

    Source: Srivastava et al. 2017 (VEEGAN), arXiv:1705.07761, section 4.1, with 3 deviations.
    """

    title = "Modes"
    takes = ("points",)
    scores: ClassVar[dict[str, Score]] = {
        "modes": Score("Modes found", "higher", "Of 8 for the ring, of 25 for the grid."),
        "on_modes": Score("Points on a mode", "higher", "Share within 4 deviations of one."),
    }
    headline = ("modes", "on_modes")

    def applies(self, view: View) -> bool:
        """Where the density is a mixture."""
        known = view.known
        return super().applies(view) and known is not None and known.modes is not None

    def measure(self, view: View) -> dict[str, float]:
        """Count both."""
        assert view.known is not None
        assert view.known.modes is not None
        modes, std = view.known.modes, view.known.std
        apart = np.linalg.norm(view.fake.x[:, None] - modes[None], axis=2)
        good = apart.min(1) <= WITHIN_STD * std
        counts = np.bincount(apart.argmin(1)[good], minlength=len(modes))
        due = len(view.fake) / len(modes)
        found = counts >= max(1.0, SMALLEST_SHARE * due)
        return {"modes": float(found.sum()), "on_modes": float(good.mean())}
