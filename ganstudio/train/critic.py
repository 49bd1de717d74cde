"""The discriminator's side as a judge: a frozen copy that scores samples and is asked why."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ganstudio import registry
from ganstudio.gans.base import GAN, device_of
from ganstudio.nn.blocks import BatchDeviation
from ganstudio.nn.equalised import GroupDeviation
from ganstudio.recipe import Recipe
from ganstudio.samples import Scale, Told
from ganstudio.train.players import take_weights, tensor
from ganstudio.train.reals import Reals
from ganstudio.train.run import RunFolder
from ganstudio.train.speed import choose_device

VALUES_A_CHUNK = 1 << 18  # judged at once
GROUP = 4  # a discriminator that compares samples is shown so many together at least


class Critic:
    """Samples in, scores out; it never trains.

    A discriminator with a deviation layer looks at how much the samples of a batch differ, so a
    lone one is judged in company: give it some that the same generator made.

    Args:
        gan: knows how its players judge; its own weights are not used.
        players: those in ``gan.judges``, with raw weights, owned by this critic.
        nimg: real samples seen in training.
        reals: real samples at hand to compare with.
    """

    def __init__(
        self, gan: GAN, players: Mapping[str, nn.Module], nimg: int, reals: Reals | None = None
    ) -> None:
        self.gan, self.players, self.nimg, self.reals = gan, players, nimg, reals
        for player in players.values():
            player.eval().requires_grad_(False)
        kinds = (BatchDeviation, GroupDeviation)
        parts = [part for player in players.values() for part in player.modules()]
        self.compares = any(isinstance(part, kinds) for part in parts)

    @classmethod
    def of(cls, gan: GAN, nimg: int, reals: Reals | None = None) -> Critic:
        """A copy of the players as they are now, in the middle of a training."""
        players = {name: copy.deepcopy(gan.players[name]) for name in gan.judges}
        return cls(gan, players, nimg, reals)

    @classmethod
    def load(cls, folder: Path, nimg: int, device: str = "auto") -> Critic:
        """The judges of a run as they were at the checkpoint nearest to a moment.

        Raises:
            RunError: if no checkpoint has their weights.
        """
        tensors, then = RunFolder(folder).read_weights(nimg)
        recipe = Recipe.of_run(folder)
        with torch.device("meta"):  # no weights are drawn, so no random state is touched
            gan: GAN = registry.find("gans", recipe.variant)(recipe.gan, recipe.spec)
        gan.nimg = then
        players = {name: gan.players[name] for name in gan.judges}
        take_weights(players, tensors, choose_device(device))
        return cls(gan, players, then)

    @property
    def scale(self) -> Scale:
        """How scores are to be read."""
        return self.gan.scale

    def scores(self, x: np.ndarray, told: Told, company: np.ndarray | None = None) -> np.ndarray:
        """What it says of samples, (N,) float32; higher is more real.

        Args:
            x: (N, *shape) float32 in [-1, 1].
            told: the generator's inputs that belong to them, by kind, all of them.
            company: (M, *shape) others to be seen beside them, where it compares.
        """
        chunk = max(VALUES_A_CHUNK // self.gan.spec.size // GROUP, 2) * GROUP
        found = []
        with torch.no_grad():
            for start in range(0, len(x), chunk):
                part = {kind: value[start : start + chunk] for kind, value in told.items()}
                found.append(self._judge(self._tensor(x[start : start + chunk]), part, company))
        return torch.cat(found).cpu().numpy() if found else np.zeros(0, np.float32)

    def slopes(
        self, x: np.ndarray, told: Told, company: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Scores (N,), and how each changes with each value of its sample, (N, *shape)."""
        seen = self._tensor(x).requires_grad_()
        with torch.enable_grad():
            scores = self._judge(seen, told, company)
            (slopes,) = torch.autograd.grad(scores.sum(), seen)
        return scores.detach().cpu().numpy(), slopes.cpu().numpy()

    def _judge(self, x: Tensor, told: Told, company: np.ndarray | None) -> Tensor:
        count = len(x)
        conditions = {kind: self._tensor(value) for kind, value in told.items()}
        if self.compares:
            lacking = max(GROUP - count, 0) + -max(count, GROUP) % GROUP
            others = x.detach() if company is None else self._tensor(company)
            if lacking:
                more = torch.arange(lacking, device=x.device)
                x = torch.cat([x, others[more % len(others)]])
                conditions = {
                    kind: torch.cat([c, c[more % count]]) for kind, c in conditions.items()
                }
        return self.gan.judge(self.players, x, conditions)[:count]

    def _tensor(self, value: np.ndarray) -> Tensor:
        return tensor(value, device_of(self.players))
