"""The original game between plain networks, 28 x 28."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import nn

from ganstudio.train.pairs._plain import Plain, dense, shared_fakes
from ganstudio.train.pairs.base import Pair, Step


class PlainGAN(Pair):
    """PyTorch-GAN's first program."""

    title = "gan, plain networks, 28 x 28"
    source = "PyTorch-GAN, gan.py, D before G"
    variant = "dcgan"
    knobs: ClassVar[dict[str, Any]] = {"g_lr": 2e-4, "d_lr": 2e-4}
    shape = (1, 28, 28)

    def networks(self) -> dict[str, nn.Module]:
        """1.51 and 0.53 million weights."""
        widths = [*dense(100, 128, norm=False), *dense(128, 256), *dense(256, 512)]
        widths += [*dense(512, 1024), nn.Linear(1024, 784), nn.Tanh()]
        judge = [*dense(784, 512, norm=False), *dense(512, 256, norm=False), nn.Linear(256, 1)]
        return {"G": Plain(*widths, shape=self.shape), "D": Plain(nn.Flatten(), *judge)}

    def reference(self, G: nn.Module, D: nn.Module, device: torch.device) -> Step:
        """D, then G through the same fakes."""
        return shared_fakes(G, D, self.z_dim, device)
