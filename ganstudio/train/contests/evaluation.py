"""10,000 samples drawn and looked at, as every score of pictures begins."""

from __future__ import annotations

import torch

from ganstudio import registry
from ganstudio.data.base import Dataset
from ganstudio.metrics._extractor import learn, shrunk
from ganstudio.train.contests._drawing import Drawing


class Evaluation(Drawing):
    """Both sides look through the same small network; the distances after it cost little."""

    title = "10,000 samples and their features, dcgan, 32 x 32 x 1"
    source = "eager, batches of 64 fetched one by one"

    def prepare(self) -> None:
        """A generator, and a network that knows digits."""
        super().prepare()
        kind: type[Dataset] = registry.find("data", "digits")
        digits = kind(kind.Config(), self.data_root)
        samples, spec = digits.load(), kind.spec(digits.config)
        self._extractor = learn(samples, spec, "digits", cache=self.scratch)

    @torch.no_grad()
    def plain(self) -> int:
        """Each batch drawn, fetched, looked at and fetched."""
        network, side = self._extractor.network, self._extractor.side
        seen = [network.see(shrunk(x, side)).cpu() for x in self.drawn_plainly()]
        return len(torch.cat(seen))

    def own(self) -> int:
        """As an evaluation does it."""
        return len(self._extractor.see(self.drawn())[0])
