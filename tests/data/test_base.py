import pytest
import torch

from ganstudio.data.base import Batches, DataError, Samples, to_unit

CPU = torch.device("cpu")


def numbered(count: int) -> Samples:
    """Samples that tell which one they are, by value and by label."""
    index = torch.arange(count)
    return Samples(index.to(torch.uint8).view(count, 1, 1, 1), index)


def labels_of(batches: Batches, count: int) -> list[int]:
    return [int(c) for _ in range(count) for c in next(batches).c]


def test_storage_becomes_the_unit_range():
    assert to_unit(torch.tensor([0, 255], dtype=torch.uint8)).tolist() == [-1.0, 1.0]
    points = torch.tensor([[0.25, -1.0]])
    assert to_unit(points) is points


def test_samples_keep_their_labels():
    batch = next(Batches(numbered(40), 16, 0, CPU))
    assert batch.x.dtype == torch.float32
    expected = batch.c.float() / 127.5 - 1
    assert torch.allclose(batch.x.flatten(), expected)


def test_an_epoch_is_a_permutation_and_the_next_is_another():
    batches = Batches(numbered(32), 8, 3, CPU)
    first, second = labels_of(batches, 4), labels_of(batches, 4)
    assert sorted(first) == sorted(second) == list(range(32))
    assert first != second


def test_what_does_not_fill_a_batch_is_left_out():
    batches = Batches(numbered(30), 8, 0, CPU)
    first = labels_of(batches, 3)
    assert len(set(first)) == 24
    next(batches)
    assert batches.state() == {"epoch": 1, "position": 8}


def test_the_seed_decides_the_order():
    draws = [labels_of(Batches(numbered(64), 16, seed, CPU), 6) for seed in (0, 0, 1)]
    assert draws[0] == draws[1]
    assert draws[0] != draws[2]


@pytest.mark.parametrize("before", [0, 1, 3, 4, 9])
def test_restore_goes_on_to_the_bit(before):
    batches = Batches(numbered(50), 12, 5, CPU)
    for _ in range(before):
        next(batches)
    again = Batches(numbered(50), 12, 5, CPU)
    again.restore(batches.state())
    for _ in range(9):
        expected, got = next(batches), next(again)
        assert torch.equal(expected.x, got.x)
        assert torch.equal(expected.c, got.c)


def test_a_small_set_is_repeated_to_fill_a_batch():
    counts = torch.bincount(next(Batches(numbered(5), 12, 0, CPU)).c, minlength=5)
    assert counts.sum() == 12
    assert set(counts.tolist()) <= {2, 3}


def test_no_labels_no_condition():
    batch = next(Batches(Samples(torch.zeros(4, 2)), 2, 0, CPU))
    assert batch.c is None
    assert batch.x.shape == (2, 2)


def test_nothing_to_draw_from_is_refused():
    with pytest.raises(DataError, match="no samples"):
        Batches(Samples(torch.zeros(0, 2)), 2, 0, CPU)
