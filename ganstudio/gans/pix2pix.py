"""pix2pix: a source picture in, the picture that belongs to it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from ganstudio.gans.base import PROBABILITY, DecayConfig, DecayGAN, Suited, Terms, Told, held_out
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.translator import PatchDiscriminator
from ganstudio.nn.backbones.unet import UNet, unet_depth
from ganstudio.nn.batch import Batch
from ganstudio.nn.objectives import fake_loss, non_saturating, real_loss
from ganstudio.samples import ConditionSpec, SampleSpec, Scale


class Pix2PixConfig(DecayConfig):
    """Knobs of pix2pix."""

    batch: int = redefault(DecayConfig, "batch", 16)
    width: int = redefault(DecayConfig, "width", 24)
    g_lr: float = redefault(DecayConfig, "g_lr", 1e-3)
    d_lr: float = redefault(DecayConfig, "d_lr", 2e-4)
    ema_kimg: float = redefault(DecayConfig, "ema_kimg", 2.0)
    held_out: float = held_out()
    lambda_l1: float = knob(
        100.0,
        low=0,
        high=1000,
        live=True,
        title="L1 weight",
        help="Lambda: weight of the mean difference to the true target; 0 leaves all to D, and "
        "more makes it softer (Isola et al. 2017, Eq. 4).",
    )
    dropout: float = knob(
        0.5,
        low=0,
        high=0.9,
        help="Chance that a value is dropped in the coarse stages of the generator, while "
        "training only (Isola et al. 2017, section 3.2.1).",
    )
    d_halvings: int = knob(
        1,
        low=1,
        high=4,
        title="Patch halvings",
        help="Halvings in D: 1, 2 or 3 judge patches of 16, 34 or 70 pixels; the paper has 70 "
        "for pictures of 256 (Isola et al. 2017, section 4.4).",
    )


class Pix2Pix(DecayGAN):
    """Outline to face, map to photograph, day to night: learned from pairs of pictures.

    The generator is a U-Net: it squeezes the source s to a few numbers and unfolds it again,
    while short cuts carry what stays in place. An L1 distance to the true target t keeps the
    whole picture right; the discriminator looks at source and result together, patch by patch,
    and sees to what L1 blurs, the edges and textures:

    D:  (-log D(s, t) - log(1 - D(s, G(s)))) / 2,   G:  -log D(s, G(s)) + lambda |t - G(s)|

    It learns fast and steadily, for L1 alone shows the way. It costs pairs: each source needs its
    target. There is no latent. As in the paper the only noise is dropout, and the answer hardly
    changes with it; here it is switched off when a trained model draws, so that one source has
    one answer.

    The paper trains on single pictures of 256 pixels with width 64, a rate of 0.0002 for both
    and patches of 70 pixels. Here pictures are small, so patches are, batches are 16, the width
    is 24, and G's rate five times as high.

    Source: Isola et al. 2017, arXiv:1611.07004, Eq. 1 to 4 and appendix 6.
    """

    Config = Pix2PixConfig
    config: Pix2PixConfig
    title = "pix2pix"
    family = "picture to picture"
    takes = ("image",)
    suited: ClassVar[Suited] = {"image": {"held_out": 0.05}}
    told = "image"
    default_data = "faces"

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sources of another size, sides that cannot be halved, patches larger than the picture."""
        found = super().misfits(config, spec)
        source = spec.offer("image")
        if source is not None and source.shape[1:] != spec.shape[1:]:
            found.append(f"sources must be as large as {spec}, and they are {source.shape}")
        if unet_depth(spec.shape[1:]) < 2:
            found.append(f"the generator wants sides divisible by 4, and these samples are {spec}")
        if min(spec.shape[1:]) < 3 * 2**config.d_halvings:
            found.append(f"d_halvings = {config.d_halvings} is too many for {spec}")
        return found

    def networks(self) -> dict[str, nn.Module]:
        """The U-Net, and a patch discriminator on source and result."""
        config, spec = self.config, self.spec
        source = spec.condition.shape[0]
        return {
            "G": UNet(source, spec.channels, spec.shape[1:], config.width, config.dropout),
            "D": PatchDiscriminator(
                source + spec.channels, config.width, config.d_halvings, "batch"
            ),
        }

    def fakes(self, batch: Batch, z: Tensor) -> Tensor:
        """The generator's answer to each source."""
        answer: Tensor = self.G(batch.c)
        return answer

    @property
    def scale(self) -> Scale:
        """A probability, from the mean over patches."""
        return PROBABILITY

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Half the cross-entropy over the patches of true and of made pairs."""
        return {
            "real": real_loss(self._judge(batch, batch.x)) / 2,
            "fake": fake_loss(self._judge(batch, fake)) / 2,
        }

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """To be taken for true, and to be near the target."""
        distance = l1_loss(fake, batch.x)
        self.watched["l1"] = distance
        return {
            "fooled": non_saturating(self._judge(batch, fake)),
            "distance": self.config.lambda_l1 * distance,
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
        """The answer to each source; z is empty."""
        answer: Tensor = players["G"](told["image"])
        return answer

    def judge(self, players: Mapping[str, nn.Module], x: Tensor, told: Told) -> Tensor:
        """How well a picture goes with its source."""
        logits: Tensor = players["D"](torch.cat([told["image"], x], dim=1))
        return logits.float().flatten(1).mean(1)

    @property
    def inputs(self) -> tuple[ConditionSpec, ...]:
        """The source."""
        return (self.spec.condition,)

    def _judge(self, batch: Batch, target: Tensor) -> Tensor:
        if batch.c is None:
            raise ValueError("pix2pix needs a source picture with each sample, and got none")
        logits: Tensor = self.D(torch.cat([batch.c, target], dim=1))
        return logits
