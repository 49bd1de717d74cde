"""Whether generated objects are like the real ones: measures for sets of voxel shapes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from ganstudio.metrics._distances import flat
from ganstudio.metrics.base import Metric, Score, View
from ganstudio.metrics.divergence import jensen_shannon

MOST = 400
THRESHOLD = 0.0  # in [-1, 1]: occupied from one half on


class Shapes(Metric):
    """JSD, MMD, COV and 1-NNA of voxel shapes, with 1 - IoU as the distance.

    JSD compares where matter lies on average. MMD: the mean distance from a real object to the
    nearest generated one. COV: the share of real objects that are the nearest one of some
    generated object. 1-NNA: how often the nearest of all others is of the same sort; one half
    is best, 1 is told apart at once, 0 is learnt by heart. No one of them does alone: 1-NNA
    takes noise for nearly perfect, which JSD and MMD see.

    The papers compare point clouds by Chamfer and earth mover's distance; here whole occupied
    volumes (from one half on) are compared by intersection over union, at most 400 on a side.

    Source: Achlioptas et al. 2018, arXiv:1707.02392, section 3 (JSD, MMD, COV); Yang et al.
    2019, arXiv:1906.12320, section 5.1 (1-NNA).
    """

    title = "Shapes"
    takes = ("voxels",)
    scores: ClassVar[dict[str, Score]] = {
        "jsd": Score("JSD of occupancy", "lower", "0 to log 2 = 0.693."),
        "mmd": Score("MMD (1 - IoU)", "lower", "From real to the nearest generated, 0 to 1."),
        "cov": Score("COV (1 - IoU)", "higher", "Share of real objects that are met."),
        "1nna": Score("1-NNA (1 - IoU)", "floor", "0.5 cannot be told apart; 1 can; 0 copies."),
    }
    headline = ("mmd", "cov", "1nna")

    def measure(self, view: View) -> dict[str, float]:
        """All four."""
        count = min(len(view.real), len(view.fake), MOST)
        real, fake = (occupied(items.x[:count]) for items in (view.real, view.fake))
        across = apart(real, fake)
        whole = torch.cat(
            [
                torch.cat([apart(real, real), across], dim=1),
                torch.cat([across.T, apart(fake, fake)], dim=1),
            ]
        )
        whole.fill_diagonal_(torch.inf)
        mine = torch.arange(2 * count) < count
        return {
            "jsd": _occupancy_divergence(real, fake),
            "mmd": float(across.min(1).values.mean()),
            "cov": len(set(across.argmin(0).tolist())) / count,
            "1nna": float((mine[whole.argmin(1)] == mine).float().mean()),
        }


def occupied(x: np.ndarray) -> Tensor:
    """(N, 1, X, Y, Z) in [-1, 1] to (N, X Y Z), 1 where occupied."""
    return (flat(x) > THRESHOLD).float()


def apart(a: Tensor, b: Tensor) -> Tensor:
    """1 - IoU (N, M) of occupancies (N, D) and (M, D); two empty objects are the same."""
    shared = a @ b.T
    either = a.sum(1)[:, None] + b.sum(1)[None] - shared
    return torch.where(either > 0, 1 - shared / either.clamp(min=1), torch.zeros_like(shared))


def _occupancy_divergence(real: Tensor, fake: Tensor) -> float:
    """Jensen-Shannon between the mean occupancies; log 2 if nothing at all was generated."""
    p, q = (x.double().mean(0).numpy() for x in (real, fake))
    if not p.sum() or not q.sum():
        return float(np.log(2)) if p.sum() or q.sum() else 0.0
    return jensen_shannon(p / p.sum(), q / q.sum())
