"""Sound to image: pictures from what is heard."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ganstudio.gans.base import GAN, MARGIN, GANConfig, Terms
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.conv import conv_misfits
from ganstudio.nn.backbones.sound import SoundEncoder
from ganstudio.nn.backbones.told import ToldDiscriminator, ToldGenerator, told_pair
from ganstudio.nn.batch import Batch
from ganstudio.nn.objectives import climb, hinge_fake, hinge_real
from ganstudio.samples import SampleSpec, Scale


class Sound2ImageConfig(GANConfig):
    """Knobs of sound to image."""

    d_lr: float = redefault(GANConfig, "d_lr", 4e-4)
    sound_dim: int = knob(
        64,
        low=4,
        high=1024,
        title="Sound vector",
        help="Length of the vector that a sound becomes.",
    )
    mismatch_weight: float = knob(
        0.5,
        low=0,
        high=0.9,
        live=True,
        title="Mismatch weight",
        help="How much real pictures with another's sound count as fakes; fakes count the rest "
        "of 1. At 0 D learns of sounds from the fakes alone (as Reed et al. 2016 for captions).",
    )
    ms_weight: float = knob(
        0.05,
        low=0,
        high=100,
        live=True,
        log=True,
        title="Variety weight",
        help="How much G is kept from making the same picture twice for one sound, the "
        "mode-seeking term; 0 leaves it out and saves a quarter of the time (Mao et al. 2019).",
    )


class Sound2Image(GAN):
    """Hear something, see what it could be: pictures drawn for a sound.

    A sound comes in as a log-mel spectrogram, a picture of its pitches over time. A small
    network turns it into a vector, which both sides are told: G beside z and in the norm of
    each layer, D by projection. D calls real only what is real and goes with its sound, so it
    gets a third kind of pair to refuse, real pictures x with the sound s' of another:

    D:  E[h(D(x, s))] + a E[h(-D(x, s'))] + (1 - a) E[h(-D(G(z, s), s))],   a = 1/2
    G:  -E[D(G(z, s), s)] + b / E|G(z, s) - G(z', s)|,   b = 1/20

    where h(t) = max(0, 1 - t). G's last term keeps it from passing over z: pictures for one sound
    shall differ. Keep z and change the sound to see the same face say something else. The faces
    here say vowels, and the mouth is all that a vowel decides, with the mood of eyes and brows:
    hat, hair and colours are left to z. There are seven vowels, so one in seven of the sounds
    that should not match says the right vowel after all: "sounds told apart" cannot pass 0.93 by
    much.

    As in the paper D has spectral norm, the hinge loss and a projection. The paper takes sounds
    through a network that was trained to name them beforehand, at 64 pixels, and asks D for the
    class as well. Here the encoders learn along, each side its own, as no class is known but
    through the pictures, and the mismatched pairs stand in for the paper's classifier.

    Source: Wan et al. 2019, arXiv:1808.04108; mismatched pairs Reed et al. 2016,
    arXiv:1605.05396, Algorithm 1; projection Miyato and Koyama 2018, arXiv:1802.05637, Eq. 3;
    variety Mao et al. 2019, arXiv:1903.05628, Eq. 2.
    """

    Config = Sound2ImageConfig
    config: Sound2ImageConfig
    title = "Sound to image"
    family = "images with sounds"
    takes = ("image",)
    told = "sound"
    default_data = "faces"

    G: ToldGenerator
    D: ToldDiscriminator

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, besides what every variant refuses."""
        return [*super().misfits(config, spec), *conv_misfits(spec)]

    def networks(self) -> dict[str, nn.Module]:
        """The convolutional pair, each with a sound encoder of its own."""
        config, mels = self.config, self.condition.shape[1]

        def encoder() -> nn.Module:
            return SoundEncoder(mels, 16, config.sound_dim)

        return told_pair(self.spec, config.z_dim, config.width, encoder, config.sound_dim)

    @property
    def scale(self) -> Scale:
        """A margin: how real it is and how well it fits its sound."""
        return MARGIN

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Hinge loss on real pictures with their sound, with another's, and on fakes."""
        assert batch.c is not None
        right, wrong, fakes = self.D(batch.x, batch.c, fake)
        share = self.config.mismatch_weight
        self.watched["sounds told apart"] = (right > wrong).float().mean()
        return {
            "real": hinge_real(right),
            "mismatch": share * hinge_fake(wrong),
            "fake": (1 - share) * hinge_fake(fakes),
        }

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Minus D's mean score of the fakes with the sounds they were made for."""
        assert batch.c is not None
        terms = {"fooled": climb(self.D(fake, batch.c))}
        if self.config.ms_weight > 0:
            random = self.random or torch.default_generator
            z = self.latent(len(batch.x) // 2 * 2, random, batch.c.device)
            terms["sameness"] = self.config.ms_weight * self.G.sameness(z, batch.c)
        return terms
