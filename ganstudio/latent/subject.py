"""A generator under study: what directions and projections ask of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganstudio.gans.base import GAN, device_of
from ganstudio.samples import Prior


@dataclass(frozen=True)
class Subject:
    """A generator with everything but its latent held still.

    Attributes:
        gan: knows how its players make a sample.
        players: the generator's side, in evaluation mode; nobody else uses them.
        z_dim: dimensions of z.
        told: the inputs that all samples are told, (1, ...) each.
        prior: what z is drawn from.
        w_dim: dimensions of the mapped latent; 0 where there is none.
        layers: that take a style of their own.
    """

    gan: GAN
    players: Mapping[str, nn.Module]
    z_dim: int
    told: Mapping[str, Tensor]
    prior: Prior = "normal"
    w_dim: int = 0
    layers: int = 0

    @property
    def device(self) -> torch.device:
        """Where it draws."""
        return device_of(self.players)

    @property
    def deviation(self) -> float:
        """Standard deviation of each number in z."""
        return 1.0 if self.prior == "normal" else 3**-0.5

    def own(self) -> Subject:
        """The same with a copy of the networks, to be listened to while others draw."""
        players = {name: copy.deepcopy(player) for name, player in self.players.items()}
        return Subject(
            self.gan, players, self.z_dim, self.told, self.prior, self.w_dim, self.layers
        )

    def latents(self, count: int, seed: int) -> Tensor:
        """Latents (count, z_dim) from the prior; the same seed gives the same."""
        made = torch.Generator().manual_seed(seed)
        if self.prior == "uniform":
            z = torch.rand(count, self.z_dim, generator=made) * 2 - 1
        else:
            z = torch.randn(count, self.z_dim, generator=made)
        return z.to(self.device)

    def conditions(self, count: int) -> dict[str, Tensor]:
        """What is told, so many times over."""
        return {kind: value.expand(count, *value.shape[1:]) for kind, value in self.told.items()}

    def sample(
        self,
        z: Tensor,
        shift: Tensor | None = None,
        told: Mapping[str, Tensor] | None = None,
        psi: float = 1.0,
        noise: float = 1.0,
    ) -> Tensor:
        """Samples (N, *shape), differentiable in latents, shift and what is told.

        Args:
            z: (N, z_dim).
            shift: as in ``GAN.sample``.
            told: (N, ...) each, instead of what all are told.
            psi: truncation.
            noise: strength of the noise inputs.
        """
        known = self.conditions(len(z)) if told is None else told
        return self.gan.sample(self.players, z, known, psi, shift, noise)

    def mapped(self, z: Tensor, told: Mapping[str, Tensor] | None = None) -> Tensor:
        """What z is mapped to, (N, w_dim), before truncation."""
        return self.gan.mapped(self.players, z, self.conditions(len(z)) if told is None else told)
