"""What a variant is: its networks, what each side wants, and how the sides take turns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, cast

import torch
from torch import Tensor, nn

from ganstudio.knobs import Config, Value, knob
from ganstudio.nn.anneal import late_decay
from ganstudio.nn.batch import Batch
from ganstudio.nn.objectives import fake_loss, non_saturating, real_loss
from ganstudio.samples import (
    CONDITION_WORDS,
    ConditionKind,
    ConditionSpec,
    Prior,
    SampleKind,
    SampleSpec,
    Scale,
)

Terms = dict[str, Tensor]
Told = Mapping[str, Tensor]  # conditions by kind
Suited = Mapping[SampleKind, Mapping[str, Value]]  # defaults by kind of samples
Side = Literal["G", "D"]
SOFT_VOXELS: Suited = {  # with noise, or D tells hard voxels from soft fakes at once
    "voxels": {"batch": 32, "width": 16, "g_lr": 1e-3, "d_lr": 6e-4, "instance_noise": 0.3}
}
PROBABILITY = Scale(
    "probability of being real",
    "At 0.5 D cannot tell. It is what this D believes, and it learned on these samples alone.",
    probability=True,
    middle=0.0,
)
MARGIN = Scale(
    "margin", "Above 0 it says real, below 0 fake; beyond 1 and -1 it is sure enough.", middle=0.0
)
LABEL = Scale("label", "It learned to answer 1 for real and 0 for fake samples.", middle=0.5)
CRITIC = Scale("critic score")


@dataclass(frozen=True)
class Phase:
    """One turn of one side.

    Attributes:
        side: whose weights change; everything else is frozen meanwhile.
        terms: named, weighted scalars whose sum is minimised.
        batches: updates in a row, each on a batch of its own.
        every: the phase comes up once in so many rounds.
        fakes: whether the terms look at fakes; if not, none are made and ``fake`` is empty.
        gate: asked after the terms; False skips the update (3D-GAN's accuracy threshold).
        after: called after each update, such as weight clipping.
    """

    side: Side
    terms: Callable[[Batch, Any], Terms]
    batches: int = 1
    every: int = 1
    fakes: bool = True
    gate: Callable[[], bool] | None = None
    after: Callable[[], None] | None = None


class GANConfig(Config):
    """The knobs that every variant has; variants change defaults and add their own."""

    batch: int = knob(
        64,
        low=2,
        high=4096,
        unit="samples",
        log=True,
        help="Real samples in one update. Larger is steadier and slower.",
    )
    z_dim: int = knob(
        64, low=1, high=1024, title="Latent size", help="Dimensions of the latent noise z."
    )
    width: int = knob(
        32,
        low=2,
        high=2048,
        unit="channels",
        log=True,
        help="Channels of the layer nearest to the sample; coarser grids have 2, 4 "
        "and 8 times as many. Cost grows with its square.",
    )
    g_lr: float = knob(
        2e-4,
        low=0,
        high=1,
        live=True,
        log=True,
        title="Generator rate",
        help="Learning rate of the generator's optimiser.",
    )
    d_lr: float = knob(
        2e-4,
        low=0,
        high=1,
        live=True,
        log=True,
        title="Discriminator rate",
        help="Learning rate of the discriminator's optimiser.",
    )
    beta1: float = knob(
        0.5,
        low=0,
        high=0.999,
        advanced=True,
        help="Adam's memory of the gradient (Kingma and Ba 2015).",
    )
    beta2: float = knob(
        0.999, low=0, high=0.99999, advanced=True, help="Adam's memory of the squared gradient."
    )
    n_critic: int = knob(
        1,
        low=1,
        high=100,
        live=True,
        title="D steps per G step",
        help="Discriminator updates before each generator update.",
    )
    instance_noise: float = knob(
        0.0,
        low=0,
        high=2,
        live=True,
        help="Gaussian noise added to all that the discriminator sees, real and fake, as a "
        "standard deviation. Softens a discriminator that wins (Sonderby et al. 2016).",
    )
    noise_kimg: float = knob(
        0.0,
        low=0,
        high=1e6,
        unit="kimg",
        live=True,
        title="Noise fades over",
        help="Instance noise falls to nothing over so many thousand real samples; 0 keeps it.",
    )
    ema_kimg: float = knob(
        5.0,
        low=0,
        high=1e5,
        unit="kimg",
        title="EMA half-life",
        help="Half-life of the moving average of the generator's weights that is shown and "
        "exported; 0 shows the raw weights (Karras et al. 2018).",
    )
    augment: float = knob(
        0.0,
        low=0,
        high=1,
        live=True,
        title="Augmentation",
        help="Chance that a sample is moved, turned or recoloured before D sees it, real and "
        "fake alike. Keeps D from learning a small set by heart (Zhao et al. 2020).",
    )
    augment_target: float = knob(
        0.0,
        low=0,
        high=1,
        live=True,
        advanced=True,
        title="Adaptive augmentation",
        help="Above 0 the chance is steered so that D's mean sign on real samples stays here; "
        "0.6 is usual, 0 leaves it as it is set (Karras et al. 2020).",
    )
    precision: Literal["auto", "float32", "bfloat16"] = knob(
        "auto",
        advanced=True,
        help="Number format of the networks' inner values; auto is bfloat16 where the machine "
        "computes it natively.",
    )
    memory_format: Literal["auto", "channels_first", "channels_last"] = knob(
        "auto",
        advanced=True,
        help="How values on grids lie in memory: auto is channels last where this machine's "
        "convolutions are quickest with it. It changes the speed alone.",
    )
    threads: int = knob(
        0,
        low=0,
        high=1024,
        advanced=True,
        help="Threads of the processor that train; 0 tries out how many are fastest, and leaves a "
        "core to the window.",
    )


class TranslatorConfig(GANConfig):
    """Knobs of a variant that turns one picture into another: there is no latent to draw.

    What D sees is left as it is, since the same pictures are compared pixel by pixel.
    """

    z_dim: int = knob(0, low=0, high=0, help="No latent: the source picture is what goes in.")
    instance_noise: float = knob(0.0, low=0, high=0, help="Off: pictures are compared as they are.")
    noise_kimg: float = knob(0.0, low=0, high=0, help="There is no noise to fade.")
    augment: float = knob(0.0, low=0, high=0, help="Off: source and result would part.")
    augment_target: float = knob(0.0, low=0, high=0, help="There is nothing to steer.")


def held_out() -> Any:
    """The knob of a variant that learns from pairs; 0 unless said, as in runs of older versions."""
    return knob(
        0.0,
        low=0,
        high=0.5,
        advanced=True,
        title="Held out",
        help="Share of the pairs, the last ones and at most 500, that is never trained on: the "
        "error against the target is measured on those.",
    )


class GAN(ABC):
    """One design: subclass it in a file of its own under ``gans/``, and it is in the program.

    The class docstring is the text of the About card. The players are plain attributes of
    ``self`` once built: ``networks()`` returns them by name, and a name that begins with ``D``
    plays on the discriminator's side, any other on the generator's.

    Attributes:
        Config: the knobs, a subclass of ``GANConfig``.
        title: as shown on the card.
        family: in words, what it is for.
        takes: the kinds of samples it can be trained on.
        told: the kind of condition it cannot do without; None leaves classes to a knob.
        default_data: key of the data set it is at its best on.
        suited: knobs that want another default for a kind of samples, by that kind.
        spaces: latent spaces that can be walked in: ``z``, and ``w`` where z is mapped first.
        noisy: whether its generator has noise inputs besides z, one still pattern a layer when
            it is explored.
        shares_fakes: whether G learns through the very fakes that D was shown last, which saves
            making others; not so where the paper draws anew.
        config: the knobs as they are now; replaced as a whole when a live one is turned.
        spec: shape and condition of the samples.
        players: the networks by name.
        random: draws what the terms need at random; the trainer puts its own there.
        nimg: real samples seen before this round; the trainer keeps it.
        watched: named scalars to plot that nobody minimises; ``d_terms`` and ``g_terms`` may
            add to it, and the trainer empties it after each update.
    """

    Config: ClassVar[type[GANConfig]] = GANConfig
    title: ClassVar[str]
    family: ClassVar[str] = ""
    takes: ClassVar[tuple[SampleKind, ...]] = ("points", "image", "voxels")
    told: ClassVar[ConditionKind | None] = None
    default_data: ClassVar[str] = "digits"
    suited: ClassVar[Suited] = {}
    spaces: ClassVar[tuple[str, ...]] = ("z",)
    shares_fakes: ClassVar[bool] = True
    noisy: ClassVar[bool] = False

    G: nn.Module
    D: nn.Module
    random: torch.Generator | None = None
    nimg = 0

    def __init__(self, config: Any, spec: SampleSpec) -> None:
        self.config, self.spec = config, spec
        self.watched: Terms = {}
        self.players = self.networks()
        for name, network in self.players.items():
            setattr(self, name, network)

    @abstractmethod
    def networks(self) -> dict[str, nn.Module]:
        """Build the players with fresh weights; called once, with ``config`` and ``spec`` set."""

    @abstractmethod
    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """What the discriminator minimises, by name; ``fake`` carries no gradient."""

    @abstractmethod
    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """What the generator minimises, by name, through ``fake``."""

    def phases(self) -> list[Phase]:
        """One round: ``n_critic`` discriminator updates, then one generator update."""
        return [
            Phase("D", self.d_terms, batches=self.config.n_critic),
            Phase("G", self.g_terms),
        ]

    def schedule(self, nimg: int) -> bool:
        """Called before each round with the real samples seen so far: grow, anneal.

        Returns:
            Whether the optimisers shall forget what they remember, as when the networks grew.
        """
        return False

    @property
    def status(self) -> str:
        """Where a scheduled variant stands, in a few words for the status bar; else empty."""
        return ""

    def optimizer(self, side: Side, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """A fresh optimiser for one side; Adam unless the paper says otherwise."""
        return torch.optim.Adam(parameters, **self.settings(side), fused=True)

    def rate(self, side: Side) -> float:
        """Learning rate of a side now; read before every update."""
        rate = self.config.g_lr if side == "G" else self.config.d_lr
        return float(rate) * self._share(side)

    def settings(self, side: Side) -> dict[str, Any]:
        """What a side's optimiser is set to before every update, where it has such a setting."""
        share = self._share(side)
        betas = (float(self.config.beta1) ** share, float(self.config.beta2) ** share)
        return {"lr": self.rate(side), "betas": betas}

    @property
    def augmentation(self) -> float:
        """Chance now that D sees a sample changed, where nothing steers it; read every update."""
        return float(self.config.augment)

    def _share(self, side: Side) -> float:
        """The share of a side's updates that would be there without phases of lone penalties.

        r / (r + 1) where one comes every r rounds of one update, n r / (n r + 1) of n updates.

        Source: Karras et al. 2020, arXiv:1912.04958, appendix B, lazy regularisation.
        """
        phases = [phase for phase in self.phases() if phase.side == side]
        game = sum(phase.batches / phase.every for phase in phases if phase.fakes)
        alone = sum(phase.batches / phase.every for phase in phases if not phase.fakes)
        return game / (game + alone) if game else 1.0

    @property
    def prior(self) -> Prior:
        """Where z comes from: standard normal, or uniform in [-1, 1] if the paper says so."""
        return "normal"

    def latent(self, count: int, generator: torch.Generator, device: torch.device) -> Tensor:
        """Fresh noise z, (count, z_dim), from the prior."""
        shape = (count, self.config.z_dim)
        if self.prior == "uniform":
            return torch.rand(shape, generator=generator, device=device).mul_(2).sub_(1)
        return torch.randn(shape, generator=generator, device=device)

    def reals(self, x: Tensor) -> Tensor:
        """Real samples (N, *shape) as the fakes are to rival them, before noise or augmentation.

        A variant that grows blurs here what its fakes cannot have yet.
        """
        return x

    def fakes(self, batch: Batch, z: Tensor) -> Any:
        """Generated samples for this batch, with whatever condition the generator takes.

        Returns:
            (N, *shape), or a tuple of such where there are several generators; the terms get
            what comes out of here.
        """
        return self.G(z, batch.c if self.condition.kind != "none" else None)

    def sample(
        self,
        players: Mapping[str, nn.Module],
        z: Tensor,
        told: Told,
        psi: float = 1.0,
        shift: Tensor | None = None,
        noise: float = 1.0,
    ) -> Tensor:
        """Samples to look at, from a copy of the generator's side.

        Args:
            players: networks of the generator's side by name, averaged, in evaluation mode.
            z: (N, z_dim).
            told: the conditions in ``inputs``, by kind.
            psi: truncation, z' = psi z for a latent around zero.
            shift: added to the mapped latent of a variant that has the space w: (N, w_dim), or
                (N, layers, w_dim) layer by layer.
            noise: strength of the noise inputs of a ``noisy`` variant; 0 switches them off.
        """
        samples: Tensor = players["G"](z * psi, told.get(self.condition.kind))
        return samples

    def verdicts(self, batch: Batch, fake: Tensor) -> tuple[Tensor, Tensor]:
        """What D says of real samples and of as many fakes.

        In one pass where D has ``each_alone``: it looks at each sample by itself, and two passes
        of half the batch would take longer. Batch norm needs two.
        """
        if not getattr(self.D, "each_alone", False):
            return self.D(batch.x, batch.c), self.D(fake, batch.c)
        both = torch.cat([batch.x, fake.to(batch.x.dtype)])
        logits = self.D(both, None if batch.c is None else torch.cat([batch.c, batch.c]))
        return cast("tuple[Tensor, Tensor]", logits.chunk(2))

    @property
    def judges(self) -> tuple[str, ...]:
        """The players that ``judge`` needs, by name."""
        return ("D",)

    @property
    def scale(self) -> Scale:
        """How what ``judge`` says is to be read."""
        return Scale()

    def judge(self, players: Mapping[str, nn.Module], x: Tensor, told: Told) -> Tensor:
        """What the discriminator's side says of samples, (N,) float32; higher is more real.

        Verdicts on patches are averaged.

        Args:
            players: those in ``judges``, with raw weights, in evaluation mode.
            x: (N, *shape), in [-1, 1].
            told: the conditions in ``inputs`` that the samples were made for, by kind.
        """
        logits: Tensor = players["D"](x, told.get(self.condition.kind))
        return logits.float().reshape(len(x), -1).mean(1)

    def mapped(self, players: Mapping[str, nn.Module], z: Tensor, told: Told) -> Tensor:
        """What z (N, z_dim) is mapped to, (N, w_dim), before truncation; z itself by default."""
        return z

    def beside(self, players: Mapping[str, nn.Module], samples: Tensor, told: Told) -> Told:
        """What else is worth seeing with these samples, by name: a round trip, an enlargement.

        Each (N, *shape) in [-1, 1].
        """
        return {}

    @property
    def layers(self) -> int:
        """Layers that take a style of their own; 0 where nothing is mapped."""
        return 0

    @property
    def inputs(self) -> tuple[ConditionSpec, ...]:
        """What the generator takes besides noise when it is explored, one of a kind."""
        return () if self.condition.kind == "none" else (self.condition,)

    def tell(self, batch: Batch) -> dict[str, Tensor]:
        """The ``inputs`` that belong to a batch of the data, by kind."""
        if self.condition.kind == "none" or batch.c is None:
            return {}
        return {self.condition.kind: batch.c}

    @property
    def condition(self) -> ConditionSpec:
        """What comes with each real sample: what ``told`` or ``conditional`` asks for."""
        if self.told is not None or getattr(self.config, "conditional", False):
            return self.spec.condition
        return ConditionSpec()

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Why these knobs do not go with such samples, one line a reason; empty if they do."""
        found = []
        if cls.told is not None and spec.offer(cls.told) is None:
            words = CONDITION_WORDS[cls.told]
            found.append(f"{cls.title} needs {words}, and these samples have none")
        if getattr(config, "conditional", False) and spec.condition.kind != "classes":
            found.append("conditional = true needs data with classes, and these samples have none")
        if spec.kind == "points" and (config.augment > 0 or config.augment_target > 0):
            found.append("points cannot be augmented: set augment and augment_target to 0")
        return found


class DecayConfig(TranslatorConfig):
    """Knobs of a translator whose rates may fall."""

    decay_kimg: float = knob(
        0.0,
        low=0,
        high=1e6,
        unit="kimg",
        live=True,
        title="Rates fall until",
        help="Rates stay for half of so many thousand samples, then fall to a hundredth; 0 keeps "
        "them (Isola et al. 2017, Zhu et al. 2017, Choi et al. 2018: to 0).",
    )


class DecayGAN(GAN):
    """A translator whose rates may fall late."""

    Config: ClassVar[type[GANConfig]] = DecayConfig
    config: DecayConfig

    def rate(self, side: Side) -> float:
        """As the knobs say, falling late where that is asked for."""
        return super().rate(side) * late_decay(self.nimg, self.config.decay_kimg)


class SmoothingConfig(GANConfig):
    """What the original game can be tuned by."""

    label_smoothing: float = knob(
        0.0,
        low=0,
        high=0.5,
        live=True,
        help="Real samples count as 1 minus this: a D that is less sure (Salimans et al. 2016).",
    )


class CrossEntropyConfig(SmoothingConfig):
    """Knobs of the original game."""

    conditional: bool = knob(False, help="Tell both networks the class, where data has classes.")


class CrossEntropyGAN(GAN):
    """The original game on any pair of networks: D classifies, G wants to be taken for real."""

    Config: ClassVar[type[GANConfig]] = CrossEntropyConfig
    config: SmoothingConfig

    @property
    def scale(self) -> Scale:
        """A probability."""
        return PROBABILITY

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Cross-entropy on real and on fake."""
        return self.cross_entropy(*self.verdicts(batch, fake))

    def cross_entropy(self, real_logits: Tensor, fake_logits: Tensor) -> Terms:
        """D's two terms from its logits (N,)."""
        return {
            "real": real_loss(real_logits, self.config.label_smoothing),
            "fake": fake_loss(fake_logits),
        }

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """The non-saturating loss on what D says of the fakes."""
        return {"fooled": non_saturating(self.D(fake, batch.c))}


BASE = GAN


def side_of(player: str) -> Side:
    """The side that a player of this name is on."""
    return "D" if player.startswith("D") else "G"


def device_of(players: Mapping[str, nn.Module]) -> torch.device:
    """Where these networks are."""
    return next(next(iter(players.values())).parameters()).device
