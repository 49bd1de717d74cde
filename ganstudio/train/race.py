"""Races between this program's training step and the plain one: the same work, side by side."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from statistics import median

import torch
from torch import nn

from ganstudio.data.base import Samples, to_unit
from ganstudio.train.pairs.base import Pair
from ganstudio.train.speed import Machine, choose, cores
from ganstudio.train.trainer import Trainer

WARM_STEPS = 3
SET_BATCHES = 8  # batches in the made-up data set
LOSS_SHARE = 0.5  # the last part of all steps, over which losses are compared


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
        losses: mean D and G loss of the reference, then of this program, over the last half.
        machine: device, precision and threads of this program's side.
    """

    title: str
    source: str
    ratio: float
    low: float
    high: float
    reference: float
    ours: float
    rounds: int
    losses: tuple[float, float, float, float]
    machine: str


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
        self.machine: Machine = choose(device, pair.spec, spare_core=False, precision=precision)
        torch.set_num_threads(cores())
        torch.manual_seed(seed)
        self.samples = _made_up(pair, seed)
        players = pair.networks()
        theirs = copy.deepcopy(players)
        self.trainer = Trainer(pair.contender(players), self.samples, seed, self.machine)
        self._step = self._reference(theirs)
        self._losses: dict[str, list[tuple[float, float]]] = {"reference": [], "ours": []}

    def run(self) -> Result:
        """Race; takes about twice ``rounds`` times ``seconds``."""
        per_round = self.pair.rounds
        self._plain(WARM_STEPS * per_round)
        self._own(WARM_STEPS)
        cost = min(_timed(self, lambda: self._plain(per_round)) for _ in range(2))
        self._own(2)  # as many as the other side did to find its pace
        steps = max(1, round(self.seconds / cost))
        samples = steps * per_round * self.pair.batch
        theirs, ours = [], []
        for _ in range(self.rounds):
            theirs.append(_timed(self, lambda: self._plain(steps * per_round)))
            ours.append(_timed(self, lambda: self._own(steps)))
        ratios = [one / other for one, other in zip(theirs, ours, strict=True)]
        return Result(
            self.pair.title,
            self.pair.source,
            median(ratios),
            min(ratios),
            max(ratios),
            samples / median(theirs),
            samples / median(ours),
            self.rounds,
            (*self._late("reference"), *self._late("ours")),
            str(self.machine),
        )

    def wait(self) -> None:
        """Until the device has done what was asked of it."""
        if self.machine.device.type == "cuda":
            torch.cuda.synchronize()
        elif self.machine.device.type == "mps":
            torch.mps.synchronize()

    def _plain(self, steps: int) -> None:
        for _ in range(steps):
            self._losses["reference"].append(self._step())

    def _own(self, steps: int) -> None:
        """So many rounds; the losses are read as seldom as a session reads them."""
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
        self._losses["ours"] += [(sums["D"], sums["G"])] * steps

    def _late(self, side: str) -> tuple[float, float]:
        """Mean losses of D and G over the last part of all steps."""
        told = self._losses[side]
        late = told[-max(1, round(len(told) * LOSS_SHARE)) :]
        return sum(d for d, _ in late) / len(late), sum(g for _, g in late) / len(late)

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


def _timed(race: Race, work: Callable[[], None]) -> float:
    """Seconds that it took, the device's own work included."""
    race.wait()
    began = time.perf_counter()
    work()
    race.wait()
    return time.perf_counter() - began


def table(results: Sequence[Result]) -> str:
    """The results in Markdown, fastest gain in the eye: the ratio comes first."""
    lines = [
        "| step | times as fast | spread | reference /s | ours /s | losses D, G (reference) |",
        "| --- | ---: | --- | ---: | ---: | --- |",
    ]
    for row in results:
        d, g, own_d, own_g = row.losses
        lines.append(
            f"| {row.title} ({row.source}) | **{row.ratio:.2f}** | {row.low:.2f} to {row.high:.2f} "
            f"| {row.reference:,.1f} | {row.ours:,.1f} "
            f"| {own_d:.3g}, {own_g:.3g} ({d:.3g}, {g:.3g}) |"
        )
    return "\n".join(lines) + "\n"
