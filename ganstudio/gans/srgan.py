"""SRGAN: small pictures enlarged, with the detail that fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from ganstudio.gans.base import GAN, PROBABILITY, Suited, Terms, Told, TranslatorConfig, held_out
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.conv import ConvDiscriminator, conv_misfits
from ganstudio.nn.backbones.srresnet import SRResNet, enlarge, shrink
from ganstudio.nn.batch import Batch
from ganstudio.nn.objectives import fake_loss, non_saturating, real_loss
from ganstudio.samples import ConditionSpec, SampleSpec, Scale


class SRGANConfig(TranslatorConfig):
    """Knobs of SRGAN."""

    batch: int = redefault(TranslatorConfig, "batch", 16)
    width: int = redefault(TranslatorConfig, "width", 24)
    g_lr: float = redefault(TranslatorConfig, "g_lr", 1e-3)
    d_lr: float = redefault(TranslatorConfig, "d_lr", 2e-4)
    beta1: float = redefault(TranslatorConfig, "beta1", 0.9)
    beta2: float = redefault(TranslatorConfig, "beta2", 0.99)
    ema_kimg: float = redefault(TranslatorConfig, "ema_kimg", 2.0)
    held_out: float = held_out()
    scale: Literal[2, 4] = knob(4, help="How much larger pictures become (the paper: 4).")
    blocks: int = knob(
        4, low=1, high=32, help="Residual blocks on the small grid; the paper has 16."
    )
    content: Literal["features", "pixels"] = knob(
        "features",
        help="What nearness to the true picture means besides its pixels: features of D, or "
        "nothing else. The paper takes features of a VGG network trained on photographs.",
    )
    pixel_weight: float = knob(
        1.0,
        low=0,
        high=100,
        live=True,
        help="Weight of the mean difference of pixels, as in what came after the paper "
        "(Wang et al. 2018, Eq. 3).",
    )
    feature_weight: float = knob(
        1.0,
        low=0,
        high=100,
        live=True,
        help="Weight of the mean difference of features of D, averaged over its layers "
        "(Ledig et al. 2017, Eq. 5; of D as in Larsen et al. 2016).",
    )
    adversarial_weight: float = knob(
        0.02,
        low=0,
        high=10,
        live=True,
        log=True,
        help="Weight of D's verdict; 0.001 in the paper, beside features of VGG "
        "(Ledig et al. 2017, Eq. 3).",
    )
    pretrain_kimg: float = knob(
        10.0,
        low=0,
        high=1e5,
        unit="kimg",
        live=True,
        title="Pixels alone for",
        help="Thousand samples in which G learns from pixels alone, while D gets ready "
        "(Ledig et al. 2017, section 3.2).",
    )


class SRGAN(GAN):
    """A picture four times as large, with detail that could have been there.

    Many large pictures shrink to the same small one. A network trained on pixels answers with
    their average, which is a blur; the discriminator knows what sharp pictures look like and
    makes the generator pick one:

    D:  -log D(x) - log(1 - D(G(s))),   G:  pixels + features + w (-log D(G(s)))

    where s is the shrunk x. It looks sharper and scores lower: the signal-to-noise ratio to the
    true picture (PSNR, plotted in dB beside that of plain bicubic enlargement) falls when D comes
    in, by design. What it adds is invented: never read a number plate with it.

    It works on any pictures, since the small ones are made from them on the fly, with an
    antialiased bicubic filter. G first learns from pixels alone (pretrain_kimg), as in the
    paper, then from all three.

    The paper compares features of VGG, a network trained on a million photographs; here they
    are D's own, so nothing needs to be downloaded, and a mean difference of pixels stays beside
    them. Features differ by their mean distance relative to their size, where the paper squares
    it. D's weight counts more than the paper's 0.001, since these features are no VGG's. Networks
    are narrower and have four blocks for sixteen, without batch norm on either side, and G adds
    to the bicubic enlargement instead of making the picture from nothing.

    Source: Ledig et al. 2017, arXiv:1609.04802, Eq. 1 to 6 and section 3.2.
    """

    Config = SRGANConfig
    config: SRGANConfig
    title = "SRGAN"
    family = "small picture to large"
    takes = ("image",)
    suited: ClassVar[Suited] = {"image": {"held_out": 0.05}}
    default_data = "faces"
    D: ConvDiscriminator

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that do not divide by the scale, or that D cannot halve."""
        found = [*super().misfits(config, spec), *conv_misfits(spec)]
        if spec.side % config.scale or spec.side // config.scale < 4:
            found.append(f"scale = {config.scale} wants larger sides, and these samples are {spec}")
        return found

    def networks(self) -> dict[str, nn.Module]:
        """The residual enlarger, and a discriminator of whole pictures."""
        config, spec = self.config, self.spec
        return {
            "G": SRResNet(spec.channels, config.width, config.blocks, config.scale),
            "D": ConvDiscriminator(spec, config.width, norm="none"),
        }

    @property
    def status(self) -> str:
        """Whether D counts yet."""
        return "pixels alone" if self._pretraining else ""

    @property
    def _pretraining(self) -> bool:
        return self.nimg < 1000 * self.config.pretrain_kimg

    def fakes(self, batch: Batch, z: Tensor) -> Tensor:
        """Each picture shrunk and enlarged again."""
        enlarged: Tensor = self.G(shrink(batch.x, self.config.scale))
        return enlarged

    @property
    def scale(self) -> Scale:
        """A probability."""
        return PROBABILITY

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Cross-entropy on real and on enlarged pictures."""
        return {"real": real_loss(self.D(batch.x)), "fake": fake_loss(self.D(fake))}

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Pixels alone at first; then features of D and its verdict with them."""
        config = self.config
        pixels = l1_loss(fake, batch.x)
        self.watched["psnr"] = _psnr(fake, batch.x)
        plain = enlarge(shrink(batch.x, config.scale), config.scale)
        self.watched["psnr bicubic"] = _psnr(plain, batch.x)
        if self._pretraining:
            return {"pixels": pixels}
        terms = {"pixels": config.pixel_weight * pixels}
        made, logits = self._look(fake)
        if config.content == "features":
            with torch.no_grad():
                true, _ = self._look(batch.x)
            apart = torch.stack([_apart(a, b) for a, b in zip(made, true, strict=True)]).mean()
            terms["features"] = config.feature_weight * apart
        terms["fooled"] = config.adversarial_weight * non_saturating(logits)
        return terms

    def _look(self, x: Tensor) -> tuple[list[Tensor], Tensor]:
        """What each stage of D sees in these pictures, and its logits (N,)."""
        seen = []
        for stage in self.D.stages:
            x = stage(x)
            seen.append(x)
        return seen[:-1], self.D.judge(seen[-1], None)

    def sample(
        self,
        players: Mapping[str, nn.Module],
        z: Tensor,
        told: Told,
        psi: float = 1.0,
        shift: Tensor | None = None,
        noise: float = 1.0,
    ) -> Tensor:
        """The small pictures enlarged; z is empty."""
        enlarged: Tensor = players["G"](told["image"])
        return enlarged.clamp(-1, 1)

    def judge(self, players: Mapping[str, nn.Module], x: Tensor, told: Told) -> Tensor:
        """The verdict on the whole picture, whatever it was enlarged from."""
        logits: Tensor = players["D"](x)
        return logits.float()

    def beside(self, players: Mapping[str, nn.Module], samples: Tensor, told: Told) -> Told:
        """What plain enlargement makes of the same small pictures."""
        return {"bicubic": enlarge(told["image"], self.config.scale)}

    @property
    def inputs(self) -> tuple[ConditionSpec, ...]:
        """The small picture."""
        sides = (side // self.config.scale for side in self.spec.shape[1:])
        return (ConditionSpec("image", shape=(self.spec.channels, *sides), title="low resolution"),)

    def tell(self, batch: Batch) -> dict[str, Tensor]:
        """The pictures shrunk."""
        return {"image": shrink(batch.x, self.config.scale)}


def _apart(made: Tensor, true: Tensor) -> Tensor:
    """Mean difference of two feature maps, relative to the size of the true ones."""
    made, true = made.float(), true.float()
    return (made - true).abs().mean() / (true.abs().mean() + 1e-6)


def _psnr(made: Tensor, true: Tensor) -> Tensor:
    """Mean peak signal-to-noise ratio in dB of pictures (N, C, H, W) whose range is 2."""
    error = (made.clamp(-1, 1) - true).detach().square().flatten(1).mean(1)
    return (10 * (4 / (error + 1e-10)).log10()).mean()
