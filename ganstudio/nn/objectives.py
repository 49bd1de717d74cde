"""What the players want, as pure functions of logits. All take (N,) and give a scalar."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import softplus


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
