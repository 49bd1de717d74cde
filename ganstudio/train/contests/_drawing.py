"""A generator that draws 10,000 samples: what drawing and looking share."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from ganstudio import registry
from ganstudio.train.contests.base import Contest
from ganstudio.train.messages import Model
from ganstudio.train.pairs.base import Pair
from ganstudio.train.players import take_weights
from ganstudio.train.sampler import Sampler

SAMPLES, BATCH = 10_000, 64


class Drawing(Contest):
    """The same generator on both sides, in float32: scores shall not depend on the machine."""

    def prepare(self) -> None:
        """Build it, and draw the latents."""
        pair: Pair = registry.find("train.pairs", "dcgan_32")()
        players = pair.networks()
        device = self.machine.device
        self._theirs = copy.deepcopy(players["G"]).to(device).eval()
        own = {"G": players["G"]}
        weights = {f"G.{key}": value for key, value in players["G"].state_dict().items()}
        take_weights(own, weights, device)
        model = Model(pair.variant, "", pair.spec, pair.z_dim)
        self._sampler = Sampler(pair.contender(players), own, model, 0, "live")
        self._z = model.draw(self.limited(SAMPLES), seed=0)

    def drawn_plainly(self) -> Iterator[Tensor]:
        """Batches (N, *shape), each fetched when it is drawn."""
        z = torch.from_numpy(self._z)
        for start in range(0, len(z), BATCH):
            yield self._theirs(z[start : start + BATCH].to(self.machine.device)).cpu()

    def drawn(self) -> np.ndarray:
        """All samples, (N, *shape), as an evaluation draws them."""
        size, z = self._sampler.at_once, self._z
        parts = [self._sampler.draw(z[i : i + size]) for i in range(0, len(z), size)]
        return np.concatenate(parts)
