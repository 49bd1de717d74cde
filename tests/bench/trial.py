"""Whether the rule of ``train/speed.py`` is near the best of all that could be chosen.

    python tests/bench/trial.py
    python tests/bench/trial.py --only gan,dcgan_64 --rounds 5 --seconds 2

Trains every pair of ``train/pairs`` under each precision, memory format and number of threads, in
turns, and prints how fast each is against what the rule chooses: 1.05 is 5 % faster. Where the
last column says 1.0 to 1.05 the rule is as good as a trial. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from statistics import median

import torch

from ganstudio import registry
from ganstudio.data.base import Samples
from ganstudio.train.speed import Machine, choose, cores
from ganstudio.train.trainer import Trainer
from ganstudio.train.trial import candidates


def main() -> None:
    """Print a line for each pair."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="these pairs, with commas between")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each choice in a round")
    asked = parser.parse_args()
    print("| pair | rule | others, times as fast | best against the rule |")
    print("| --- | --- | --- | ---: |")
    for key in asked.only.split(",") if asked.only else registry.keys("train.pairs"):
        _compare(key, asked.rounds, asked.seconds)


def _compare(key: str, rounds: int, seconds: float) -> None:
    pair = registry.find("train.pairs", key)()
    rule = choose("cpu", pair.spec, spare_core=False)
    layouts = (False,) if pair.spec.kind == "points" else (True, False)
    choices = [
        replace(rule, precision=precision, channels_last=layout, threads=threads)
        for precision in (torch.bfloat16, torch.float32)
        for layout in layouts
        for threads in candidates(cores())
    ]
    choices.sort(key=lambda one: one != rule)  # the rule's own comes first
    trainers = [_trainer(pair, machine) for machine in choices]
    paces = [_pace(*one, 0) for one in zip(trainers, choices, strict=True)]
    took = [
        [
            _pace(trainer, machine, max(1, round(seconds / pace)))
            for trainer, machine, pace in zip(trainers, choices, paces, strict=True)
        ]
        for _ in range(rounds)
    ]
    gains = [median(row[0] / row[index] for row in took) for index in range(len(choices))]
    told = "; ".join(
        f"{_words(machine)} {gain:.2f}"
        for machine, gain in zip(choices[1:], gains[1:], strict=True)
    )
    print(f"| {key} | {_words(rule)} | {told} | {max(gains):.2f} |", flush=True)


def _words(machine: Machine) -> str:
    precision = str(machine.precision).removeprefix("torch.")
    layout = ", channels last" if machine.channels_last else ""
    return f"{machine.threads} x {precision}{layout}"


def _trainer(pair: object, machine: Machine) -> Trainer:
    torch.manual_seed(0)
    x = torch.randint(0, 256, (4 * pair.batch, *pair.shape), dtype=torch.uint8)
    labels = torch.arange(len(x)) % pair.classes if pair.classes else None
    return Trainer(pair.contender(pair.networks()), Samples(x, labels), 0, machine)


def _pace(trainer: Trainer, machine: Machine, steps: int) -> float:
    """Seconds a step; with no steps, of the second of two."""
    torch.set_num_threads(machine.threads)
    if not steps:
        trainer.step()
    began = time.perf_counter()
    for _ in range(max(1, steps)):
        trainer.step()
    trainer.read()
    return (time.perf_counter() - began) / max(1, steps)


if __name__ == "__main__":
    main()
