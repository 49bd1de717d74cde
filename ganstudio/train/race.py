"""Races between this program and the plain way: the same work, side by side."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from statistics import fmean, median

import torch
from torch import nn

from ganstudio.data.base import Samples, to_unit
from ganstudio.train.contests.base import Contest
from ganstudio.train.pairs.base import Pair
from ganstudio.train.speed import Machine, choose, cores
from ganstudio.train.trainer import Trainer
from ganstudio.train.trial import candidates, quickest

WARM_STEPS = 3
SET_BATCHES = 8  # batches in the made-up data set


@dataclass(frozen=True)
class Result:
    """One row of the table.

    Attributes:
        title: what was trained.
        source: where the reference comes from.
        ratio: how many times as fast this program is, median over rounds.
        low: the slowest round's ratio.
        high: the fastest round's.
        reference: samples a second of the plain step, for orientation.
        ours: samples a second of this program, for orientation.
        rounds: how many there were.
        machine: device, precision and threads of this program's side.
        losses: mean D and G loss of the reference, then of this program, over the later half of
            the rounds, in a race of training steps.
    """

    title: str
    source: str
    ratio: float
    low: float
    high: float
    reference: float
    ours: float
    rounds: int
    machine: str
    losses: tuple[float, float, float, float] | None = None

    @classmethod
    def of(
        cls,
        title: str,
        source: str,
        samples: tuple[int, int],
        seconds: Sequence[tuple[float, float]],
        machine: Machine,
    ) -> Result:
        """From what each round took, the reference first.

        Args:
            title: of the row.
            source: of the reference.
            samples: what either side did in a round.
            seconds: what either side needed, round by round.
            machine: of this program's side.
        """
        theirs, ours = samples
        rates = [(theirs / plain, ours / own) for plain, own in seconds]
        ratios = [own / plain for plain, own in rates]
        return cls(
            title,
            source,
            median(ratios),
            min(ratios),
            max(ratios),
            median(plain for plain, _ in rates),
            median(own for _, own in rates),
            len(rates),
            str(machine),
        )


class Race:
    """Trains a pair's networks both ways, chunk by chunk, and compares.

    Args:
        pair: what to train.
        device: where: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        rounds: in each, both sides do the same number of steps.
        seconds: that the reference's part of a round shall take.
        precision: of this program's side, as in a recipe.
        seed: of weights, data and noise.
    """

    def __init__(
        self,
        pair: Pair,
        device: str = "auto",
        *,
        rounds: int = 5,
        seconds: float = 3.0,
        precision: str = "auto",
        seed: int = 0,
    ) -> None:
        self.pair, self.rounds, self.seconds = pair, rounds, seconds
        machine = choose(device, pair.spec, spare_core=False, precision=precision)
        torch.set_num_threads(cores())
        torch.manual_seed(seed)
        self.samples = _made_up(pair, seed)
        if machine.device.type == "cpu":  # as a session settles it; the reference has all cores
            tried = quickest(
                lambda: Trainer(pair.contender(pair.networks()), self.samples, seed, machine),
                candidates(machine.threads),
            )
            machine = replace(machine, threads=tried)
        self.machine: Machine = machine
        players = pair.networks()
        theirs = copy.deepcopy(players)
        self.trainer = Trainer(pair.contender(players), self.samples, seed, self.machine)
        self._step = self._reference(theirs)
        # of D and G, a mean for each time that a side had its turn
        self._losses: dict[str, list[tuple[float, float]]] = {"reference": [], "ours": []}

    def run(self) -> Result:
        """Race; takes about twice ``rounds`` times ``seconds``."""
        per_round = self.pair.rounds
        self._plain(WARM_STEPS * per_round)
        self._own(WARM_STEPS)
        cost = min(_timed(self.machine.device, lambda: self._plain(per_round)) for _ in range(2))
        self._own(2)  # as many as the other side did to find its pace
        steps = max(1, round(self.seconds / cost))
        samples = steps * per_round * self.pair.batch
        device = self.machine.device
        took = [
            (
                _timed(device, lambda: self._plain(steps * per_round)),
                _timed(device, lambda: self._own(steps)),
            )
            for _ in range(self.rounds)
        ]
        result = Result.of(
            self.pair.title, self.pair.source, (samples, samples), took, self.machine
        )
        return replace(result, losses=(*self._late("reference"), *self._late("ours")))

    def _plain(self, steps: int) -> None:
        torch.set_num_threads(cores())
        told = [self._step() for _ in range(steps)]
        self._losses["reference"].append((fmean(d for d, _ in told), fmean(g for _, g in told)))

    def _own(self, steps: int) -> None:
        """So many rounds; the losses are read as seldom as a session reads them."""
        torch.set_num_threads(self.machine.threads)
        for _ in range(steps):
            self.trainer.step()
        terms = self.trainer.read()
        sums = {
            side: sum(
                value
                for name, value in terms.items()
                if name.startswith(side) and name not in self.pair.watched
            )
            for side in ("D", "G")
        }
        self._losses["ours"].append((sums["D"], sums["G"]))

    def _late(self, side: str) -> tuple[float, float]:
        """Mean losses of D and G over the later rounds, the same steps on both sides."""
        late = self._losses[side][-((self.rounds + 1) // 2) :]
        return fmean(d for d, _ in late), fmean(g for _, g in late)

    def _reference(self, players: dict[str, nn.Module]) -> Callable[[], tuple[float, float]]:
        """One plain step on the next of the same samples, already read from the disk."""
        device = self.machine.device
        for network in players.values():
            network.to(device).train()
        step = self.pair.reference(players["G"], players["D"], device)
        x, labels = to_unit(self.samples.x), self.samples.labels
        told = [None] * SET_BATCHES if labels is None else labels.chunk(SET_BATCHES)
        batches = cycle(zip(x.chunk(SET_BATCHES), told, strict=True))

        def one() -> tuple[float, float]:
            real, c = next(batches)
            return step(real.to(device), None if c is None else c.to(device))

        return one


def _made_up(pair: Pair, seed: int) -> Samples:
    """Samples of even noise: what they show costs nothing and changes nothing."""
    generator = torch.Generator().manual_seed(seed)
    count = SET_BATCHES * pair.batch
    x = torch.randint(0, 256, (count, *pair.shape), dtype=torch.uint8, generator=generator)
    return Samples(x, torch.arange(count) % pair.classes if pair.classes else None)


def compete(contest: Contest, rounds: int) -> Result:
    """Hold a contest: both sides in turns, after one turn that does not count.

    Args:
        contest: to be prepared.
        rounds: that count.
    """
    torch.set_num_threads(contest.machine.threads)
    contest.prepare()
    samples, took = (contest.plain(), contest.own()), []
    for _ in range(rounds):
        plain = _timed(contest.machine.device, contest.plain)
        took.append((plain, _timed(contest.machine.device, contest.own)))
    return Result.of(contest.title, contest.source, samples, took, contest.machine)


def _timed(device: torch.device, work: Callable[[], object]) -> float:
    """Seconds that it took, the device's own work included."""
    _wait(device)
    began = time.perf_counter()
    work()
    _wait(device)
    return time.perf_counter() - began


def _wait(device: torch.device) -> None:
    """Until the device has done what was asked of it."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    elif device.type == "mps":
        torch.mps.synchronize()


def table(results: Sequence[Result]) -> str:
    """The results in Markdown, fastest gain in the eye: the ratio comes first."""
    lines = [
        "| work | times as fast | spread | reference /s | ours /s | losses D, G (reference) |",
        "| --- | ---: | --- | ---: | ---: | --- |",
    ]
    for row in results:
        lines.append(
            f"| {row.title} ({row.source}) | **{row.ratio:.2f}** | {row.low:.2f} to {row.high:.2f} "
            f"| {row.reference:,.1f} | {row.ours:,.1f} | {_losses(row)} |"
        )
    return "\n".join(lines) + "\n"


def _losses(row: Result) -> str:
    if row.losses is None:
        return ""
    d, g, own_d, own_g = row.losses
    return f"{own_d:.3g}, {own_g:.3g} ({d:.3g}, {g:.3g})"
