import pytest
import torch
from torch import nn

from ganstudio.nn.ema import Average, decay


def test_half_of_the_memory_is_gone_after_a_half_life() -> None:
    assert decay(500, 500.0) == pytest.approx(0.5)
    assert decay(250, 500.0) ** 2 == pytest.approx(0.5)
    assert decay(1, 0.0) == 0.0


def test_the_average_trails_weights_and_statistics_and_copies_counts() -> None:
    source = nn.ModuleDict({"G": nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1))})
    average = Average(source)
    layer, norm = source["G"]
    start = layer.weight.item()
    with torch.no_grad():
        layer.weight += 1
        norm.running_mean += 2
        norm.num_batches_tracked += 7
    average.update(nimg=100_000, half_life_kimg=100.0)  # the ramp holds it at 5 of 100 kimg
    weight = 1 - 0.5 ** (100 / 5)
    own_layer, own_norm = average.network["G"]
    assert own_layer.weight.item() == pytest.approx(start + weight)
    assert own_norm.running_mean.item() == pytest.approx(2 * weight)
    assert own_norm.num_batches_tracked.item() == 7
    assert not own_norm.training


def test_without_a_half_life_it_is_the_source() -> None:
    source = nn.ModuleDict({"G": nn.Linear(2, 2)})
    average = Average(source)
    with torch.no_grad():
        source["G"].weight.normal_()
    average.update(64, 0.0)
    assert torch.equal(average.network["G"].weight, source["G"].weight)


def test_it_follows_a_generator_that_moves_alone() -> None:
    source = nn.ModuleDict({"G": nn.Linear(2, 2)})
    average = Average(source)
    average.update(1000, 1.0)
    before = average.network["G"].weight.clone()
    with torch.no_grad():
        source["G"].weight += 1
    average.update(1000, 1.0, batch=64)  # no real sample was seen since
    assert not torch.equal(average.network["G"].weight, before)
