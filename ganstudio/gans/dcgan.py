"""Deep convolutional GAN."""

from __future__ import annotations

from typing import Any

from torch import nn

from ganstudio.gans.base import CrossEntropyGAN
from ganstudio.nn.backbones.conv import conv_misfits, conv_pair
from ganstudio.samples import SampleSpec


class DCGAN(CrossEntropyGAN):
    """Convolutions instead of plain layers: the first GAN whose pictures held together.

    Strided convolutions take the place of pooling, batch norm steadies both sides, and Adam
    runs with a short memory (beta1 = 0.5). G doubles a coarse grid until it has the size of the
    picture; D is its mirror image and ends in one logit. The loss is the non-saturating one:

    D:  -log D(x) - log(1 - D(G(z))),   G:  -log D(G(z))

    It is fast and a good first choice. It can collapse when D wins; label smoothing, instance
    noise or a lower rate of D help.

    Widths are 32 at the finest layer, a quarter of the paper's 128: a sixteenth of the work, and
    enough for small pictures. What is shown is a moving average of G.

    Source: Radford et al. 2016, arXiv:1511.06434, section 3 and Figure 1.
    """

    title = "DCGAN"
    family = "images"
    takes = ("image",)

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, besides what every variant refuses."""
        return [*super().misfits(config, spec), *conv_misfits(spec)]

    def networks(self) -> dict[str, nn.Module]:
        """The convolutional pair, batch norm on both sides."""
        config = self.config
        return conv_pair(self.spec, config.z_dim, config.width, self.condition.classes)
