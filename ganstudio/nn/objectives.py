"""What the players want, as pure functions of logits. All take (N,) and give a scalar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from torch import Tensor
from torch.nn.functional import relu, softplus


def real_loss(logits: Tensor, smoothing: float = 0.0) -> Tensor:
    """Cross-entropy of calling these real: mean of -(1 - s) log D - s log(1 - D).

    Args:
        logits: (N,) of D before the sigmoid.
        smoothing: one-sided label smoothing s; the target is 1 - s.

    Source: Goodfellow et al. 2014, arXiv:1406.2661, Eq. 1; smoothing Salimans et al. 2016,
    arXiv:1606.03498, section 3.4.
    """
    return (softplus(-logits) + smoothing * logits).mean()


def fake_loss(logits: Tensor) -> Tensor:
    """Cross-entropy of calling these fake: mean of -log(1 - D)."""
    return softplus(logits).mean()


def non_saturating(logits: Tensor) -> Tensor:
    """Generator: mean of -log D(G(z)), a strong gradient even while D wins."""
    return softplus(-logits).mean()


def minimax(logits: Tensor) -> Tensor:
    """Generator: mean of log(1 - D(G(z))), whose gradient vanishes while D wins."""
    return -softplus(logits).mean()


def relativistic_d(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Discriminator: how much more real each sample looks than the fake it is paired with.

    Mean of -log sigmoid(D(x) - D(G(z))); the two batches are paired in their order.

    Source: Jolicoeur-Martineau 2018, arXiv:1807.00734, Eq. 4; as a game that needs no tricks
    Huang et al. 2024, arXiv:2501.05441, Eq. 2.
    """
    return softplus(fake_logits - real_logits).mean()


def relativistic_g(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Generator: the same with the roles exchanged, mean of -log sigmoid(D(G(z)) - D(x)).

    Source: Jolicoeur-Martineau 2018, arXiv:1807.00734, Eq. 5.
    """
    return softplus(real_logits - fake_logits).mean()


def least_squares(logits: Tensor, target: float) -> Tensor:
    """Half the mean squared distance of D's output from a label.

    Args:
        logits: (N,) of D, taken as they are.
        target: the label: b for real, a for fake, c for what the generator wants.

    Source: Mao et al. 2017, arXiv:1611.04076, Eq. 2.
    """
    return (logits - target).square().mean() / 2


def hinge_real(logits: Tensor) -> Tensor:
    """Discriminator: how far real samples score below 1; beyond that nothing is gained.

    Source: Miyato et al. 2018, arXiv:1802.05957, Eq. 16.
    """
    return relu(1 - logits).mean()


def hinge_fake(logits: Tensor) -> Tensor:
    """Discriminator: how far fakes score above -1."""
    return relu(1 + logits).mean()


def wasserstein_d(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Critic: minus the gap of the mean scores, which estimates the Wasserstein distance.

    Source: Arjovsky et al. 2017, arXiv:1701.07875, Eq. 3.
    """
    return fake_logits.mean() - real_logits.mean()


def climb(logits: Tensor) -> Tensor:
    """Generator: minus the mean score, wanted by Wasserstein and hinge alike."""
    return -logits.mean()


def steepness(lipschitz: float, size: int) -> float:
    """What to multiply the score of a spectrally normed D with, so that it can part samples.

    Distances between samples grow with the root of their number of values, so a bound that
    suits pictures is far too flat for points, and too steep for volumes.

    Args:
        lipschitz: K, the bound for samples of 256 values, a picture of 16 x 16.
        size: number of values in one sample.

    Example:
        >>> steepness(5.0, 256), steepness(5.0, 1024)
        (5.0, 2.5)
    """
    return lipschitz * sqrt(256 / size)


@dataclass(frozen=True)
class Objective:
    """A game: what each side minimises, from the logits (N,) of real and fake samples.

    Attributes:
        d: of the discriminator.
        g: of the generator.
        paired: whether the generator's looks at the real logits too.
        unbounded: whether the discriminator's has no limit unless D is kept from being steep.
        signed: whether a logit above 0 says real and one below 0 fake.
    """

    d: Callable[[Tensor, Tensor], Tensor]
    g: Callable[[Tensor, Tensor], Tensor]
    paired: bool = False
    unbounded: bool = False
    signed: bool = True


def _cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    return real_loss(real) + fake_loss(fake)


OBJECTIVES: dict[str, Objective] = {
    "non_saturating": Objective(_cross_entropy, lambda real, fake: non_saturating(fake)),
    "minimax": Objective(_cross_entropy, lambda real, fake: minimax(fake)),
    "least_squares": Objective(
        lambda real, fake: least_squares(real, 1) + least_squares(fake, 0),
        lambda real, fake: least_squares(fake, 1),
        signed=False,
    ),
    "hinge": Objective(
        lambda real, fake: hinge_real(real) + hinge_fake(fake), lambda real, fake: climb(fake)
    ),
    "wasserstein": Objective(
        wasserstein_d, lambda real, fake: climb(fake), unbounded=True, signed=False
    ),
    "relativistic": Objective(relativistic_d, relativistic_g, paired=True, signed=False),
}
