"""Procedural furniture as voxels: six classes, each with its own parts and proportions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from ganstudio.data.base import Dataset, Samples
from ganstudio.knobs import Config, knob
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.solids.pieces import CLASSES, draw

A_BREATH = 64  # objects drawn between two reports


class FurnitureConfig(Config):
    """How many, how fine, and which."""

    side: Literal[32, 64] = knob(
        32, unit="voxels", help="Voxels along each side. 64 takes eight times the memory and time."
    )
    kind: Literal["all", "chair", "table", "bed", "sofa", "lamp", "shelf"] = knob(
        "all", help="One class alone is learnt sooner than all six together."
    )
    count: int = knob(
        6000, low=6, high=60000, unit="objects", log=True,
        help="How many to draw: 32 kB of memory each at 32 voxels per side, 256 kB at 64.",
    )  # fmt: skip


class Furniture(Dataset):
    """Chairs, tables, beds, sofas, lamps and shelves, drawn by rules and never twice the same.

    Each object is put together from boxes, cylinders, cones and bars with proportions of its
    own: legs or a foot star under a chair, slats or rungs in its back, a shade on a lamp. All
    stand on the same floor, in the middle, with their front towards -y, and every part is at
    least two voxels thick at 32 per side, so that a small 3D-GAN can learn them in minutes.
    """

    Config = FurnitureConfig
    title = "Furniture"
    summary = "Chairs, tables, beds, sofas, lamps and shelves as voxels, drawn by rules."

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Voxels (1, side, side, side), labelled with their class unless there is only one."""
        labelled = config.kind == "all"
        condition = ConditionSpec("classes", CLASSES) if labelled else ConditionSpec()
        return SampleSpec("voxels", (1, config.side, config.side, config.side), condition)

    def load(self) -> Samples:
        """Draw the set; object i is the same whatever the count, and classes take turns."""
        every = self.config.kind == "all"
        x = self._draw(self.config, self.config.count, self.tell)
        labels = torch.arange(self.config.count) % len(CLASSES) if every else None
        return Samples(x, labels)

    def preview(self, count: int) -> Tensor:
        """The first objects of the set, (count, 1, side, side, side) uint8."""
        return self._draw(self.config, count)

    @staticmethod
    def _draw(config: Any, count: int, tell: Callable[[str], None] = lambda text: None) -> Tensor:
        x = np.empty((count, 1, config.side, config.side, config.side), dtype=np.uint8)
        for index in range(count):
            if index % A_BREATH == 0:
                tell(f"drawing furniture, {index:,} of {count:,}")
            name = CLASSES[index % len(CLASSES)] if config.kind == "all" else config.kind
            np.multiply(draw(name, index, config.side), np.uint8(255), out=x[index, 0])
        return torch.from_numpy(x)
