"""The pool hands out old fakes half of the time, loses none, and is part of a checkpoint."""

import torch

from ganstudio.nn.pool import ImagePool


def numbered(first: int, count: int) -> torch.Tensor:
    """Pictures that can be told apart: each full of its number."""
    return torch.arange(first, first + count).float().view(-1, 1, 1, 1).expand(-1, 3, 2, 2)


def numbers(pictures: torch.Tensor) -> list[int]:
    assert (pictures == pictures[:, :1, :1, :1]).all()  # no picture is a mixture of two
    return [int(n) for n in pictures[:, 0, 0, 0]]


def test_an_empty_pool_shows_what_comes_in_and_keeps_it() -> None:
    pool = ImagePool((3, 2, 2), 8)
    shown = pool(numbered(1, 8), torch.Generator().manual_seed(0))
    assert numbers(shown) == list(range(1, 9))
    assert sorted(numbers(pool.kept)) == list(range(1, 9))
    assert pool.taken.all()


def test_a_full_pool_swaps_about_half_and_loses_none() -> None:
    pool, random = ImagePool((3, 2, 2), 16), torch.Generator().manual_seed(0)
    for start in range(1, 101, 4):
        pool(numbered(start, 4), random)
    old = 0
    for start in range(1001, 2001, 4):
        before = numbers(pool.kept) + list(range(start, start + 4))
        shown = numbers(pool(numbered(start, 4), random))
        assert sorted(numbers(pool.kept) + shown) == sorted(before)
        old += sum(n < start for n in shown)
    assert 430 < old < 570  # of 1,000


def test_what_is_shown_keeps_its_place_in_the_batch() -> None:
    pool, random = ImagePool((3, 2, 2), 4), torch.Generator().manual_seed(0)
    pool(numbered(1, 4), random)
    shown = numbers(pool(numbered(11, 4), random))
    assert all(n == 11 + place or n <= 4 for place, n in enumerate(shown))


def test_more_fakes_than_seats_are_shown_themselves() -> None:
    pool, random = ImagePool((3, 2, 2), 2), torch.Generator().manual_seed(0)
    pool(numbered(1, 2), random)
    shown = numbers(pool(numbered(11, 5), random))
    assert shown[2:] == [13, 14, 15]


def test_no_capacity_is_no_pool() -> None:
    pool, fakes = ImagePool((3, 2, 2), 0), numbered(1, 3)
    assert torch.equal(pool(fakes), fakes)
    assert torch.equal(pool(fakes), fakes)


def test_a_restored_pool_goes_on_to_the_bit() -> None:
    first, random = ImagePool((3, 2, 2), 6), torch.Generator().manual_seed(3)
    for start in range(1, 21, 4):
        first(numbered(start, 4), random)
    second = ImagePool((3, 2, 2), 6)
    second.load_state_dict(first.state_dict())
    resumed = torch.Generator().manual_seed(0)
    resumed.set_state(random.get_state())
    assert torch.equal(first(numbered(90, 4), random), second(numbered(90, 4), resumed))
    assert torch.equal(first.kept, second.kept)


def test_it_has_no_weights_to_train() -> None:
    assert list(ImagePool((3, 2, 2)).parameters()) == []
