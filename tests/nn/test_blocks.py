import pytest
import torch
from torch import nn

from ganstudio.nn.blocks import BatchDeviation, Judge, Told, halvings, initialise_dcgan


@pytest.mark.parametrize(
    ("side", "found"), [(16, (2, 4)), (28, (2, 7)), (32, (3, 4)), (48, (4, 3)), (256, (6, 4))]
)
def test_sides_are_halved_to_a_coarse_grid(side: int, found: tuple[int, int]) -> None:
    assert halvings(side) == found
    assert found[1] * 2 ** found[0] == side


@pytest.mark.parametrize("side", [1, 4, 30, 31])
def test_a_side_that_cannot_be_halved_is_refused(side: int) -> None:
    with pytest.raises(ValueError, match=f"side of {side}"):
        halvings(side)


def test_weights_follow_the_paper() -> None:
    network = nn.Sequential(nn.Conv2d(64, 64, 4), nn.BatchNorm2d(4000))
    initialise_dcgan(network)
    conv, norm = network
    assert conv.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert not conv.bias.any()
    assert norm.weight.mean().item() == pytest.approx(1, abs=0.002)
    assert norm.weight.std().item() == pytest.approx(0.02, rel=0.1)


def test_classes_reach_both_ends() -> None:
    z, c = torch.zeros(3, 5), torch.tensor([0, 1, 1])
    told = Told(5, 2)(z, c)
    assert told.shape == (3, 10)
    assert not torch.equal(told[0], told[1])
    assert torch.equal(told[1], told[2])
    logits = Judge(5, 2)(torch.ones(3, 5), c)
    assert logits[0] != logits[1]
    assert torch.equal(Told(5, 0)(z, None), z)


def test_a_batch_of_copies_shows_no_deviation() -> None:
    h = torch.randn(1, 5).expand(4, 5)
    assert BatchDeviation()(h)[:, -1].max() < 1e-3
    spread = BatchDeviation()(torch.tensor([[0.0], [2.0]]))
    torch.testing.assert_close(spread, torch.tensor([[0.0, 1.0], [2.0, 1.0]]))


def test_a_score_keeps_its_digits_under_autocast() -> None:
    judge = Judge(4, 0)
    with torch.no_grad():
        judge.linear.bias.fill_(300.0)
    with torch.autocast("cpu", torch.bfloat16):
        scores = judge(torch.randn(8, 4), None)
    assert scores.dtype == torch.float32
    assert len(set(scores.tolist())) == 8
