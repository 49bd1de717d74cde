import copy

import pytest
import torch
from torch import nn

from ganstudio.nn.ema import Average
from ganstudio.nn.spectral import likeness, spectral


def largest(layer: nn.Module) -> float:
    return torch.linalg.matrix_norm(layer.weight.detach().flatten(1), ord=2).item()


@pytest.mark.parametrize(
    "layer", [nn.Linear(12, 7), nn.Conv2d(3, 8, 3), nn.Conv3d(2, 4, 3), nn.Embedding(5, 9)]
)
def test_a_layer_is_held_at_norm_one_whatever_its_weights(layer: nn.Module) -> None:
    torch.manual_seed(0)
    with torch.no_grad():
        layer.weight.normal_(std=30)  # made when tests are collected, before any seed
    held = spectral(layer)
    for _ in range(100):
        _ = held.weight
    assert largest(held) == pytest.approx(1, abs=0.02)


def test_the_average_of_a_moving_layer_is_at_norm_one_in_evaluation_mode() -> None:
    torch.manual_seed(0)
    source = nn.ModuleDict({"G": spectral(nn.Linear(16, 16))})
    average = Average(source)
    original = source["G"].parametrizations.weight.original
    for step in range(60):  # the largest direction wanders all over the place
        with torch.no_grad():
            original.copy_(torch.outer(torch.randn(16), torch.randn(16)) + 0.1 * original)
        for _ in range(3):
            _ = source["G"].weight
        average.update(step * 100, 4.0, 100)
    kept = average.network["G"]
    assert kept.parametrizations.weight[0].u.norm() < 0.8  # shortened, which must not matter
    assert 0.99 < largest(kept) < 1.15


def test_evaluation_changes_nothing_and_a_copy_agrees() -> None:
    torch.manual_seed(0)
    layer = spectral(nn.Conv2d(3, 8, 3)).eval()
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    x = torch.randn(2, 3, 8, 8)
    first = layer(x)
    assert torch.equal(first, layer(x))
    assert torch.equal(first, copy.deepcopy(layer)(x))
    assert all(torch.equal(before[name], value) for name, value in layer.state_dict().items())


def test_the_gradient_is_that_of_the_quotient() -> None:
    torch.manual_seed(0)
    layer = spectral(nn.Linear(6, 4).double())
    norm = layer.parametrizations.weight[0].double().eval()
    for _ in range(200):
        norm.train()(layer.parametrizations.weight.original)
    norm.eval()
    weight = layer.parametrizations.weight.original.detach().requires_grad_()
    exact = weight / torch.linalg.matrix_norm(weight, ord=2)
    wanted = torch.autograd.grad((exact**3).sum(), weight)[0]
    found = torch.autograd.grad((norm(weight) ** 3).sum(), weight)[0]
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-4)


def test_the_weight_keeps_its_precision_under_autocast() -> None:
    layer = spectral(nn.Linear(6, 4))
    with torch.autocast("cpu", torch.bfloat16):
        assert layer.weight.dtype == torch.float32
        assert layer(torch.randn(2, 6)).dtype == torch.bfloat16


def test_filters_at_right_angles_are_not_alike() -> None:
    right = torch.tensor([[3.0, 0.0], [0.0, 5.0]])
    assert likeness([right]) == 0
    assert likeness([torch.ones(2, 3)]).item() == pytest.approx(2 * 3.0**2)
    assert likeness([right, torch.ones(2, 3)]).item() == pytest.approx(18)
