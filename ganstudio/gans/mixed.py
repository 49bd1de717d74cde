"""A GAN of one's own: objective, penalty, norms, networks and conditioning from lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from torch import Tensor, nn

from ganstudio.gans.base import (
    CRITIC,
    GAN,
    LABEL,
    MARGIN,
    PROBABILITY,
    SOFT_VOXELS,
    GANConfig,
    Phase,
    Terms,
    Told,
)
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.base import backbones, usual
from ganstudio.nn.batch import Batch
from ganstudio.nn.blocks import Norm
from ganstudio.nn.objectives import OBJECTIVES, steepness
from ganstudio.nn.penalties import clip_weights, gradient_penalty, zero_centred
from ganstudio.samples import ConditionSpec, SampleSpec, Scale

if TYPE_CHECKING:
    Game = str
    Networks = str
else:  # the lists are found, not written: a new objective or backbone is offered at once
    Game = Literal[tuple(OBJECTIVES)]
    Networks = Literal[("auto", *backbones())]

Penalty = Literal["none", "gradient_penalty", "r1", "r2", "r1_r2", "clip"]
SCALES = {
    "non_saturating": PROBABILITY,
    "minimax": PROBABILITY,
    "least_squares": LABEL,
    "hinge": MARGIN,
    "wasserstein": CRITIC,
}
ON_GRADIENTS = ("gradient_penalty", "r1", "r2", "r1_r2")


class MixedConfig(GANConfig):
    """What the GAN is put together from."""

    d_lr: float = redefault(GANConfig, "d_lr", 4e-4)
    objective: Game = knob(
        "hinge",
        help="What both sides minimise: classify, regress to labels, keep a margin, part the "
        "mean scores, or outdo the sample of a pair (see the variants of these names).",
    )
    penalty: Penalty = knob(
        "none",
        help="What keeps D smooth: its gradient held at norm 1 between real and fake (Gulrajani "
        "et al. 2017), at 0 on real (r1), fake (r2) or both samples (Mescheder et al. 2018), or "
        "weights cut after each update (Arjovsky et al. 2017).",
    )
    gp_weight: float = knob(
        10.0,
        low=0,
        high=1000,
        live=True,
        log=True,
        title="Penalty weight",
        help="Lambda of gradient_penalty (Gulrajani et al. 2017, Eq. 3).",
    )
    gamma: float = knob(
        1.0,
        low=0,
        high=1000,
        live=True,
        log=True,
        title="R1, R2 gamma",
        help="Weight of r1 and r2, halved (Mescheder et al. 2018, Eq. 9).",
    )
    clip: float = knob(
        0.01,
        low=1e-4,
        high=10,
        live=True,
        log=True,
        title="Weight limit",
        help="c of clip: every weight of D lies in -c to c (Arjovsky et al. 2017).",
    )
    d_norm: Norm = knob("spectral", title="D norm", help="Norm inside D (Miyato et al. 2018).")
    lipschitz: float = knob(
        5.0,
        low=0.1,
        high=100,
        live=True,
        log=True,
        title="Steepness",
        help="K, under the spectral norm only: how much D's score may change where a sample of "
        "256 values moves by 1, more for smaller samples (Miyato et al. 2018: 1 for all).",
    )
    g_norm: Norm = knob("batch", title="G norm", help="Norm inside G (Radford et al. 2016).")
    backbone: Networks = knob(
        "auto", help="The networks; auto is plain for points, convolutional for all else."
    )
    conditioning: Literal["none", "concat", "projection"] = knob(
        "none",
        help="Whether both networks are told the class, and how D is: beside the sample (Mirza "
        "and Osindero 2014) or by an inner product at its end (Miyato and Koyama 2018).",
    )


class MixedGAN(GAN):
    """Put a GAN together: a game, what keeps D smooth, norms, networks, and what is told.

    Most GANs are one choice from each list. Yours need not have been published:

    | to get | objective | penalty | D norm |
    |---|---|---|---|
    | DCGAN | non_saturating | none | batch |
    | LSGAN | least_squares | none | batch |
    | WGAN, 5 steps of D | wasserstein | clip | batch |
    | WGAN-GP, 5 steps of D | wasserstein | gradient_penalty | none |
    | SN-GAN | hinge | none | spectral |
    | the loss of R3GAN | relativistic | r1_r2 | none |

    D minimises d(D(x), D(G(z))) plus its penalty, G minimises g(D(x), D(G(z))), where d and g
    are the objective's two functions. Choices that cannot work together are refused, each with
    its reason. The defaults, on voxels too, are SN-GAN's, which forgive much.

    Source: the variants above; objectives side by side Lucic et al. 2018, arXiv:1711.10337,
    Table 1; penalties Mescheder et al. 2018, arXiv:1801.04406; relativistic
    Jolicoeur-Martineau 2018, arXiv:1807.00734.
    """

    Config = MixedConfig
    config: MixedConfig
    title = "Your own mix"
    family = "points, images, voxels"
    suited = SOFT_VOXELS

    @property
    def condition(self) -> ConditionSpec:
        """The class, if conditioning is asked for."""
        return self.spec.condition if self.config.conditioning != "none" else ConditionSpec()

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Every reason why these choices do not go together, or not with such samples."""
        return [*super().misfits(config, spec), *_clashes(config), *_unbuildable(config, spec)]

    def networks(self) -> dict[str, nn.Module]:
        """The chosen backbone with the chosen norms."""
        config = self.config
        return backbones()[_backbone(config, self.spec)].pair(
            self.spec,
            config.z_dim,
            config.width,
            self.condition.classes,
            d_norm=config.d_norm,
            g_norm=config.g_norm,
            conditioning="concat" if config.conditioning == "concat" else "projection",
        )

    def phases(self) -> list[Phase]:
        """The usual round; weights are cut after D's updates if so chosen."""
        config = self.config
        cut = self._cut if config.penalty == "clip" else None
        return [
            Phase("D", self.d_terms, batches=config.n_critic, after=cut),
            Phase("G", self.g_terms),
        ]

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """The objective and the penalties; the gap between the mean logits is watched."""
        real_logits, fake_logits = self._score(batch.x, batch.c), self._score(fake, batch.c)
        self.watched["gap"] = real_logits.mean() - fake_logits.mean()
        told_apart = OBJECTIVES[self.config.objective].d(real_logits, fake_logits)
        return {"told_apart": told_apart, **self._penalties(batch, fake)}

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """The objective; real samples are looked at only where it compares."""
        objective, fake_logits = OBJECTIVES[self.config.objective], self._score(fake, batch.c)
        real_logits = self._score(batch.x, batch.c) if objective.paired else fake_logits.detach()
        return {"fooled": objective.g(real_logits, fake_logits)}

    @property
    def scale(self) -> Scale:
        """As the objective has it."""
        return SCALES.get(self.config.objective, Scale())

    def judge(self, players: Mapping[str, nn.Module], x: Tensor, told: Told) -> Tensor:
        """The score as the objective has it, with its steepness."""
        score = super().judge(players, x, told)
        if self.config.d_norm == "spectral":
            score = steepness(self.config.lipschitz, self.spec.size) * score
        return score

    def _penalties(self, batch: Batch, fake: Tensor) -> Terms:
        config, terms = self.config, {}

        def score(x: Tensor) -> Tensor:
            return self._score(x, batch.c)

        if config.penalty == "gradient_penalty" and config.gp_weight > 0:
            strays = gradient_penalty(score, batch.x, fake, generator=self.random)
            terms["penalty"] = config.gp_weight * strays.mean()
        if config.penalty in ("r1", "r1_r2") and config.gamma > 0:
            terms["r1"] = config.gamma / 2 * zero_centred(score, batch.x).mean()
        if config.penalty in ("r2", "r1_r2") and config.gamma > 0:
            terms["r2"] = config.gamma / 2 * zero_centred(score, fake).mean()
        return terms

    def _score(self, x: Tensor, c: Tensor | None) -> Tensor:
        logits: Tensor = self.D(x, c)
        if self.config.d_norm == "spectral":
            logits = steepness(self.config.lipschitz, self.spec.size) * logits
        return logits

    def _cut(self) -> None:
        clip_weights(self.D, self.config.clip)


