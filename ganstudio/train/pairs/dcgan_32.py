"""Small convolutional networks, 32 x 32."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import nn

from ganstudio.train.pairs._plain import Plain, scatter, shared_fakes
from ganstudio.train.pairs.base import Pair, Step


class SmallDCGAN(Pair):
    """PyTorch-GAN's program: enlarge, then convolve; D drops out a quarter of its channels."""

    title = "dcgan, 32 x 32 x 1"
    source = "PyTorch-GAN, dcgan.py, D before G"
    variant = "dcgan"
    knobs: ClassVar[dict[str, Any]] = {"g_lr": 2e-4, "d_lr": 2e-4}
    shape = (1, 32, 32)

    def networks(self) -> dict[str, nn.Module]:
        """1.05 and 0.10 million weights."""
        make: list[nn.Module] = [
            nn.Linear(100, 128 * 8 * 8), nn.Unflatten(1, (128, 8, 8)), nn.BatchNorm2d(128),
        ]  # fmt: skip
        for inputs, outputs in ((128, 128), (128, 64)):
            make += [
                nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, 3, padding=1),
                nn.BatchNorm2d(outputs, 0.8), nn.LeakyReLU(0.2),
            ]  # fmt: skip
        make += [nn.Conv2d(64, 1, 3, padding=1), nn.Tanh()]
        judge: list[nn.Module] = []
        for inputs, outputs in ((1, 16), (16, 32), (32, 64), (64, 128)):
            judge += [nn.Conv2d(inputs, outputs, 3, 2, 1), nn.LeakyReLU(0.2), nn.Dropout2d(0.25)]
            judge += [nn.BatchNorm2d(outputs, 0.8)] if inputs > 1 else []
        judge += [nn.Flatten(), nn.Linear(128 * 2 * 2, 1)]
        players: dict[str, nn.Module] = {"G": Plain(*make, shape=self.shape), "D": Plain(*judge)}
        for network in players.values():
            scatter(network)
        return players

    def reference(self, G: nn.Module, D: nn.Module, device: torch.device) -> Step:
        """D, then G through the same fakes."""
        return shared_fakes(G, D, self.z_dim, device)
