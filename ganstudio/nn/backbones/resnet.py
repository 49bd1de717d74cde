"""Residual generator and discriminator for images and voxels: the SN-GAN and BigGAN family."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganstudio.nn.attention import SelfAttention
from ganstudio.nn.backbones.base import Backbone
from ganstudio.nn.backbones.conv import conv_misfits
from ganstudio.nn.blocks import (
    TOLD_STD,
    Conditioning,
    Joined,
    Judge,
    Norm,
    halvings,
    look_up,
    norms,
)
from ganstudio.nn.quick import convolve_doubled
from ganstudio.nn.spectral import spectral
from ganstudio.samples import SampleSpec

WIDEST = 8  # times ``width``: the most channels that halving a grid leads to
ATTENDED = 1024  # places of a grid that attention still goes well with
_CONV = {2: nn.Conv2d, 3: nn.Conv3d}
_BATCH_NORM = {2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
_INSTANCE_NORM = {2: nn.InstanceNorm2d, 3: nn.InstanceNorm3d}
_HALVE = {2: nn.AvgPool2d, 3: nn.AvgPool3d}
_WEIGHTED = (nn.Linear, nn.Conv2d, nn.Conv3d)


class ToldNorm(nn.Module):
    """A norm whose gain and shift follow from a vector, a sample at a time.

    Args:
        dims: 2 or 3.
        channels: features at each place.
        told: length of the vector; 0 for the plain norm, with a gain and a shift to learn.
        norm: batch norm unless another is wanted; ``none`` and ``spectral`` leave features alone.

    Source: de Vries et al. 2017, arXiv:1707.00683, section 3; gain around 1 as in Brock et al.
    2018, arXiv:1809.11096, appendix B.
    """

    def __init__(self, dims: int, channels: int, told: int, norm: Norm = "batch") -> None:
        super().__init__()
        self.norm = _norm(norm, dims, channels, affine=told == 0)
        self.gain = nn.Linear(told, channels, bias=False) if told else None
        self.shift = nn.Linear(told, channels, bias=False) if told else None
        self.ones = [1] * dims

    def forward(self, x: Tensor, y: Tensor | None) -> Tensor:
        """Features (N, channels, *grid) and vectors (N, told), normed and modulated."""
        normed = cast(Tensor, self.norm(x))
        if self.gain is None or self.shift is None:
            return normed
        gain = 1 + self.gain(y).unflatten(1, (-1, *self.ones))
        shift = self.shift(y).unflatten(1, (-1, *self.ones))
        return torch.addcmul(shift.to(normed.dtype), normed, gain.to(normed.dtype))


class UpBlock(nn.Module):
    """Norm, rectify, double, convolve, twice over, beside a short way that doubles as well.

    Source: Brock et al. 2018, arXiv:1809.11096, Figure 15b.
    """

    def __init__(self, dims: int, inputs: int, outputs: int, told: int, norm: Norm) -> None:
        super().__init__()
        self.norm1 = ToldNorm(dims, inputs, told, norm)
        self.norm2 = ToldNorm(dims, outputs, told, norm)
        self.conv1 = _CONV[dims](inputs, outputs, 3, padding=1)
        self.conv2 = _CONV[dims](outputs, outputs, 3, padding=1)
        self.short = _CONV[dims](inputs, outputs, 1)

    def forward(self, x: Tensor, y: Tensor | None) -> Tensor:
        """Features (N, inputs, *grid) to (N, outputs, *twice the grid)."""
        h = convolve_doubled(self.conv1, functional.relu(self.norm1(x, y)))
        h = self.conv2(functional.relu(self.norm2(h, y)))
        return cast(
            Tensor, h + _double(self.short(x))
        )  # convolved first: the same at a quarter of the cost


class DownBlock(nn.Module):
    """Rectify and convolve twice, then halve, beside a short way that halves as well.

    Args:
        dims: 2 or 3.
        inputs: channels.
        outputs: channels.
        norm: before each rectifier.
        halve: whether the grid is halved; if not, the short way passes all through.
        first: it looks at samples, whose values must not be rectified.

    Source: Brock et al. 2018, arXiv:1809.11096, Figure 15c.
    """

    def __init__(
        self,
        dims: int,
        inputs: int,
        outputs: int,
        norm: Norm,
        halve: bool = True,
        first: bool = False,
    ) -> None:
        super().__init__()
        rectified = [*norms(norm, dims, inputs), nn.ReLU()]
        self.before = nn.Sequential(*([] if first else rectified))
        self.between = nn.Sequential(*norms(norm, dims, outputs), nn.ReLU())
        self.conv1 = _CONV[dims](inputs, outputs, 3, padding=1)
        self.conv2 = _CONV[dims](outputs, outputs, 3, padding=1)
        self.short = _CONV[dims](inputs, outputs, 1) if halve else nn.Identity()
        self.halve = _HALVE[dims](2) if halve else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Features (N, inputs, *grid) to (N, outputs, *half the grid)."""
        h = self.conv2(self.between(self.conv1(self.before(x))))
        return cast(Tensor, self.halve(h) + self.short(self.halve(x)))


