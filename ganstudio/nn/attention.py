"""Self-attention over the places of a picture or a volume."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

_CONV = {2: nn.Conv2d, 3: nn.Conv3d}
_POOL = {2: nn.MaxPool2d, 3: nn.MaxPool3d}


class SelfAttention(nn.Module):
    """Lets every place gather features from all others: both eyes get one colour.

    What is looked at is pooled to half the side, so the table of who looks where has P / 4
    columns in two dimensions for its P rows, one table a sample: put it on a grid of some 1,000
    places at most. The block starts as the identity, as its gain starts at zero. Plain products
    and a softmax can be differentiated twice, so a gradient penalty passes through it.

    Args:
        dims: 2 for pictures, 3 for volumes.
        channels: features at each place; the sides of the grid must be 2 or more.

    Source: Zhang et al. 2019, arXiv:1805.08318, section 3; pooled as in Brock et al. 2018.
    """

    def __init__(self, dims: int, channels: int) -> None:
        super().__init__()
        conv = _CONV[dims]
        narrow, half = max(channels // 8, 1), max(channels // 2, 1)
        self.query = conv(channels, narrow, 1, bias=False)
        self.key = conv(channels, narrow, 1, bias=False)
        self.value = conv(channels, half, 1, bias=False)
        self.out = conv(half, channels, 1, bias=False)
        self.pool = _POOL[dims](2)
        self.gain = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """Features (N, channels, *grid) to the same shape."""
        query = self.query(x).flatten(2)
        key, value = self.pool(self.key(x)).flatten(2), self.pool(self.value(x)).flatten(2)
        # in float32: a softmax over hundreds of places wants more than bfloat16's eight bits
        scores = query.transpose(1, 2) @ key
        exact = torch.promote_types(scores.dtype, torch.float32)
        looks = scores.softmax(2, dtype=exact).to(value.dtype)
        gathered = (value @ looks.transpose(1, 2)).unflatten(2, x.shape[2:])
        return x + self.gain.to(x.dtype) * cast(Tensor, self.out(gathered))
