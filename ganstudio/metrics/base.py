"""What a metric is, and what it looks at: sets of samples with what was computed of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np

from ganstudio.samples import SampleKind, SampleSpec

Better = Literal["lower", "higher", "floor"]


@dataclass(frozen=True)
class Score:
    """One number that a metric gives.

    Attributes:
        title: for tables and curves.
        better: which way is better; ``floor`` for a score that shall be what real samples get.
        about: one sentence: what it says, with its range.
    """

    title: str
    better: Better
    about: str


@dataclass(frozen=True)
class Items:
    """A set of samples and what is known of them; what is not known is None.

    Attributes:
        x: (N, *shape) float32 in [-1, 1].
        features: (N, F) float32, what the extractor sees in them.
        probabilities: (N, K) float32, how likely the extractor finds each class.
        labels: (N,) int64, the class that each is, or was told to be.
        attributes: (N, A) float32, 0 or 1, what each has, or was told to have.
        traits: (N,) int64 by name, all that is known of each, or of the one whose words or
            sound it was told.
        read: the same, as the extractor reads it from the sample.
        wanted: (N,) float32, how likely each is of the world that translations shall end in.
        sources: (N, C, H, W), the picture that each was made from.
        targets: (N, *shape), what each should have become.
        index: (N,) places in the training set, for samples that are part of it.
        unseen: how many of the first come from pairs that were held out from the training.
    """

    x: np.ndarray
    features: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    labels: np.ndarray | None = None
    attributes: np.ndarray | None = None
    traits: dict[str, np.ndarray] | None = None
    read: dict[str, np.ndarray] | None = None
    wanted: np.ndarray | None = None
    sources: np.ndarray | None = None
    targets: np.ndarray | None = None
    index: np.ndarray | None = None
    unseen: int = 0

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Known:
    """A density that is known exactly, of points in the square from -1 to 1.

    Attributes:
        draw: (count, seed) to fresh points (count, 2).
        modes: (K, 2) centres of its Gaussians, where it is a mixture.
        std: standard deviation of each of them along each axis.
    """

    draw: Callable[[int, int], np.ndarray]
    modes: np.ndarray | None = None
    std: float = 0.0


@dataclass(frozen=True)
class Probe:
    """What the discriminator of a run sees in labelled samples, to learn from and to test on.

    Attributes:
        train: (N, F) features.
        train_labels: (N,) int64.
        test: (M, F) features of others.
        test_labels: (M,) int64.
    """

    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray


@dataclass(frozen=True)
class View:
    """All that a metric may look at.

    Attributes:
        spec: what the samples are.
        real: real samples to compare with.
        fake: the samples in question; for the floor, other real ones.
        train: what the generator was trained on, or a part of it.
        extractor: where the features come from, in words; empty without any.
        inception: whether they are those of an Inception network.
        known: the density that points were drawn from.
        origin: real pictures of the world that translations start from, where that is unpaired.
        probe: what the discriminator sees, where a run has one that can be asked.
    """

    spec: SampleSpec
    real: Items
    fake: Items
    train: Items
    extractor: str = ""
    inception: bool = False
    known: Known | None = None
    origin: Items | None = None
    probe: Probe | None = None

    def of(self, fake: Items) -> View:
        """The same view of other samples."""
        return replace(self, fake=fake)


class Metric(ABC):
    """A measure of samples: a subclass in a file of its own under ``metrics/`` adds one.

    Attributes:
        title: what it is called in words.
        takes: the kinds of samples that it can be taken of.
        scores: the numbers it gives, by name; no two metrics share one.
        headline: those of them that stand for it where there is little room.
        first: whether it is the one to look at first where it can be taken.
        live: whether it is quick enough to be taken while a training runs.
    """

    title: ClassVar[str]
    takes: ClassVar[tuple[SampleKind, ...]] = ("points", "image", "voxels")
    scores: ClassVar[dict[str, Score]]
    headline: ClassVar[tuple[str, ...]] = ()
    first: ClassVar[bool] = False
    live: ClassVar[bool] = True

    def applies(self, view: View) -> bool:
        """Whether it can be taken of this; more than the kind is asked by overriding it."""
        return view.spec.kind in self.takes

    @abstractmethod
    def measure(self, view: View) -> dict[str, float]:
        """The scores of ``view.fake``, by name."""

    def named(self, score: str, view: View) -> str:
        """The title of one score, saying what it depends on."""
        return self.scores[score].title


BASE = Metric


class FeatureMetric(Metric):
    """A metric on features of pictures or voxels."""

    takes = ("image", "voxels")

    def applies(self, view: View) -> bool:
        """Where there are features."""
        return super().applies(view) and view.fake.features is not None


def features(items: Items) -> np.ndarray:
    """The features of a set, (N, F).

    Raises:
        ValueError: if they were not computed.
    """
    if items.features is None:
        raise ValueError("this metric is taken on features, and none were computed")
    return items.features
