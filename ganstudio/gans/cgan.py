"""Conditional GAN: both networks are told the class."""

from __future__ import annotations

from typing import Any, Literal

from torch import nn

from ganstudio.gans.base import SOFT_VOXELS, CrossEntropyGAN, SmoothingConfig
from ganstudio.knobs import knob
from ganstudio.nn.backbones.conv import conv_misfits, conv_pair
from ganstudio.nn.backbones.mlp import mlp_misfits, mlp_pair
from ganstudio.samples import SampleSpec


class CGANConfig(SmoothingConfig):
    """Knobs of the conditional GAN."""

    conditioning: Literal["projection", "concat"] = knob(
        "projection",
        help="How D is told the class: an inner product at its end (Miyato and Koyama 2018), or "
        "planes beside the sample at its start (Mirza and Osindero 2014).",
    )
    backbone: Literal["conv", "mlp"] = knob(
        "conv",
        help="Convolutional networks, or plain ones, which want a width of 128 (Mirza and "
        "Osindero 2014: plain).",
    )


class CGAN(CrossEntropyGAN):
    """Ask for a class and get it: both networks are told what each sample is to be.

    The generator gets the class beside the noise, and the discriminator judges a sample and its
    class together, so that a good 3 passed off as a 7 is found out:

    D:  -log D(x, c) - log(1 - D(G(z, c), c)),   G:  -log D(G(z, c), c)

    What is left to z is all that the class does not say: slant, weight, style. Keep z and turn
    the class to see the same hand write another digit. It also learns faster than without, as
    no class can be forgotten. It needs data with classes.

    The paper joins the class to D's input; told by projection, the default here, D is surer of
    it with fewer weights. The paper's networks are plain; here they are convolutional unless the
    knob says otherwise. G's class is an embedding joined to z, kept quieter than z.

    Source: Mirza and Osindero 2014, arXiv:1411.1784, Eq. 2 and Figure 1; projection Miyato and
    Koyama 2018, arXiv:1802.05637, Eq. 3.
    """

    Config = CGANConfig
    config: CGANConfig
    title = "Conditional GAN"
    family = "images and voxels with classes"
    takes = ("image", "voxels")
    told = "classes"
    suited = SOFT_VOXELS

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """What the chosen networks cannot make, besides what every variant refuses."""
        plain = config.backbone == "mlp"
        found = mlp_misfits(spec, config.width) if plain else conv_misfits(spec)
        return [*super().misfits(config, spec), *found]

    def networks(self) -> dict[str, nn.Module]:
        """The chosen pair."""
        config, classes = self.config, self.condition.classes
        pair = conv_pair if config.backbone == "conv" else mlp_pair
        return pair(
            self.spec, config.z_dim, config.width, classes, conditioning=config.conditioning
        )
