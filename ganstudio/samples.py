"""What one sample is and what a generator is told about it: plain descriptions, no tensors."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Literal

SampleKind = Literal["points", "image", "voxels"]
Prior = Literal["normal", "uniform"]
ConditionKind = Literal["none", "classes", "attributes", "image", "text", "sound"]


@dataclass(frozen=True)
class ConditionSpec:
    """What a generator is told besides noise.

    Attributes:
        kind: ``none``, or the sort of the condition tensor ``c``.
        names: the class or attribute names, in the order of their indices.
        shape: shape of one condition without the batch axis; ``()`` for a class index.
    """

    kind: ConditionKind = "none"
    names: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()

    @property
    def classes(self) -> int:
        """Number of classes, 0 where the condition is not a class."""
        return len(self.names) if self.kind == "classes" else 0


@dataclass(frozen=True)
class SampleSpec:
    """The shape of one sample, always with values in [-1, 1] below the window.

    Attributes:
        kind: points (2,), images (C, H, W) or voxels (1, X, Y, Z) with z up.
        shape: shape of one sample without the batch axis.
        condition: what each sample of the set is labelled with.

    Raises:
        ValueError: if shape and kind disagree.
    """

    kind: SampleKind
    shape: tuple[int, ...]
    condition: ConditionSpec = field(default_factory=ConditionSpec)

    def __post_init__(self) -> None:
        axes = {"points": 1, "image": 3, "voxels": 4}[self.kind]
        if len(self.shape) != axes or min(self.shape) < 1:
            raise ValueError(
                f"{self.kind} have {axes} axes of at least 1, got the shape {self.shape}"
            )

    @property
    def channels(self) -> int:
        """Channels of an image or a volume; the number of coordinates of a point."""
        return self.shape[0]

    @property
    def side(self) -> int:
        """Pixels or voxels along the last axis; 1 for points."""
        return self.shape[-1] if self.kind != "points" else 1

    @property
    def size(self) -> int:
        """Number of values in one sample."""
        return prod(self.shape)

    def __str__(self) -> str:
        if self.kind == "points":
            return f"points in {self.shape[0]} dimensions"
        extent = " x ".join(str(n) for n in self.shape[1:])
        if self.kind == "voxels":
            return f"voxels {extent}"
        return f"{'colour' if self.channels == 3 else 'grey'} images {extent}"
