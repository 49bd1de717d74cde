"""U-Net: a picture becomes another of the same size, with short cuts for what stays in place."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from ganstudio.nn.blocks import down, initialise_dcgan, last_up, up

DEEPEST = 8  # halvings: 256 pixels down to one
WIDEST = 8  # times ``width``
DROPPED = 3  # stages with dropout, from the coarsest on


def unet_depth(sides: tuple[int, ...]) -> int:
    """How often every side can be halved, at most 8 times.

    Example:
        >>> unet_depth((32, 32)), unet_depth((28, 28)), unet_depth((15, 15))
        (5, 2, 0)
    """
    depth = 0
    while depth < DEEPEST and all(side % 2 ** (depth + 1) == 0 for side in sides):
        depth += 1
    return depth


class UNet(nn.Module):
    """Halve a picture to the smallest grid and double it back, each stage seeing its twin.

    Args:
        channels: of the picture that goes in.
        outputs: channels of the one that comes out.
        sides: height and width, both divisible by 4 at least.
        width: channels after the first halving; doubled with each, up to 8 x.
        dropout: chance that a channel's value is dropped in the three coarsest stages on the
            way up, all but the last two; the only noise there is, and off in evaluation mode.

    Raises:
        ValueError: if a side cannot be halved twice.

    Source: Isola et al. 2017, arXiv:1611.07004, section 3.2 and appendix 6.1.
    """

    def __init__(
        self, channels: int, outputs: int, sides: tuple[int, ...], width: int, dropout: float
    ) -> None:
        super().__init__()
        depth = unet_depth(sides)
        if depth < 2:
            raise ValueError(f"sides must be divisible by 4, got {sides}")
        widths = [width * min(2**i, WIDEST) for i in range(depth)]
        self.downs = nn.ModuleList([down(2, channels, widths[0], "none")])
        for stage, (a, b) in enumerate(pairwise(widths), 2):
            # the smallest grid may be one pixel: nothing to take a norm over
            self.downs.append(down(2, a, b, "none" if stage == depth else "batch"))
        self.ups = nn.ModuleList()
        for stage, outer in enumerate(reversed(widths[:-1])):
            inner = widths[-1] if stage == 0 else 2 * widths[depth - 1 - stage]
            dropped = stage < min(DROPPED, depth - 2)
            parts = [nn.Dropout(dropout)] if dropped else []
            self.ups.append(nn.Sequential(up(2, inner, outer, "batch"), *parts))
        self.last = last_up(2, 2 * widths[0], outputs)
        initialise_dcgan(self)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, channels, H, W) to (N, outputs, H, W) in [-1, 1]."""
        grids = []
        for stage in self.downs:
            x = stage(x)
            grids.append(x)
        for stage, twin in zip(self.ups, reversed(grids[:-1]), strict=True):
            x = torch.cat([stage(x), twin], dim=1)
        return cast(Tensor, self.last(x))
