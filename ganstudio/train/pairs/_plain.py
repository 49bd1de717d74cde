"""What the references share: layers as they build them, and the loop of the original game."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ganstudio.train.pairs.base import Step


class Plain(nn.Module):
    """Layers in a row; takes a condition that it does not heed.

    Args:
        layers: the network.
        shape: of one sample that comes out; None for one number each.
    """

    def __init__(self, *layers: nn.Module, shape: tuple[int, ...] | None = None) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.shape = shape
        grids = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.Conv2d, nn.Conv3d)
        self.each_alone = not any(isinstance(layer, grids) for layer in layers)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """(N, ...) to (N, *shape), or to (N,)."""
        h: Tensor = self.layers(x)
        return h.flatten() if self.shape is None else h.reshape(len(x), *self.shape)


def dense(inputs: int, outputs: int, norm: bool = True) -> list[nn.Module]:
    """A fully connected layer as PyTorch-GAN has it, whose norm has an epsilon of 0.8."""
    layers: list[nn.Module] = [nn.Linear(inputs, outputs)]
    if norm:
        layers.append(nn.BatchNorm1d(outputs, 0.8))
    return [*layers, nn.LeakyReLU(0.2)]


def adam(network: nn.Module, rate: float, betas: tuple[float, float] = (0.5, 0.999)) -> Any:
    """Adam as it comes."""
    return torch.optim.Adam(network.parameters(), lr=rate, betas=betas)


def shared_fakes(
    G: nn.Module, D: nn.Module, z_dim: int, device: torch.device, rate: float = 2e-4
) -> Step:
    """PyTorch-GAN's loop with D's turn moved before G's: both losses printed in every step.

    There G moves first, then D on the same fakes; here D moves first and G learns through the
    fakes that D saw, as in this program. The passes are the same and so is their cost, but G's
    loss is not: it is asked of a D that has just learned these very fakes.
    """
    loss_of = nn.BCELoss()
    g_adam, d_adam = adam(G, rate), adam(D, rate)

    def step(x: Tensor, c: Tensor | None) -> tuple[float, float]:
        real, fake = torch.ones(len(x), device=device), torch.zeros(len(x), device=device)
        made = G(torch.randn(len(x), z_dim).to(device))
        d_adam.zero_grad()
        on_real = loss_of(torch.sigmoid(D(x)), real)
        on_fake = loss_of(torch.sigmoid(D(made.detach())), fake)
        d_loss = (on_real + on_fake) / 2
        d_loss.backward()
        d_adam.step()
        g_adam.zero_grad()
        g_loss = loss_of(torch.sigmoid(D(made)), real)
        g_loss.backward()
        g_adam.step()
        return 2 * d_loss.item(), g_loss.item()

    return step


def scatter(network: nn.Module) -> None:
    """Convolutions from N(0, 0.02), norms around 1: what DCGAN's programs do."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, 0.0, 0.02)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
            nn.init.zeros_(layer.bias)