class ResNetGenerator(nn.Module):
    """Latent to image or volume through residual blocks that each double the grid.

    Args:
        spec: images or voxels.
        z_dim: dimensions of z.
        width: channels before the last layer; each coarser grid has twice as many, up to 8 x.
        classes: number of classes it is told; 0 for none.
        shared: dimensions of the class embedding that all blocks share.
        hierarchical: split z, one part for the first grid and one for the norms of each block.
        attention: let places look at each other, on one grid of medium size.
        norm: in each block, and before the last layer.
        bounded: hold all layers at spectral norm 1, as ``norm = "spectral"`` does with no norm.

    Source: Brock et al. 2018, arXiv:1809.11096, Figure 15 and Table 4.
    """

    def __init__(
        self,
        spec: SampleSpec,
        z_dim: int,
        width: int,
        classes: int = 0,
        shared: int = 64,
        hierarchical: bool = False,
        attention: bool = False,
        norm: Norm = "batch",
        bounded: bool = False,
    ) -> None:
        super().__init__()
        count, base = halvings(spec.side)
        dims = len(spec.shape) - 1
        widths = [width * min(2**i, WIDEST) for i in reversed(range(count))]
        self.parts = _parts(z_dim, count + 1) if hierarchical else [z_dim]
        told = [n + (shared if classes else 0) for n in (self.parts[1:] or [0] * count)]
        self.embedding = nn.Embedding(classes, shared) if classes else None
        self.grid = (widths[0], *[base] * dims)
        self.root = nn.Linear(self.parts[0], widths[0] * base**dims)
        self.blocks = nn.ModuleList(
            UpBlock(dims, inputs, outputs, y, norm)
            for inputs, outputs, y in zip([widths[0], *widths[:-1]], widths, told, strict=True)
        )
        place = _attended(spec) if attention else 0
        self.attentions = nn.ModuleDict(
            {str(i): SelfAttention(dims, widths[i]) for i in range(count) if count - 1 - i == place}
            if place
            else {}
        )
        self.norm = ToldNorm(dims, width, 0, norm)
        self.last = _CONV[dims](width, spec.channels, 3, padding=1)
        initialise_orthogonal(self)
        if bounded or norm == "spectral":
            _bound(self)

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """Latents (N, z_dim), classes (N,) or (N, classes) to samples (N, *shape) in [-1, 1]."""
        first, *rest = torch.split(z, self.parts, 1)
        label = [] if self.embedding is None else [look_up(self.embedding, c).to(z.dtype)]
        x = self.root(first).unflatten(1, self.grid)
        for index, block in enumerate(self.blocks):
            said = [*rest[index : index + 1], *label]
            x = block(x, torch.cat(said, 1) if said else None)
            if str(index) in self.attentions:
                x = self.attentions[str(index)](x)
        return torch.tanh(self.last(functional.relu(self.norm(x, None))))


