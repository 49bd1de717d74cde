"""3D-GAN, 64 voxels a side."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import nn

from ganstudio.train.pairs._volumes import D_RATE, G_RATE, Z_DIM, volume_step, volumes
from ganstudio.train.pairs.base import Pair, Step


class Volumes64(Pair):
    """The best known program in PyTorch, of 256 channels."""

    title = "gan3d, 64 voxels a side"
    source = "simple-pytorch-3dgan, trainer.py"
    variant = "gan3d"
    knobs: ClassVar[dict[str, Any]] = {
        "g_lr": G_RATE, "d_lr": D_RATE, "r1_weight": 0.0, "instance_noise": 0.0,
    }  # fmt: skip
    kind = "voxels"
    shape = (1, 64, 64, 64)
    batch = 8
    z_dim = Z_DIM
    watched = ("D/accuracy",)

    def networks(self) -> dict[str, nn.Module]:
        """6.03 and 2.77 million weights."""
        return volumes(64)

    def reference(self, G: nn.Module, D: nn.Module, device: torch.device) -> Step:
        """D, then G on fresh fakes."""
        return volume_step(G, D, device)
