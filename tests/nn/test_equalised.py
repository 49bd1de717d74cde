import pytest
import torch

from ganstudio.nn.equalised import (
    EqualConv,
    EqualJudge,
    EqualLinear,
    GroupDeviation,
    activated,
    pixel_norm,
)


def test_pixel_norm_makes_the_mean_square_one_at_each_place() -> None:
    h = pixel_norm(torch.randn(3, 16, 5, 5) * 7)
    torch.testing.assert_close(h.square().mean(1), torch.ones(3, 5, 5))


def test_layers_keep_a_variance_of_one() -> None:
    torch.manual_seed(0)
    h = torch.randn(64, 256)
    assert EqualLinear(256, 512)(h).var().item() == pytest.approx(1, rel=0.1)
    assert EqualConv(64, 64)(torch.randn(8, 64, 12, 12)).var().item() == pytest.approx(1, rel=0.2)
    assert activated(torch.randn(10_000)).square().mean().item() == pytest.approx(1.04, rel=0.1)


def test_a_slow_layer_computes_the_same_and_moves_less() -> None:
    torch.manual_seed(0)
    h, moves = torch.randn(32, 8), []
    for rate in (1.0, 0.01):
        layer = EqualLinear(8, 8, rate=rate)
        before = layer(h)
        assert before.var().item() == pytest.approx(1, rel=0.5)
        optimizer = torch.optim.Adam(layer.parameters(), lr=0.01)
        layer(h).sum().backward()
        optimizer.step()
        moves.append((layer(h) - before).abs().mean().item())
    assert moves[1] == pytest.approx(moves[0] / 100, rel=0.1)


def test_identical_samples_have_no_deviation_and_different_ones_have() -> None:
    deviation = GroupDeviation(4)
    same = deviation(torch.randn(1, 3, 4, 4).expand(8, -1, -1, -1))
    assert same.shape == (8, 4, 4, 4)
    assert same[:, 3].max() < 1e-3
    assert deviation(torch.randn(8, 3, 4, 4))[:, 3].min() > 0.3


def test_each_group_has_its_own_deviation() -> None:
    h = torch.zeros(8, 1, 2, 2)
    h[::4], h[2::4] = 5.0, -5.0  # groups of 4 take every other sample
    spread = GroupDeviation(4)(h)[:, 1, 0, 0]
    assert spread[::2].min() > 4
    assert spread[1::2].max() < 1e-3


def test_a_batch_that_does_not_divide_is_grouped_as_far_as_it_goes() -> None:
    assert GroupDeviation(4)(torch.randn(6, 2, 4, 4)).shape == (6, 3, 4, 4)
    assert GroupDeviation(4)(torch.randn(7, 2, 4, 4))[:, 2].max() < 1e-3


def test_the_judge_projects_classes_and_takes_blends() -> None:
    judge = EqualJudge(8, 4, classes=3)
    h = torch.randn(4, 8, 4, 4)
    whole = judge(h, torch.tensor([0, 1, 2, 0]))
    torch.testing.assert_close(whole, judge(h, torch.eye(3)[[0, 1, 2, 0]]))
    assert not torch.allclose(whole, judge(h, torch.tensor([1, 2, 0, 1])))
