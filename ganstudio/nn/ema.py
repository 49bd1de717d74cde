"""Moving average of a generator's weights, with its half-life counted in real samples."""

from __future__ import annotations

import copy

import torch
from torch import nn

RAMP = 0.05  # early on the half-life is at most this share of the training so far


def decay(samples: int, half_life: float) -> float:
    """The share of the old average that is kept: 2^(-samples / half_life); 0 for no memory.

    Example:
        >>> decay(1000, 1000.0)
        0.5
    """
    return 0.5 ** (samples / half_life) if half_life > 0 else 0.0


class Average:
    """Holds a network whose weights and buffers trail those of another.

    Floating buffers (the statistics of batch norm) are averaged along, so that they fit the
    averaged weights; whole numbers are copied.

    Args:
        source: the network to follow; its copy is in evaluation mode and takes no gradient.

    Source: Karras et al. 2018, arXiv:1710.10196, section 4.1; ramp as in StyleGAN2-ADA.
    """

    def __init__(self, source: nn.ModuleDict) -> None:
        self._source = source
        self._seen = 0
        self.network: nn.ModuleDict = copy.deepcopy(source).eval().requires_grad_(False)
        self._pairs = self._pair()

    @torch.no_grad()
    def update(self, nimg: int, half_life_kimg: float, batch: int = 1) -> None:
        """Follow the source after it moved.

        Args:
            nimg: real samples seen so far.
            half_life_kimg: thousands of real samples after which half of the memory is gone.
            batch: samples of this update, which count where no new real ones were seen.
        """
        seen = max(nimg - self._seen, batch)
        weight = 1 - decay(seen, min(half_life_kimg * 1000, nimg * RAMP))
        self._seen = nimg
        own, source, whole = self._pairs
        torch._foreach_lerp_(own, source, weight)
        for target, value in whole:
            target.copy_(value)

    def state(self) -> dict[str, int]:
        """What it needs besides weights to go on."""
        return {"seen": self._seen}

    def restore(self, state: dict[str, int]) -> None:
        """Go on where ``state`` says."""
        self._seen = int(state["seen"])

    def _pair(
        self,
    ) -> tuple[list[torch.Tensor], list[torch.Tensor], list[tuple[torch.Tensor, torch.Tensor]]]:
        own, source = self.network.state_dict(), self._source.state_dict()
        floating = [name for name, value in own.items() if value.is_floating_point()]
        whole = [(own[n], source[n]) for n in own if not own[n].is_floating_point()]
        return [own[n] for n in floating], [source[n] for n in floating], whole
