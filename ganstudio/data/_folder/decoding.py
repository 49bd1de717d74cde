"""Reading many files at once: on several threads, faults gathered, and kept for the next time."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from torch import Tensor

from ganstudio.data._folder.listing import Listing
from ganstudio.data._folder.store import Column, Stored, Writer, key_of
from ganstudio.data.base import DataError, Remark, Samples, TooFewError
from ganstudio.disk import in_words
from ganstudio.pictures import UnfitError

FEWEST = 2
TOLD_S = 0.5
LOOK_S = 0.5  # between two looks at whether it is still wanted, while files take their time
GROUP = 16  # files a thread takes at a time
THREADS = min(8, os.cpu_count() or 1)

Read = Callable[[Path, list[str]], Mapping[str, Column]]
"""Makes a file into arrays by name, of the same shapes for every file; adds to the list what it
had to convert. Raises ``UnfitError`` or ``OSError`` where it cannot."""
_LOCKS: dict[str, threading.Lock] = {}
_Outcome = tuple[Mapping[str, Column] | None, list[Remark]]


@dataclass
class Decoded:
    """What came of the files of a folder.

    Attributes:
        columns: (N, ...) by name, in the order of the listing.
        remarks: files that were left out or converted.
        notes: what else happened.
        let_go: frees memory where the columns lie in files.
    """

    columns: dict[str, Tensor]
    remarks: tuple[Remark, ...]
    notes: tuple[str, ...] = ()
    let_go: Callable[[], None] | None = field(default=None, repr=False)

    def joined(self, other: Decoded) -> Decoded:
        """These columns, with the ``x`` of another folder as ``other``, and what is told of it."""

        def let_go() -> None:
            for one in (self, other):
                if one.let_go is not None:
                    one.let_go()

        mapped = any(one.let_go is not None for one in (self, other))
        return Decoded(
            {**self.columns, "other": other.columns["x"]},
            self.remarks + other.remarks,
            self.notes + other.notes,
            let_go if mapped else None,
        )

    def samples(self, told: str | None = None, waves: str | None = None) -> Samples:
        """These as the samples of a data set.

        Args:
            told: the column that holds the condition.
            waves: the column that holds the sounds.
        """
        return Samples(
            self.columns["x"],
            self.columns.get("label"),
            told=None if told is None else self.columns[told],
            waves=None if waves is None else self.columns[waves],
            remarks=self.remarks,
            notes=self.notes,
            let_go=self.let_go,
        )


class _StoreError(Exception):
    """What is decoded cannot be kept."""


def decode(
    listing: Listing,
    read: Read,
    what: str,
    settings: Mapping[str, Any],
    tell: Callable[[str], None],
    stopped: threading.Event | None = None,
) -> Decoded:
    """Every file as numbers: from the disk where they were decoded before, or else decoded now.

    A file that cannot be used is left out and told. Where the disk will not keep what was
    decoded, it stays in memory.

    Args:
        listing: the files.
        read: makes one of them into numbers.
        what: what they should be, in words, such as ``pictures``.
        settings: all that ``read`` depends on; with the files it says whether another decoding
            is the same.
        tell: hears how far it is, also while one file takes long; whatever it raises ends it.
        stopped: set as soon as nobody waits for a file any more, for a ``read`` that takes long.

    Raises:
        DataError: if fewer than two files can be used, or memory does not suffice.
    """
    stopped = threading.Event() if stopped is None else stopped
    key = key_of(what, listing.digest, dict(settings))
    notes: tuple[str, ...] = ()
    with _alone(key, what, tell):
        stored = Stored.open(key)
        if stored is None:
            try:
                stored = _keep(key, listing, read, what, tell, stopped)
            except _StoreError as error:
                notes = (
                    f"Decoded {what} stay in memory and are not kept for the next time: {error}",
                )
    if stored is None:
        columns, remarks = _hold(listing, read, what, tell, stopped)
        return Decoded(columns, remarks, notes)
    columns = {name: torch.from_numpy(column) for name, column in stored.columns.items()}
    return Decoded(columns, stored.remarks, notes, stored.let_go)


@contextmanager
def _alone(key: str, what: str, tell: Callable[[str], None]) -> Iterator[None]:
    """Let no two threads decode the same: who comes second waits, and has what the first kept."""
    lock = _LOCKS.setdefault(key, threading.Lock())
    while not lock.acquire(timeout=LOOK_S):
        tell(f"reading {what}, which has begun already")
    try:
        yield
    finally:
        lock.release()


def _keep(
    key: str,
    listing: Listing,
    read: Read,
    what: str,
    tell: Callable[[str], None],
    stopped: threading.Event,
) -> Stored:
    """Decode to the disk."""
    writer = Writer(key, listing.count)
    remarks = list(listing.remarks)
    count = 0
    try:
        for sample in _samples(listing, read, remarks, what, tell, stopped):
            count += 1
            try:
                writer.add(sample)
            except OSError as error:
                raise _StoreError(str(error)) from error
        _insist(count, remarks, listing, what)
        try:
            writer.finish(tuple(remarks))
        except OSError as error:
            raise _StoreError(str(error)) from error
    finally:
        writer.discard()
    stored = Stored.open(key)
    if stored is None:
        raise _StoreError("it could not be read back; look after that disk")
    return stored


def _hold(
    listing: Listing,
    read: Read,
    what: str,
    tell: Callable[[str], None],
    stopped: threading.Event,
) -> tuple[dict[str, Tensor], tuple[Remark, ...]]:
    """Decode into memory."""
    remarks = list(listing.remarks)
    held: dict[str, Column] = {}
    count = 0
    for sample in _samples(listing, read, remarks, what, tell, stopped):
        if not held:
            held = _room(sample, listing.count, what)
        if count == listing.count:
            break  # files came while others were read
        for name, value in sample.items():
            held[name][count] = value
        count += 1
    _insist(count, remarks, listing, what)
    return {name: torch.from_numpy(held[name][:count]) for name in held}, tuple(remarks)


def _room(sample: Mapping[str, Column], count: int, what: str) -> dict[str, Column]:
    """Memory for all samples; the system gives it bit by bit as it is filled."""
    needed = count * sum(value.nbytes for value in sample.values())
    free = psutil.virtual_memory().available
    if needed > free:
        raise DataError(
            f"{count:,} {what} take {in_words(needed)}, and {in_words(free)} of memory are free: "
            "choose smaller pictures or fewer, or make room on the disk of the cache"
        )
    return {name: np.empty((count, *value.shape), value.dtype) for name, value in sample.items()}


def _insist(count: int, remarks: list[Remark], listing: Listing, what: str) -> None:
    """Refuse to go on with too few; all faults are told."""
    if count < FEWEST:
        there = f"{count} of {listing.count:,} can be used" if listing.count else "there are none"
        needed = f"at least {FEWEST} are needed, {there}"
        raise TooFewError(f"{what} in {listing.folder}: {needed}", remarks)


def _samples(
    listing: Listing,
    read: Read,
    remarks: list[Remark],
    what: str,
    tell: Callable[[str], None],
    stopped: threading.Event,
) -> Iterator[Mapping[str, Column]]:
    """What the files hold, in order; those that cannot be used are added to the remarks."""
    told_at = began = time.monotonic()
    done = 0

    def look() -> None:
        nonlocal told_at
        told_at = time.monotonic()
        text = f"reading {what}, {done:,} of {listing.count:,}"
        if done:
            left_s = (told_at - began) / done * max(0, listing.count - done)
            text += f", {_in_time(left_s)} left"
        tell(text)

    for sample, found in _outcomes(listing, read, look, stopped):
        done += 1
        remarks += found
        if sample is not None:
            yield sample
        if time.monotonic() - told_at >= TOLD_S:
            look()


def _outcomes(
    listing: Listing, read: Read, look: Callable[[], None], stopped: threading.Event
) -> Iterator[_Outcome]:
    """Each file's, in order, some groups of them read ahead; ``look`` may end it by raising."""

    def attempt(paths: list[Path]) -> list[_Outcome]:
        return [_attempt(path, read) for path in paths if not stopped.is_set()]

    stopped.clear()  # a second try, in memory, uses it again
    paths = iter(listing)
    waiting: deque[Future[list[_Outcome]]] = deque()
    pool = ThreadPoolExecutor(THREADS, "decoding")
    try:
        while group := list(islice(paths, GROUP)):
            waiting.append(pool.submit(attempt, group))
            if len(waiting) > 2 * THREADS:
                yield from _awaited(waiting.popleft(), look)
        while waiting:
            yield from _awaited(waiting.popleft(), look)
    finally:
        stopped.set()
        pool.shutdown(cancel_futures=True)


def _awaited(group: Future[list[_Outcome]], look: Callable[[], None]) -> list[_Outcome]:
    while True:
        try:
            return group.result(LOOK_S)
        except TimeoutError:
            look()


def _attempt(path: Path, read: Read) -> _Outcome:
    changes: list[str] = []
    try:
        sample = read(path, changes)
    except UnfitError as error:
        fault = str(error)
    except OSError as error:
        fault = f"cannot be read: {error.strerror or error}"
    except Exception as error:  # one file is never worth all the others
        fault = f"cannot be read: {type(error).__name__} {error}".rstrip()
    else:
        return sample, [Remark(str(path), change, "converted") for change in changes]
    return None, [Remark(str(path), fault, "left out")]


def _in_time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
