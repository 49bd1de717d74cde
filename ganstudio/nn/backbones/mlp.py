"""Fully connected generator and discriminator for any kind of sample."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from ganstudio.nn.backbones.base import Backbone
from ganstudio.nn.blocks import (
    LEAK,
    Conditioning,
    Joined,
    Judge,
    Norm,
    Told,
    bound_spectrum,
    keeps_bias,
    norms,
)
from ganstudio.samples import SampleSpec

MOST_WEIGHTS = 2**25  # of the layer at the sample: 0.5 GB a side with gradient and Adam's memory


class MLPGenerator(nn.Module):
    """Latent to sample through three hidden layers of width, 2 x width and 4 x width.

    For points the last layer is linear, for pictures and voxels tanh.

    Args:
        spec: any sample.
        z_dim: dimensions of z.
        width: units of the first hidden layer.
        classes: number of classes it is told; 0 for none.
        norm: after the second and third layer.
    """

    def __init__(
        self, spec: SampleSpec, z_dim: int, width: int, classes: int = 0, norm: Norm = "batch"
    ) -> None:
        super().__init__()
        self.told = Told(z_dim, classes)
        parts: list[nn.Module] = [nn.Linear(self.told.outputs, width), nn.LeakyReLU(LEAK, True)]
        for inputs, outputs in ((width, 2 * width), (2 * width, 4 * width)):
            parts.append(nn.Linear(inputs, outputs, bias=keeps_bias(norm)))
            parts += [*norms(norm, 1, outputs), nn.LeakyReLU(LEAK, True)]
        parts.append(nn.Linear(4 * width, spec.size))
        if spec.kind != "points":
            parts.append(nn.Tanh())
        self.layers = nn.Sequential(*parts)
        self.shape = spec.shape
        if norm == "spectral":
            bound_spectrum(self)

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """Latents (N, z_dim), classes (N,) to samples (N, *shape)."""
        return cast(Tensor, self.layers(self.told(z, c)).unflatten(1, self.shape))


class MLPDiscriminator(nn.Module):
    """Sample to one logit through hidden layers of 4 x width and 2 x width.

    Args:
        spec: any sample.
        width: as the generator's.
        classes: number of classes it is told; 0 for none.
        norm: after the second layer, ``spectral`` on all.
        conditioning: how classes enter: at the logit, or beside the sample's values.

    Attributes:
        each_alone: whether what it says of a sample depends on no other.
    """

    def __init__(
        self,
        spec: SampleSpec,
        width: int,
        classes: int = 0,
        norm: Norm = "none",
        conditioning: Conditioning = "projection",
    ) -> None:
        super().__init__()
        self.joined = Joined(classes if conditioning == "concat" else 0)
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(spec.size + self.joined.classes, 4 * width),
            nn.LeakyReLU(LEAK, True),
            nn.Linear(4 * width, 2 * width, bias=keeps_bias(norm)),
            *norms(norm, 1, 2 * width),
            nn.LeakyReLU(LEAK, True),
        )
        self.judge = Judge(2 * width, classes - self.joined.classes)
        self.each_alone = norm in ("none", "layer")
        if norm == "spectral":
            bound_spectrum(self)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Samples (N, *shape), classes (N,) to logits (N,)."""
        return cast(Tensor, self.judge(self.layers(self.joined(x.flatten(1), c)), c))


def mlp_pair(
    spec: SampleSpec,
    z_dim: int,
    width: int,
    classes: int = 0,
    d_norm: Norm = "none",
    g_norm: Norm | None = None,
    conditioning: Conditioning = "projection",
) -> dict[str, nn.Module]:
    """A generator and a discriminator without convolutions.

    Args:
        spec: any sample.
        z_dim: dimensions of z.
        width: units of the first hidden layer.
        classes: number of classes both are told; 0 for none.
        d_norm: of the discriminator.
        g_norm: of the generator; None is ``batch``, but ``none`` where it makes points.
        conditioning: how classes enter the discriminator.
    """
    if g_norm is None:
        g_norm = "none" if spec.kind == "points" else "batch"
    return {
        "G": MLPGenerator(spec, z_dim, width, classes, g_norm),
        "D": MLPDiscriminator(spec, width, classes, d_norm, conditioning),
    }


def mlp_misfits(spec: SampleSpec, width: int) -> list[str]:
    """Why plain layers of such a width are too large for such samples, one line a reason."""
    weights = 4 * width * spec.size
    if weights <= MOST_WEIGHTS:
        return []
    return [
        f"a plain layer for {spec} would have {weights / 1e6:.0f} million weights at width = "
        f"{width}, and {MOST_WEIGHTS / 1e6:.0f} are the most: lower the width or the side"
    ]


BACKBONE = Backbone(
    mlp_pair, ("points", "image", "voxels"), mlp_misfits, ("none", "batch", "spectral", "layer")
)
