"""What one sample is and what a generator is told about it: plain descriptions, no tensors."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from math import prod
from typing import Any, Literal

import numpy as np

from ganstudio.reading import shown

SampleKind = Literal["points", "image", "voxels"]
Prior = Literal["normal", "uniform"]
Told = dict[str, np.ndarray]  # conditions by kind, (N, ...) each, as ``ConditionSpec`` says
ConditionKind = Literal["none", "classes", "attributes", "image", "domain", "text", "sound"]
MOST_VALUES = 1 << 24  # of one sample, or of what is told of it
MOST_NAMES = 1 << 16  # of classes, attributes or words
CONDITION_WORDS: dict[str, str] = {
    "none": "no condition",
    "classes": "classes",
    "attributes": "attributes",
    "image": "a source picture for each sample",
    "domain": "a second, unpaired set of pictures",
    "text": "captions",
    "sound": "sounds",
}


@dataclass(frozen=True)
class ConditionSpec:
    """What a generator is told besides noise.

    As a tensor ``c`` it is, by kind: ``classes`` (N,) int64 indices, or (N, K) float32 weights
    that blend classes; ``attributes`` (N, A) float32, 0 or 1; ``image`` (N, C, H, W) float32 in
    [-1, 1], the source of each sample; ``domain`` the same, but drawn apart from the samples;
    ``text`` (N, L) int64 indices of words, see ``ganstudio/words.py``; ``sound``
    (N, 1, mels, frames) float32 in [-1, 1], see ``ganstudio/sounds.py``.

    Attributes:
        kind: ``none``, or the sort of the condition tensor ``c``.
        names: of classes or attributes in the order of their indices; the words of a text.
        shape: of one condition without the batch axis: ``()`` for a class index, (A,) for
            attributes, (L,) for words.
        title: what it is about, such as ``expression`` or ``outline``.
    """

    kind: ConditionKind = "none"
    names: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    title: str = ""

    @property
    def classes(self) -> int:
        """Number of classes, 0 where the condition is not a class."""
        return len(self.names) if self.kind == "classes" else 0


@dataclass(frozen=True)
class Scale:
    """How the scores of a discriminator are to be read; higher always is more real.

    Attributes:
        words: what a score is, such as ``probability of being real``.
        note: what it does and does not mean, in a sentence.
        probability: whether 1 / (1 + exp(-score)) is what D takes for that probability.
        middle: the score where D cannot tell; None where only differences count.
    """

    words: str = "score"
    note: str = "Higher looks more real to it. Only differences count: there is no zero."
    probability: bool = False
    middle: float | None = None

    def reading(self, score: float) -> str:
        """A score in a few digits: as a probability where it is one."""
        if not self.probability:
            places = 2 if abs(score) >= 0.1 else 3
            digits = f"{score:.3g}" if abs(score) >= 10 else f"{round(score, 3) + 0.0:.{places}f}"
            return digits.replace("-", "−")
        share = 1 / (1 + np.exp(-np.clip(score, -60, 60)))
        if share < 0.01:
            return "<0.01"
        return ">0.99" if share > 0.99 else f"{share:.2f}"


@dataclass(frozen=True)
class SampleSpec:
    """The shape of one sample, always with values in [-1, 1] below the window.

    Attributes:
        kind: points (2,), images (C, H, W) or voxels (1, X, Y, Z) with z up.
        shape: shape of one sample without the batch axis.
        condition: what comes with each sample when nobody asks for more.
        offers: what the set can tell of its samples instead, one of a kind.

    Raises:
        ValueError: if shape and kind disagree.
    """

    kind: SampleKind
    shape: tuple[int, ...]
    condition: ConditionSpec = field(default_factory=ConditionSpec)
    offers: tuple[ConditionSpec, ...] = ()

    def __post_init__(self) -> None:
        axes = {"points": 1, "image": 3, "voxels": 4}[self.kind]
        if len(self.shape) != axes or min(self.shape) < 1:
            raise ValueError(
                f"{self.kind} have {axes} axes of at least 1, got the shape {shown(self.shape)}"
            )
        if prod(self.shape) > MOST_VALUES:
            raise ValueError(
                f"a sample has at most {MOST_VALUES:,} values, got the shape {shown(self.shape)}"
            )

    def offer(self, kind: ConditionKind) -> ConditionSpec | None:
        """What the set tells of this kind; None if it cannot."""
        for offered in (self.condition, *self.offers):
            if offered.kind == kind:
                return offered
        return None

    def telling(self, kind: ConditionKind | None) -> SampleSpec:
        """The same samples with this kind of condition; None leaves it as it is.

        Raises:
            ValueError: if the set cannot tell it.
        """
        if kind is None:
            return self
        offered = self.offer(kind)
        if offered is None:
            raise ValueError(f"these samples come without {CONDITION_WORDS[kind]}")
        return replace(self, condition=offered)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as JSON takes them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> SampleSpec:
        """Read it back.

        Raises:
            ValueError: if it is no such description.
        """
        try:
            return cls(
                content["kind"],
                tuple(int(n) for n in content["shape"]),
                _condition(content["condition"]),
                tuple(_condition(offered) for offered in content["offers"]),
            )
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"no description of samples: {shown(error)}") from error

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


def _condition(content: dict[str, Any]) -> ConditionSpec:
    kind, names = content["kind"], tuple(str(name) for name in content["names"])
    shape = tuple(int(n) for n in content["shape"])
    if kind not in CONDITION_WORDS:
        raise ValueError(f"a condition is {', '.join(CONDITION_WORDS)}, not {shown(kind)}")
    if len(names) > MOST_NAMES or len(shape) > 4:
        raise ValueError(f"a condition of {len(names):,} names and {len(shape)} axes is too large")
    if min(shape, default=1) < 1 or prod(shape) > MOST_VALUES:
        raise ValueError(
            f"a condition has axes of at least 1 and at most {MOST_VALUES:,} values, got the "
            f"shape {shown(shape)}"
        )
    return ConditionSpec(kind, names, shape, str(content["title"]))
