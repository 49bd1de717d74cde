"""Quick dropout: the share, the scale and the gradient of the usual one."""

import copy

import pytest
import torch
from torch import nn

from ganstudio.nn.drop import quicken_dropout


def quick(p: float, inplace: bool = False) -> nn.Module:
    network = nn.Sequential(nn.Dropout(p, inplace))
    quicken_dropout(network)
    assert type(network[0]) is not nn.Dropout
    return network


@pytest.mark.parametrize("p", [0.1, 0.4, 0.5, 0.9])
def test_as_many_fall_out_as_asked_and_the_mean_stays(p: float) -> None:
    torch.manual_seed(0)
    y = quick(p)(torch.ones(1001, 999))
    assert (y == 0).float().mean().item() == pytest.approx(p, abs=2e-3)
    assert y.mean().item() == pytest.approx(1, abs=2e-3 / (1 - p))
    assert len(y.unique()) == 2


def test_neighbours_fall_out_by_themselves() -> None:
    torch.manual_seed(0)
    out = (quick(0.4)(torch.ones(1 << 20)) == 0).float()
    for apart in range(1, 9):
        both = (out[:-apart] * out[apart:]).mean().item()
        assert both == pytest.approx(0.16, abs=3e-3)


def test_the_gradient_goes_where_values_went() -> None:
    x = torch.ones(7, 3, requires_grad=True)
    y = quick(0.5)(x)
    y.sum().backward()
    assert torch.equal(x.grad, y.detach())


def test_it_follows_the_seed_and_keeps_the_type() -> None:
    layer, x = quick(0.3), torch.ones(5, 5, dtype=torch.bfloat16)
    draws = []
    for _ in range(2):
        torch.manual_seed(3)
        draws.append(layer(x))
    assert torch.equal(*draws)
    assert draws[0].dtype == torch.bfloat16
    assert not torch.equal(layer(x), draws[0])


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_all_or_nothing_is_left_to_torch(p: float) -> None:
    assert torch.equal(quick(p)(torch.ones(9)), torch.full((9,), 1 - p))


def test_nothing_falls_out_in_evaluation_nor_from_a_copy() -> None:
    layer = copy.deepcopy(quick(0.5)).eval()
    assert torch.equal(layer(torch.ones(9)), torch.ones(9))


def test_in_place_stays_in_place() -> None:
    x = torch.ones(64)
    assert quick(0.5, inplace=True)(x).data_ptr() == x.data_ptr()
