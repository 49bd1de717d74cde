"""Generator and discriminator of images told something rich, such as a sentence or a sound.

An encoder of each one's own turns what is told into a vector. The generator's is trained by what
the discriminator says and goes where the generator goes; the discriminator's learns which
samples go with what.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from ganstudio.nn.backbones.conv import WIDEST
from ganstudio.nn.backbones.resnet import ToldNorm
from ganstudio.nn.blocks import down, halvings, initialise_dcgan, last_up
from ganstudio.nn.spectral import spectral
from ganstudio.samples import SampleSpec


class Doubled(nn.Module):
    """Double each side by a transposed convolution, then norm as the vector says, and rectify."""

    def __init__(self, inputs: int, outputs: int, told: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False)
        self.norm = ToldNorm(2, outputs, told)
        initialise_dcgan(self.conv)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Features (N, inputs, H, W) and vectors (N, told) to (N, outputs, 2 H, 2 W)."""
        return relu(self.norm(self.conv(x), y))


class ToldGenerator(nn.Module):
    """Latent and what is told to an image: both at the root, and again in the norm of each layer.

    Args:
        spec: images.
        z_dim: dimensions of z.
        width: channels before the last layer; each coarser grid has twice as many, up to 8 x.
        encoder: from what is told to (N, told).
        told: length of its vectors.
    """

    def __init__(
        self, spec: SampleSpec, z_dim: int, width: int, encoder: nn.Module, told: int
    ) -> None:
        super().__init__()
        count, base = halvings(spec.side)
        widths = [width * min(2**i, WIDEST) for i in reversed(range(count))]
        told += z_dim
        self.encoder = encoder
        self.grid = (widths[0], base, base)
        self.root = nn.Linear(told, widths[0] * base**2, bias=False)
        self.norm = ToldNorm(2, widths[0], told)
        self.stages = nn.ModuleList(Doubled(a, b, told) for a, b in pairwise(widths))
        self.last = last_up(2, widths[-1], spec.channels)
        initialise_dcgan(self.root)
        initialise_dcgan(self.last)

    def draw(self, z: Tensor, y: Tensor) -> Tensor:
        """Latents (N, z_dim) and vectors (N, told) to images in [-1, 1]."""
        y = torch.cat([z, y.to(z.dtype)], 1)
        x = relu(self.norm(self.root(y).unflatten(1, self.grid), y))
        for stage in self.stages:
            x = stage(x, y)
        return cast(Tensor, self.last(x))

    def forward(self, z: Tensor, c: Tensor) -> Tensor:
        """Latents (N, z_dim) and what is told (N, ...) to images (N, *shape) in [-1, 1]."""
        return self.draw(z, self.encoder(c))

    def sameness(self, z: Tensor, c: Tensor) -> Tensor:
        """How alike two images for the same words or sound are: 1 / mean |G(z, c) - G(z', c)|.

        What is told is so rich that G could draw all variety from it and pass over z, and no
        look at single images would find that out. The paper divides by the distance of the
        latents too, which hardly varies where they have many dimensions.

        Args:
            z: (2 M, z_dim).
            c: (N, ...), of which the first M are used.

        Source: Mao et al. 2019, arXiv:1903.05628, Eq. 2.
        """
        y = self.encoder(c)[: len(z) // 2]
        one, other = self.draw(z, torch.cat([y, y])).float().chunk(2)
        return 1 / ((one - other).abs().mean() + 1e-3)


class ToldDiscriminator(nn.Module):
    """Image and what is told to one logit, by projection; spectral norm on all but the encoder.

    Every place of the coarsest grid is matched with the vector by weights of its own, so that a
    red hat is not taken for red hair.

    Args:
        spec: images.
        width: channels after the first layer; doubled with each halving, up to 8 x.
        encoder: from what is told to (N, told).
        told: length of its vectors.

    Source: Miyato and Koyama 2018, arXiv:1802.05637, Eq. 3.
    """

    def __init__(self, spec: SampleSpec, width: int, encoder: nn.Module, told: int) -> None:
        super().__init__()
        count, base = halvings(spec.side)
        widths = [width * min(2**i, WIDEST) for i in range(count)]
        self.encoder = encoder
        self.stages = nn.Sequential(
            down(2, spec.channels, widths[0], "spectral"),
            *(down(2, a, b, "spectral") for a, b in pairwise(widths)),
            nn.Flatten(),
        )
        features = widths[-1] * base**2
        self.linear = nn.Linear(features, 1)
        self.projection = nn.Linear(told, features, bias=False)
        for part in (self.stages, self.linear, self.projection):
            initialise_dcgan(part)
            for module in list(part.modules()):
                if isinstance(module, (nn.Conv2d, nn.Linear)):
                    spectral(module)

    def match(self, h: Tensor, y: Tensor) -> Tensor:
        """Features (N, F) and vectors (N, told) to logits (N,), float32."""
        with torch.autocast(h.device.type, enabled=False):
            h = h.float()
            # vectors of about length 1, as rows of an embedding under spectral norm have
            sought = self.projection(y.float() * y.shape[1] ** -0.5)
            return cast(Tensor, self.linear(h).squeeze(1) + (sought * h).sum(1))

    def forward(
        self, x: Tensor, c: Tensor, fake: Tensor | None = None
    ) -> Tensor | tuple[Tensor, Tensor, Tensor]:
        """Images (N, *shape) and what is told (N, ...) to logits (N,), float32.

        With fakes for ``c`` beside real images all ``three`` that the game looks at: through
        here too, so that whoever listens to D hears them.
        """
        if fake is not None:
            return self.three(x, fake, c)
        return self.match(self.stages(x), self.encoder(c))

    def three(self, x: Tensor, fake: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of what the matching-aware game looks at, out of one pass.

        Args:
            x: (N, *shape) real images.
            fake: (N, *shape) made for ``c``.
            c: (N, ...) what is told of the real images.

        Returns:
            (N,) each: real images with what belongs to them, real ones with what belongs to
            another of the batch, and fakes with what they were made for.

        Source: Reed et al. 2016, arXiv:1605.05396, Algorithm 1.
        """
        real_features, fake_features = self.stages(torch.cat([x, fake])).chunk(2)
        y = self.encoder(c)
        return (
            self.match(real_features, y),
            self.match(real_features, y.roll(1, 0)),
            self.match(fake_features, y),
        )


def told_pair(
    spec: SampleSpec, z_dim: int, width: int, encoder: Callable[[], nn.Module], told: int
) -> dict[str, nn.Module]:
    """A generator with batch norm and a discriminator with spectral norm.

    Args:
        spec: images.
        z_dim: dimensions of z.
        width: channels of the layer nearest to the sample.
        encoder: builds one from what is told to (N, told); called for each network.
        told: length of its vectors.
    """
    return {
        "G": ToldGenerator(spec, z_dim, width, encoder(), told),
        "D": ToldDiscriminator(spec, width, encoder(), told),
    }
