"""The first GAN: two multilayer perceptrons."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from torch import Tensor, nn

from ganstudio.gans.base import CrossEntropyConfig, CrossEntropyGAN, Suited, Terms
from ganstudio.knobs import knob
from ganstudio.nn.backbones.mlp import mlp_misfits, mlp_pair
from ganstudio.nn.batch import Batch
from ganstudio.nn.objectives import minimax
from ganstudio.samples import SampleSpec


class OriginalConfig(CrossEntropyConfig):
    """Knobs of the first GAN."""

    width: int = knob(
        128,
        low=2,
        high=2048,
        unit="units",
        log=True,
        help="Units of the first hidden layer; the next have 2 and 4 times as many.",
    )
    loss: Literal["non_saturating", "minimax"] = knob(
        "non_saturating",
        help="What the generator minimises: -log D(G(z)), or the log(1 - D(G(z))) of the "
        "minimax game, whose gradient vanishes while D wins (Goodfellow et al. 2014).",
    )


class OriginalGAN(CrossEntropyGAN):
    """Two plain networks play a game: one forges samples, the other tells real from forged.

    The discriminator D learns to give real samples a high probability and forgeries a low one;
    the generator G learns to raise what D gives to its forgeries:

    min over G, max over D of  E[log D(x)] + E[log(1 - D(G(z)))]

    It is the simplest GAN there is and quick to train, and it fails in ways worth seeing: when D
    wins, the minimax gradient vanishes; when G finds one forgery that works, it makes nothing
    else (mode collapse). The non-saturating loss mends the first. Being fully connected, it has
    no idea of neighbourhood, so its pictures are speckled.

    The networks are smaller than the paper's (1,200 units, maxout) and use Adam, as is common
    today: leaky rectifiers, batch norm in G. Voxels ask for instance noise, and get it by default,
    with networks of half the width and higher rates.

    Source: Goodfellow et al. 2014, arXiv:1406.2661, Eq. 1 and Algorithm 1.
    """

    Config = OriginalConfig
    config: OriginalConfig
    title = "GAN"
    family = "points, images, voxels"
    suited: ClassVar[Suited] = {
        "voxels": {"width": 64, "g_lr": 1e-3, "d_lr": 6e-4, "instance_noise": 0.3}
    }

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Samples too large for plain layers, besides what every variant refuses."""
        return [*super().misfits(config, spec), *mlp_misfits(spec, config.width)]

    def networks(self) -> dict[str, nn.Module]:
        """A generator and a discriminator of three and two hidden layers."""
        config = self.config
        return mlp_pair(self.spec, config.z_dim, config.width, self.condition.classes)

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """The chosen loss on what D says of the fakes."""
        if self.config.loss == "minimax":
            return {"fooled": minimax(self.D(fake, batch.c))}
        return super().g_terms(batch, fake)
