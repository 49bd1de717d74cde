"""Wasserstein GAN with gradient penalty."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor, nn

from ganstudio.gans.base import CRITIC, GAN, GANConfig, Suited, Terms
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.conv import conv_misfits, conv_pair
from ganstudio.nn.backbones.mlp import mlp_pair
from ganstudio.nn.batch import Batch
from ganstudio.nn.penalties import gradient_penalty
from ganstudio.samples import SampleSpec, Scale


class WGANGPConfig(GANConfig):
    """Knobs of WGAN-GP."""

    g_lr: float = redefault(GANConfig, "g_lr", 5e-4)
    d_lr: float = redefault(GANConfig, "d_lr", 5e-4)
    beta2: float = redefault(GANConfig, "beta2", 0.9)
    n_critic: int = redefault(GANConfig, "n_critic", 5)
    gp_weight: float = knob(
        10.0,
        low=0,
        high=1000,
        live=True,
        log=True,
        title="Penalty weight",
        help="Lambda: how strictly the critic's gradient is held at norm 1 "
        "(Gulrajani et al. 2017, Eq. 3).",
    )
    augment_target: float = knob(
        0.0, low=0, high=0, help="Not used: a score has no zero between real and fake."
    )
    conditional: bool = knob(False, help="Tell both networks the class, where data has classes.")


class WGANGP(GAN):
    """The critic measures how far apart real and fake are, and the generator closes the gap.

    D gives no probability but a score, kept from being steep: its gradient between real and fake
    samples is held near norm 1. The difference of its mean scores then estimates the
    Wasserstein distance, a loss that keeps meaning something while the pictures improve:

    D:  E[D(G(z))] - E[D(x)] + lambda E[(|grad D(x')| - 1)^2],   G:  -E[D(G(z))]

    It rarely collapses and finds all modes. It costs more: five critic updates for each of the
    generator, each with a gradient of a gradient. The critic has no batch norm, as the penalty
    asks for the gradient at each sample alone.

    On points both are plain networks, on images and voxels convolutional ones (in three
    dimensions this is 3D-IWGAN of Smith and Meger 2017). The networks are narrower than the
    paper's and the rates five times its 0.0001: in a run of minutes they get much further. On
    voxels, which are dear, the defaults go on in that way: half the width, small batches, rates
    of 0.001 and 0.002, and one critic update for each of the generator, as in later work
    (Karras et al. 2018).

    Source: Gulrajani et al. 2017, arXiv:1704.00028, Eq. 3 and Algorithm 1.
    """

    Config = WGANGPConfig
    config: WGANGPConfig
    title = "WGAN-GP"
    family = "points, images, voxels"
    suited: ClassVar[Suited] = {
        "voxels": {"batch": 16, "width": 16, "n_critic": 1, "g_lr": 1e-3, "d_lr": 2e-3}
    }

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, besides what every variant refuses."""
        return [*super().misfits(config, spec), *conv_misfits(spec)]

    def networks(self) -> dict[str, nn.Module]:
        """Plain or convolutional, as the samples ask; no norm in the critic."""
        config, classes = self.config, self.condition.classes
        if self.spec.kind == "points":
            return mlp_pair(self.spec, config.z_dim, config.width, classes)
        return conv_pair(self.spec, config.z_dim, config.width, classes, d_norm="none")

    @property
    def scale(self) -> Scale:
        """A critic's score."""
        return CRITIC

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Mean scores and the weighted penalty; their estimate of the distance is watched."""
        real_score, fake_score = (scores.mean() for scores in self.verdicts(batch, fake))
        self.watched["wasserstein"] = real_score - fake_score
        terms = {"real": -real_score, "fake": fake_score}
        if self.config.gp_weight > 0:
            strays = gradient_penalty(
                lambda x: self.D(x, batch.c), batch.x, fake, generator=self.random
            )
            terms["penalty"] = self.config.gp_weight * strays.mean()
        return terms

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Minus the mean score of the fakes."""
        return {"fooled": -self.D(fake, batch.c).mean()}
