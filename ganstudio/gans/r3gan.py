"""R3GAN: a relativistic game with both gradient penalties on plain residual networks."""

from __future__ import annotations

from math import cos, pi
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganstudio.gans.base import GAN, GANConfig, Side, Suited, Terms
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.conv import conv_misfits
from ganstudio.nn.backbones.r3 import r3_pair
from ganstudio.nn.batch import Batch
from ganstudio.nn.objectives import relativistic_d, relativistic_g
from ganstudio.nn.penalties import logits_and_slopes
from ganstudio.samples import SampleSpec, Scale

RATE_END, GAMMA_END = 0.25, 0.1  # shares that are left, the same in all of the paper's settings


class R3GANConfig(GANConfig):
    """Knobs of R3GAN."""

    batch: int = redefault(GANConfig, "batch", 32)
    width: int = knob(
        8,
        low=2,
        high=2048,
        unit="channels",
        log=True,
        help="Channels at the sample's own resolution; coarser grids have 2, 4 and 8 times as "
        "many, points 8 times. The paper has 768 nearly everywhere.",
    )
    blocks: int = knob(
        1,
        low=1,
        high=8,
        help="Residual blocks for each resolution; the paper has 2 (Huang et al. 2024).",
    )
    halved: bool = knob(
        False,
        title="Blocks at half resolution",
        help="No blocks at the sample's own resolution: the first layer of D halves the grid, the "
        "last of G doubles it. Voxels train seven times as fast; the paper has blocks at all.",
    )
    g_lr: float = redefault(GANConfig, "g_lr", 2e-3)
    d_lr: float = redefault(GANConfig, "d_lr", 2e-3)
    beta1: float = redefault(GANConfig, "beta1", 0.0)
    beta2: float = redefault(GANConfig, "beta2", 0.9)
    beta2_end: float = knob(
        0.99,
        low=0,
        high=0.99999,
        advanced=True,
        help="What beta2 has become after the burn-in (Huang et al. 2024).",
    )
    gamma: float = knob(
        3.0,
        low=0,
        high=1000,
        live=True,
        log=True,
        help="Weight of R1 and R2, the squared gradients of D at real samples and at fakes, "
        "halved; it falls to a tenth over the burn-in. About a thousandth of the number of "
        "values in a sample does well, and 0.02 for points (Huang et al. 2024).",
    )
    burn_in_kimg: float = knob(
        150.0,
        low=0,
        high=1e6,
        unit="kimg",
        live=True,
        title="Burn-in",
        help="Over so many thousand real samples the rates fall to a quarter, gamma to a tenth, "
        "and beta2 and augmentation rise, along half a cosine; the paper takes 20,000 kimg.",
    )
    augment_target: float = knob(
        0.0,
        low=0,
        high=0,
        help="Not used: only differences of logits count here, so their sign says nothing.",
    )
    conditional: bool = knob(False, help="Tell both networks the class, where data has classes.")


