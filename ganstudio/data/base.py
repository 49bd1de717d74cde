"""What a data set is, and endless seeded batches that are already on the device."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from ganstudio.knobs import Config
from ganstudio.nn.batch import Batch
from ganstudio.samples import ConditionKind, SampleSpec

Origin = Literal["built in", "downloaded", "your files"]


class DataError(RuntimeError):
    """A data set cannot be loaded; the message names what is missing and what to do."""


@dataclass(frozen=True)
class Samples:
    """A loaded set in storage form.

    Attributes:
        x: (N, *shape); uint8 with 0 to 255 standing for -1 to 1, or float32 in [-1, 1] for points.
        labels: (N,) int64 class indices, or None.
        attributes: by name, (N,) tensors that tell more about each sample; may be empty.
        told: (N, ...) the condition that was asked for, as ``ConditionSpec`` says but pictures
            and sounds in storage form; None where it is the labels or nothing. For a
            ``domain`` (M, C, H, W), pictures that belong to no sample of ``x``.
        waves: (N, T) int16, the sounds of a ``sound`` condition as they are heard.
        notes: what was left out while reading, and why, one line each.
    """

    x: Tensor
    labels: Tensor | None = None
    attributes: dict[str, Tensor] | None = None
    told: Tensor | None = None
    waves: Tensor | None = None
    notes: tuple[str, ...] = ()

    @property
    def conditions(self) -> Tensor | None:
        """What goes into batches as ``c``."""
        return self.labels if self.told is None else self.told


class Dataset(ABC):
    """A source of samples: what shape they have, what they are labelled with, and the samples.

    A subclass in a file of its own under ``data/`` is all it takes to add one.

    Args:
        config: its knobs, an instance of ``Config``.
        data_root: where files of data sets are kept.
        told: the kind of condition that ``load`` shall bring, one that the spec offers.

    Attributes:
        Config: its knobs.
        title: as shown on its card.
        summary: one line for the card.
        origin: where the samples come from; cards are grouped by it.
    """

    Config: ClassVar[type[Config]] = Config
    title: ClassVar[str]
    summary: ClassVar[str] = ""
    origin: ClassVar[Origin] = "built in"

    def __init__(self, config: Any, data_root: Path, told: ConditionKind | None = None) -> None:
        self.config, self.data_root = config, data_root
        self.told = told if told is not None else self.spec(config).condition.kind

    @classmethod
    @abstractmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Shape, condition and offers of the samples under these knobs, without loading any."""

    @abstractmethod
    def load(self) -> Samples:
        """Read or draw the whole set, the same every time.

        Raises:
            DataError: if files are missing or unreadable.
        """

    @classmethod
    def missing(cls, config: Any, data_root: Path) -> list[str]:
        """What the set lacks to be loaded, such as a folder, one line each; quick to find out."""
        return []

    def preview(self, count: int) -> Tensor | None:
        """A few samples for the card without loading the set, (count, *shape) like ``load``.

        None where that would need files or take longer than a moment.
        """
        return None


BASE = Dataset


def _spread(seed: int, epoch: int, position: int = 0) -> int:
    """One seed out of three numbers, so that neighbours among them share no order."""
    mixed = seed * 0x9E3779B97F4A7C15 + epoch * 0xBF58476D1CE4E5B9 + position * 0x94D049BB133111EB
    return mixed % 2**63


def to_unit(x: Tensor) -> Tensor:
    """Storage to model: uint8 0 to 255 becomes float32 -1 to 1; float passes through."""
    return x.float().div_(127.5).sub_(1.0) if x.dtype == torch.uint8 else x


class Batches(Iterator[Batch]):
    """Endless batches: each epoch a new seeded order, no sample twice in one epoch.

    The whole set lives on the device in storage form while it takes less than
    ``resident_bytes``; a larger one stays in host memory and streams from there, pinned.
    A batch never mixes epochs: what is left over at the end of one is dropped. Pictures of
    another domain have an order of their own, so that no two are ever a pair.

    Args:
        samples: the loaded set.
        batch: samples a batch; a smaller set is repeated to fill one.
        seed: of the order.
        device: where batches are wanted.
        paired: whether condition i belongs to sample i; not so for another domain.
        resident_bytes: the most that may be put on the device for good; None is a quarter of
            what is free on a GPU, and 2 GiB where that is not known.
    """

    def __init__(
        self,
        samples: Samples,
        batch: int,
        seed: int,
        device: torch.device,
        resident_bytes: int | None = None,
        paired: bool = True,
    ) -> None:
        if len(samples.x) == 0:
            raise DataError("the data set holds no samples")
        if resident_bytes is None:
            cuda = device.type == "cuda"
            resident_bytes = torch.cuda.mem_get_info(device)[0] // 4 if cuda else 2 << 30
        held = [t for t in (samples.x, samples.conditions) if t is not None]
        size = sum(tensor.numel() * tensor.element_size() for tensor in held)
        self.resident = device.type == "cpu" or size <= resident_bytes
        self.device = device
        self.batch, self.seed = batch, seed
        self._x, self._c = self._place(samples.x), self._place(samples.conditions)
        if paired and self._c is not None and len(self._c) != len(self._x):
            raise DataError(f"{len(self._x)} samples, but {len(self._c)} conditions for them")
        self.paired = paired or self._c is None
        self.epoch, self.position = 0, 0
        self._order = self._shuffle()

    def __next__(self) -> Batch:
        if self.position + self.batch > len(self._order):
            self.epoch, self.position = self.epoch + 1, 0
            self._order = self._shuffle()
        index = self._order[self.position : self.position + self.batch]
        self.position += self.batch
        x = self._x.index_select(0, index)
        c = None
        if self._c is not None:
            c = self._c.index_select(0, index if self.paired else self._apart())
        if not self.resident:
            x, c = self._send(x), None if c is None else self._send(c)
        return Batch(to_unit(x), None if c is None else to_unit(c))

    def state(self) -> dict[str, int]:
        """Where it stands; with the same seed and batch this is all it takes to go on."""
        return {"epoch": self.epoch, "position": self.position}

    def restore(self, state: dict[str, int]) -> None:
        """Go on where ``state`` says."""
        self.epoch, self.position = state["epoch"], state["position"]
        self._order = self._shuffle()

    def _apart(self) -> Tensor:
        """Indices into the other domain, drawn afresh for each batch."""
        generator = torch.Generator().manual_seed(_spread(self.seed + 1, self.epoch, self.position))
        index = torch.randint(len(self._c), (self.batch,), generator=generator)
        return index.to(self._c.device)

    def _shuffle(self) -> Tensor:
        generator = torch.Generator().manual_seed(_spread(self.seed, self.epoch))
        rounds = -(-self.batch // len(self._x))
        order = torch.cat(
            [torch.randperm(len(self._x), generator=generator) for _ in range(rounds)]
        )
        return order.to(self.device) if self.resident else order

    def _place(self, tensor: Any) -> Any:
        if tensor is None:
            return None
        if self.resident:
            return tensor.to(self.device)
        return tensor

    def _send(self, tensor: Tensor) -> Tensor:
        if self.device.type != "cuda":
            return tensor.to(self.device)  # MPS must not be sent pageable memory unawaited
        return tensor.pin_memory().to(self.device, non_blocking=True)
