"""Least-squares GAN."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Literal

from torch import Tensor, nn

from ganstudio.gans.base import GAN, LABEL, SOFT_VOXELS, GANConfig, Suited, Terms
from ganstudio.knobs import knob
from ganstudio.nn.backbones.conv import conv_misfits, conv_pair
from ganstudio.nn.backbones.mlp import mlp_pair
from ganstudio.nn.batch import Batch
from ganstudio.nn.objectives import least_squares
from ganstudio.samples import SampleSpec, Scale


class LSGANConfig(GANConfig):
    """Knobs of LSGAN."""

    label_real: float = knob(
        1.0, low=-10, high=10, live=True, help="b: what D gives to real samples (Mao et al. 2017)."
    )
    label_fake: float = knob(
        0.0, low=-10, high=10, live=True, help="a: what D gives to fakes (Mao et al. 2017)."
    )
    label_wanted: float = knob(
        1.0,
        low=-10,
        high=10,
        live=True,
        help="c: what G wants D to give to fakes. With b - c = 1 and b - a = 2 the Pearson "
        "divergence is minimised (Mao et al. 2017, section 3.2.2).",
    )
    d_norm: Literal["batch", "none", "spectral"] = knob(
        "batch", advanced=True, help="Norm inside a convolutional D (Mao et al. 2017: batch)."
    )
    augment_target: float = knob(
        0.0, low=0, high=0, help="Not used: D's labels do not lie on two sides of 0."
    )
    conditional: bool = knob(False, help="Tell both networks the class, where data has classes.")


class LSGAN(GAN):
    """D regresses to labels instead of classifying, so that good fakes still get a gradient.

    A classifier has nothing more to say about a fake that it takes for real, however far it
    lies from the data. A least-squares D still pulls it to the label:

    D:  (D(x) - b)^2 / 2 + (D(G(z)) - a)^2 / 2,   G:  (D(G(z)) - c)^2 / 2

    It is as quick as DCGAN and often steadier, and its loss stays readable: D cannot tell at
    all where both of its terms are 1/8. It can still collapse, as nothing keeps D smooth.

    On points both are plain networks, on images and voxels convolutional ones, narrower than
    the paper's and with rates of 0.0002, as its authors use for small pictures. Voxels ask for
    instance noise, and get it by default, with the spectral norm in D, narrower networks and
    higher rates.

    Source: Mao et al. 2017, arXiv:1611.04076, Eq. 2 and 9, with a = 0 and b = c = 1.
    """

    Config = LSGANConfig
    config: LSGANConfig
    title = "LSGAN"
    family = "points, images, voxels"
    suited: ClassVar[Suited] = {"voxels": {**SOFT_VOXELS["voxels"], "d_norm": "spectral"}}

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, besides what every variant refuses."""
        return [*super().misfits(config, spec), *conv_misfits(spec)]

    def networks(self) -> dict[str, nn.Module]:
        """Plain or convolutional, as the samples ask."""
        config, classes = self.config, self.condition.classes
        if self.spec.kind == "points":
            return mlp_pair(self.spec, config.z_dim, config.width, classes)
        return conv_pair(self.spec, config.z_dim, config.width, classes, config.d_norm)

    @property
    def scale(self) -> Scale:
        """The labels of the knobs."""
        real, fake = self.config.label_real, self.config.label_fake
        note = f"It learned to answer {real:g} for real and {fake:g} for fake samples."
        return replace(LABEL, note=note, middle=(real + fake) / 2)

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Distances from the two labels."""
        real, fakes = self.verdicts(batch, fake)
        return {
            "real": least_squares(real, self.config.label_real),
            "fake": least_squares(fakes, self.config.label_fake),
        }

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Distance of the fakes from the label that G wants."""
        return {"fooled": least_squares(self.D(fake, batch.c), self.config.label_wanted)}
