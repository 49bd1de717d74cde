from pathlib import Path

import pytest
import torch

from ganstudio.data.digits import Digits, DigitsConfig, enlarge


def digits(size: int):
    return Digits(DigitsConfig(size=size), Path()).load()


@pytest.mark.parametrize("size", [16, 32])
def test_all_are_there_in_order(size):
    samples = digits(size)
    assert samples.x.shape == (1797, 1, size, size)
    assert samples.labels[:10].tolist() == list(range(10))
    assert samples.labels.bincount().min() > 170


def test_edges_are_crisp_and_the_rim_is_background():
    x = digits(32).x
    assert (x[:, :, 0] < 32).all()
    middling = ((x > 64) & (x < 192)).float().mean()
    assert middling < 0.15


def test_neighbours_of_the_same_digit_look_more_alike():
    samples = digits(16)
    flat = samples.x.flatten(1).float()
    means = torch.stack([flat[samples.labels == digit].mean(0) for digit in range(10)])
    guessed = torch.cdist(flat, means).argmin(1)
    assert (guessed == samples.labels).float().mean() > 0.85


def test_enlarging_keeps_black_and_white():
    black_and_white = torch.stack([torch.zeros(1, 8, 8), torch.ones(1, 8, 8)])
    small = enlarge(black_and_white, 32)
    assert small[0].max() == 0
    assert small[1, 0, 10:22, 10:22].min() == 255


def test_the_preview_begins_the_set_and_repeats_it():
    config = DigitsConfig()
    assert torch.equal(Digits(config, Path("nowhere")).preview(12), digits(16).x[:12])
    assert torch.equal(Digits(config, Path("nowhere")).preview(1798)[-1], digits(16).x[0])
