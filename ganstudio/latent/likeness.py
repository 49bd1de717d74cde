"""How alike two samples are to the eye, differentiable: what a projection minimises."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, avg_pool3d, conv2d, conv3d, leaky_relu

from ganstudio.samples import SampleSpec

COARSEST = 4  # side of the smallest copy that is compared
CHANNELS = (16, 32, 32)  # of the fixed network's layers
KERNEL = 4
EDGES = 0.5  # weight of differences between neighbours, against values
FEATURES = 0.5  # weight of the fixed network
_POOL = {2: avg_pool2d, 3: avg_pool3d}
_CONV = {2: conv2d, 3: conv3d}


class Likeness:
    """Distances of samples from one target.

    The target and the samples are compared at several sizes, so that a stroke that lies a
    little off still pulls; by the steps between neighbours, so that edges count; and by what a
    small network of fixed random weights sees, which forgives what an eye forgives.

    What the discriminator's layers see was tried in that network's place and beside it. A step
    costs up to twice as much, and in the same time nothing was found better: see
    ``tests/bench/README.md``.

    Args:
        target: (*shape) in [-1, 1].
        spec: of the samples.
    """

    def __init__(self, target: Tensor, spec: SampleSpec) -> None:
        self._dims = {"points": 0, "image": 2, "voxels": 3}[spec.kind]
        self._filters = fixed_filters(self._dims, spec.channels, target.device)
        with torch.no_grad():
            self._wanted = self._views(target[None])

    def __call__(self, x: Tensor) -> Tensor:
        """Samples (N, *shape) to (N,) distances, 0 for the target itself; gradients flow."""
        total = torch.zeros(len(x), device=x.device)
        for (weight, seen), (_, wanted) in zip(self._views(x), self._wanted, strict=True):
            total = total + weight * (seen - wanted).square().flatten(1).mean(1)
        return total

    def _views(self, x: Tensor) -> list[tuple[float, Tensor]]:
        """Everything that is compared, each with its weight."""
        if not self._dims:
            return [(1.0, x)]
        views, h = [(1.0, x), *((EDGES, edge) for edge in _edges(x))], x
        while h.shape[-1] >= 2 * COARSEST:
            h = _POOL[self._dims](h, 2)
            views.append((1.0, h))
        h = x
        for weight in self._filters:
            if h.shape[-1] < KERNEL:
                break
            h = leaky_relu(_CONV[self._dims](h, weight, stride=2, padding=1), 0.2)
            views.append((FEATURES, h))
        return views


def fixed_filters(dims: int, channels: int, device: torch.device) -> list[Tensor]:
    """Weights of the fixed network, always the same, that keep the scale of what comes in."""
    if not dims:
        return []
    made, filters = torch.Generator().manual_seed(0), []
    for inputs, outputs in zip((channels, *CHANNELS), CHANNELS, strict=False):
        weight = torch.randn(outputs, inputs, *[KERNEL] * dims, generator=made)
        filters.append((weight / (inputs * KERNEL**dims) ** 0.5 * 2**0.5).to(device))
    return filters


def _edges(x: Tensor) -> list[Tensor]:
    """Differences of neighbours along each axis of the grid."""
    return [x.diff(dim=axis) for axis in range(2, x.dim())]
