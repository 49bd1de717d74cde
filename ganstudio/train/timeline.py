"""The time machine's store: light snapshots of the averaged generator, thinned to a budget.

A snapshot is one safetensors file with weights of 16 bits, named after the real samples seen and
its checksum: ``timeline/000120.064k.5f0c....safetensors``.
"""

from __future__ import annotations

import hashlib
import math
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors
from torch import Tensor

from ganstudio.disk import discard, flush_folder, write_atomically
from ganstudio.reading import read_bytes
from ganstudio.train.files import RunError, check_header, moment_name, nimg_of, pack

FOLDER = "timeline"
GROWTH = 0.02  # from one snapshot to the next, of ``age``
KNEE_NIMG = 10_000
SHORTEST_PAUSE_S = 0.25
COST_SHARE = 0.01  # of the time, for copying weights between two steps
LARGEST_HALF, SMALLEST_HALF = 65_504.0, 2.0**-8
CHECKSUM_DIGITS = 16
LARGEST_BYTES = 1 << 32
_NAME = re.compile(r"(\d{6,}\.\d{3}k)\.([0-9a-f]{16})\.safetensors")


@dataclass(frozen=True)
class Kept:
    """Something on the disk that belongs to a moment of a training.

    Attributes:
        nimg: real samples seen by then.
        path: the file or folder.
        size_bytes: what it takes.
    """

    nimg: int
    path: Path
    size_bytes: int


def age(nimg: float) -> float:
    """How old a training is, as far as it changes: even below 10 kimg, logarithmic above."""
    return math.log1p(nimg / KNEE_NIMG)


def thinned(
    kept: Sequence[Kept], budget_bytes: float, newest: int = 1, most: float = math.inf
) -> list[Kept]:
    """What to let go so that the rest fits, and stays spread evenly over ``age``.

    The first and the newest always stay, however little is granted.

    Args:
        kept: in the order of training.
        budget_bytes: for all of them.
        newest: how many at the end always stay.
        most: how many there may be.
    """
    left, gone = list(kept), []
    total = sum(one.size_bytes for one in left)
    while total > budget_bytes or len(left) > most:
        inner = range(1, len(left) - newest)
        if not inner:
            break
        ages = [age(one.nimg) for one in left]
        crowded = min(inner, key=lambda i: ages[i + 1] - ages[i - 1])
        gone.append(left.pop(crowded))
        total -= gone[-1].size_bytes
    return gone


