"""A whole epoch, the set opened anew: what both epochs share."""

from __future__ import annotations

import copy
from abc import abstractmethod
from typing import Any, ClassVar

from torch.utils.data import DataLoader

from ganstudio import registry
from ganstudio.data.base import Batches, Samples
from ganstudio.train.contests.base import Contest
from ganstudio.train.pairs.base import Pair
from ganstudio.train.trainer import Trainer

READ_EVERY = 50  # steps between two looks at the losses, as seldom as a session looks


class Epoch(Contest):
    """Every sample once, through the plain step and through the variant that does the same.

    The plain side decodes each picture when it is wanted, in the process that trains, and reads
    both losses in every step. Both open the set at the start of their epoch, files in the
    system's cache.

    Attributes:
        pair: key of the networks and the step.
    """

    pair: ClassVar[str]

    def prepare(self) -> None:
        """Build both sides from the same weights; read the set for the first time."""
        self._pair: Pair = registry.find("train.pairs", self.pair)()
        players = self._pair.networks()
        theirs = copy.deepcopy(players)
        device = self.machine.device
        for network in theirs.values():
            network.to(device).train()
        self._step = self._pair.reference(theirs["G"], theirs["D"], device)
        self._trainer = Trainer(self._pair.contender(players), self.opened(), 0, self.machine)

    @abstractmethod
    def pictures(self) -> Any:
        """The set as torchvision reads it: pairs of a picture in [-1, 1] and a class."""

    @abstractmethod
    def opened(self) -> Samples:
        """The set as this program reads it."""

    def plain(self) -> int:
        """One epoch from a ``DataLoader``."""
        seen, device = 0, self.machine.device
        pictures = self.pictures()
        whole = self.limited(len(pictures))
        for x, _ in DataLoader(pictures, batch_size=self._pair.batch, shuffle=True):
            self._step(x.to(device), None)
            seen += len(x)
            if seen >= whole:
                break
        return seen

    def own(self) -> int:
        """One epoch of the trainer; what is left over of a batch is dropped."""
        samples, batch = self.opened(), self._pair.batch
        self._trainer.batches = Batches(samples, batch, 0, self.machine.device)
        steps = max(1, self.limited(len(samples.x)) // batch)
        for step in range(steps):
            self._trainer.step()
            if step % READ_EVERY == 0:
                self._trainer.read()
        self._trainer.read()
        return steps * batch
