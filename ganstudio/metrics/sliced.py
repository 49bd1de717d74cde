"""The transport cost seen from many random directions: quick in any number of dimensions."""

from __future__ import annotations

from typing import ClassVar

import torch

from ganstudio.metrics._distances import flat
from ganstudio.metrics.base import Metric, Score, View

DIRECTIONS = 128


class Sliced(Metric):
    """Sliced Wasserstein-1: sets are projected on random lines, where sorting moves best.

    On the values of pictures and voxels themselves, with no network between, along 128 fixed
    random directions. It sees brightness, contrast and layout, and little of what they show.

    Source: Bonneel et al. 2015, Journal of Mathematical Imaging and Vision 51, section 3.
    """

    title = "Sliced Wasserstein distance"
    takes = ("image", "voxels")
    scores: ClassVar[dict[str, Score]] = {
        "sliced": Score("Sliced Wasserstein-1", "lower", "Mean distance moved along a line."),
    }

    def measure(self, view: View) -> dict[str, float]:
        """The mean over directions."""
        count = min(len(view.real), len(view.fake))
        a, b = flat(view.fake.x[:count]), flat(view.real.x[:count])
        generator = torch.Generator().manual_seed(0)
        lines = torch.randn(a.shape[1], DIRECTIONS, generator=generator)
        lines /= lines.norm(dim=0)
        moved = (a @ lines).sort(dim=0).values - (b @ lines).sort(dim=0).values
        return {"sliced": float(moved.abs().mean())}