class ResNetDiscriminator(nn.Module):
    """Image or volume to one logit through residual blocks that halve the grid.

    Args:
        spec: images or voxels.
        width: channels after the first block; doubled with each halving, up to 8 x.
        classes: number of classes it is told; 0 for none.
        attention: let places look at each other, on one grid of medium size.
        norm: before each rectifier but the first; no ``batch`` under a gradient penalty.
        conditioning: how classes enter: at the logit, or beside the sample.

    Source: Brock et al. 2018, arXiv:1809.11096, Figure 15 and Table 4; Miyato and Koyama 2018,
    arXiv:1802.05637, Eq. 3.
    """

    def __init__(
        self,
        spec: SampleSpec,
        width: int,
        classes: int = 0,
        attention: bool = False,
        norm: Norm = "spectral",
        conditioning: Conditioning = "projection",
    ) -> None:
        super().__init__()
        count, _ = halvings(spec.side)
        dims = len(spec.shape) - 1
        widths = [width * min(2**i, WIDEST) for i in range(count)]
        place = _attended(spec) if attention else 0
        self.joined = Joined(classes if conditioning == "concat" else 0)
        parts: list[nn.Module] = []
        for index, (a, b) in enumerate(pairwise([spec.channels + self.joined.classes, *widths])):
            parts.append(DownBlock(dims, a, b, norm, first=index == 0))
            if place and index + 1 == place:
                parts.append(SelfAttention(dims, b))
        parts.append(DownBlock(dims, widths[-1], widths[-1], norm, halve=False))
        self.stages = nn.Sequential(*parts)
        self.judge = Judge(widths[-1], classes - self.joined.classes)
        initialise_orthogonal(self)
        if norm == "spectral":
            _bound(self)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Samples (N, *shape), classes (N,) or (N, classes) to logits (N,), float32."""
        h = functional.relu(self.stages(self.joined(x, c)))
        return cast(Tensor, self.judge(h.float().flatten(2).sum(2), c))


def resnet_misfits(spec: SampleSpec, attention: bool = False) -> list[str]:
    """Why the pair cannot be built for such samples, one line a reason."""
    if spec.kind == "points":
        return ["residual networks want images or voxels, and these samples are points"]
    found = conv_misfits(spec)
    if attention and not found and _attended(spec) == 0:
        found.append(
            f"attention wants a grid of at most {ATTENDED} places between the sample and the "
            f"coarsest grid, and {spec} has none"
        )
    return found


def resnet_pair(
    spec: SampleSpec,
    z_dim: int,
    width: int,
    classes: int = 0,
    d_norm: Norm = "spectral",
    g_norm: Norm = "batch",
    conditioning: Conditioning = "projection",
    attention: bool = False,
) -> dict[str, nn.Module]:
    """A residual generator with batch norm and a residual discriminator under spectral norm.

    Args:
        spec: images or voxels.
        z_dim: dimensions of z.
        width: channels of the layer nearest to the sample.
        classes: number of classes both are told; 0 for none.
        d_norm: of the discriminator; no ``batch`` under a gradient penalty.
        g_norm: of the generator, bent by the class where one is told.
        conditioning: how classes enter the discriminator.
        attention: whether both look at distant places.
    """
    return {
        "G": ResNetGenerator(spec, z_dim, width, classes, attention=attention, norm=g_norm),
        "D": ResNetDiscriminator(spec, width, classes, attention, d_norm, conditioning),
    }


BACKBONE = Backbone(resnet_pair, ("image", "voxels"), lambda spec, width: resnet_misfits(spec))


def initialise_orthogonal(network: nn.Module) -> None:
    """Orthogonal weights, biases 0, class embeddings N(0, 0.1).

    Source: Saxe et al. 2014, arXiv:1312.6120, section 3, as Brock et al. 2018 have it.
    """
    for module in network.modules():
        if isinstance(module, _WEIGHTED) and module.weight.numel():
            nn.init.orthogonal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, 0.0, TOLD_STD)


def _bound(network: nn.Module) -> None:
    """Spectral norm on all layers but a generator's shared embedding."""
    for name, module in list(network.named_modules()):
        layer = isinstance(module, _WEIGHTED) and module.weight.numel() > 0
        if layer or (isinstance(module, nn.Embedding) and name != "embedding"):
            spectral(module)


def _norm(norm: Norm, dims: int, channels: int, affine: bool) -> nn.Module:
    if norm == "batch":
        return _BATCH_NORM[dims](channels, affine=affine)
    if norm == "instance":
        return _INSTANCE_NORM[dims](channels, affine=affine)
    return nn.GroupNorm(1, channels, affine=affine) if norm == "layer" else nn.Identity()


def _attended(spec: SampleSpec) -> int:
    """After how many halvings of the sample's side attention comes; 0 for nowhere."""
    count, _ = halvings(spec.side)
    dims = len(spec.shape) - 1
    fitting = [i for i in range(1, count) if (spec.side >> i) ** dims <= ATTENDED]
    return min(fitting, default=0)


def _double(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def _parts(z_dim: int, count: int) -> list[int]:
    """Lengths of the parts of z, as equal as they can be; the first are the longer ones."""
    return [z_dim // count + (i < z_dim % count) for i in range(count)]
