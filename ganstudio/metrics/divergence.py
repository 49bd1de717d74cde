"""How far the points of a generator are from the density that the data was drawn from."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ganstudio.metrics.base import Known, Metric, Score, View

CELLS, EXTENT = 32, 1.25  # a grid of 32 x 32 cells over the square from -1.25 to 1.25
DRAWN = 200_000  # points that stand for the known density
PRIOR = 0.01  # points that every cell is granted before KL is taken, which else is infinite


class Divergence(Metric):
    """Divergences of the generated points from the known density, on a grid of 32 x 32 cells.

    KL(p | q) punishes regions that the generator q leaves out, KL(q | p) those that it makes up;
    both are taken after every cell was granted a hundredth of a point. Jensen-Shannon and total
    variation need no such help: they are bounded, by log 2 and 1, and reach the bound where the
    two share no cell. All of them grow when there are few points: compare with the floor.

    Source: Goodfellow et al. 2014, arXiv:1406.2661, section 4.1, for Jensen-Shannon.
    """

    title = "Divergence from the known density"
    takes = ("points",)
    scores: ClassVar[dict[str, Score]] = {
        "js": Score("Jensen-Shannon", "lower", "0 for the same density, log 2 = 0.693 apart."),
        "tv": Score("Total variation", "lower", "The share of mass in the wrong place, 0 to 1."),
        "kl": Score("KL(data | model)", "lower", "Grows with what the generator leaves out."),
        "reverse_kl": Score("KL(model | data)", "lower", "Grows with what it makes up."),
    }
    headline = ("js",)
    first = True

    def applies(self, view: View) -> bool:
        """Where the density is known."""
        return super().applies(view) and view.known is not None

    def measure(self, view: View) -> dict[str, float]:
        """All four, from histograms."""
        assert view.known is not None
        p, q = expected(view.known), histogram(view.fake.x)
        grant = PRIOR / len(view.fake)
        padded = [(h + grant) / (h + grant).sum() for h in (p, q)]
        return {
            "js": jensen_shannon(p, q),
            "tv": float(np.abs(p - q).sum() / 2),
            "kl": kullback_leibler(*padded),
            "reverse_kl": kullback_leibler(*padded[::-1]),
        }


def histogram(points: np.ndarray) -> np.ndarray:
    """Shares (CELLS * CELLS,) of the points; what lies outside counts in the outermost cells."""
    limit = np.nextafter(EXTENT, 0)
    x, y = np.clip(points.astype(np.float64), -limit, limit).T
    edges = np.linspace(-EXTENT, EXTENT, CELLS + 1)
    counts = np.histogram2d(x, y, bins=[edges, edges])[0]
    shares: np.ndarray = counts.ravel() / counts.sum()
    return shares


def expected(known: Known) -> np.ndarray:
    """The histogram of the density itself, up to the noise of 200,000 points."""
    return histogram(known.draw(DRAWN, 1))


def kullback_leibler(p: np.ndarray, q: np.ndarray) -> float:
    """Sum of p log(p / q) over cells, in nats; infinite where q lacks what p has."""
    there = p > 0
    with np.errstate(divide="ignore"):
        return float((p[there] * (np.log(p[there]) - np.log(q[there]))).sum())


def jensen_shannon(p: np.ndarray, q: np.ndarray) -> float:
    """Mean divergence of both from their average, 0 to log 2 nats."""
    middle = (p + q) / 2
    return (kullback_leibler(p, middle) + kullback_leibler(q, middle)) / 2
