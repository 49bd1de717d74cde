"""Wasserstein GAN with clipped weights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from ganstudio.gans.base import CRITIC, GAN, GANConfig, Phase, Side, Suited, Terms
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.conv import conv_misfits, conv_pair
from ganstudio.nn.backbones.mlp import mlp_pair
from ganstudio.nn.batch import Batch
from ganstudio.nn.objectives import climb
from ganstudio.nn.penalties import clip_weights
from ganstudio.samples import SampleSpec, Scale

FIRST_ROUNDS, CYCLE = 25, 500  # when the paper's program trains its critic for longer


class WGANConfig(GANConfig):
    """Knobs of WGAN; the shipped recipe ``wgan-published`` has the paper's values."""

    g_lr: float = redefault(GANConfig, "g_lr", 5e-4)
    d_lr: float = redefault(GANConfig, "d_lr", 5e-4)
    beta1: float = knob(0.0, low=0, high=0, help="Of Adam, which is not used here.")
    beta2: float = knob(0.0, low=0, high=0, help="Of Adam, which is not used here.")
    n_critic: int = redefault(GANConfig, "n_critic", 5)
    clip: float = knob(
        0.01,
        low=1e-4,
        high=10,
        live=True,
        log=True,
        title="Weight limit",
        help="c: after each update every weight of the critic is cut to -c to c "
        "(Arjovsky et al. 2017, Algorithm 1).",
    )
    long_critic: int = knob(
        0,
        low=0,
        high=1000,
        advanced=True,
        unit="updates",
        title="Long critic phases",
        help="Critic updates in each of the first 25 rounds and in every 500th, to come near "
        "the optimum; at most the usual number leaves it out (Arjovsky et al. 2017: 100).",
    )
    d_norm: Literal["none", "batch", "layer"] = knob(
        "batch", advanced=True, help="Norm inside the critic, clipped along with it."
    )
    augment_target: float = knob(
        0.0, low=0, high=0, help="Not used: a score has no zero between real and fake."
    )
    conditional: bool = knob(False, help="Tell both networks the class, where data has classes.")


class WGAN(GAN):
    """The critic estimates how far the fakes are from the data; clipping keeps it honest.

    D gives a score in place of a probability. As long as it cannot be steep, the difference of
    its mean scores estimates the Wasserstein distance, times a constant: a loss that falls as
    the samples get better, which no earlier GAN had. Steepness is limited in the bluntest way,
    by cutting every weight after each update:

    D:  E[D(G(z))] - E[D(x)],  then  w <- clip(w, -c, c),   G:  -E[D(G(z))]

    It seldom collapses, and it learns slowly: a clipped critic is too simple, its weights crowd
    at the two limits, and it is updated five times for each update of G. The authors call the
    clipping a clearly terrible way; WGAN-GP mends it. RMSprop takes the place of Adam, whose
    momentum upsets a critic.

    The rates are ten times the paper's 0.00005, and the long critic phases are left out, so that
    something is seen within minutes; the recipe ``wgan-published`` has the paper's values. On
    points both are plain networks, on images and voxels narrow convolutional ones; batch norm
    keeps a critic of weights below 0.01 from fading to nothing. On points a wider limit works
    better: see the recipe ``ring-wgan``. On voxels, which are dear, the defaults have half
    the width, small batches, rates of 0.001, and two critic updates for each of the generator.

    Source: Arjovsky et al. 2017, arXiv:1701.07875, Eq. 2 and Algorithm 1.
    """

    Config = WGANConfig
    config: WGANConfig
    title = "WGAN"
    family = "points, images, voxels"
    suited: ClassVar[Suited] = {
        "voxels": {"batch": 16, "width": 16, "n_critic": 2, "g_lr": 1e-3, "d_lr": 1e-3}
    }
    long_phase = False

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, besides what every variant refuses."""
        return [*super().misfits(config, spec), *conv_misfits(spec)]

    def networks(self) -> dict[str, nn.Module]:
        """Plain or convolutional, as the samples ask."""
        config, classes = self.config, self.condition.classes
        pair = mlp_pair if self.spec.kind == "points" else conv_pair
        return pair(self.spec, config.z_dim, config.width, classes, d_norm=config.d_norm)

    def optimizer(self, side: Side, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """RMSprop, without momentum."""
        return torch.optim.RMSprop(parameters, lr=self.rate(side))

    def schedule(self, nimg: int) -> bool:
        """See from the samples so far whether the critic's turn is a long one."""
        config = self.config
        usual, long = config.n_critic * config.batch, config.long_critic * config.batch
        later = nimg - FIRST_ROUNDS * long
        due = later < 0 or later % ((CYCLE - 1) * usual + long) >= (CYCLE - 1) * usual
        self.long_phase = long > usual and due
        return False

    def phases(self) -> list[Phase]:
        """The critic's updates, each followed by the cut, and one of the generator."""
        config = self.config
        updates = config.long_critic if self.long_phase else config.n_critic
        return [
            Phase("D", self.d_terms, batches=updates, after=self._cut),
            Phase("G", self.g_terms),
        ]

    @property
    def scale(self) -> Scale:
        """A critic's score."""
        return CRITIC

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Mean scores; their estimate of the distance is watched."""
        real_score, fake_score = (scores.mean() for scores in self.verdicts(batch, fake))
        self.watched["wasserstein"] = real_score - fake_score
        return {"real": -real_score, "fake": fake_score}

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Minus the mean score of the fakes."""
        return {"fooled": climb(self.D(fake, batch.c))}

    def _cut(self) -> None:
        clip_weights(self.D, self.config.clip)
