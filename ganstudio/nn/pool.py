"""A memory of earlier fakes, so that a discriminator does not chase the newest ones alone."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ImagePool(nn.Module):
    """Keeps some fakes and hands old ones out in place of new ones, half of the time.

    It is a network without weights: what it keeps are buffers, so checkpoints hold them and a
    resumed training goes on to the bit. Put it on the discriminator's side.

    Args:
        shape: of one sample without the batch axis.
        capacity: samples kept; 0 hands every batch through.

    Source: Shrivastava et al. 2017, arXiv:1612.07828, section 2.3; size 50 as in Zhu et al.
    2017, arXiv:1703.10593, section 4.
    """

    kept: Tensor
    taken: Tensor

    def __init__(self, shape: tuple[int, ...], capacity: int = 50) -> None:
        super().__init__()
        self.register_buffer("kept", torch.zeros(capacity, *shape))
        self.register_buffer("taken", torch.zeros(capacity, dtype=torch.bool))

    @torch.no_grad()
    def forward(self, fakes: Tensor, random: torch.Generator | None = None) -> Tensor:
        """Swap some of these fakes for kept ones.

        Each fake draws a seat of its own. An empty one it takes, and is shown itself; from a
        taken one it is shown itself or, half of the time, takes the place of the one that sits
        there, and that one is shown. Fakes beyond the capacity are shown themselves. Nothing
        here waits for the device.

        Args:
            fakes: (N, *shape), without gradient.
            random: draws seats and swaps; torch's own when None.

        Returns:
            (N, *shape), what the discriminator shall see.
        """
        capacity, device = len(self.kept), fakes.device
        count = min(len(fakes), capacity)
        if count == 0:
            return fakes
        seats = torch.randperm(capacity, generator=random, device=device)[:count]
        swaps = torch.rand(count, generator=random, device=device) < 0.5
        new, old, sits = fakes[:count], self.kept[seats], self.taken[seats]
        wide = (count, *[1] * (fakes.dim() - 1))
        shown = torch.where((swaps & sits).view(wide), old, new)
        self.kept[seats] = torch.where((swaps | ~sits).view(wide), new, old)
        self.taken[seats] = True
        return torch.cat([shown, fakes[count:]])
