"""Races between this program and the plain way: the same work, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

import torch

from ganstudio.train.contests.base import Contest
from ganstudio.train.pairs.base import Pair
from ganstudio.train.sides import Contender, Reference, Side, Turn, apart, now

WARM_STEPS = 3


@dataclass(frozen=True)
class Held:
    """A race that was held once.

    Attributes:
        steps: of a turn, in rounds of the variant.
        turns: round by round, those of all sides.
    """

    steps: int
    turns: list[list[Turn]]


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
        alone: the ratio of training steps alone, where the reference has its batches at hand.
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
    alone: float | None = None
    losses: tuple[float, float, float, float] | None = None

    @classmethod
    def of(
        cls,
        title: str,
        source: str,
        rates: Sequence[tuple[float, float]],
        machine: str,
    ) -> Result:
        """From the samples a second of each round.

        Args:
            title: of the row.
            source: of the reference.
            rates: the reference's and this program's.
            machine: of this program's side.
        """
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
            machine,
        )


def race(
    pair: Pair,
    device: str = "auto",
    *,
    rounds: int = 5,
    seconds: float = 3.0,
    starts: int = 1,
    precision: str = "auto",
    seed: int = 0,
) -> Result:
    """Train a pair's networks both ways, turn by turn, each side in a process of its own.

    Args:
        pair: what to train.
        device: where: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        rounds: in each, all sides do the same number of steps.
        seconds: that the reference's part of a round shall take.
        starts: how often all of it is done with new processes, for one can be quicker than the
            next for as long as it lives.
        precision: of this program's side, as in a recipe.
        seed: of weights, data and noise; the next start has the next.
    """
    held: list[Held] = []
    for start in range(seed, seed + starts):
        with (
            apart(Reference, pair, device, start) as plain,
            apart(Reference, pair, device, start, reads=False) as at_hand,
            apart(Contender, pair, device, precision, start) as own,
        ):
            held.append(hold((plain, at_hand, own), rounds, seconds))
            machine = own.machine
    return told(pair, held, machine)


def hold(sides: Sequence[Side], rounds: int, seconds: float) -> Held:
    """Let the sides of a race train in turns, after some steps that do not count.

    Args:
        sides: the reference first.
        rounds: that count.
        seconds: for a turn of the reference.
    """
    for side in sides:
        side.turn(WARM_STEPS)
    cost = min(sides[0].turn(1).seconds for _ in range(2))
    for side in sides[1:]:
        side.turn(2)  # as many as the reference did to find its pace
    steps = max(1, round(seconds / cost))
    return Held(steps, [[side.turn(steps) for side in sides] for _ in range(rounds)])


def told(pair: Pair, held: Sequence[Held], machine: str) -> Result:
    """The row of a race.

    Args:
        pair: that was trained.
        held: each start, its sides the reference, the same with batches at hand, this program.
        machine: of this program's side.
    """
    per_step = pair.rounds * pair.batch
    rates = [
        [start.steps * per_step / turn.seconds for turn in turns]
        for start in held
        for turns in start.turns
    ]
    result = Result.of(pair.title, pair.source, [(plain, own) for plain, _, own in rates], machine)
    late = [turns for start in held for turns in start.turns[len(start.turns) // 2 :]]
    (d, g), (own_d, own_g) = (
        [fmean(turns[side].losses[player] for turns in late) for player in (0, 1)]
        for side in (0, 2)
    )
    alone = median(own / at_hand for _, at_hand, own in rates)
    return replace(result, alone=alone, losses=(d, g, own_d, own_g))


def compete(contest: Contest, rounds: int) -> Result:
    """Hold a contest: both sides in turns, after one turn that does not count.

    Args:
        contest: to be prepared.
        rounds: that count.
    """
    torch.set_num_threads(contest.machine.threads)
    contest.prepare()
    device = contest.machine.device
    contest.plain(), contest.own()
    rates = [(_rate(device, contest.plain), _rate(device, contest.own)) for _ in range(rounds)]
    return Result.of(contest.title, contest.source, rates, str(contest.machine))


def _rate(device: torch.device, work: Callable[[], int]) -> float:
    """Samples a second, the device's own work included."""
    began = now(device)
    samples = work()
    return samples / (now(device) - began)


def table(results: Sequence[Result]) -> str:
    """The results in Markdown, fastest gain in the eye: the ratio comes first."""
    lines = [
        "| work | times as fast | spread | step alone | reference /s | ours /s "
        "| losses D, G (reference) |",
        "| --- | ---: | --- | ---: | ---: | ---: | --- |",
    ]
    for row in results:
        alone = "" if row.alone is None else f"{row.alone:.2f}"
        lines.append(
            f"| {row.title} ({row.source}) | **{row.ratio:.2f}** | {row.low:.2f} to {row.high:.2f} "
            f"| {alone} | {row.reference:,.1f} | {row.ours:,.1f} | {_losses(row)} |"
        )
    return "\n".join(lines) + "\n"


def _losses(row: Result) -> str:
    if row.losses is None:
        return ""
    d, g, own_d, own_g = row.losses
    return f"{own_d:.3g}, {own_g:.3g} ({d:.3g}, {g:.3g})"
