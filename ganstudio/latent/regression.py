"""From components of features back to the latents that make them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

HEARD = 0.3  # least correlation of a component with the way through z that it is given
SMALL = 1e-6


def ways_to_components(features: Tensor, z: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """For each principal component of the features the way through z that goes with it.

    Args:
        features: (N, F).
        z: (N, D) of variance 1 and exactly uncorrelated.
        count: of ways.

    Returns:
        (K, D) of length 1 and (K,) their components' shares of the variance.
    """
    centred = features - features.mean(0)
    wanted = min(len(z) - 1, centred.shape[1], max(4 * count, z.shape[1]))
    if centred.shape[1] <= len(z):
        values, vectors = torch.linalg.eigh((centred.T @ centred).double())
        scores = centred @ vectors.flip(1)[:, :wanted].float()
        values = values.flip(0)
    else:  # fewer latents than features: their products tell the same
        values, vectors = torch.linalg.eigh((centred @ centred.T).double())
        values = values.flip(0)
        scores = (vectors.flip(1)[:, :wanted] * values[:wanted].clamp(min=0).sqrt()).float()
    scores = scores / scores.norm(dim=0).clamp(min=SMALL) * len(z) ** 0.5
    linear = scores.T @ z / len(z)  # (wanted, D); the length is a correlation
    heard = linear.norm(dim=1) >= HEARD
    if not heard.any():
        heard = linear.norm(dim=1) >= linear.norm(dim=1).max()
    shares = (values[:wanted] / values.sum().clamp(min=SMALL)).float()
    chosen = heard.nonzero().flatten()[: min(count, z.shape[1])]
    return normalize(linear[chosen], dim=1), shares[chosen]