def _backbone(config: MixedConfig, spec: SampleSpec) -> str:
    return usual(spec) if config.backbone == "auto" else config.backbone


def _clashes(config: MixedConfig) -> list[str]:
    """Choices that make no sense together, whatever the samples."""
    found = []
    weight = config.gp_weight if config.penalty == "gradient_penalty" else config.gamma
    free = config.penalty == "none" or (config.penalty in ON_GRADIENTS and weight == 0)
    if OBJECTIVES[config.objective].unbounded and free and config.d_norm != "spectral":
        found.append(
            f"the {config.objective} objective grows without limit unless D is kept from being "
            "steep: choose a penalty of weight above 0, or the spectral norm in D"
        )
    if config.augment_target > 0 and not OBJECTIVES[config.objective].signed:
        found.append(
            f"augment_target follows the sign of D's logits, which says nothing under the "
            f"{config.objective} objective: set it to 0, and augment as wanted"
        )
    if config.penalty in ON_GRADIENTS and config.d_norm == "batch":
        found.append(
            f"{config.penalty} asks for D's gradient at each sample alone, and batch norm in D "
            "mixes the samples of a batch: choose another D norm"
        )
    if config.penalty == "clip" and config.d_norm == "spectral":
        found.append(
            "clip does nothing under the spectral norm, which scales the cut weights back: "
            "choose one of the two"
        )
    return found


def _unbuildable(config: MixedConfig, spec: SampleSpec) -> list[str]:
    """What the networks or the samples do not allow."""
    name = _backbone(config, spec)
    chosen, found = backbones()[name], []
    if spec.kind not in chosen.takes:
        found.append(f"{name} networks make {' or '.join(chosen.takes)}, and these are {spec}")
    else:
        found += chosen.misfits(spec, config.width)
    for side, norm in (("D", config.d_norm), ("G", config.g_norm)):
        if norm not in chosen.norms:
            has = ", ".join(chosen.norms)
            found.append(f"{name} networks have no {norm} norm for {side}; they have {has}")
    if config.conditioning != "none" and spec.condition.kind != "classes":
        found.append(
            f"conditioning by {config.conditioning} needs data with classes, and these samples "
            "have none"
        )
    return found
