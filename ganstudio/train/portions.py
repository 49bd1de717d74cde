"""A batch worked off in portions: the same gradient, with less in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

from torch import Tensor, nn

from ganstudio.gans.base import Phase
from ganstudio.nn.batch import Batch


class Drawn(NamedTuple):
    """What one update works on.

    Attributes:
        batch: real samples and their conditions.
        z: the latents of its fakes; None where none are looked at.
        fake: fakes through which G can still learn, where there are such already.
    """

    batch: Batch
    z: Tensor | None = None
    fake: Any = None


def portions(drawn: Drawn, count: int) -> list[tuple[Drawn, float]]:
    """The batch in so many portions, equal but for one sample, each with its share of it.

    Terms are means over the batch, so that the gradients of the portions, weighed by these
    shares, add up to the gradient of the whole.
    """
    if count == 1:
        return [(drawn, 1.0)]
    size = len(drawn.batch.x)
    edges = [index * size // count for index in range(count + 1)]
    found = []
    for start, stop in pairwise(edges):
        x, c = drawn.batch
        part = Batch(x[start:stop], None if c is None else c[start:stop])
        z = None if drawn.z is None else drawn.z[start:stop]
        found.append((Drawn(part, z), (stop - start) / size))
    return found


def hands_over(updates: list[Phase]) -> bool:
    """Whether the first of these makes fakes that the next one to need fakes can learn through."""
    first, *later = updates
    following = next((phase for phase in later if phase.fakes), None)
    if first.side != "D" or not first.fakes or following is None:
        return False
    moved = any(phase.side == "G" for phase in later[: later.index(following)])
    return following.side == "G" and not moved


def least_portion(players: Iterable[nn.Module]) -> int:
    """How few samples these networks can be trained on at a time: batch norm needs two."""
    normed = any(
        isinstance(layer, nn.modules.batchnorm._BatchNorm)
        for player in players
        for layer in player.modules()
    )
    return 2 if normed else 1
