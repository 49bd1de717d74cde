"""BigGAN: class-conditional pictures from residual networks."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ganstudio.gans.base import GAN, MARGIN, GANConfig, Terms
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.resnet import (
    ResNetDiscriminator,
    ResNetGenerator,
    resnet_misfits,
)
from ganstudio.nn.batch import Batch
from ganstudio.nn.objectives import climb, hinge_fake, hinge_real
from ganstudio.nn.spectral import likeness
from ganstudio.samples import SampleSpec, Scale


class BigGANConfig(GANConfig):
    """Knobs of BigGAN."""

    batch: int = redefault(GANConfig, "batch", 32)
    width: int = redefault(GANConfig, "width", 16)
    g_lr: float = redefault(GANConfig, "g_lr", 1e-3)
    d_lr: float = redefault(GANConfig, "d_lr", 1e-3)
    beta1: float = redefault(GANConfig, "beta1", 0.0)
    beta2: float = redefault(GANConfig, "beta2", 0.99)
    shared: int = knob(
        64,
        low=1,
        high=1024,
        title="Class embedding",
        help="Dimensions of the class embedding that all blocks of G share; 128 in the paper "
        "(Brock et al. 2018).",
    )
    hierarchical: bool = knob(
        True,
        title="Hierarchical z",
        help="Split z into parts, one for each resolution of G (Brock et al. 2018).",
    )
    attention: bool = knob(
        False,
        help="Let distant places of a picture look at each other, on one grid of medium size, as "
        "the paper does. Costs a third of the speed of narrow networks (Zhang et al. 2019).",
    )
    ortho_weight: float = knob(
        1e-4,
        low=0,
        high=1,
        live=True,
        log=True,
        advanced=True,
        title="Orthogonality weight",
        help="Beta: how much G is kept from filters that are alike, which lets truncated latents "
        "make clean pictures; 0 leaves it out (Brock et al. 2018, Eq. 3).",
    )


class BigGAN(GAN):
    """Pictures of the class you ask for, from residual networks that were made to be scaled up.

    The class is told to G in every layer: it bends the gain and the shift of each batch norm,
    together with a part of z of the block's own (hierarchical z), so that coarse and fine layers
    each have latents to themselves. D judges by projection: how real, plus how well picture and
    class go together. The loss is the hinge, which stops rewarding D for what it tells apart
    already, and spectral norm on both sides keeps either from being steep:

    D:  E[max(0, 1 - D(x, c))] + E[max(0, 1 + D(G(z, c), c))],   G:  -E[D(G(z, c), c)]

    G's filters are kept from being alike (orthogonal regularisation), so that it bears truncated
    latents: turn psi below 1 for less variety and cleaner pictures (the paper draws latents
    beyond a limit again; here they are scaled). Classes can be blended.

    It needs data with classes. The paper has batches of 2048, widths of 96, rates of 0.00005 for
    G and 0.0002 for D, two steps of D for one of G, and attention, for days on many machines.
    Here batches of 32, widths of 16 and one rate of 0.001 for both; beta2 is 0.99 instead of
    0.999, a shorter memory for a shorter run. D's steps and attention are knobs. On one core all
    ten digits stand, each in its place, within a minute. Classes that show in a few pixels, such
    as the expressions of the faces, are learned long after the look of a picture.

    Source: Brock et al. 2018, arXiv:1809.11096, sections 3 and 4, appendix B; projection Miyato
    and Koyama 2018, arXiv:1802.05637, Eq. 3.
    """

    Config = BigGANConfig
    config: BigGANConfig
    title = "BigGAN"
    family = "images of classes"
    takes = ("image",)
    told = "classes"
    default_data = "digits"

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, or not often enough for attention; and the usual."""
        return [*super().misfits(config, spec), *resnet_misfits(spec, config.attention)]

    def networks(self) -> dict[str, nn.Module]:
        """The residual pair, spectral norm on both sides."""
        config, classes = self.config, self.condition.classes
        return {
            "G": ResNetGenerator(
                self.spec,
                config.z_dim,
                config.width,
                classes,
                config.shared,
                config.hierarchical,
                config.attention,
                bounded=True,
            ),
            "D": ResNetDiscriminator(self.spec, config.width, classes, config.attention),
        }

    @property
    def scale(self) -> Scale:
        """A margin."""
        return MARGIN

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Hinge loss in one pass over both, as D has no norm that would mix them."""
        c = None if batch.c is None else torch.cat([batch.c, batch.c])
        real_logits, fake_logits = self.D(torch.cat([batch.x, fake]), c).chunk(2)
        return {"real": hinge_real(real_logits), "fake": hinge_fake(fake_logits)}

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Minus D's mean score, and how alike G's filters are."""
        terms = {"fooled": climb(self.D(fake, batch.c))}
        if self.config.ortho_weight > 0:
            terms["ortho"] = self.config.ortho_weight * likeness(self._filters())
        return terms

    def _filters(self) -> list[Tensor]:
        """G's weights as they are trained, without the class embedding."""
        named = self.G.named_parameters()
        return [p for name, p in named if p.dim() > 1 and not name.startswith("embedding")]
