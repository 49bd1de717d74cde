"""The light optimiser does what torch's own does."""

import torch

from ganstudio.latent.descent import BETAS, Adam


def test_it_moves_as_torchs_own() -> None:
    made = torch.Generator().manual_seed(0)
    start, weights = (torch.randn(3, 5, generator=made) for _ in range(2))
    own, theirs = start.clone(), start.clone().requires_grad_()
    light, heavy = Adam(own, 0.1), torch.optim.Adam([theirs], lr=0.1, betas=BETAS, eps=1e-8)
    for step in range(20):
        light.rate = heavy.param_groups[0]["lr"] = 0.1 / (1 + step)
        light.step(own, 2 * weights * own)
        theirs.grad = 2 * weights * theirs.detach()
        heavy.step()
    torch.testing.assert_close(own, theirs.detach())
    assert not torch.allclose(own, start)
