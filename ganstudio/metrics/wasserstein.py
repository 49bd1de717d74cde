"""The cost of moving generated samples onto real ones, at its exact minimum."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.optimize import linear_sum_assignment

from ganstudio.metrics._distances import distances
from ganstudio.metrics.base import Metric, Score, View

MOST = {"points": 1024, "image": 256, "voxels": 256}


class Wasserstein(Metric):
    """Wasserstein-1: the mean distance over which samples must be moved to become the real ones.

    Between two sets of one size the best plan moves whole samples, so the assignment that
    costs least is the exact answer. Taken on the first 1,024 points, or on the first 256
    pictures or objects, where a distance is that of the values (root mean square): those live
    in so many dimensions that even real sets are far apart, so only the floor gives it meaning.

    Source: Peyre and Cuturi 2019, arXiv:1803.00567, Proposition 2.1.
    """

    title = "Wasserstein distance, exact"
    scores: ClassVar[dict[str, Score]] = {
        "w1": Score("Wasserstein-1 (exact)", "lower", "Mean distance moved, in units of values."),
    }
    headline = ("w1",)

    def measure(self, view: View) -> dict[str, float]:
        """The cost of the best assignment."""
        count = min(len(view.real), len(view.fake), MOST[view.spec.kind])
        moved = exact(view.fake.x[:count], view.real.x[:count])
        return {"w1": moved / (1.0 if view.spec.kind == "points" else view.spec.size**0.5)}

    def named(self, score: str, view: View) -> str:
        """With the number of samples that were matched."""
        count = min(len(view.real), len(view.fake), MOST[view.spec.kind])
        return f"Wasserstein-1 (exact, {count:,} matched)"


def exact(a: np.ndarray, b: np.ndarray) -> float:
    """Wasserstein-1 between two equally large, equally weighted sets (N, ...).

    Raises:
        ValueError: if the sets differ in size.
    """
    if len(a) != len(b):
        raise ValueError(f"sets of one size are wanted, got {len(a)} and {len(b)}")
    cost = distances(a, b).double().numpy()
    rows, columns = linear_sum_assignment(cost)
    return float(cost[rows, columns].mean())
