"""Introspective autoencoder, in its soft form: the encoder is the discriminator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn

from ganstudio.gans.base import GAN, GANConfig, Phase, Terms, Told
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.conv import ConvGenerator, conv_misfits
from ganstudio.nn.backbones.encoder import ConvEncoder, divergence, draw
from ganstudio.nn.batch import Batch
from ganstudio.samples import SampleSpec, Scale

PAPER_SIZE = 28 * 28  # values of a picture of MNIST, to which the knob beta_neg refers
_NOT_HERE = "Not used: what is encoded must be what is reconstructed."


class IntroVAEConfig(GANConfig):
    """Knobs of Soft-IntroVAE."""

    z_dim: int = redefault(GANConfig, "z_dim", 32)
    g_lr: float = redefault(GANConfig, "g_lr", 1e-3)
    d_lr: float = redefault(GANConfig, "d_lr", 1e-3)
    beta1: float = redefault(GANConfig, "beta1", 0.9)
    n_critic: int = knob(1, low=1, high=1, help="Not used: the sides take turns.")
    instance_noise: float = knob(0.0, low=0, high=0, help=_NOT_HERE)
    noise_kimg: float = knob(0.0, low=0, high=0, help=_NOT_HERE)
    augment: float = knob(0.0, low=0, high=0, help=_NOT_HERE)
    augment_target: float = knob(0.0, low=0, high=0, help=_NOT_HERE)
    vae_kimg: float = knob(
        20.0,
        low=0,
        high=1e6,
        unit="kimg",
        title="VAE warm-up",
        help="So many thousand real samples are trained on as a plain autoencoder before the "
        "game begins (Huang et al. 2018 and Daniel and Tamar 2021, num_vae).",
    )
    beta_rec: float = knob(
        2.0,
        low=0,
        high=1000,
        live=True,
        log=True,
        help="Weight of the reconstruction error: higher keeps more of the very picture "
        "(Daniel and Tamar 2021).",
    )
    beta_kl: float = knob(
        1.0,
        low=0,
        high=1000,
        live=True,
        log=True,
        help="Weight of the distance of real codes from a standard normal: higher makes noise "
        "decode into better pictures (Daniel and Tamar 2021).",
    )
    beta_neg: float = knob(
        256.0,
        low=0,
        high=10000,
        live=True,
        log=True,
        help="How soon a fake's code counts as far enough away: the higher, the sooner the "
        "encoder lets go of it. As published for 28 x 28 and for larger pictures; smaller ones "
        "take less, in proportion to their size (Daniel and Tamar 2021).",
    )
    gamma_r: float = knob(
        0.0,
        low=0,
        high=1,
        live=True,
        advanced=True,
        help="Weight, for the decoder, of reconstructing its own fakes; the paper's 1e-8 is next "
        "to nothing, and 0 saves two passes (Daniel and Tamar 2021).",
    )


class IntroVAE(GAN):
    """An autoencoder that judges itself: the encoder is the discriminator, there is no other.

    The encoder D gives every picture a Gaussian of codes, the decoder G draws pictures from
    codes. As in any variational autoencoder, real pictures must be reconstructed (L_rec) from
    codes close to a standard normal (KL). The game is about that closeness: the encoder sends
    the codes of fakes far away, the decoder wants its fakes to be encoded as real pictures are.

    D:  s (b_rec L_rec(x) + b_kl KL(x)) + 1/2 E exp(-2 s (b_rec L_rec(f) + b_neg KL(f)))

    G:  s (b_rec L_rec(x) + b_kl KL(f))

    where f is half noise decoded and half reconstructions, and s is one over the number of
    values in a picture. The exponential is the soft form: once a fake is far enough off nothing
    is left to gain, where the original's hinge needed a margin that was hard to find.

    Pictures are crisper than a plain autoencoder's, and any picture has a code, but a step costs
    about a dozen passes. Watch kl_real and kl_fake: fakes should be a little farther off, not
    much. More b_rec gives truer reconstructions and worse pictures out of noise.

    The networks are DCGAN's, narrower than the paper's residual ones, with rates five times its
    0.0002; the decoder ends in tanh. b_rec is 2 where the paper has 1. b_neg is the paper's 256
    for pictures of 28 x 28 and more, and in proportion to the size for smaller ones, on which
    the game would be over before it began.

    Source: Daniel and Tamar 2021, arXiv:2012.13253, Eq. 5 and Algorithm 1; Huang et al. 2018,
    arXiv:1807.06358.
    """

    Config = IntroVAEConfig
    config: IntroVAEConfig
    title = "IntroVAE"
    family = "images"
    takes = ("image",)

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, besides what every variant refuses."""
        return [*super().misfits(config, spec), *conv_misfits(spec)]

    def networks(self) -> dict[str, nn.Module]:
        """Decoder G and encoder D."""
        config = self.config
        return {
            "G": ConvGenerator(self.spec, config.z_dim, config.width),
            "D": ConvEncoder(self.spec, config.z_dim, config.width),
        }

    @property
    def warming(self) -> bool:
        """Whether it still is a plain autoencoder."""
        return self.nimg < self.config.vae_kimg * 1000

    @property
    def status(self) -> str:
        """The warm-up, while it lasts."""
        return "plain VAE" if self.warming else ""

    def phases(self) -> list[Phase]:
        """Encoder, then decoder; both see the same terms grow by the game after the warm-up."""
        return [Phase("D", self.d_terms), Phase("G", self.g_terms)]

    def fakes(self, batch: Batch, z: Tensor) -> Tensor:
        """Decoded noise (N, *shape); none during the warm-up."""
        return batch.x[:0] if self.warming else self.G(z)

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """A good autoencoder for real pictures, and fakes of low likelihood."""
        config, scale = self.config, 1 / self.spec.size
        mean, log_variance = self.D(batch.x)
        again = self.G(draw(mean, log_variance, self.random)).float()
        kl = divergence(mean, log_variance).mean()
        self.watched["kl_real"] = kl
        terms = {
            "rec": scale * config.beta_rec * error(batch.x, again).mean(),
            "kl": scale * config.beta_kl * kl,
        }
        if not self.warming:
            likely = [self._likelihood(x) for x in (again.detach(), fake)]
            terms["fake"] = torch.stack(likely).mean() / 2
        return terms

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Real pictures reconstructed, and fakes encoded as if they were real."""
        config, scale = self.config, 1 / self.spec.size
        with torch.no_grad():
            mean, log_variance = self.D(batch.x)
            z = draw(mean, log_variance, self.random)
        again = self.G(z).float()
        terms = {"rec": scale * config.beta_rec * error(batch.x, again).mean()}
        if self.warming:
            return terms
        codes = [self.D(x) for x in (again, fake)]
        kls = torch.stack([divergence(*code).mean() for code in codes])
        terms["kl"] = scale * config.beta_kl * kls.mean()
        if config.gamma_r > 0:
            loops = [self._loop(x, code) for x, code in zip((again, fake), codes, strict=True)]
            terms["loop"] = scale * config.gamma_r * config.beta_rec * torch.stack(loops).mean()
        return terms

    @property
    def judges(self) -> tuple[str, ...]:
        """The encoder judges, by what the decoder makes of its codes."""
        return ("D", "G")

    @property
    def scale(self) -> Scale:
        """Minus an energy."""
        note = "Higher is likelier: well reconstructed from a code near those of noise."
        return Scale("minus energy", note)

    def judge(self, players: Mapping[str, nn.Module], x: Tensor, told: Told) -> Tensor:
        """Minus the energy of samples: how badly they are reconstructed, how far their codes."""
        config, (mean, log_variance) = self.config, players["D"](x)
        again = cast(Tensor, players["G"](mean)).float()
        kl = divergence(mean, log_variance)
        energy = config.beta_rec * error(x, again) + config.beta_kl * kl
        return -energy.float() / self.spec.size

    def _likelihood(self, fake: Tensor) -> Tensor:
        """Mean of exp(-2 s (b_rec L_rec + b_neg KL)): 1 for a fake as likely as can be."""
        config, scale = self.config, 1 / self.spec.size
        beta_neg = config.beta_neg * min(1.0, self.spec.size / PAPER_SIZE)
        mean, log_variance = self.D(fake)
        again = self.G(draw(mean, log_variance, self.random)).float()
        kl = divergence(mean, log_variance)
        self.watched["kl_fake"] = kl.mean()
        energy = config.beta_rec * error(fake, again) + beta_neg * kl
        return (-2 * scale * energy).exp().mean()

    def _loop(self, fake: Tensor, code: tuple[Tensor, Tensor]) -> Tensor:
        """How badly G reconstructs what it made, with fake and code held fast."""
        with torch.no_grad():
            z = draw(code[0], code[1], self.random)
        return error(fake.detach(), self.G(z).float()).mean()


def error(x: Tensor, again: Tensor) -> Tensor:
    """Squared error summed over a picture, (N,), in units of the full range of values.

    Values span 2 here and 1 in the paper, hence the quarter.
    """
    return (x - again).flatten(1).square().sum(1) / 4
