"""CycleGAN: two worlds of pictures, no pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import l1_loss

from ganstudio.gans.base import LABEL, DecayConfig, DecayGAN, Phase, Terms, Told
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.translator import PatchDiscriminator, ResnetTranslator
from ganstudio.nn.batch import Batch
from ganstudio.nn.pool import ImagePool
from ganstudio.samples import ConditionSpec, SampleSpec, Scale

Fakes = tuple[Tensor, Tensor]


class CycleGANConfig(DecayConfig):
    """Knobs of CycleGAN."""

    batch: int = redefault(DecayConfig, "batch", 8)
    width: int = redefault(DecayConfig, "width", 16)
    g_lr: float = redefault(DecayConfig, "g_lr", 1e-3)
    d_lr: float = redefault(DecayConfig, "d_lr", 5e-4)
    ema_kimg: float = redefault(DecayConfig, "ema_kimg", 1.0)
    lambda_cycle: float = knob(
        10.0,
        low=0,
        high=100,
        live=True,
        title="Cycle weight",
        help="Lambda: how near a picture must come back to itself after both translations "
        "(Zhu et al. 2017, Eq. 2 and 3).",
    )
    lambda_identity: float = knob(
        0.5,
        low=0,
        high=10,
        live=True,
        title="Identity weight",
        help="How strictly a generator leaves alone what is of its target world already, as a "
        "share of the cycle weight. Keeps colours (Zhu et al. 2017, section 5.2).",
    )
    blocks: int = knob(
        3,
        low=1,
        high=12,
        help="Residual blocks in each generator; the paper has 6 for 128 and 9 for 256 pixels.",
    )
    skip: bool = knob(
        True,
        help="Generators change the picture that goes in, so colours are right from the start; "
        "off, or where one world is grey, they make it anew as in the paper.",
    )
    pool: int = knob(
        50,
        low=0,
        high=1000,
        unit="pictures",
        help="Earlier fakes kept of each world, half of what D is shown; 0 shows new ones only "
        "(Zhu et al. 2017, section 4).",
    )
    d_halvings: int = knob(
        2,
        low=1,
        high=4,
        title="Patch halvings",
        help="Halvings in D: 1, 2 or 3 judge patches of 16, 34 or 70 pixels; the paper has 70 "
        "for pictures of 256 (Zhu et al. 2017, section 4).",
    )


class CycleGAN(DecayGAN):
    """Horse to zebra, sad to happy: two heaps of pictures, none of which has a partner.

    G turns pictures of world X into world Y, F those of Y into X, and a discriminator in each
    world says how well they fit in. What keeps a translation from being any picture of the other
    world is the way back: G and then F must return what went in.

    G, F:  (D_Y(G(x)) - 1)^2 + (D_X(F(y)) - 1)^2 + lambda (|F(G(x)) - x| + |G(F(y)) - y|)
           + lambda_identity lambda (|G(y) - y| + |F(x) - x|)
    D_Y:   ((D_Y(y) - 1)^2 + D_Y(G(x))^2) / 2,   and D_X likewise

    It needs no pairs, and that is its whole point. It costs two of everything and six passes
    through a generator in each update, and it changes colours and textures sooner than shapes.
    Beware that the way back can be had by hiding the original in faint noise: compare the round
    trip. As in the paper one optimiser moves G and F, another both discriminators, the
    generators go first, and the discriminators see a pool of earlier fakes.

    The paper has width 64, nine residual blocks, single pictures of 256 pixels, patches of 70
    pixels and a rate of 0.0002. Here width is 16 with three blocks, batches are 8, patches 34
    pixels, and the rates higher: G and F 0.001, the discriminators 0.0005. And the generators
    change the picture that goes in, where the paper's make it anew (skip).

    Source: Zhu et al. 2017, arXiv:1703.10593, Eq. 1 to 3 and section 4.
    """

    Config = CycleGANConfig
    config: CycleGANConfig
    title = "CycleGAN"
    family = "picture to picture, unpaired"
    takes = ("image",)
    told = "domain"
    default_data = "faces"
    F: nn.Module
    D_X: nn.Module
    D_Y: nn.Module
    D_pool_X: nn.Module
    D_pool_Y: nn.Module

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Worlds of another size, sides not divisible by 4, patches larger than the picture."""
        found = super().misfits(config, spec)
        other = spec.offer("domain")
        if other is not None and other.shape[1:] != spec.shape[1:]:
            found.append(f"both domains must be of one size: {spec} and {other.shape}")
        if any(side % 4 for side in spec.shape[1:]):
            found.append(f"the generators want sides divisible by 4, and these samples are {spec}")
        if min(spec.shape[1:]) < 3 * 2**config.d_halvings:
            found.append(f"d_halvings = {config.d_halvings} is too many for {spec}")
        return found

    def networks(self) -> dict[str, nn.Module]:
        """A generator each way, a discriminator in each world, and a pool of fakes for each."""
        config, y = self.config, self.spec.shape
        x = self.spec.condition.shape
        skip = config.skip and x[0] == y[0]
        return {
            "G": ResnetTranslator(x[0], y[0], config.width, config.blocks, skip=skip),
            "F": ResnetTranslator(y[0], x[0], config.width, config.blocks, skip=skip),
            "D_X": PatchDiscriminator(x[0], config.width, config.d_halvings, "instance"),
            "D_Y": PatchDiscriminator(y[0], config.width, config.d_halvings, "instance"),
            "D_pool_X": ImagePool(x, config.pool),
            "D_pool_Y": ImagePool(y, config.pool),
        }

    def phases(self) -> list[Phase]:
        """The generators first, then the discriminators."""
        return [
            Phase("G", self.g_terms),
            Phase("D", self.d_terms, batches=self.config.n_critic),
        ]

    def fakes(self, batch: Batch, z: Tensor) -> Fakes:
        """G of the pictures of X, and F of those of Y."""
        return self.G(batch.c), self.F(batch.x)

    @property
    def scale(self) -> Scale:
        """Labels, averaged over patches."""
        return LABEL

    def d_terms(self, batch: Batch, fake: Any) -> Terms:
        """Least squares in each world, on pictures out of its pool of fakes."""
        fake_y, fake_x = fake
        fake_x = self.D_pool_X(fake_x, self.random)
        fake_y = self.D_pool_Y(fake_y, self.random)
        return {
            "real X": _miss(self.D_X(batch.c), 1) / 2,
            "fake X": _miss(self.D_X(fake_x), 0) / 2,
            "real Y": _miss(self.D_Y(batch.x), 1) / 2,
            "fake Y": _miss(self.D_Y(fake_y), 0) / 2,
        }

    def g_terms(self, batch: Batch, fake: Any) -> Terms:
        """To fit in, to find the way back, and to leave alone what is there already."""
        config, (fake_y, fake_x), x, y = self.config, fake, _other(batch), batch.x
        terms = {
            "fooled X": _miss(self.D_X(fake_x), 1),
            "fooled Y": _miss(self.D_Y(fake_y), 1),
            "cycle X": config.lambda_cycle * l1_loss(self.F(fake_y).float(), x),
            "cycle Y": config.lambda_cycle * l1_loss(self.G(fake_x).float(), y),
        }
        weight = config.lambda_identity * config.lambda_cycle
        if weight > 0 and x.shape == y.shape:
            both = l1_loss(self.G(y).float(), y) + l1_loss(self.F(x).float(), x)
            terms["identity"] = weight * both
        return terms

    def sample(
        self,
        players: Mapping[str, nn.Module],
        z: Tensor,
        told: Told,
        psi: float = 1.0,
        shift: Tensor | None = None,
        noise: float = 1.0,
    ) -> Tensor:
        """Pictures of X, moved into Y; z is empty."""
        moved: Tensor = players["G"](told["domain"])
        return moved

    @property
    def judges(self) -> tuple[str, ...]:
        """The discriminator of the world that is made."""
        return ("D_Y",)

    def judge(self, players: Mapping[str, nn.Module], x: Tensor, told: Told) -> Tensor:
        """How well pictures fit into the world Y, whatever they were made from."""
        logits: Tensor = players["D_Y"](x)
        return logits.float().flatten(1).mean(1)

    def beside(self, players: Mapping[str, nn.Module], samples: Tensor, told: Told) -> Told:
        """The round trip: what F makes of the results."""
        return {"round trip": players["F"](samples)}

    @property
    def inputs(self) -> tuple[ConditionSpec, ...]:
        """Pictures of the world X."""
        return (self.spec.condition,)


def _miss(logits: Tensor, target: float) -> Tensor:
    """Mean squared distance of patch logits to a label."""
    return (logits - target).square().mean()


def _other(batch: Batch) -> Tensor:
    if batch.c is None:
        raise ValueError("CycleGAN needs pictures of a second domain, and got none")
    return batch.c
