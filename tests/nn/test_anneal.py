"""A rate that stays, then falls."""

import pytest

from ganstudio.nn.anneal import late_decay


@pytest.mark.parametrize(
    ("nimg", "share"), [(0, 1.0), (5000, 1.0), (7500, 0.5), (9999, 0.01), (10**6, 0.01)]
)
def test_it_stays_for_half_the_way_and_falls_in_a_line(nimg: int, share: float) -> None:
    assert late_decay(nimg, 10.0) == pytest.approx(share)


def test_no_length_is_no_decay() -> None:
    assert late_decay(10**9, 0.0) == 1.0
