"""The ways that make features change the most are found, however many features there are."""

import pytest
import torch

from ganstudio.latent.regression import ways_to_components


def balanced(count: int, dims: int) -> torch.Tensor:
    z = torch.randn(count, dims, generator=torch.Generator().manual_seed(0))
    z = torch.linalg.qr(z).Q * count**0.5
    return torch.cat([z, -z])


@pytest.mark.parametrize("features", [10, 300])
def test_the_strongest_way_comes_first(features: int) -> None:
    z = balanced(50, 4)
    made = torch.Generator().manual_seed(1)
    mix = torch.linalg.qr(torch.randn(features, 4, generator=made)).Q
    seen = (z * torch.tensor([0.1, 3.0, 1.0, 0.3])) @ mix.T
    ways, shares = ways_to_components(seen, z, 3)
    assert ways.abs().argmax(1).tolist() == [1, 2, 3]
    torch.testing.assert_close(ways.norm(dim=1), torch.ones(3))
    torch.testing.assert_close(shares, torch.tensor([9.0, 1, 0.09]) / 10.1, rtol=1e-3, atol=1e-4)


def test_components_that_no_straight_way_makes_are_passed_over() -> None:
    z = balanced(50, 3)
    loud = 20 * (z[:, :1] * z[:, 1:2])  # even in z: it has no straight part
    ways, _ = ways_to_components(torch.cat([loud, z[:, 2:]], 1), z, 1)
    assert ways.abs().argmax(1).tolist() == [2]
