"""SN-GAN: spectral norm and the hinge loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from ganstudio.gans.base import GAN, MARGIN, SOFT_VOXELS, GANConfig, Terms, Told
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.conv import conv_misfits, conv_pair
from ganstudio.nn.backbones.mlp import mlp_pair
from ganstudio.nn.batch import Batch
from ganstudio.nn.blocks import Norm
from ganstudio.nn.objectives import climb, hinge_fake, hinge_real, steepness
from ganstudio.samples import SampleSpec, Scale


class HingeConfig(GANConfig):
    """Knobs of SN-GAN."""

    d_lr: float = redefault(GANConfig, "d_lr", 4e-4)
    spectral: bool = knob(
        True, help="Divide each weight of D by its largest singular value (Miyato et al. 2018)."
    )
    lipschitz: float = knob(
        5.0,
        low=0.1,
        high=100,
        live=True,
        log=True,
        title="Steepness",
        help="K, under the spectral norm only: how much D's score may change where a sample of "
        "256 values moves by 1, more for smaller samples and less for larger ones "
        "(Miyato et al. 2018: 1 for all).",
    )
    conditional: bool = knob(
        False,
        help="Tell both networks the class, where data has classes; D by projection "
        "(Miyato and Koyama 2018).",
    )


class HingeGAN(GAN):
    """Every layer of D is kept from stretching its input, so D stays smooth, at almost no cost.

    Spectral norm divides each weight by its largest singular value. D then cannot be steeper
    than its features are, and G always gets a usable gradient, with no gradient of a gradient
    to pay for. With it goes the hinge loss, in which D is content once a sample is on its side
    of the margin:

    D:  E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))],   G:  -E[D(G(z))]

    It is steady, quick, and bears high rates; most large GANs that followed stand on it. Switch
    the norm off to see what it is worth.

    On points both are plain networks, on images and voxels the convolutional pair, with D's
    class told by projection. The paper takes 5 updates of D for each of G at a rate of 0.0002;
    here it is one, and D has twice the rate of G (Heusel et al. 2017), which gets further in
    minutes. A bound of 1 leaves the scores of these small networks too close together, so they
    are multiplied by a steepness K that fits the size of a sample. Voxels ask for instance
    noise, and get it by default, with narrower networks and higher rates; for points see the
    recipe ``ring-hinge``.

    Source: Miyato et al. 2018, arXiv:1802.05957, Eq. 8, 16 and 17; projection Miyato and Koyama
    2018, arXiv:1802.05637, Eq. 3; two rates Heusel et al. 2017, arXiv:1706.08500.
    """

    Config = HingeConfig
    config: HingeConfig
    title = "SN-GAN (hinge)"
    family = "points, images, voxels"
    suited = SOFT_VOXELS

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, besides what every variant refuses."""
        return [*super().misfits(config, spec), *conv_misfits(spec)]

    def networks(self) -> dict[str, nn.Module]:
        """Plain or convolutional, as the samples ask; spectral norm throughout D."""
        config, classes = self.config, self.condition.classes
        pair = mlp_pair if self.spec.kind == "points" else conv_pair
        norm: Norm = "spectral" if config.spectral else "none"
        return pair(self.spec, config.z_dim, config.width, classes, d_norm=norm)

    @property
    def scale(self) -> Scale:
        """A margin."""
        return MARGIN

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """How far both kinds lie from their side of the margin; mean scores are watched."""
        real_score, fake_score = self._score(batch.x, batch.c), self._score(fake, batch.c)
        self.watched["real_score"] = real_score.mean()
        self.watched["fake_score"] = fake_score.mean()
        return {"real": hinge_real(real_score), "fake": hinge_fake(fake_score)}

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Minus the mean score of the fakes."""
        return {"fooled": climb(self._score(fake, batch.c))}

    def judge(self, players: Mapping[str, nn.Module], x: Tensor, told: Told) -> Tensor:
        """The score as the loss has it, with its steepness."""
        score = super().judge(players, x, told)
        if self.config.spectral:
            score = steepness(self.config.lipschitz, self.spec.size) * score
        return score

    def _score(self, x: Tensor, c: Tensor | None) -> Tensor:
        score: Tensor = self.D(x, c)
        if self.config.spectral:
            score = steepness(self.config.lipschitz, self.spec.size) * score
        return score
