"""A 3D-GAN for cubes of 32 or 64, and the step that its programs share."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganstudio.data.base import to_unit
from ganstudio.train.pairs._plain import Plain, adam
from ganstudio.train.pairs.base import Pair, Step

WIDTHS = (256, 128, 64, 32)
Z_DIM, SPREAD = 200, 0.33
G_RATE, D_RATE = 2.5e-3, 1e-5


class Volumes(Pair):
    """The best known program in PyTorch, of 256 channels; a subclass says the shape."""

    source = "simple-pytorch-3dgan, trainer.py"
    variant = "gan3d"
    knobs: ClassVar[dict[str, Any]] = {
        "g_lr": G_RATE, "d_lr": D_RATE, "r1_weight": 0.0, "instance_noise": 0.0,
    }  # fmt: skip
    kind = "voxels"
    batch = 8
    z_dim = Z_DIM
    watched = ("D/accuracy",)

    def networks(self) -> dict[str, nn.Module]:
        """6.03 and 2.77 million weights."""
        return volumes(self.shape[-1])

    def reference(self, G: nn.Module, D: nn.Module, device: torch.device) -> Step:
        """D, then G on fresh fakes; this program's G learns through those that D saw."""
        return volume_step(G, D, device)

    def read(self, x: Tensor) -> Tensor:
        """Numbers from an array."""
        return to_unit(x)


def volumes(side: int) -> dict[str, nn.Module]:
    """Five volumetric layers each way: 6.03 and 2.77 million weights at either side."""
    edge = 1 if side == 32 else 0  # what the coarsest grid comes from: 2 or 4 a side
    make: list[nn.Module] = [nn.Unflatten(1, (Z_DIM, 1, 1, 1))]
    for index, (inputs, outputs) in enumerate(zip((Z_DIM, *WIDTHS), WIDTHS, strict=False)):
        make += [
            nn.ConvTranspose3d(inputs, outputs, 4, 2, 1 if index else edge, bias=False),
            nn.BatchNorm3d(outputs), nn.ReLU(),
        ]  # fmt: skip
    make += [nn.ConvTranspose3d(WIDTHS[-1], 1, 4, 2, 1, bias=False), nn.Tanh()]
    judge: list[nn.Module] = []
    backwards = WIDTHS[::-1]
    for inputs, outputs in zip((1, *backwards), backwards, strict=False):
        judge += [
            nn.Conv3d(inputs, outputs, 4, 2, 1, bias=False),
            nn.BatchNorm3d(outputs), nn.LeakyReLU(0.2),
        ]  # fmt: skip
    judge += [nn.Conv3d(WIDTHS[0], 1, 4, 2, edge, bias=False)]
    return {"G": Plain(*make, shape=(1, side, side, side)), "D": Plain(*judge)}


def volume_step(G: nn.Module, D: nn.Module, device: torch.device) -> Step:
    """D on real and on fakes that still hang on G, its accuracy read; then G on fresh ones.

    D is always updated: with the gate that holds it back, the cost would depend on the data.
    """
    loss_of = nn.BCELoss()
    g_adam, d_adam = adam(G, G_RATE), adam(D, D_RATE)

    def step(x: Tensor, c: Tensor | None) -> tuple[float, float]:
        real, fake = torch.ones(len(x), device=device), torch.zeros(len(x), device=device)
        on_real = torch.sigmoid(D(x))
        on_fake = torch.sigmoid(D(G(SPREAD * torch.randn(len(x), Z_DIM).to(device))))
        d_loss = loss_of(on_real, real) + loss_of(on_fake, fake)
        right = torch.cat([(on_real >= 0.5).float(), (on_fake <= 0.5).float()]).mean()
        if right <= 1:
            D.zero_grad()
            d_loss.backward()
            d_adam.step()
        judged = torch.sigmoid(D(G(SPREAD * torch.randn(len(x), Z_DIM).to(device))))
        g_loss = loss_of(judged, real)
        D.zero_grad()
        G.zero_grad()
        g_loss.backward()
        g_adam.step()
        return d_loss.item(), g_loss.item()

    return step