class Timeline:
    """The snapshots of one run.

    ``due`` and ``copied`` belong to the thread that trains, all else to the one that writes;
    both may be the same.

    Args:
        run: the run's folder.
        budget_mb: what all snapshots together may take; 0 keeps none.
    """

    def __init__(self, run: Path, budget_mb: float = math.inf) -> None:
        self.folder = run / FOLDER
        self._budget_bytes = budget_mb * 1e6
        self._next_nimg, self._next_s = 0.0, 0.0

    def snapshots(self) -> list[Kept]:
        """Those on the disk, in the order of training."""
        found = {}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            named = _NAME.fullmatch(path.name)
            if named:
                nimg = nimg_of(named[1])
                with suppress(FileNotFoundError):  # a training let it go meanwhile
                    found[nimg] = Kept(nimg, path, path.stat().st_size)
        return [found[nimg] for nimg in sorted(found)]

    # When -------------------------------------------------------------------------------------

    def due(self, nimg: int) -> bool:
        """Whether it is time for one more."""
        wanted = self._budget_bytes > 0 and nimg >= self._next_nimg
        return wanted and time.monotonic() >= self._next_s

    def copied(self, nimg: int, cost_s: float) -> None:
        """A copy for a snapshot was made: choose when the next is due.

        Args:
            nimg: real samples seen.
            cost_s: how long training had to wait for it.
        """
        self._next_nimg = _at_age(age(nimg) + GROWTH)
        self._next_s = time.monotonic() + max(cost_s / COST_SHARE, SHORTEST_PAUSE_S)

    def begin(self, nimg: int) -> None:
        """Training stands here now, fresh, resumed or rewound: forget what came after."""
        self.cut(nimg)
        there = self.snapshots()
        self._next_nimg = _at_age(age(there[-1].nimg) + self._spacing(there)) if there else 0.0

    # What -------------------------------------------------------------------------------------

    def write(self, nimg: int, tensors: dict[str, Tensor]) -> Path:
        """Put a snapshot on the disk, whole or not at all, and thin what there is.

        Args:
            nimg: real samples seen.
            tensors: averaged weights and buffers by name, on the CPU.

        Raises:
            OSError: if the disk will not take it; what was there before stays.
        """
        light = {name: lightened(tensor) for name, tensor in tensors.items()}
        content = pack(light, {"nimg": str(nimg)})
        checksum = hashlib.sha256(content).hexdigest()[:CHECKSUM_DIGITS]
        if not self.folder.is_dir():
            self.folder.mkdir()
            flush_folder(self.folder.parent)
        path = self.folder / f"{moment_name(nimg)}.{checksum}.safetensors"
        write_atomically(path, content)
        there = self.snapshots()
        for one in self.folder.glob(f"{moment_name(nimg)}.*"):
            if one != path:
                one.unlink(missing_ok=True)
        for gone in thinned(there, self._budget_bytes):
            gone.path.unlink(missing_ok=True)
        self._next_nimg = max(self._next_nimg, _at_age(age(nimg) + self._spacing(there)))
        return path

    def cut(self, nimg: int) -> None:
        """Forget all that came after so many real samples."""
        for one in self.snapshots():
            if one.nimg > nimg:
                one.path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a killed writer left under temporary names."""
        for left in self.folder.glob(".*") if self.folder.is_dir() else ():
            discard(left)

    def _spacing(self, there: list[Kept]) -> float:
        """Where thinning has begun, half of what is usual: more would be written for nothing."""
        full = sum(one.size_bytes for one in there) > self._budget_bytes / 2
        if not full or len(there) < 3:
            return GROWTH
        gaps = sorted(age(b.nimg) - age(a.nimg) for a, b in pairwise(there))
        return max(GROWTH, gaps[len(gaps) // 2] / 2)


def read_snapshot(path: Path) -> dict[str, Tensor]:
    """Averaged weights and buffers by name, as they were kept: some of 16 bits.

    Raises:
        RunError: if the file is not what was written.
    """
    named = _NAME.fullmatch(path.name)
    if named is None:
        raise RunError(f"{path} is no snapshot")
    try:
        content = read_bytes(path, LARGEST_BYTES)
    except OSError as error:
        raise RunError(f"the snapshot {path} cannot be read: {error}") from error
    if hashlib.sha256(content).hexdigest()[:CHECKSUM_DIGITS] != named[2]:
        raise RunError(f"{path} is damaged: its checksum does not agree")
    check_header(path, content)
    try:
        return load_safetensors(content)
    except SafetensorError as error:
        raise RunError(f"the snapshot {path} cannot be read: {error}") from error


def lightened(tensor: Tensor) -> Tensor:
    """A tensor for a snapshot: 16-bit floats where they are good enough.

    Each value of a matrix or kernel is off by at most 1/2048 of itself, or by 3e-8. Vectors
    (biases, statistics of norms) and tensors of very large or very small values stay as they are,
    for 16 bits would bend them further.
    """
    if tensor.dtype != torch.float32 or tensor.ndim < 2 or tensor.numel() == 0:
        return tensor
    largest = float(tensor.abs().max())  # not a number fails the comparison
    fits = largest == 0 or SMALLEST_HALF <= largest <= LARGEST_HALF
    return tensor.half() if fits else tensor


def _at_age(value: float) -> float:
    return math.expm1(value) * KNEE_NIMG
