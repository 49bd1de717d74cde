"""Text to image: pictures from captions."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ganstudio.gans.base import GAN, PROBABILITY, GANConfig, Terms
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.conv import conv_misfits
from ganstudio.nn.backbones.text import TextEncoder
from ganstudio.nn.backbones.told import ToldDiscriminator, ToldGenerator, told_pair
from ganstudio.nn.batch import Batch
from ganstudio.nn.objectives import fake_loss, non_saturating, real_loss
from ganstudio.samples import SampleSpec, Scale


class Text2ImageConfig(GANConfig):
    """Knobs of text to image."""

    d_lr: float = redefault(GANConfig, "d_lr", 4e-4)
    text_dim: int = knob(
        128,
        low=4,
        high=1024,
        title="Sentence vector",
        help="Length of the vector that a caption becomes (Reed et al. 2016 have 128).",
    )
    mismatch_weight: float = knob(
        0.5,
        low=0,
        high=0.9,
        live=True,
        title="Mismatch weight",
        help="How much real pictures under another's caption count as fakes; fakes count the "
        "rest of 1. At 0 D learns of captions from the fakes alone (Reed et al. 2016).",
    )
    int_weight: float = knob(
        0.0,
        low=0,
        high=10,
        live=True,
        title="Interpolation weight",
        help="How much pictures made for the middle between two captions count in G's loss, "
        "GAN-INT; 0 leaves them out and saves a quarter of the time (Reed et al. 2016, Eq. 5).",
    )
    ms_weight: float = knob(
        0.05,
        low=0,
        high=100,
        live=True,
        log=True,
        title="Variety weight",
        help="How much G is kept from making the same picture twice for one caption, the "
        "mode-seeking term; 0 leaves it out and saves a quarter of the time (Mao et al. 2019).",
    )


class Text2Image(GAN):
    """Say what you want to see: pictures drawn for a caption.

    A small network reads the caption t into a vector, which both sides are told: G beside z and
    in the norm of each layer, D by projection. A D that only told real from fake would forgive G
    for drawing something else, as long as it looks good. So it gets a third kind of pair to
    refuse, real pictures x under the caption t' of another (the matching-aware game, GAN-CLS):

    D:  -log D(x, t) - a log(1 - D(x, t')) - (1 - a) log(1 - D(G(z, t), t)),   a = 1/2
    G:  -log D(G(z, t), t) + b / E|G(z, t) - G(z', t)|,   b = 1/20

    What the caption leaves open is left to z: keep z and change a word. The last term sees to it,
    as captions are so rich that G could pass over z: pictures for one caption shall differ. It
    knows the words of its captions only; others are passed over. Colours and large things come
    first, small ones such as the shape of glasses late, and rare combinations last. The
    interpolation weight adds pictures for the middle between two captions, which no data has
    (GAN-INT).

    The paper reads text with a network trained beforehand on the same pictures. Here the
    encoders learn along, each side its own: only the generator's side is kept for exploring, so
    it has to read by itself, and D cannot move the meaning of words under its feet. Where the
    paper joins text and features by a convolution and has batch norm in D, here are a projection
    and spectral norm, and D has twice the rate of G, which gets further in minutes.

    Source: Reed et al. 2016, arXiv:1605.05396, Algorithm 1 and Eq. 5; projection Miyato and
    Koyama 2018, arXiv:1802.05637, Eq. 3; variety Mao et al. 2019, arXiv:1903.05628, Eq. 2.
    """

    Config = Text2ImageConfig
    config: Text2ImageConfig
    title = "Text to image"
    family = "images with captions"
    takes = ("image",)
    told = "text"
    default_data = "faces"

    G: ToldGenerator
    D: ToldDiscriminator

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, besides what every variant refuses."""
        return [*super().misfits(config, spec), *conv_misfits(spec)]

    def networks(self) -> dict[str, nn.Module]:
        """The convolutional pair, each with a text encoder of its own."""
        config, words = self.config, len(self.condition.names)

        def encoder() -> nn.Module:
            return TextEncoder(words, config.text_dim // 2, config.text_dim)

        return told_pair(self.spec, config.z_dim, config.width, encoder, config.text_dim)

    @property
    def scale(self) -> Scale:
        """A probability: that it is real and fits its caption."""
        return PROBABILITY

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Cross-entropy on real pictures with their caption, with another's, and on fakes."""
        assert batch.c is not None
        right, wrong, fakes = self.D(batch.x, batch.c, fake)
        share = self.config.mismatch_weight
        self.watched["captions told apart"] = (right > wrong).float().mean()
        return {
            "real": real_loss(right),
            "mismatch": share * fake_loss(wrong),
            "fake": (1 - share) * fake_loss(fakes),
        }

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """The non-saturating loss on fakes for captions, and on fakes for midway ones."""
        assert batch.c is not None
        terms = {"fooled": non_saturating(self.D(fake, batch.c))}
        if self.config.ms_weight > 0:
            z = self._noise(len(batch.x) // 2 * 2, batch.c)
            terms["sameness"] = self.config.ms_weight * self.G.sameness(z, batch.c)
        if self.config.int_weight > 0:
            terms["midway"] = self.config.int_weight * non_saturating(self._midway(batch.c))
        return terms

    def _midway(self, c: Tensor) -> Tensor:
        """Logits of pictures for the middle between each caption and the next."""
        z = self._noise(len(c), c)
        mine, judged = self.G.encoder(c), self.D.encoder(c)
        fake = self.G.draw(z, (mine + mine.roll(1, 0)) / 2)
        return self.D.match(self.D.stages(fake), (judged + judged.roll(1, 0)) / 2)

    def _noise(self, count: int, c: Tensor) -> Tensor:
        return self.latent(count, self.random or torch.default_generator, c.device)
