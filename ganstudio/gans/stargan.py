"""StarGAN: one generator that changes whichever attributes are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, l1_loss

from ganstudio.gans.base import CRITIC, DecayConfig, DecayGAN, Terms, Told
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.translator import LabelledPatchDiscriminator, ResnetTranslator
from ganstudio.nn.batch import Batch
from ganstudio.nn.penalties import gradient_penalty
from ganstudio.samples import ConditionSpec, SampleSpec, Scale


class StarGANConfig(DecayConfig):
    """Knobs of StarGAN."""

    batch: int = redefault(DecayConfig, "batch", 16)
    width: int = redefault(DecayConfig, "width", 16)
    g_lr: float = redefault(DecayConfig, "g_lr", 1e-3)
    d_lr: float = redefault(DecayConfig, "d_lr", 1e-3)
    n_critic: int = redefault(DecayConfig, "n_critic", 3)
    ema_kimg: float = redefault(DecayConfig, "ema_kimg", 2.0)
    gp_weight: float = knob(
        10.0,
        low=0,
        high=1000,
        live=True,
        log=True,
        title="Penalty weight",
        help="Lambda_gp: how strictly the critic's gradient is held at norm 1 "
        "(Choi et al. 2018, Eq. 8).",
    )
    lambda_cls: float = knob(
        1.0,
        low=0,
        high=100,
        live=True,
        title="Attribute weight",
        help="How much it counts that the attributes asked for can be read off the result "
        "(Choi et al. 2018, Eq. 5 and 6).",
    )
    lambda_rec: float = knob(
        10.0,
        low=0,
        high=100,
        live=True,
        title="Way back weight",
        help="How near a picture must come back to itself when its own attributes are asked for "
        "again (Choi et al. 2018, Eq. 6).",
    )
    blocks: int = knob(
        3, low=1, high=12, help="Residual blocks in the generator; the paper has 6 for 128 pixels."
    )
    skip: bool = knob(
        True,
        help="The generator changes the picture that goes in, so all else stays from the start; "
        "off it makes it anew, as in the paper.",
    )


class StarGAN(DecayGAN):
    """Put glasses on, take the hat off, make it smile: one network for all of it.

    The generator takes a picture x and a list of attributes a', 0 or 1 each, and changes what
    differs. The discriminator scores patches as a Wasserstein critic and also names the
    attributes it sees; it learns the names from real pictures, where they are known, and the
    generator must make a' readable. Asked to change back to the attributes a that it had, the
    picture must return, which keeps everything else in place:

    D:  E[D(G(x, a'))] - E[D(x)] + lambda_gp E[(|grad D| - 1)^2] + lambda_cls CE(a | x)
    G:  -E[D(G(x, a'))] + lambda_cls CE(a' | G(x, a')) + lambda_rec |x - G(G(x, a'), a)|

    One generator does what would take a CycleGAN for each pair of attributes. It costs labels,
    and critic updates with a gradient of a gradient. The attributes asked for in training are
    those of other pictures in the batch, so combinations are as in the data.

    The paper has width 64, six residual blocks, pictures of 128 pixels, a rate of 0.0001 and
    five critic updates for one of the generator. Here width is 16 with three blocks, pictures
    are 32 pixels, both rates 0.001, and there are three updates. The discriminator halves a
    picture down to about 2 pixels, as the paper's does. Padding is with zeros, since instance
    norm would wipe the labels out under a mirrored edge. And the generator changes the picture
    that goes in, where the paper's makes it anew (skip). First the critic must learn to name the
    attributes: skin, mouths and glasses change in two minutes; hats and long hair do not yet.

    Source: Choi et al. 2018, arXiv:1711.09020, Eq. 1 to 8, Tables 4 and 5.
    """

    Config = StarGANConfig
    config: StarGANConfig
    title = "StarGAN"
    family = "picture to picture, by attributes"
    takes = ("image",)
    told = "attributes"
    default_data = "faces"

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that are no multiple of 8, besides what every variant refuses."""
        sides = [f"sides must divide by 8, and these samples are {spec}"]
        bad = any(side % 8 for side in spec.shape[1:])
        return [*super().misfits(config, spec), *(sides if bad else [])]

    def networks(self) -> dict[str, nn.Module]:
        """The generator takes picture and labels; D scores patches and names attributes."""
        config, spec = self.config, self.spec
        labels = len(spec.condition.names)
        return {
            "G": ResnetTranslator(
                spec.channels + labels,
                spec.channels,
                config.width,
                config.blocks,
                padding="zeros",
                affine=True,
                skip=config.skip,
            ),
            "D": LabelledPatchDiscriminator(
                spec.channels, spec.shape[1:], config.width, _halvings(spec.shape[1:]), labels
            ),
        }

    def fakes(self, batch: Batch, z: Tensor) -> tuple[Tensor, Tensor]:
        """Changed pictures, and the attributes that were asked for: those of other pictures."""
        own = _attributes(batch)
        order = torch.randperm(len(own), generator=self.random, device=own.device)
        asked = own[order]
        return _change(self.G, batch.x, asked), asked

    @property
    def scale(self) -> Scale:
        """A critic's score, averaged over patches."""
        return CRITIC

    def d_terms(self, batch: Batch, fake: Any) -> Terms:
        """The critic's scores and penalty, and the attributes of real pictures."""
        changed, _ = fake
        scores, logits = self.D(batch.x)
        real_score, fake_score = scores.mean(), self.D(changed)[0].mean()
        self.watched["wasserstein"] = real_score - fake_score
        terms = {
            "real": -real_score,
            "fake": fake_score,
            "attributes": self.config.lambda_cls * _naming(logits, _attributes(batch)),
        }
        if self.config.gp_weight > 0:
            strays = gradient_penalty(
                lambda x: self.D(x)[0].mean(1), batch.x, changed, generator=self.random
            )
            terms["penalty"] = self.config.gp_weight * strays.mean()
        return terms

    def g_terms(self, batch: Batch, fake: Any) -> Terms:
        """To score high, to show what was asked for, and to find the way back."""
        changed, asked = fake
        scores, logits = self.D(changed)
        back = _change(self.G, changed, _attributes(batch)).float()
        self.watched["attributes read"] = ((logits > 0) == (asked > 0.5)).float().mean()
        return {
            "fooled": -scores.mean(),
            "attributes": self.config.lambda_cls * _naming(logits, asked),
            "way back": self.config.lambda_rec * l1_loss(back, batch.x),
        }

    def sample(
        self,
        players: Mapping[str, nn.Module],
        z: Tensor,
        told: Told,
        psi: float = 1.0,
        shift: Tensor | None = None,
        noise: float = 1.0,
    ) -> Tensor:
        """The pictures with the attributes asked for; z is empty."""
        return _change(players["G"], told["image"], told["attributes"])

    def judge(self, players: Mapping[str, nn.Module], x: Tensor, told: Told) -> Tensor:
        """The critic's score; what attributes it sees counts elsewhere."""
        scores, _ = players["D"](x)
        return cast(Tensor, scores).float().flatten(1).mean(1)

    @property
    def inputs(self) -> tuple[ConditionSpec, ...]:
        """A picture, and what it shall show."""
        source = ConditionSpec("image", shape=self.spec.shape, title="source")
        return (source, self.spec.condition)

    def tell(self, batch: Batch) -> dict[str, Tensor]:
        """Each picture with its own attributes."""
        return {"image": batch.x, "attributes": _attributes(batch)}


def _change(generator: nn.Module, x: Tensor, attributes: Tensor) -> Tensor:
    """Pictures (N, C, H, W), with attributes (N, A) spread over them as further channels."""
    spread = attributes.to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])
    changed: Tensor = generator(torch.cat([x, spread], dim=1))
    return changed


def _naming(logits: Tensor, attributes: Tensor) -> Tensor:
    """Cross-entropy summed over the attributes, mean over the pictures."""
    return binary_cross_entropy_with_logits(logits, attributes, reduction="none").sum(1).mean()


def _attributes(batch: Batch) -> Tensor:
    if batch.c is None:
        raise ValueError("StarGAN needs attributes with each sample, and got none")
    return batch.c


def _halvings(sides: tuple[int, ...]) -> int:
    """Layers of D: down to a grid of 2 or 3 on the shorter side, at most six as in the paper."""
    count = 0
    while count < 6 and all(side % 2 ** (count + 1) == 0 for side in sides):
        if min(sides) // 2 ** (count + 1) < 2:
            break
        count += 1
    return count
