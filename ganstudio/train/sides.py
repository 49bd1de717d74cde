"""The two sides of a race between training steps, and a process for each."""

from __future__ import annotations

import atexit
import multiprocessing
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, RandomSampler

from ganstudio.data.base import Samples, to_unit
from ganstudio.heaps import kept_heaps, share_heap
from ganstudio.train.pairs.base import Pair
from ganstudio.train.speed import choose, choose_device, cores
from ganstudio.train.trainer import Trainer
from ganstudio.train.trial import candidates, quickest

SET_BATCHES = 8  # batches in the made-up data set
EPOCH = 1 << 24  # samples of the plain side's, so that no race comes to its end


@dataclass(frozen=True)
class Turn:
    """What came of some steps.

    Attributes:
        seconds: that they took, the device's own work included.
        losses: of D and G, the mean of all of them.
    """

    seconds: float
    losses: tuple[float, float]


class Side(Protocol):
    """One that trains when it is its turn."""

    def turn(self, rounds: int) -> Turn:
        """Train so many rounds."""


class Reference:
    """The plain step of a pair, with all cores as torch takes them.

    Args:
        pair: what to train.
        device: where: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        seed: of weights, data and noise.
        reads: whether batches come from a ``DataLoader``, as the source has it; else they are
            at hand.
    """

    def __init__(self, pair: Pair, device: str, seed: int = 0, *, reads: bool = True) -> None:
        self.pair, self.device = pair, choose_device(device)
        torch.manual_seed(seed)
        samples, players = made_up(pair, seed), pair.networks()
        for network in players.values():
            network.to(self.device).train()
        self._step = pair.reference(players["G"], players["D"], self.device)
        self._batches = _read(pair, samples) if reads else _at_hand(samples)

    def turn(self, rounds: int) -> Turn:
        """So many times the steps that make a round of the variant."""
        torch.set_num_threads(cores())
        began = now(self.device)
        told = [self._one() for _ in range(rounds * self.pair.rounds)]
        seconds = now(self.device) - began
        return Turn(seconds, (fmean(d for d, _ in told), fmean(g for _, g in told)))

    def _one(self) -> tuple[float, float]:
        x, c = next(self._batches)
        return self._step(x.to(self.device), None if c is None else c.to(self.device))


class Contender:
    """The variant beside it, as a session trains it.

    Args:
        pair: what to train.
        device: as for the reference.
        precision: as in a recipe.
        seed: of weights, data and noise.

    Attributes:
        machine: what it trains on, in words.
    """

    def __init__(self, pair: Pair, device: str, precision: str = "auto", seed: int = 0) -> None:
        self.pair = pair
        machine = choose(device, pair.spec, spare_core=False, precision=precision)
        samples = made_up(pair, seed)
        if machine.device.type == "cpu":  # as a session settles it
            tried = quickest(
                lambda: Trainer(pair.contender(pair.networks()), samples, seed, machine),
                candidates(machine.threads),
            )
            machine = replace(machine, threads=tried)
        self.machine = str(machine)
        torch.manual_seed(seed)
        self.trainer = Trainer(pair.contender(pair.networks()), samples, seed, machine)

    def turn(self, rounds: int) -> Turn:
        """So many rounds; the losses are read as seldom as a session reads them."""
        device = self.trainer.machine.device
        torch.set_num_threads(self.trainer.machine.threads)
        began = now(device)
        for _ in range(rounds):
            self.trainer.step()
        terms = self.trainer.read()
        seconds = now(device) - began
        d, g = (
            sum(
                value
                for name, value in terms.items()
                if name.startswith(side) and name not in self.pair.watched
            )
            for side in ("D", "G")
        )
        return Turn(seconds, (d, g))


class Apart:
    """A side in a process of its own, where nothing that another does can help or hinder it.

    Args:
        pool: the process; its side has begun.
    """

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    @property
    def machine(self) -> str:
        """What a contender trains on, in words."""
        return self._pool.submit(_machine).result()

    def turn(self, rounds: int) -> Turn:
        """As the side's own; what goes wrong there is raised here."""
        return self._pool.submit(_turn, rounds).result()


@contextmanager
def apart(kind: Any, *arguments: Any, **options: Any) -> Iterator[Apart]:
    """A side in a process that ends with the context.

    Args:
        kind: the side's class.
        arguments: that it is made from.
        options: likewise.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn) as pool:
        pool.submit(_begin, kind, arguments, options).result()
        yield Apart(pool)


_here: list[Any] = []  # the one of this process
_heaps = ExitStack()


def _begin(kind: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who began it ends it
    if kind is Contender:
        share_heap()  # as this program trains
        _heaps.enter_context(kept_heaps())
        atexit.register(_heaps.close)
    _here.append(kind(*arguments, **options))


def _machine() -> str:
    return str(_here[0].machine)


def _turn(rounds: int) -> Turn:
    told: Turn = _here[0].turn(rounds)
    return told


def made_up(pair: Pair, seed: int) -> Samples:
    """Samples of even noise: what they show costs nothing and changes nothing."""
    generator = torch.Generator().manual_seed(seed)
    count = SET_BATCHES * pair.batch
    x = torch.randint(0, 256, (count, *pair.shape), dtype=torch.uint8, generator=generator)
    return Samples(x, torch.arange(count) % pair.classes if pair.classes else None)


class _Unread(Dataset[tuple[Tensor, int]]):
    """A set in memory, made ready sample by sample."""

    def __init__(self, pair: Pair, samples: Samples) -> None:
        self.pair, self.samples = pair, samples

    def __len__(self) -> int:
        return len(self.samples.x)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        labels = self.samples.labels
        return self.pair.read(self.samples.x[index]), 0 if labels is None else int(labels[index])


def _read(pair: Pair, samples: Samples) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Batches as the source's loader gives them, in an epoch without end."""
    unread = _Unread(pair, samples)
    order = RandomSampler(unread, replacement=True, num_samples=EPOCH)
    loader = DataLoader(unread, pair.batch, sampler=order, num_workers=pair.workers)
    for x, c in loader:
        yield x, c if pair.classes else None


def _at_hand(samples: Samples) -> Iterator[tuple[Tensor, Tensor | None]]:
    """The same batches over and over, already what the step takes."""
    batches = to_unit(samples.x).chunk(SET_BATCHES)
    labels = samples.labels
    told = [None] * SET_BATCHES if labels is None else labels.chunk(SET_BATCHES)
    while True:
        yield from zip(batches, told, strict=True)


def now(device: torch.device) -> float:
    """Seconds on a clock, once the device has done what was asked of it."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    elif device.type == "mps":
        torch.mps.synchronize()
    return time.perf_counter()
