"""What the discriminator says of samples, as plain numbers for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ganstudio.samples import Scale


@dataclass(frozen=True)
class Judged:
    """Scores of samples, beside those of real ones.

    Attributes:
        scores: (N,) float32, higher is more real; empty where there is no discriminator.
        reals: (M,) float32 of real samples; empty where none are at hand.
        samples: (N, *shape) float32, what was judged.
        scale: how scores are to be read.
        nimg: how far trained the generator was.
        critic_nimg: how far trained the discriminator was; another number where only the
            generator was kept of a moment.
        missing: why there is no discriminator; empty if there is one.
    """

    scores: np.ndarray
    reals: np.ndarray
    samples: np.ndarray
    scale: Scale = field(default_factory=Scale)
    nimg: int = 0
    critic_nimg: int = 0
    missing: str = ""


@dataclass(frozen=True)
class Objected:
    """What the discriminator has against one sample, and how it would have it.

    Attributes:
        sample: (*shape) float32, what was judged.
        heat: what each place adds to the score, its slope times its value, summed over
            channels: (H, W) of a picture, (X, Y, Z) of a volume, (1,) of a point. Below 0 it
            objects.
        slope: (*shape) how the score changes with each value.
        path: (K + 1, *shape) the sample, then ever further along what would raise the score.
        path_scores: (K + 1,) of these.
        amounts: (K + 1,) root of the mean squared change asked for at each, 0 first.
        scale: how scores are to be read.
        nimg: how far trained the generator was.
        critic_nimg: how far trained the discriminator was.
        missing: why there is no discriminator; then all is empty but the sample.
    """

    sample: np.ndarray
    heat: np.ndarray
    slope: np.ndarray
    path: np.ndarray
    path_scores: np.ndarray
    amounts: np.ndarray
    scale: Scale = field(default_factory=Scale)
    nimg: int = 0
    critic_nimg: int = 0
    missing: str = ""

    @property
    def score(self) -> float:
        """Of the sample as it is; NaN where there is no discriminator."""
        return float(self.path_scores[0]) if len(self.path_scores) else float("nan")

    def wanted(self, amount: float) -> tuple[np.ndarray, float]:
        """The sample changed by so much towards what D wants, and about its score then.

        Args:
            amount: 0 leaves it alone; no further than the last of ``amounts``.
        """
        place = float(np.interp(amount, self.amounts, np.arange(len(self.amounts))))
        before = min(int(place), len(self.path) - 1)
        after = min(before + 1, len(self.path) - 1)
        share = np.float32(place - before)
        moved = (1 - share) * self.path[before] + share * self.path[after]
        return moved, float(np.interp(amount, self.amounts, self.path_scores))
