"""How far a translated picture is from the one that belongs to its source."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from torch.nn import functional

from ganstudio.metrics.base import Metric, Score, View


class Paired(Metric):
    """Mean absolute error against the target, beside that of handing the source back.

    A translator that is no better than its source has learnt nothing. Where several targets
    would be right, such as colours of a grey picture, a good result still has an error, and the
    blurred mean of all has the smallest: read it beside the other metrics.

    Pairs that were held out from the training tell how it does on pictures it never met. On those
    it was trained on, a translator that learnt them by heart scores best.

    Source: Isola et al. 2017, arXiv:1611.07004, Eq. 3, as a measure.
    """

    title = "Error against the target"
    takes = ("image",)
    scores: ClassVar[dict[str, Score]] = {
        "l1_unseen": Score(
            "L1 to target, unseen pairs", "lower", "0 to 2, on pairs held out from the training."
        ),
        "l1": Score(
            "L1 to target, training pairs", "lower", "0 to 2, on pairs that it was trained on."
        ),
        "l1_source": Score("L1 of the source", "floor", "The same for the untouched source."),
    }
    headline = ("l1_unseen", "l1", "l1_source")
    first = True

    def applies(self, view: View) -> bool:
        """Where each sample has a target."""
        return super().applies(view) and view.fake.targets is not None

    def measure(self, view: View) -> dict[str, float]:
        """All errors; that of unseen pairs where there are, the source's if it is a picture."""
        fake, targets = view.fake, view.fake.targets
        assert targets is not None
        by_sample = np.abs(fake.x - targets).reshape(len(fake), -1).mean(1)
        errors = {"l1": float(by_sample[fake.unseen :].mean())}
        if fake.unseen:
            errors["l1_unseen"] = float(by_sample[: fake.unseen].mean())
        if fake.sources is not None:
            copied = like(fake.sources, view.spec.shape)
            errors["l1_source"] = float(np.abs(copied - targets).mean())
        return errors


def like(pictures: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Pictures (N, C, H, W) in another size and with as many channels as ``shape`` has."""
    x = torch.from_numpy(np.ascontiguousarray(pictures, np.float32))
    if x.shape[2:] != torch.Size(shape[1:]):
        x = functional.interpolate(x, size=shape[1:], mode="bicubic", align_corners=False)
    if x.shape[1] != shape[0]:
        x = x.mean(1, keepdim=True).expand(-1, shape[0], -1, -1)
    return x.clamp(-1, 1).numpy()