class R3GAN(GAN):
    """A game that needs no tricks: every fake is compared with a real sample, D is kept smooth.

    D does not judge samples one by one. It learns how much more real x looks than the fake it is
    paired with, and G learns to turn that round. A G that drops a mode always leaves real
    samples that win their pair, so nothing is gained by collapsing. Two penalties hold down the
    gradient of D where the data lie (R1) and where the fakes lie (R2); with both, training
    provably converges once it is near the solution:

    D:  E[softplus(D(G(z)) - D(x))] + gamma / 2 (E[|grad D(x)|^2] + E[|grad D(G(z))|^2])

    G:  E[softplus(D(x) - D(G(z)))]

    With such a loss the networks can be plain: residual blocks of three layers with grouped
    convolutions, no norm, no noise, no attention. Training begins bold and ends calm: over the
    burn-in the rates and gamma fall while beta2, augmentation and the memory of the shown
    average rise. It is steady and covers everything; the two penalties in every step make D
    nearly three times as dear, so that it sees fewer samples a minute than DCGAN.

    Here the networks are far narrower than the paper's (8 to 64 channels for its 768), with one
    block for each resolution, and the rates ten times as high over a burn-in of minutes instead
    of days: on a laptop the published networks learn from ten pictures a second. The shown
    average has a half-life of at most a twentieth of the training so far, in place of a cosine.
    On voxels, nearly all of the time would go into the blocks at the object's own resolution, and
    six objects a second teach nothing: by default the first layer of D halves the grid and the
    last of G doubles it, and batches are of 16. The knob ``halved`` brings those blocks back.

    Source: Huang et al. 2024, arXiv:2501.05441, sections 2 and 3.
    """

    Config = R3GANConfig
    config: R3GANConfig
    title = "R3GAN"
    family = "points, images, voxels"
    suited: ClassVar[Suited] = {"voxels": {"halved": True, "batch": 16}}
    default_data = "faces"
    shares_fakes = False  # G is judged beside pictures that D was not trained on

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, besides what every variant refuses."""
        return [*super().misfits(config, spec), *conv_misfits(spec)]

    def networks(self) -> dict[str, nn.Module]:
        """The residual pair; of plain layers for points."""
        config, classes = self.config, self.condition.classes
        return r3_pair(
            self.spec,
            config.z_dim,
            config.width,
            classes,
            config.blocks,
            halved=config.halved,
        )

    @property
    def scale(self) -> Scale:
        """Only comparisons mean anything."""
        note = "It compares: a sample beats those that score less, and the number alone is nothing."
        return Scale("relative score", note)

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """How often pairs are told apart, and both penalties; one pass over real and fake."""
        c = None if batch.c is None else torch.cat([batch.c, batch.c])
        both, weight, terms = torch.cat([batch.x, fake.to(batch.x.dtype)]), self.gamma / 2, {}
        if weight > 0:
            logits, slopes = logits_and_slopes(lambda x: self.D(x, c), both)
            for name, part in zip(("r1", "r2"), slopes.chunk(2), strict=True):
                terms[name] = weight * part.mean()
        else:
            logits = self.D(both, c)
        real, fakes = logits.chunk(2)
        self.watched["margin"] = (real - fakes).mean()
        return {"pairs": relativistic_d(real, fakes), **terms}

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """The same pairs with the roles exchanged, on a batch that D was not trained on."""
        with torch.no_grad():
            real = self.D(batch.x, batch.c)
        return {"pairs": relativistic_g(real, self.D(fake, batch.c))}

    @property
    def gamma(self) -> float:
        """Weight of both penalties now."""
        return self._now(self.config.gamma, self.config.gamma * GAMMA_END)

    @property
    def beta2(self) -> float:
        """Adam's memory of the squared gradient now."""
        return self._now(self.config.beta2, self.config.beta2_end)

    def rate(self, side: Side) -> float:
        """Learning rate of a side now."""
        rate = super().rate(side)
        return self._now(rate, rate * RATE_END)

    def settings(self, side: Side) -> dict[str, Any]:
        """Rate and memory of the optimiser now."""
        return {**super().settings(side), "betas": (float(self.config.beta1), self.beta2)}

    @property
    def augmentation(self) -> float:
        """Chance of augmentation now: from nothing to what the knob says."""
        return self._now(0.0, super().augmentation)

    @property
    def status(self) -> str:
        """Gamma, and how much of the burn-in is behind."""
        behind = self._behind()
        left = f", burn-in {behind:.0%}" if behind < 1 else ""
        return f"gamma {self.gamma:.3g}{left}"

    def _behind(self) -> float:
        whole = self.config.burn_in_kimg * 1000
        return min(1.0, self.nimg / whole) if whole > 0 else 1.0

    def _now(self, start: float, end: float) -> float:
        """Between two values along half a cosine over the burn-in."""
        return end + (start - end) * (1 + cos(pi * self._behind())) / 2
