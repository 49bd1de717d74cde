import gc
import threading
from dataclasses import replace

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


def test_the_last_samples_are_held_out_with_all_that_belongs_to_them():
    samples = replace(numbered(30), told=torch.arange(30), attributes={"old": torch.arange(30)})
    assert samples.held_out(0) == 0
    assert samples.held_out(0.1) == 3
    assert numbered(20_000).held_out(0.5) == 500
    seen = samples.without_last(3)
    for part in (seen.x, seen.labels, seen.told, seen.attributes["old"]):
        assert len(part) == 27
    assert seen.waves is None
    assert len(samples.without_last(0).x) == 30


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


def streamed(samples: Samples, seed: int = 4, **more) -> Batches:
    return Batches(samples, 12, seed, CPU, resident_bytes=0, **more)


def test_a_set_that_streams_comes_in_the_order_of_one_in_memory():
    let_go: list[int] = []
    mapped = replace(numbered(50), let_go=lambda: let_go.append(1))
    there, here = streamed(mapped), Batches(numbered(50), 12, 4, CPU)
    assert (there.resident, here.resident) == (False, True)
    for _ in range(11):
        expected, got = next(here), next(there)
        assert torch.equal(expected.x, got.x)
        assert torch.equal(expected.c, got.c)
        assert here.state() == there.state()


def test_a_set_that_streams_goes_on_to_the_bit():
    mapped = replace(numbered(50), let_go=lambda: None)
    batches, again = streamed(mapped), streamed(mapped)
    drawn = []
    for _ in range(9):
        drawn.append((batches.state(), next(batches)))
    for state, expected in reversed(drawn):
        again.restore(state)
        assert torch.equal(next(again).x, expected.x)


def test_another_domain_streams_in_the_same_order_too():
    x = torch.arange(32, dtype=torch.uint8).view(32, 1, 1, 1)
    samples = Samples(x, told=x[:20])
    here = Batches(samples, 12, 4, CPU, paired=False)
    there = streamed(replace(samples, let_go=lambda: None), paired=False)
    for _ in range(5):
        assert torch.equal(next(here).c, next(there).c)


def test_a_file_of_which_much_was_read_is_let_go():
    let_go: list[int] = []
    x = torch.zeros(16, 1, 1024, 1024, dtype=torch.uint8)
    batches = streamed(Samples(x, let_go=lambda: let_go.append(1)))
    for _ in range(12):
        next(batches)
    assert let_go


def test_the_thread_that_gathers_ends_with_its_batches():
    before = set(threading.enumerate())
    batches = streamed(replace(numbered(50), let_go=lambda: None))
    next(batches)
    (own,) = set(threading.enumerate()) - before
    del batches
    gc.collect()
    own.join(10)
    assert not own.is_alive()


def test_a_mapped_set_that_fits_is_copied_and_its_file_let_go():
    let_go: list[int] = []
    samples = replace(numbered(20), let_go=lambda: let_go.append(1))
    batches = Batches(samples, 20, 0, CPU)
    assert batches.resident
    assert let_go
    samples.x.zero_()
    assert next(batches).x.max() > -1
