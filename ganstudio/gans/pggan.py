"""PGGAN: networks that grow while they are trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, cast

import torch
from torch import Tensor, nn

from ganstudio.gans.base import CRITIC, GAN, PROBABILITY, GANConfig, Terms, Told
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.conv import conv_misfits
from ganstudio.nn.backbones.progressive import (
    ProgressiveDiscriminator,
    ProgressiveGenerator,
    stage_at,
)
from ganstudio.nn.batch import Batch
from ganstudio.nn.objectives import fake_loss, non_saturating, real_loss
from ganstudio.nn.penalties import gradient_penalty, zero_centred
from ganstudio.samples import SampleSpec, Scale


class PGGANConfig(GANConfig):
    """Knobs of PGGAN."""

    old_values: ClassVar = {"loss": {"non-saturating": "non_saturating"}}

    batch: int = redefault(GANConfig, "batch", 16)
    width: int = redefault(GANConfig, "width", 16)
    g_lr: float = redefault(GANConfig, "g_lr", 2e-3)
    d_lr: float = redefault(GANConfig, "d_lr", 2e-3)
    beta1: float = redefault(GANConfig, "beta1", 0.0)
    beta2: float = redefault(GANConfig, "beta2", 0.99)
    stage_kimg: float = knob(
        5.0,
        low=0.1,
        high=1e5,
        unit="kimg",
        log=True,
        title="Stage",
        help="Thousands of real samples that each size trains before the next is added; the "
        "paper takes 600 (Karras et al. 2018).",
    )
    fade_kimg: float = knob(
        6.0,
        low=0,
        high=1e5,
        unit="kimg",
        title="Fade",
        help="Thousands of real samples in which a new size is blended in; the paper takes 600 "
        "(Karras et al. 2018).",
    )
    loss: Literal["non_saturating", "wasserstein"] = knob(
        "non_saturating",
        help="The non-saturating loss with R1 (Mescheder et al. 2018), cleaner in a short run, or "
        "Wasserstein with a gradient penalty as in the paper (Karras et al. 2018).",
    )
    gp_weight: float = knob(
        10.0,
        low=0,
        high=1000,
        live=True,
        log=True,
        title="Penalty weight",
        help="Lambda: how strictly the critic's gradient is held at norm 1; for the Wasserstein "
        "loss only (Gulrajani et al. 2017, Eq. 3).",
    )
    drift_weight: float = knob(
        1e-3,
        low=0,
        high=1,
        live=True,
        log=True,
        advanced=True,
        help="Weight of the squared score of real samples, which keeps scores near zero; for the "
        "Wasserstein loss only (Karras et al. 2018, appendix A.1).",
    )
    gamma: float = knob(
        1.0,
        low=0,
        high=1000,
        live=True,
        log=True,
        title="R1 weight",
        help="Weight of D's squared gradient at real samples, halved; for the non-saturating "
        "loss only (Mescheder et al. 2018, Eq. 9).",
    )
    conditional: bool = knob(False, help="Tell both networks the class, where data has classes.")


class PGGAN(GAN):
    """Learns coarse pictures first, then grows: 4 x 4, 8 x 8, and so on up to the full side.

    What a face is can be learned at 8 x 8, fast and safely; what lashes are, later. When the
    next grid is added to both networks it does not come at once but fades in, its weight alpha
    rising from 0 to 1, so that what has been learned is not shaken. The optimisers start afresh
    with each grid. The loss is the non-saturating one with R1, which came to cleaner faces in the
    same two minutes:

    D:  -log D(x) - log(1 - D(G(z))) + gamma / 2 E[|grad D(x)|^2],   G:  -log D(G(z))

    The paper's is there to be chosen, WGAN-GP with a leash on the critic's drift:

    D:  E[D(G(z))] - E[D(x)] + lambda E[(|grad D(x')| - 1)^2] + 0.001 E[D(x)^2],
    G:  -E[D(G(z))]

    Three more inventions came with it and stayed: equalised learning rates, pixel norm in G,
    and the deviation within a group of the batch, shown to D so that it notices when all fakes
    are alike. Most steps are cheap, as the grids are small. It costs a schedule: too short a
    stage, and its faults are carried along. The status bar says where it stands; samples are
    shown at full size from the start.

    For minutes instead of days, a stage takes 5 kimg and its fade 6 where the paper takes 600
    for each; the networks are narrower, the batch is the same at all sizes, the rate 0.002
    instead of 0.001. Truncation draws the first features to their mean, as the length of z is
    normed away.

    Source: Karras et al. 2018, arXiv:1710.10196, sections 2 to 4 and appendix A.
    """

    Config = PGGANConfig
    config: PGGANConfig
    title = "PGGAN"
    family = "images"
    takes = ("image",)
    default_data = "faces"

    G: ProgressiveGenerator
    D: ProgressiveDiscriminator

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, steering by the sign of a score, and the usual."""
        found = [*super().misfits(config, spec), *conv_misfits(spec)]
        if config.loss == "wasserstein" and config.augment_target > 0:
            found.append(
                "augment_target follows the sign of D's logits, and a Wasserstein score has no "
                "zero between real and fake: set it to 0, and augment as wanted"
            )
        return found

    def networks(self) -> dict[str, nn.Module]:
        """The growing pair, at its coarsest."""
        config, classes = self.config, self.condition.classes
        return {
            "G": ProgressiveGenerator(self.spec, config.z_dim, config.width, classes),
            "D": ProgressiveDiscriminator(self.spec, config.width, classes),
        }

    def schedule(self, nimg: int) -> bool:
        """Fade in and grow; True when a new grid is added."""
        config = self.config
        stage, alpha = stage_at(nimg, len(self.G.sides), config.stage_kimg, config.fade_kimg)
        grown = stage != self.G.now[0]
        self.G.grow(stage, alpha)
        self.D.grow(stage, alpha)
        return grown

    @property
    def status(self) -> str:
        """The side of the newest grid, and how far it has faded in."""
        stage, alpha = self.G.now
        side = self.G.sides[stage]
        return f"{side} x {side}" + (f", fading in {100 * alpha:.0f} %" if alpha < 1 else "")

    def reals(self, x: Tensor) -> Tensor:
        """Real pictures, faded as the newest grid of the generator is."""
        return self.D.faded(x)

    @property
    def scale(self) -> Scale:
        """As the loss of the knob has it."""
        return PROBABILITY if self.config.loss == "non_saturating" else CRITIC

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """The loss of the knob and its penalty, taken at the side of the stage."""
        real, fakes = self.D(batch.x, batch.c), self.D(fake, batch.c)
        for name, value in zip(("stage", "alpha"), self.G.now, strict=True):
            self.watched[name] = torch.full((), float(value), device=batch.x.device)
        if self.config.loss == "non_saturating":
            terms = {"real": real_loss(real), "fake": fake_loss(fakes)}
        else:
            self.watched["wasserstein"] = real.mean() - fakes.mean()
            drift = self.config.drift_weight * real.square().mean()
            terms = {"real": -real.mean(), "fake": fakes.mean(), "drift": drift}
        return terms | self._penalty(batch, fake)

    def _penalty(self, batch: Batch, fake: Tensor) -> Terms:
        """The penalty that goes with the loss, where it has a weight."""
        config, seen = self.config, self.D.look(batch.x)

        def score(x: Tensor) -> Tensor:
            return self.D.score(x, batch.c)

        if config.loss == "non_saturating" and config.gamma > 0:
            return {"penalty": config.gamma / 2 * zero_centred(score, seen).mean()}
        if config.loss == "wasserstein" and config.gp_weight > 0:
            strays = gradient_penalty(score, seen, self.D.look(fake), generator=self.random)
            return {"penalty": config.gp_weight * strays.mean()}
        return {}

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """What D says of the fakes, by the loss of the knob."""
        logits = cast(Tensor, self.D(fake, batch.c))
        wasserstein = self.config.loss == "wasserstein"
        return {"fooled": -logits.mean() if wasserstein else non_saturating(logits)}

    def sample(
        self,
        players: Mapping[str, nn.Module],
        z: Tensor,
        told: Told,
        psi: float = 1.0,
        shift: Tensor | None = None,
        noise: float = 1.0,
    ) -> Tensor:
        """Samples whose first features are truncated towards their mean."""
        G, c = cast(ProgressiveGenerator, players["G"]), told.get(self.condition.kind)
        return G.draw(G.begin(z, c) if psi == 1 else G.truncated(z, c, psi))
