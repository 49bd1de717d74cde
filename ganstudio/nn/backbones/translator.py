"""Picture to picture: a residual generator, and discriminators that judge patch by patch."""

from __future__ import annotations

from typing import Literal, cast

import torch
from torch import Tensor, nn

from ganstudio.nn.blocks import LEAK, initialise_dcgan

PatchNorm = Literal["batch", "instance", "none"]
Padding = Literal["reflect", "zeros"]
WIDEST = 8  # times ``width``: the most channels of a patch discriminator
STAR_LEAK = 0.01
KEPT = 0.97  # of a value's size: the inverse of tanh has no end at 1


class ResidualBlock(nn.Module):
    """Two convolutions with instance norm, added to what came in."""

    def __init__(self, channels: int, padding: Padding, affine: bool) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False, padding_mode=padding),
            nn.InstanceNorm2d(channels, affine=affine),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False, padding_mode=padding),
            nn.InstanceNorm2d(channels, affine=affine),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) to the same."""
        return x + cast(Tensor, self.layers(x))


class ResnetTranslator(nn.Module):
    """Halve a picture twice, change it in residual blocks, and double it back.

    Args:
        channels: that go in: of the picture, and of labels spread over it where there are any.
        outputs: channels of the picture that comes out.
        width: channels at full size; 2 x and 4 x on the coarser grids.
        blocks: residual blocks on the coarsest grid.
        padding: at the picture's edge; mirrored, or zeros where labels go in: instance norm
            wipes a label out that is the same everywhere, and only zeros at the edge keep it.
        affine: whether instance norm has scales and shifts of its own.
        skip: change the picture that goes in instead of making one anew: its values are added
            before the last tanh, and the network starts by changing nothing. Not in the papers;
            colours are right from the first step, and only the change has to be learned.

    Raises:
        ValueError: if there are fewer channels to add than to make.

    Source: Johnson et al. 2016, arXiv:1603.08155; as in Zhu et al. 2017, arXiv:1703.10593,
    appendix 7.2, and Choi et al. 2018, arXiv:1711.09020, Table 4.
    """

    def __init__(
        self,
        channels: int,
        outputs: int,
        width: int,
        blocks: int,
        padding: Padding = "reflect",
        affine: bool = False,
        skip: bool = False,
    ) -> None:
        super().__init__()
        if skip and channels < outputs:
            raise ValueError(
                f"{channels} channels cannot be changed into {outputs}; skip=False can"
            )
        self.skipped = outputs if skip else 0

        def normed(layer: nn.Module, features: int) -> list[nn.Module]:
            return [layer, nn.InstanceNorm2d(features, affine=affine), nn.ReLU(inplace=True)]

        edge = nn.Conv2d(channels, width, 7, 1, 3, bias=False, padding_mode=padding)
        parts = normed(edge, width)
        for a in (width, 2 * width):
            parts += normed(nn.Conv2d(a, 2 * a, 4, 2, 1, bias=False), 2 * a)
        parts += [ResidualBlock(4 * width, padding, affine) for _ in range(blocks)]
        for a in (4 * width, 2 * width):
            parts += normed(nn.ConvTranspose2d(a, a // 2, 4, 2, 1, bias=False), a // 2)
        self.layers = nn.Sequential(*parts)
        self.last = nn.Conv2d(width, outputs, 7, 1, 3, padding_mode=padding)
        initialise_dcgan(self)
        if skip:
            nn.init.zeros_(self.last.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, channels, H, W) to (N, outputs, H, W) in [-1, 1]; sides divide by 4."""
        drawn = cast(Tensor, self.last(self.layers(x)))
        if self.skipped:  # the picture comes first, labels after it
            drawn = drawn.float() + torch.atanh(KEPT * x[:, : self.skipped].float())
        return torch.tanh(drawn)


class PatchDiscriminator(nn.Module):
    """One logit for each overlapping patch: textures and edges are judged, not the whole.

    Args:
        channels: of what is judged; for a pair of pictures the sum of both.
        width: channels after the first layer; doubled with each halving, up to 8 x.
        halvings: layers of stride 2; patches measure 16, 34 or 70 pixels with 1, 2 or 3.
        norm: after every layer but the first and the last.

    Source: Isola et al. 2017, arXiv:1611.07004, section 3.2.2 and appendix 6.1.2.
    """

    def __init__(self, channels: int, width: int, halvings: int, norm: PatchNorm) -> None:
        super().__init__()
        leak = nn.LeakyReLU(LEAK, inplace=True)
        parts: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, 1), leak]
        inputs = width
        for layer in range(1, halvings + 1):
            outputs = width * min(2**layer, WIDEST)
            stride = 2 if layer < halvings else 1
            parts += [nn.Conv2d(inputs, outputs, 4, stride, 1, bias=norm == "none")]
            parts += [*_patch_norm(norm, outputs), leak]
            inputs = outputs
        self.layers = nn.Sequential(*parts)
        self.judge = nn.Conv2d(inputs, 1, 4, 1, 1)
        initialise_dcgan(self)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, channels, H, W) to logits (N, patches), float32."""
        h = self.layers(x)
        with torch.autocast(h.device.type, enabled=False):
            return cast(Tensor, self.judge(h.float())).flatten(1)


class LabelledPatchDiscriminator(nn.Module):
    """Halve a picture to a small grid, then judge its patches and name its attributes.

    Args:
        channels: of the picture.
        sides: its height and width, divisible by 2 to the power of ``halvings``.
        width: channels after the first layer; doubled with each.
        halvings: layers of stride 2.
        labels: attributes to name.

    Source: Choi et al. 2018, arXiv:1711.09020, Table 5.
    """

    def __init__(
        self, channels: int, sides: tuple[int, ...], width: int, halvings: int, labels: int
    ) -> None:
        super().__init__()
        parts: list[nn.Module] = []
        inputs = channels
        for layer in range(halvings):
            outputs = width * 2**layer
            parts += [nn.Conv2d(inputs, outputs, 4, 2, 1), nn.LeakyReLU(STAR_LEAK, inplace=True)]
            inputs = outputs
        self.layers = nn.Sequential(*parts)
        height, wide = (side // 2**halvings for side in sides)
        self.judge = nn.Conv2d(inputs, 1, 3, 1, 1, bias=False)
        self.label = nn.Conv2d(inputs, labels, (height, wide), bias=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures (N, channels, H, W) to scores (N, patches) and logits (N, labels), float32."""
        h = self.layers(x)
        with torch.autocast(h.device.type, enabled=False):
            h = h.float()
            return self.judge(h).flatten(1), self.label(h).flatten(1)


def _patch_norm(norm: PatchNorm, channels: int) -> list[nn.Module]:
    if norm == "none":
        return []
    return [nn.BatchNorm2d(channels) if norm == "batch" else nn.InstanceNorm2d(channels)]
