"""What one update works on."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class Batch(NamedTuple):
    """Real samples and their conditions, on the device.

    Attributes:
        x: (N, *shape) float32 in [-1, 1].
        c: what comes with them, (N, ...) as ``ConditionSpec`` says, or None.
    """

    x: Tensor
    c: Tensor | None = None
