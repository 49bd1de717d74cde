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


def test_conditions_are_brought_instead_of_labels_and_pictures_in_the_unit_range():
    x = torch.arange(16, dtype=torch.uint8).view(16, 1, 1, 1)
    batch = next(Batches(Samples(x, torch.arange(16), told=255 - x), 8, 0, CPU))
    assert batch.c.dtype == torch.float32
    assert torch.allclose(batch.c, -batch.x, atol=1e-6)


def test_another_domain_has_an_order_of_its_own():
    x = torch.arange(32, dtype=torch.uint8).view(32, 1, 1, 1)
    samples = Samples(x, told=x[:20])
    batches = Batches(samples, 8, 0, CPU, paired=False)
    first = [next(batches) for _ in range(8)]
    assert any(not torch.equal(batch.x, batch.c) for batch in first)
    assert len({int(c) for batch in first for c in ((batch.c + 1) * 127.5).round()}) > 15
    again = Batches(samples, 8, 0, CPU, paired=False)
    again.restore({"epoch": 1, "position": 24})
    assert torch.equal(next(again).c, first[7].c)


def test_conditions_for_other_samples_are_refused():
    x = torch.zeros(8, 1, 1, 1, dtype=torch.uint8)
    with pytest.raises(DataError, match="8 samples, but 5 conditions"):
        Batches(Samples(x, told=x[:5]), 4, 0, CPU)
