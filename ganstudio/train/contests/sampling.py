"""10,000 samples out of a trained generator."""

from __future__ import annotations

import torch

from ganstudio.train.contests._drawing import Drawing


class Sampling(Drawing):
    """What every sheet, every walk and every score begins with."""

    title = "10,000 samples, dcgan, 32 x 32 x 1"
    source = "eager, batches of 64 fetched one by one"

    @torch.no_grad()
    def plain(self) -> int:
        """Drawn, fetched, put together."""
        return len(torch.cat(list(self.drawn_plainly())))

    def own(self) -> int:
        """As an evaluation draws them."""
        return len(self.drawn())
