"""Plain networks that are told the class, 32 x 32."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from ganstudio.train.pairs._plain import adam, dense
from ganstudio.train.pairs.base import Pair, Step


class _Told(nn.Module):
    """Layers in a row that see an embedded class beside their input."""

    each_alone = True  # so the judge's layers are

    def __init__(self, *layers: nn.Module, shape: tuple[int, ...] | None = None) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, 10)
        self.layers = nn.Sequential(*layers)
        self.shape = shape

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        """(N, ...) and (N,) to (N, *shape), or to (N,)."""
        h = cast(Tensor, self.layers(torch.cat([x.flatten(1), self.embedding(c)], 1)))
        return h.flatten() if self.shape is None else h.reshape(len(x), *self.shape)


class PlainCGAN(Pair):
    """PyTorch-GAN's conditional program, which plays for least squares."""

    title = "cgan, plain networks, 32 x 32"
    source = "PyTorch-GAN, cgan.py, D before G"
    variant = "lsgan"
    knobs: ClassVar[dict[str, Any]] = {"g_lr": 2e-4, "d_lr": 2e-4, "conditional": True}
    shape = (1, 32, 32)
    classes = 10

    def networks(self) -> dict[str, nn.Module]:
        """1.76 and 1.06 million weights."""
        widths = [*dense(110, 128, norm=False), *dense(128, 256), *dense(256, 512)]
        widths += [*dense(512, 1024), nn.Linear(1024, 1024), nn.Tanh()]
        judge: list[nn.Module] = [nn.Linear(1034, 512), nn.LeakyReLU(0.2)]
        for _ in range(2):
            judge += [nn.Linear(512, 512), nn.Dropout(0.4), nn.LeakyReLU(0.2)]
        return {"G": _Told(*widths, shape=self.shape), "D": _Told(*judge, nn.Linear(512, 1))}

    def reference(self, G: nn.Module, D: nn.Module, device: torch.device) -> Step:
        """D, then G through the same fakes, which have the classes of the real samples.

        The program moves G first and draws its classes at random; see ``shared_fakes``.
        """
        loss_of = nn.MSELoss()
        g_adam, d_adam = adam(G, 2e-4), adam(D, 2e-4)

        def step(x: Tensor, c: Tensor | None) -> tuple[float, float]:
            real, fake = torch.ones(len(x), device=device), torch.zeros(len(x), device=device)
            made = G(torch.randn(len(x), 100).to(device), c)
            d_adam.zero_grad()
            d_loss = (loss_of(D(x, c), real) + loss_of(D(made.detach(), c), fake)) / 2
            d_loss.backward()
            d_adam.step()
            g_adam.zero_grad()
            g_loss = loss_of(D(made, c), real)
            g_loss.backward()
            g_adam.step()
            return d_loss.item(), g_loss.item() / 2  # the paper halves both

        return step
