"""How far apart real and generated features are, with no assumption about their shape."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from torch import Tensor

from ganstudio.metrics._distances import flat
from ganstudio.metrics.base import FeatureMetric, Score, View, features


class Kernel(FeatureMetric):
    """Kernel distance: the unbiased squared MMD with the kernel (x.y / F + 1)^3.

    Unlike the Frechet distance it is unbiased, so it means the same for few samples, and can
    fall below zero by chance. Features are divided by the spread of the real ones first, for
    the cube depends on their scale; with Inception features they are left as they are.

    Source: Binkowski et al. 2018, arXiv:1801.01401, section 4.
    """

    title = "Kernel distance"
    scores: ClassVar[dict[str, Score]] = {
        "kcd": Score("KCD x 1000", "lower", "0 for the same density of features.")
    }

    def measure(self, view: View) -> dict[str, float]:
        """The distance, a thousandfold."""
        real, fake = features(view.real), features(view.fake)
        if not view.inception:
            scale = float(np.sqrt((real.astype(np.float64) ** 2).mean())) or 1.0
            real, fake = real / scale, fake / scale
        return {"kcd": 1000 * polynomial_mmd(real, fake)}

    def named(self, score: str, view: View) -> str:
        """KID only with Inception features."""
        return f"{'KID' if view.inception else 'KCD'} x 1000 ({view.extractor})"


def polynomial_mmd(a: np.ndarray, b: np.ndarray) -> float:
    """Unbiased squared maximum mean discrepancy between sets (N, F) and (M, F).

    Source: Gretton et al. 2012, JMLR 13, Eq. 3, with the kernel of the class.
    """
    x, y = flat(a).double(), flat(b).double()
    n, m, f = len(x), len(y), x.shape[1]

    def within(v: Tensor, count: int) -> float:
        kernel = (v @ v.T / f + 1) ** 3
        return float((kernel.sum() - kernel.diagonal().sum()) / (count * (count - 1)))

    across = float(((x @ y.T / f + 1) ** 3).mean())
    return within(x, n) + within(y, m) - 2 * across
