"""DCGAN as published, 64 x 64."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganstudio.train.pairs._plain import Plain, adam, scatter
from ganstudio.train.pairs.base import Pair, Step


class PublishedDCGAN(Pair):
    """The program in PyTorch's own examples: five numbers read back and printed in every step."""

    title = "dcgan, 64 x 64 x 3"
    source = "pytorch/examples, dcgan/main.py"
    variant = "dcgan"
    knobs: ClassVar[dict[str, Any]] = {"g_lr": 2e-4, "d_lr": 2e-4}
    shape = (3, 64, 64)
    workers = 2

    def networks(self) -> dict[str, nn.Module]:
        """3.58 and 2.77 million weights."""
        make: list[nn.Module] = [nn.Unflatten(1, (100, 1, 1))]
        for inputs, outputs, stride, edge in (
            (100, 512, 1, 0), (512, 256, 2, 1), (256, 128, 2, 1), (128, 64, 2, 1),
        ):  # fmt: skip
            make += [
                nn.ConvTranspose2d(inputs, outputs, 4, stride, edge, bias=False),
                nn.BatchNorm2d(outputs), nn.ReLU(True),
            ]  # fmt: skip
        make += [nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh()]
        judge: list[nn.Module] = [nn.Conv2d(3, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)]
        for inputs, outputs in ((64, 128), (128, 256), (256, 512)):
            judge += [
                nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False),
                nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2, True),
            ]  # fmt: skip
        judge += [nn.Conv2d(512, 1, 4, 1, 0, bias=False)]
        players: dict[str, nn.Module] = {"G": Plain(*make, shape=self.shape), "D": Plain(*judge)}
        for network in players.values():
            scatter(network)
        return players

    def reference(self, G: nn.Module, D: nn.Module, device: torch.device) -> Step:
        """D on real, D on fake, then G on the same fakes."""
        loss_of = nn.BCELoss()
        g_adam, d_adam = adam(G, 2e-4), adam(D, 2e-4)

        def step(x: Tensor, c: Tensor | None) -> tuple[float, float]:
            real, fake = torch.ones(len(x), device=device), torch.zeros(len(x), device=device)
            D.zero_grad()
            judged = torch.sigmoid(D(x))
            on_real = loss_of(judged, real)
            on_real.backward()
            seen = [judged.mean().item()]
            made = G(torch.randn(len(x), 100, device=device))
            judged = torch.sigmoid(D(made.detach()))
            on_fake = loss_of(judged, fake)
            on_fake.backward()
            seen.append(judged.mean().item())
            d_loss = on_real + on_fake
            d_adam.step()
            G.zero_grad()
            judged = torch.sigmoid(D(made))
            g_loss = loss_of(judged, real)
            g_loss.backward()
            seen.append(judged.mean().item())
            g_adam.step()
            return d_loss.item(), g_loss.item()

        return step
