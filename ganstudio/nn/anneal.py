"""Curves over a training, as pure functions of the real samples seen."""

from __future__ import annotations


def late_decay(nimg: int, total_kimg: float, floor: float = 0.01) -> float:
    """The share of a rate that is left: all of it for half the way, then falling in a line.

    Args:
        nimg: real samples seen.
        total_kimg: thousands of real samples after which ``floor`` is reached; 0 never falls.
        floor: the least that is left, so that a training that goes on does not stand still.

    Example:
        >>> [late_decay(nimg, 10.0) for nimg in (0, 5000, 7500, 20000)]
        [1.0, 1.0, 0.5, 0.01]

    Source: the schedule of Isola et al. 2017 and Zhu et al. 2017 (half the epochs at one rate,
    half falling to zero).
    """
    if total_kimg <= 0:
        return 1.0
    return min(1.0, max(floor, 2 - 2 * nimg / (1000 * total_kimg)))
