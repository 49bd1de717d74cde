"""StyleGAN2, with adaptive augmentation at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from ganstudio.gans.base import GAN, PROBABILITY, GANConfig, Phase, Terms, Told
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.conv import conv_misfits
from ganstudio.nn.backbones.style import StyleDiscriminator, StyleGenerator
from ganstudio.nn.batch import Batch
from ganstudio.nn.objectives import fake_loss, non_saturating, real_loss
from ganstudio.nn.penalties import path_length, zero_centred
from ganstudio.samples import SampleSpec, Scale

PATH_MEMORY = 0.99  # of the mean path length from phase to phase


class StyleGAN2Config(GANConfig):
    """Knobs of StyleGAN2."""

    batch: int = redefault(GANConfig, "batch", 16)
    width: int = redefault(GANConfig, "width", 16)
    instance_noise: float = redefault(GANConfig, "instance_noise", 0.2)
    noise_kimg: float = redefault(GANConfig, "noise_kimg", 150.0)
    g_lr: float = redefault(GANConfig, "g_lr", 2.5e-3)
    d_lr: float = redefault(GANConfig, "d_lr", 2.5e-3)
    beta1: float = redefault(GANConfig, "beta1", 0.0)
    beta2: float = redefault(GANConfig, "beta2", 0.99)
    w_dim: int = knob(
        64, low=2, high=1024, title="Style size", help="Dimensions of the mapped latent w."
    )
    mapping_layers: int = knob(
        2,
        low=1,
        high=16,
        unit="layers",
        advanced=True,
        help="Depth of the mapping from z to w; the paper has 8, StyleGAN2-ADA 2 for small "
        "pictures (Karras et al. 2020).",
    )
    gamma: float = knob(
        0.5,
        low=0,
        high=1000,
        live=True,
        log=True,
        title="R1 weight",
        help="Weight of D's squared gradient at real pictures of 32 x 32, halved; it is scaled "
        "with the number of pixels. Larger is steadier and less diverse (Karras et al. 2020).",
    )
    r1_every: int = knob(
        16,
        low=1,
        high=64,
        unit="steps",
        advanced=True,
        help="R1 is taken once in so many steps and weighted up accordingly "
        "(Karras et al. 2020, appendix B).",
    )
    pl_weight: float = knob(
        0.0,
        low=0,
        high=100,
        title="Path length",
        help="Weight of the path length regulariser, which makes equal steps in w change the "
        "picture equally; the paper has 2 (Karras et al. 2020, Eq. 4). 0 saves its time.",
    )
    pl_every: int = knob(
        4,
        low=1,
        high=64,
        unit="steps",
        advanced=True,
        help="Path lengths are taken once in so many steps (Karras et al. 2020, appendix B).",
    )
    mixing: float = knob(
        0.9,
        low=0,
        high=1,
        live=True,
        advanced=True,
        title="Style mixing",
        help="Share of fakes whose finer layers take the style of another latent "
        "(Karras et al. 2019, section 3.1).",
    )
    conditional: bool = knob(False, help="Tell both networks the class, where data has classes.")


class StyleGAN2(GAN):
    """Noise is mapped to a style w first, and the style turns the channels of every layer up.

    In z, what the data lacks leaves holes, and directions are bent around them; w is free to
    be straight, so hair, hat and background come apart. Coarse layers decide on pose, fine ones
    on colour; small noise is added at every layer for what is mere chance. Instead of
    normalising activations, the weights are demodulated by the size that the style gives them.
    Both sides play the non-saturating game:

    D:  -log D(x) - log(1 - D(G(z))) + gamma / 2 E[|grad D(x)|^2],   G:  -log D(G(z))

    The penalty R1 is lazy: every 16 steps, 16 times as heavy. Truncation draws w towards its
    mean: psi 0 is the mean picture, psi 1 all variety. With few pictures let ``augment_target``
    be 0.6 (StyleGAN2-ADA): D then sees changed pictures as often as it needs to learn none by
    heart.

    Path length regularisation is off at first: what it smooths is not yet there in a run of
    minutes. The networks are far narrower than the paper's and the mapping has two layers, for
    one core instead of eight GPUs; noise grows a hundredth as fast, or it comes before the
    picture does, colours begin quietly, and instance noise hides fine detail from D at first.
    Doubling layers convolve before they enlarge, and D averages down where the paper has longer
    filters.

    Source: Karras et al. 2020, arXiv:1912.04958; adaptive augmentation Karras et al. 2020,
    arXiv:2006.06676.
    """

    Config = StyleGAN2Config
    config: StyleGAN2Config
    title = "StyleGAN2"
    family = "images"
    takes = ("image",)
    default_data = "faces"
    spaces: ClassVar[tuple[str, ...]] = ("z", "w")
    noisy: ClassVar[bool] = True

    G: StyleGenerator

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, besides what every variant refuses."""
        return [*super().misfits(config, spec), *conv_misfits(spec)]

    def networks(self) -> dict[str, nn.Module]:
        """Mapping and synthesis, and a residual discriminator."""
        config, classes = self.config, self.condition.classes
        return {
            "G": StyleGenerator(
                self.spec,
                config.z_dim,
                config.w_dim,
                config.width,
                classes,
                config.mapping_layers,
            ),
            "D": StyleDiscriminator(self.spec, config.width, classes),
        }

    def phases(self) -> list[Phase]:
        """One update of each side; R1 and path length lazily, as phases of their own."""
        config = self.config
        rounds = [Phase("D", self.d_terms, batches=config.n_critic)]
        if config.gamma > 0:
            rounds.append(Phase("D", self.r1_terms, every=config.r1_every, fakes=False))
        rounds.append(Phase("G", self.g_terms))
        if config.pl_weight > 0:
            rounds.append(Phase("G", self.path_terms, every=config.pl_every, fakes=False))
        return rounds

    def fakes(self, batch: Batch, z: Tensor) -> Tensor:
        """Pictures, most of them of two styles: one for the coarse layers, one for the fine."""
        return cast(Tensor, self.G.synthesis(self._styles(z, self._told(batch))))

    @property
    def scale(self) -> Scale:
        """A probability."""
        return PROBABILITY

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Cross-entropy on real and on fake."""
        return {
            "real": real_loss(self.D(batch.x, batch.c)),
            "fake": fake_loss(self.D(fake, batch.c)),
        }

    def g_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """The non-saturating loss on what D says of the fakes."""
        return {"fooled": non_saturating(self.D(fake, batch.c))}

    def r1_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """R1 on the real pictures, weighted up for the steps it was left out."""
        squares = zero_centred(lambda x: self.D(x, batch.c), batch.x).mean()
        gamma = self.config.gamma * self.spec.side**2 / 32**2
        return {"penalty": gamma / 2 * self.config.r1_every * squares}

    def path_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Squared deviation of the path lengths from their running mean, on half a batch."""
        half = Batch(batch.x[::2], None if batch.c is None else batch.c[::2])
        assert self.random is not None
        z = self.latent(len(half.x), self.random, half.x.device)
        w = self._styles(z, self._told(half))
        lengths = path_length(self.G.synthesis, w, self.random)
        mean = self.G.path_length
        with torch.no_grad():
            mean.lerp_(lengths.detach().mean(), 1 - PATH_MEMORY)
        self.watched["path length"] = mean.clone()
        penalty = (lengths - mean.clone()).square().mean()
        return {"path": self.config.pl_weight * self.config.pl_every * penalty}

    def sample(
        self,
        players: Mapping[str, nn.Module],
        z: Tensor,
        told: Told,
        psi: float = 1.0,
        shift: Tensor | None = None,
        noise: float = 1.0,
    ) -> Tensor:
        """Samples at styles truncated towards the mean one, and shifted, all or layer by layer."""
        G = cast(StyleGenerator, players["G"])
        w = G.truncated(z, told.get(self.condition.kind), psi)
        if shift is not None:
            w = w + shift if shift.dim() == 2 else w[:, None] + shift
        return cast(Tensor, G.synthesis(w, noise))

    def mapped(self, players: Mapping[str, nn.Module], z: Tensor, told: Told) -> Tensor:
        """The style of each latent."""
        G = cast(StyleGenerator, players["G"])
        return cast(Tensor, G.mapping(z, told.get(self.condition.kind)).float())

    @property
    def layers(self) -> int:
        """One style for each convolution."""
        return self.G.synthesis.layers

    def _told(self, batch: Batch) -> Tensor | None:
        return batch.c if self.condition.kind != "none" else None

    def _styles(self, z: Tensor, c: Tensor | None) -> Tensor:
        """One style a layer, (N, layers, w_dim): beyond a random layer, that of other latents."""
        count, layers, device = len(z), self.G.synthesis.layers, z.device
        if self.config.mixing == 0:
            return cast(Tensor, self.G.mapping(z, c)[:, None].expand(-1, layers, -1))
        assert self.random is not None
        both = torch.cat([z, self.latent(count, self.random, device)])
        w, other = self.G.mapping(both, None if c is None else torch.cat([c, c])).chunk(2)
        drawn = torch.rand(2, count, 1, device=device, generator=self.random)
        crossing = 1 + (drawn[0] * (layers - 1)).floor()
        mixes = (drawn[1] < self.config.mixing) & (torch.arange(layers, device=device) >= crossing)
        return torch.where(mixes[:, :, None], other[:, None], w[:, None])
