"""3D-GAN: volumes of voxels from noise."""

from __future__ import annotations

from typing import Any, Literal

from torch import Tensor, nn

from ganstudio.gans.base import CrossEntropyConfig, CrossEntropyGAN, Phase, Terms
from ganstudio.knobs import knob, redefault
from ganstudio.nn.backbones.conv import conv_misfits, conv_pair
from ganstudio.nn.batch import Batch
from ganstudio.nn.penalties import zero_centred
from ganstudio.samples import Prior, SampleSpec


class GAN3DConfig(CrossEntropyConfig):
    """Knobs of 3D-GAN; the shipped recipe ``gan3d-published`` has the paper's values."""

    batch: int = redefault(CrossEntropyConfig, "batch", 32)
    width: int = redefault(CrossEntropyConfig, "width", 16)
    g_lr: float = redefault(CrossEntropyConfig, "g_lr", 1e-3)
    d_lr: float = redefault(CrossEntropyConfig, "d_lr", 6e-4)
    instance_noise: float = redefault(CrossEntropyConfig, "instance_noise", 0.3)
    latent: Literal["uniform", "normal"] = knob(
        "normal",
        help="What z is drawn from; uniformly in the paper, which does not say between what. Here "
        "that is -1 to 1, in its authors' program 0 to 1 (Wu et al. 2016).",
    )
    r1_weight: float = knob(
        5.0,
        low=0,
        high=1000,
        live=True,
        log=True,
        title="Penalty weight",
        help="Gamma: weight of the squared gradient of D at real objects, halved "
        "(Mescheder et al. 2018). 0 leaves it out, as the paper does.",
    )
    r1_every: int = knob(
        4,
        low=1,
        high=64,
        advanced=True,
        unit="steps",
        help="The penalty is taken once in so many steps and weighted up accordingly.",
    )
    d_norm: Literal["none", "batch"] = knob(
        "none", help="Norm inside D; the paper has batch norm, which goes badly with a penalty."
    )
    minibatch_std: bool = knob(
        False,
        help="Show D how much the objects of a batch differ, so that it sees through a G that "
        "always makes the same one (Karras et al. 2018); the paper has none.",
    )
    accuracy_gate: float = knob(
        1.0,
        low=0.5,
        high=1,
        live=True,
        help="D is updated only while at most this share of the last batch was told apart; the "
        "paper has 0.8, and 1 always updates.",
    )


class GAN3D(CrossEntropyGAN):
    """Shapes instead of pictures: a volume of voxels grows out of a latent vector.

    The generator doubles a coarse cube with volumetric transposed convolutions until it has the
    object's side, and ends in an occupancy for each voxel; the discriminator is its mirror
    image. The loss is the non-saturating cross-entropy in three dimensions:

    D:  -log D(x) - log(1 - D(G(z))) + gamma / 2 E[|grad D(x)|^2],   G:  -log D(G(z))

    Between two shapes lie others: drag a latent slider and a chair grows arms.

    As published (z uniform in 200 dimensions, a rate of 0.0025 for G and 0.00001 for D, D held
    back while it tells more than 80 % apart) it often ends in a full or an empty cube. The
    defaults here learn: no norm in D, a lazily taken gradient penalty (R1) in place of the gate,
    and instance noise, without which D tells the soft edges of early fakes from the hard voxels
    of the data at once. A penalty much stronger than this makes D so mild that G draws one
    average object. Like the paper's, a model learns one class of objects soonest; told many
    classes, it makes one object of each for a long while. The recipe ``gan3d-published`` has the
    paper's values. Widths are narrower, for a laptop; occupancies lie in [-1, 1] through tanh
    instead of a sigmoid.

    Source: Wu et al. 2016, arXiv:1610.07584, section 3.2 and appendix A.
    """

    Config = GAN3DConfig
    config: GAN3DConfig
    title = "3D-GAN"
    family = "voxels"
    takes = ("voxels",)
    default_data = "furniture"

    def networks(self) -> dict[str, nn.Module]:
        """The volumetric pair."""
        config, classes = self.config, self.condition.classes
        return conv_pair(
            self.spec, config.z_dim, config.width, classes, config.d_norm, config.minibatch_std
        )

    @property
    def prior(self) -> Prior:
        """As the knob says."""
        return self.config.latent

    @classmethod
    def misfits(cls, config: Any, spec: SampleSpec) -> list[str]:
        """Sides that cannot be halved, a penalty under batch norm, and the usual."""
        found = [*super().misfits(config, spec), *conv_misfits(spec)]
        if config.d_norm == "batch" and config.r1_weight > 0:
            found.append(
                "r1_weight asks for D's gradient at each object alone, and batch norm in D mixes "
                "those of a batch: set r1_weight to 0, or d_norm to none"
            )
        return found

    def phases(self) -> list[Phase]:
        """The usual round, the gate on D, and the lazy penalty as a phase of its own."""
        config = self.config
        gate = self._behind if config.accuracy_gate < 1 else None
        rounds = [Phase("D", self.d_terms, batches=config.n_critic, gate=gate)]
        if config.r1_weight > 0:
            rounds.append(
                Phase("D", self.penalty_terms, every=config.r1_every, fakes=False, gate=gate)
            )
        return [*rounds, Phase("G", self.g_terms)]

    def d_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """Cross-entropy on real and on fake; the share told apart is watched."""
        real, fakes = self.D(batch.x, batch.c), self.D(fake, batch.c)
        self._accuracy = ((real > 0).float().mean() + (fakes < 0).float().mean()) / 2
        self.watched["accuracy"] = self._accuracy
        return self.cross_entropy(real, fakes)

    def penalty_terms(self, batch: Batch, fake: Tensor) -> Terms:
        """R1 on the real objects, weighted up for the steps it was left out."""
        squares = zero_centred(lambda x: self.D(x, batch.c), batch.x).mean()
        return {"penalty": self.config.r1_weight / 2 * self.config.r1_every * squares}

    def _behind(self) -> bool:
        return float(self._accuracy) <= self.config.accuracy_gate
