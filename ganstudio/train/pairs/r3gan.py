"""R3GAN's networks at an eighth of their width, 32 x 32."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganstudio.data.base import to_unit
from ganstudio.nn.backbones.r3 import ResidualBlock, Transition
from ganstudio.train.pairs._plain import adam
from ganstudio.train.pairs.base import Pair, Step

CHANNELS, STAGES, BLOCKS, Z_DIM = 96, 4, 2, 64
GAMMA, RATE, BETAS = 0.05, 2e-4, (0.0, 0.9)
HALF_LIFE, RAMP = 500_000, 0.05  # of the average, in pictures, and its share at the start


def _stages(finer: bool) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for stage in range(STAGES):
        if stage:
            layers.append(Transition(2, CHANNELS, CHANNELS, finer))
        layers += [ResidualBlock(2, CHANNELS, STAGES * BLOCKS) for _ in range(BLOCKS)]
    return layers


class _Generator(nn.Module):
    """Learned patterns of 4 x 4, weighted by z, refined by blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.root = nn.Linear(Z_DIM, CHANNELS, bias=False)
        self.basis = nn.Parameter(torch.randn(CHANNELS, 4, 4))
        self.layers = nn.Sequential(*_stages(finer=True), nn.Conv2d(CHANNELS, 3, 1))

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """(N, 64) to (N, 3, 32, 32)."""
        h = self.root(z)[:, :, None, None]
        return cast(Tensor, self.layers(h * self.basis.to(h.dtype)))


class _Discriminator(nn.Module):
    """The mirror image."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, CHANNELS, 1), *_stages(finer=False))
        self.basis = nn.Parameter(torch.randn(CHANNELS, 4, 4) / 4)
        self.judge = nn.Linear(CHANNELS, 1, bias=False)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """(N, 3, 32, 32) to (N,)."""
        h = (self.layers(x).float() * self.basis).flatten(2).sum(2)
        return cast(Tensor, self.judge(h)).flatten()


class EighthR3GAN(Pair):
    """The paper's own order of work: both penalties in every update of D, G on fresh pictures."""

    title = "r3gan, an eighth of its width, 32 x 32 x 3"
    source = "R3GAN, Trainer.py"
    variant = "r3gan"
    knobs: ClassVar[dict[str, Any]] = {
        "g_lr": RATE, "d_lr": RATE, "beta1": BETAS[0], "beta2": BETAS[1], "gamma": GAMMA,
    }  # fmt: skip
    shape = (3, 32, 32)
    batch = 8
    z_dim = Z_DIM
    watched = ("D/margin",)

    def networks(self) -> dict[str, nn.Module]:
        """Half a million weights each."""
        return {"G": _Generator(), "D": _Discriminator()}

    def read(self, x: Tensor) -> Tensor:
        """Bytes from an array; its source makes numbers of them once they are on the device."""
        return to_unit(x)

    def reference(self, G: nn.Module, D: nn.Module, device: torch.device) -> Step:
        """D in separate passes with R1 and R2, then G; its average weight by weight."""
        g_adam, d_adam = adam(G, RATE, BETAS), adam(D, RATE, BETAS)
        average = [weight.detach().clone() for weight in G.parameters()]
        seen = 0

        def slopes(x: Tensor, logits: Tensor) -> Tensor:
            (found,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
            return found.square().sum([1, 2, 3])

        def step(x: Tensor, c: Tensor | None) -> tuple[float, float]:
            nonlocal seen
            D.requires_grad_(True)
            G.requires_grad_(False)
            d_adam.zero_grad()
            real = x.detach().requires_grad_(True)
            fake = G(torch.randn(len(x), Z_DIM, device=device)).detach().requires_grad_(True)
            on_real, on_fake = D(real), D(fake)
            penalties = slopes(real, on_real) + slopes(fake, on_fake)
            d_loss = (softplus(on_fake - on_real) + GAMMA / 2 * penalties).mean()
            torch.autograd.backward(d_loss)
            d_adam.step()
            D.requires_grad_(False)
            G.requires_grad_(True)
            g_adam.zero_grad()
            fake = G(torch.randn(len(x), Z_DIM, device=device))
            g_loss = softplus(D(x) - D(fake)).mean()
            torch.autograd.backward(g_loss)
            g_adam.step()
            seen += len(x)
            kept = 0.5 ** (len(x) / max(min(HALF_LIFE, RAMP * seen), 1e-8))
            with torch.no_grad():
                for mean, weight in zip(average, G.parameters(), strict=True):
                    mean.copy_(weight.lerp(mean, kept))
            return d_loss.item(), g_loss.item()

        return step
