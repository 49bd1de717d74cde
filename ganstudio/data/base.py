"""What a data set is, and endless seeded batches that are already on the device."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

import psutil
import torch
from torch import Tensor

from ganstudio.knobs import Config
from ganstudio.nn.batch import Batch
from ganstudio.samples import ConditionKind, SampleSpec

Origin = Literal["built in", "downloaded", "your files"]
MOST_HELD_OUT = 500
MOST_FAULTS = 20  # that an error lists one by one


class DataError(RuntimeError):
    """A data set cannot be loaded; the message names what is missing and what to do."""


class Remark(NamedTuple):
    """What was found about one file while it was read, and what was done about it.

    Attributes:
        path: the file.
        what: what is the matter with it, in words that follow its name.
        done: whether it was left out, or read all the same.
    """

    path: str
    what: str
    done: Literal["left out", "converted"]

    def __str__(self) -> str:
        name = "".join(
            sign if sign.isprintable() else sign.encode("unicode_escape").decode()
            for sign in self.path
        )
        return f"{self.done}: {name} {self.what}"


class TooFewError(DataError):
    """Too few files of a folder can be used; the message has the first of their faults.

    Args:
        summary: what there is too little of.
        remarks: the faults, file by file; files that could be used do not matter.

    Attributes:
        summary: as above.
        remarks: all of them.
    """

    def __init__(self, summary: str, remarks: Sequence[Remark]) -> None:
        self.summary, self.remarks = summary, tuple(remarks)
        faults = [str(one) for one in remarks if one.done == "left out"]
        lines = faults[:MOST_FAULTS]
        if len(faults) > MOST_FAULTS:
            lines.append(f"and {len(faults) - MOST_FAULTS:,} more")
        super().__init__(f"{summary}. {'; '.join(lines)}" if lines else summary)
        for fault in faults[MOST_FAULTS:]:
            self.add_note(fault)


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
        remarks: files that were left out or had to be converted, one by one.
        notes: what else happened while reading, one line each.
        let_go: where the tensors lie in files: frees the memory that has been read of them.
    """

    x: Tensor
    labels: Tensor | None = None
    attributes: dict[str, Tensor] | None = None
    told: Tensor | None = None
    waves: Tensor | None = None
    remarks: tuple[Remark, ...] = ()
    notes: tuple[str, ...] = ()
    let_go: Callable[[], None] | None = None

    def held_out(self, share: float) -> int:
        """How many of the last samples such a share of them is, 500 at most."""
        return min(int(share * len(self.x)), MOST_HELD_OUT)

    def without_last(self, count: int) -> Samples:
        """All but so many, with what belongs to each; nothing is copied."""
        there = slice(len(self.x) - count)
        attributes = self.attributes
        if attributes is not None:
            attributes = {name: value[there] for name, value in attributes.items()}
        labels, told, waves = (
            None if value is None else value[there]
            for value in (self.labels, self.told, self.waves)
        )
        return replace(
            self, x=self.x[there], labels=labels, attributes=attributes, told=told, waves=waves
        )

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
        tell: hears how far ``load`` is; whatever it raises ends it.

    Attributes:
        Config: its knobs.
        title: as shown on its card.
        summary: one line for the card.
        origin: where the samples come from; cards are grouped by it.
        mapped: whether ``load`` leaves the samples in a file, so that they take no memory.
    """

    Config: ClassVar[type[Config]] = Config
    title: ClassVar[str]
    summary: ClassVar[str] = ""
    origin: ClassVar[Origin] = "built in"
    mapped: ClassVar[bool] = False

    def __init__(
        self,
        config: Any,
        data_root: Path,
        told: ConditionKind | None = None,
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.config, self.data_root, self.tell = config, data_root, tell
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
AHEAD = 2  # batches that are gathered before they are wanted
KEPT_READ_BYTES = 128 << 20  # of a mapped file, until its pages are let go
REACH_BYTES = 64 << 10  # of a file that come into memory at least, wherever it is touched

Held = tuple[Tensor, Tensor | None]


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
    ``resident_bytes``. A larger one streams from host memory, or from the file it lies in: the
    next batches are gathered ahead on a thread, in the very order that a resident set has.
    A batch never mixes epochs: what is left over at the end of one is dropped. Pictures of
    another domain have an order of their own, so that no two are ever a pair.

    Args:
        samples: the loaded set.
        batch: samples a batch; a smaller set is repeated to fill one.
        seed: of the order.
        device: where batches are wanted.
        paired: whether condition i belongs to sample i; not so for another domain.
        resident_bytes: the most that may be put on the device for good; None is a quarter of
            what is free, and 2 GiB where that is not known.
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
            resident_bytes = _room(device)
        held = [t for t in (samples.x, samples.conditions) if t is not None]
        size = sum(tensor.numel() * tensor.element_size() for tensor in held)
        at_hand = device.type == "cpu" and samples.let_go is None
        self.resident = at_hand or size <= resident_bytes
        self.device = device
        self.batch, self.seed = batch, seed
        self._let_go, self._read_bytes = samples.let_go, 0
        self._x, self._c = self._place(samples.x), self._place(samples.conditions)
        if paired and self._c is not None and len(self._c) != len(self._x):
            raise DataError(f"{len(self._x)} samples, but {len(self._c)} conditions for them")
        if self.resident and self._let_go is not None:
            self._let_go()  # it has been read once and for all
        self.paired = paired or self._c is None
        self.epoch, self.position = 0, 0
        self._orders: dict[int, Tensor] = {}
        self._coming: dict[tuple[int, int, int], Future[Held]] = {}
        self._pool: ThreadPoolExecutor | None = None

    def __next__(self) -> Batch:
        at = self._begin(self.epoch, self.position)
        x, c = self._gather(*at) if self.resident else self._await(at)
        self.epoch, self.position = at[0], at[1] + self.batch
        if not self.resident:
            x, c = self._send(x), None if c is None else self._send(c)
        return Batch(to_unit(x), None if c is None else to_unit(c))

    def state(self) -> dict[str, int]:
        """Where it stands; with the same seed and batch this is all it takes to go on."""
        return {"epoch": self.epoch, "position": self.position}

    def restore(self, state: dict[str, int]) -> None:
        """Go on where ``state`` says."""
        self.epoch, self.position = state["epoch"], state["position"]

    def _begin(self, epoch: int, position: int) -> tuple[int, int, int]:
        """Where a batch begins that follows this place, and its length."""
        rounds = -(-self.batch // len(self._x))
        if position + self.batch > rounds * len(self._x):
            epoch, position = epoch + 1, 0
        return epoch, position, self.batch

    def _await(self, at: tuple[int, int, int]) -> Held:
        """The batch at a place from the thread that gathers, which is sent for the next ones."""
        if self._pool is None:  # its thread ends when this object does
            self._pool = ThreadPoolExecutor(1, "batches")
        wanted = [at]
        for _ in range(AHEAD):
            wanted.append(self._begin(wanted[-1][0], wanted[-1][1] + self.batch))
        for place in set(self._coming) - set(wanted):
            self._coming.pop(place).cancel()
        for place in wanted:
            if place not in self._coming:
                self._coming[place] = self._pool.submit(self._gather, *place)
        return self._coming.pop(at).result()

    def _gather(self, epoch: int, position: int, batch: int) -> Held:
        """Samples and conditions of one batch in storage form, pinned for a GPU."""
        index = self._order(epoch)[position : position + batch]
        x, c = self._pick(self._x, index), None
        if self._c is not None:
            c = self._pick(self._c, index if self.paired else self._apart(epoch, position, batch))
        return x, c

    def _pick(self, held: Tensor, index: Tensor) -> Tensor:
        if self.resident:
            return held.index_select(0, index)
        # numpy gathers on this thread alone: torch would start others beside those that train
        picked = torch.from_numpy(held.numpy().take(index.numpy(), 0))
        self._read_bytes += len(index) * max(REACH_BYTES, picked[0].nbytes)
        if self._let_go is not None and self._read_bytes > KEPT_READ_BYTES:
            self._let_go()
            self._read_bytes = 0
        return picked.pin_memory() if self.device.type == "cuda" else picked

    def _apart(self, epoch: int, position: int, batch: int) -> Tensor:
        """Indices into the other domain, drawn afresh for each batch."""
        seed = _spread(self.seed + 1, epoch, position + batch)
        generator = torch.Generator().manual_seed(seed)
        assert self._c is not None
        index = torch.randint(len(self._c), (batch,), generator=generator)
        return index.to(self._c.device)

    def _order(self, epoch: int) -> Tensor:
        """Which sample comes when in an epoch; one that is drawn from is kept."""
        if epoch not in self._orders:
            generator = torch.Generator().manual_seed(_spread(self.seed, epoch))
            rounds = -(-self.batch // len(self._x))
            order = torch.cat(
                [torch.randperm(len(self._x), generator=generator) for _ in range(rounds)]
            )
            self._orders = {epoch: order.to(self.device) if self.resident else order}
        return self._orders[epoch]

    def _place(self, tensor: Tensor | None) -> Any:
        if tensor is None or not self.resident:
            return tensor
        here = tensor.to(self.device)
        return here.clone() if self._let_go is not None and here is tensor else here

    def _send(self, tensor: Tensor) -> Tensor:
        # MPS must not be sent pageable memory unawaited
        return tensor.to(self.device, non_blocking=self.device.type == "cuda")


def _room(device: torch.device) -> int:
    """How much of a set may be put on a device for good."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0]) // 4
    if device.type == "cpu":
        return int(psutil.virtual_memory().available) // 4
    return 2 << 30
