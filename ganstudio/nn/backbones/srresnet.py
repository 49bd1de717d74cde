"""Small picture to large: residual blocks on the small grid, then pixels dealt out."""

from __future__ import annotations

from math import log2
from typing import cast

from torch import Tensor, nn
from torch.nn.functional import interpolate


def shrink(x: Tensor, scale: int) -> Tensor:
    """The picture with sides divided by ``scale``: bicubic with a low pass before it.

    Args:
        x: (N, C, H, W) in [-1, 1], sides divisible by ``scale``.
        scale: how much smaller.

    Returns:
        (N, C, H / scale, W / scale) in [-1, 1].
    """
    return interpolate(
        x.float(), scale_factor=1 / scale, mode="bicubic", antialias=True, align_corners=False
    ).clamp(-1, 1)


def enlarge(x: Tensor, scale: int) -> Tensor:
    """The picture with sides times ``scale``, bicubic: what there is without a network.

    Args:
        x: (N, C, H, W) in [-1, 1].
        scale: how much larger.
    """
    return interpolate(x.float(), scale_factor=scale, mode="bicubic", align_corners=False).clamp(
        -1, 1
    )


class SRBlock(nn.Module):
    """Two convolutions, added to what came in; without norm."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1),
            nn.PReLU(channels),
            nn.Conv2d(channels, channels, 3, 1, 1),
        )
        nn.init.zeros_(cast(nn.Conv2d, self.layers[2]).weight)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) to the same."""
        return x + cast(Tensor, self.layers(x))


class SRResNet(nn.Module):
    """What to add to the bicubic enlargement of a small picture.

    Nearly all work is done on the small grid. Each doubling makes four times the channels and
    deals them out as pixels. The last layer starts at zero, so the first pictures are the
    enlargement itself. The paper has batch norm in its blocks and makes the picture from nothing;
    without the norm and from the enlargement it learns in minutes.

    Args:
        channels: of the picture.
        width: channels inside.
        blocks: residual blocks.
        scale: 2, 4 or 8.

    Source: Ledig et al. 2017, arXiv:1609.04802, Figure 4; without norm as in Lim et al. 2017,
    arXiv:1707.02921.
    """

    def __init__(self, channels: int, width: int, blocks: int, scale: int) -> None:
        super().__init__()
        self.scale = scale
        self.first = nn.Sequential(nn.Conv2d(channels, width, 5, 1, 2), nn.PReLU(width))
        self.blocks = nn.Sequential(
            *(SRBlock(width) for _ in range(blocks)), nn.Conv2d(width, width, 3, 1, 1)
        )
        doublings: list[nn.Module] = []
        for _ in range(round(log2(scale))):
            doublings += [nn.Conv2d(width, 4 * width, 3, 1, 1), nn.PixelShuffle(2)]
            doublings += [nn.PReLU(width)]
        self.doublings = nn.Sequential(*doublings)
        self.last = nn.Conv2d(width, channels, 5, 1, 2)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(cast(Tensor, self.last.bias))

    def forward(self, small: Tensor) -> Tensor:
        """Pictures (N, C, H, W) to (N, C, scale H, scale W), around [-1, 1]."""
        h = self.first(small)
        detail = self.last(self.doublings(h + self.blocks(h)))
        return enlarge(small, self.scale) + cast(Tensor, detail).float()
