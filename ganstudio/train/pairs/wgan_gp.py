"""Plain networks under the gradient penalty, 28 x 28."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganstudio.train.pairs._plain import Plain, adam, dense
from ganstudio.train.pairs.base import Pair, Step

CRITIC, LAMBDA = 5, 10.0


class PlainWGANGP(Pair):
    """PyTorch-GAN's critic, whose every update also goes back through the generator."""

    title = "wgan_gp, plain networks, 28 x 28"
    source = "PyTorch-GAN, wgan_gp.py"
    variant = "wgan_gp"
    knobs: ClassVar[dict[str, Any]] = {
        "g_lr": 2e-4, "d_lr": 2e-4, "beta2": 0.999, "n_critic": CRITIC, "gp_weight": LAMBDA,
    }  # fmt: skip
    shape = (1, 28, 28)
    rounds = CRITIC
    watched = ("D/wasserstein",)

    def networks(self) -> dict[str, nn.Module]:
        """1.51 and 0.53 million weights."""
        widths = [*dense(100, 128, norm=False), *dense(128, 256), *dense(256, 512)]
        widths += [*dense(512, 1024), nn.Linear(1024, 784), nn.Tanh()]
        critic = [*dense(784, 512, norm=False), *dense(512, 256, norm=False), nn.Linear(256, 1)]
        return {"G": Plain(*widths, shape=self.shape), "D": Plain(nn.Flatten(), *critic)}

    def reference(self, G: nn.Module, D: nn.Module, device: torch.device) -> Step:
        """The critic every time, G every fifth, through the critic's own noise."""
        g_adam, d_adam = adam(G, 2e-4), adam(D, 2e-4)
        count, g_last = 0, 0.0

        def step(x: Tensor, c: Tensor | None) -> tuple[float, float]:
            nonlocal count, g_last
            d_adam.zero_grad()
            z = torch.randn(len(x), 100).to(device)
            made = G(z)
            distance = D(made).mean() - D(x).mean()
            d_loss = distance + LAMBDA * _penalty(D, x.data, made.data)
            d_loss.backward()
            d_adam.step()
            g_adam.zero_grad()
            if count % CRITIC == 0:
                g_loss = -D(G(z)).mean()
                g_loss.backward()
                g_adam.step()
                g_last = g_loss.item()
            count += 1
            return d_loss.item(), g_last

        return step


def _penalty(D: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """How far the gradient's norm is from 1 between real and fake, squared."""
    share = torch.rand(len(real), 1, 1, 1).to(real.device)
    between = (share * real + (1 - share) * fake).requires_grad_(True)
    scores = D(between)
    (slopes,) = torch.autograd.grad(
        scores, between, torch.ones_like(scores), create_graph=True, retain_graph=True
    )
    off: Tensor = slopes.flatten(1).norm(2, dim=1) - 1
    return (off**2).mean()
