"""Going downhill on latents: a light optimiser for short searches."""

from __future__ import annotations

import torch
from torch import Tensor

BETAS = (0.8, 0.95)  # shorter memories than usual, for searches of some dozens of steps


class Adam:
    """Adam for one tensor.

    Torch's own takes seconds to be imported, which is all the time that a projection has.

    Args:
        moved: what will be moved.
        rate: how far one step goes at most, about; it may be changed between steps.

    Source: Kingma and Ba 2015, arXiv:1412.6980, Algorithm 1.
    """

    def __init__(self, moved: Tensor, rate: float) -> None:
        self.rate, self._steps = rate, 0
        self._mean, self._square = torch.zeros_like(moved), torch.zeros_like(moved)

    @torch.no_grad()
    def step(self, moved: Tensor, gradient: Tensor) -> None:
        """Go one step against the gradient."""
        self._steps += 1
        self._mean.lerp_(gradient, 1 - BETAS[0])
        self._square.lerp_(gradient.square(), 1 - BETAS[1])
        mean = self._mean / (1 - BETAS[0] ** self._steps)
        square = self._square / (1 - BETAS[1] ** self._steps)
        moved.sub_(self.rate * mean / (square.sqrt() + 1e-8))
