"""All-convolutional generator and discriminator for images and voxels: the DCGAN family."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

from torch import Tensor, nn

from ganstudio.nn.backbones.base import Backbone
from ganstudio.nn.blocks import (
    BatchDeviation,
    Conditioning,
    Joined,
    Judge,
    Norm,
    Told,
    bound_spectrum,
    down,
    halvings,
    initialise_dcgan,
    keeps_bias,
    last_up,
    norms,
    up,
)
from ganstudio.samples import SampleSpec

WIDEST = 8  # times ``width``: the most channels that halving a grid leads to


class ConvGenerator(nn.Module):
    """Latent to image or volume: a coarse grid, doubled until it has the sample's side.

    Args:
        spec: images or voxels.
        z_dim: dimensions of z.
        width: channels before the last layer; each coarser grid has twice as many, up to 8 x.
        classes: number of classes it is told; 0 for none.
        norm: after every layer but the last.

    Source: Radford et al. 2016, arXiv:1511.06434, Figure 1; in 3D Wu et al. 2016, Figure 1.
    """

    def __init__(
        self, spec: SampleSpec, z_dim: int, width: int, classes: int = 0, norm: Norm = "batch"
    ) -> None:
        super().__init__()
        count, base = halvings(spec.side)
        dims = len(spec.shape) - 1
        widths = [width * min(2**i, WIDEST) for i in reversed(range(count))]
        self.grid = (widths[0], *[base] * dims)
        self.told = Told(z_dim, classes)
        self.root = nn.Linear(self.told.outputs, widths[0] * base**dims, bias=keeps_bias(norm))
        self.root_norm = nn.Sequential(*norms(norm, dims, widths[0]), nn.ReLU(inplace=True))
        self.stages = nn.Sequential(
            *(up(dims, a, b, norm) for a, b in pairwise(widths)),
            last_up(dims, widths[-1], spec.channels),
        )
        initialise_dcgan(self)
        if norm == "spectral":
            bound_spectrum(self)

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """Latents (N, z_dim), classes (N,) to samples (N, *shape) in [-1, 1]."""
        x = self.root(self.told(z, c)).unflatten(1, self.grid)
        return cast(Tensor, self.stages(self.root_norm(x)))


class ConvDiscriminator(nn.Module):
    """Image or volume to one logit: halved down to a coarse grid, then judged as a whole.

    Args:
        spec: images or voxels.
        width: channels after the first layer; doubled with each halving, up to 8 x.
        classes: number of classes it is told; 0 for none.
        norm: after every layer but the first, ``spectral`` on all; no ``batch`` under a
            gradient penalty.
        deviation: also judge how much the samples of a batch differ from each other.
        conditioning: how classes enter: at the logit, or beside the sample.
    """

    def __init__(
        self,
        spec: SampleSpec,
        width: int,
        classes: int = 0,
        norm: Norm = "batch",
        deviation: bool = False,
        conditioning: Conditioning = "projection",
    ) -> None:
        super().__init__()
        count, base = halvings(spec.side)
        dims = len(spec.shape) - 1
        widths = [width * min(2**i, WIDEST) for i in range(count)]
        self.joined = Joined(classes if conditioning == "concat" else 0)
        self.stages = nn.Sequential(
            down(dims, spec.channels + self.joined.classes, widths[0], "none"),
            *(down(dims, a, b, norm) for a, b in pairwise(widths)),
            nn.Flatten(),
            *([BatchDeviation()] if deviation else []),
        )
        self.judge = Judge(widths[-1] * base**dims + deviation, classes - self.joined.classes)
        initialise_dcgan(self)
        if norm == "spectral":
            bound_spectrum(self)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Samples (N, *shape), classes (N,) to logits (N,)."""
        return cast(Tensor, self.judge(self.stages(self.joined(x, c)), c))


def conv_misfits(spec: SampleSpec) -> list[str]:
    """Why the pair cannot be built for images or voxels of such sides, one line a reason.

    Points have no sides: what they are made with is another pair.
    """
    if spec.kind == "points":
        return []
    if len(set(spec.shape[1:])) != 1:
        return [f"the networks want equal sides, and these samples are {spec}"]
    try:
        halvings(spec.side)
    except ValueError as error:
        return [str(error)]
    return []


def conv_pair(
    spec: SampleSpec,
    z_dim: int,
    width: int,
    classes: int = 0,
    d_norm: Norm = "batch",
    deviation: bool = False,
    g_norm: Norm = "batch",
    conditioning: Conditioning = "projection",
) -> dict[str, nn.Module]:
    """A generator with batch norm and its mirror image.

    Args:
        spec: images or voxels.
        z_dim: dimensions of z.
        width: channels of the layer nearest to the sample.
        classes: number of classes both are told; 0 for none.
        d_norm: of the discriminator; no ``batch`` under a gradient penalty.
        deviation: the discriminator also judges how much the samples of a batch differ.
        g_norm: of the generator.
        conditioning: how classes enter the discriminator.
    """
    return {
        "G": ConvGenerator(spec, z_dim, width, classes, g_norm),
        "D": ConvDiscriminator(spec, width, classes, d_norm, deviation, conditioning),
    }


BACKBONE = Backbone(conv_pair, ("image", "voxels"), lambda spec, width: conv_misfits(spec))
