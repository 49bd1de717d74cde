"""Weights kept tame: spectral norm held at 1, and filters that differ from each other."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.nn.utils import parametrize

FIRST_ITERATIONS = 15


class SpectralNorm(nn.Module):
    """A weight divided by its largest singular value, which one power iteration a pass follows.

    Torch's own keeps both singular vectors and trusts them in evaluation mode. A moving average
    of weights averages them too, into shorter vectors that understate the singular value. Here
    one is kept, as a start only: every pass iterates once from it, and training remembers.

    Args:
        weight: (outputs, ...) of the layer, with its first values.

    Source: Miyato et al. 2018, arXiv:1802.05957, section 2.1 and Algorithm 1.
    """

    u: Tensor

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        rows = weight.detach().float().flatten(1)
        u = normalize(torch.randn(len(rows), device=rows.device), dim=0)
        for _ in range(0 if rows.is_meta else FIRST_ITERATIONS):
            u, _ = _iterate(rows, u)
        self.register_buffer("u", u)

    def forward(self, weight: Tensor) -> Tensor:
        """The weight at spectral norm 1, differentiable in it; always in its own precision."""
        with torch.autocast(weight.device.type, enabled=False):
            rows = weight.flatten(1)
            with torch.no_grad():
                u, v = _iterate(rows, self.u)
                if self.training:
                    self.u.copy_(u)
            return weight / torch.dot(u, rows @ v)


def spectral(layer: nn.Module) -> nn.Module:
    """Hold the weight of a layer, initialised already, at spectral norm 1; returns the layer.

    The weight that is trained becomes ``parametrizations.weight.original``.
    """
    norm = SpectralNorm(layer.get_parameter("weight"))
    # unsafe leaves out a trial run, which the meta device would not take
    return parametrize.register_parametrization(layer, "weight", norm, unsafe=True)


def likeness(weights: Iterable[Tensor]) -> Tensor:
    """How alike the filters of each weight are: squared products of all pairs, summed.

    Lengths stay free, only angles count; a generator that is smooth in this way bears truncated
    latents better.

    Args:
        weights: (outputs, ...) each.

    Returns:
        A scalar; the caller weighs it (beta = 0.0001 in the paper).

    Source: Brock et al. 2018, arXiv:1809.11096, Eq. 3.
    """
    sums = []
    for weight in weights:
        with torch.autocast(weight.device.type, enabled=False):
            rows = weight.flatten(1)
            sums.append((rows @ rows.T).fill_diagonal_(0).square().sum())
    return torch.stack(sums).sum()


def _iterate(rows: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    """The next left and right singular vectors, of length one."""
    v = normalize(u @ rows, dim=0)
    return normalize(rows @ v, dim=0), v
