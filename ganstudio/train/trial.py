"""A short trial of how many threads train a recipe fastest here, remembered for the next time.

Only threads are tried: precision changes what is computed, so that a rule decides it which is the
same on every machine of a kind, and the memory format follows the samples.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

import torch

from ganstudio.data.base import Samples
from ganstudio.gans.base import GAN
from ganstudio.recipe import Recipe
from ganstudio.resources import cache_root
from ganstudio.train.files import write_atomically
from ganstudio.train.speed import Machine, cores
from ganstudio.train.trainer import Trainer

LONG_NIMG = 50_000  # a shorter training ends before a trial has paid
MOST_S = 2.0
ROUNDS, MOST_ROUNDS = 3, 15  # steps with each number of threads; more where they are quick
MARGIN = 1.05  # the rule stays unless another is so much faster
LARGEST_FILE_BYTES = 1 << 20
MOST_KEPT = 500  # recipes


def settle(machine: Machine, recipe: Recipe, variant: type[GAN], samples: Samples) -> Machine:
    """The machine with as many threads as train this recipe fastest, at most those it has.

    Many threads are slower than few where networks are small: they wait for each other. A few
    steps of the same networks with other weights tell; training itself is not touched. What was
    found is remembered per processor, variant, samples and batch.

    Args:
        machine: as chosen by rule.
        recipe: its knob ``threads`` wins over all that is tried.
        variant: that it trains.
        samples: the loaded set.
    """
    forced = recipe.threads
    if forced:
        return replace(machine, threads=min(forced, cores()))
    counts = candidates(machine.threads)
    if machine.device.type != "cpu" or len(counts) < 2 or recipe.basics.kimg * 1000 < LONG_NIMG:
        return machine
    path, key = cache_root() / "trials.json", _key(machine, recipe)
    known = _read(path)
    if known.get(key) not in counts:
        known.pop(key, None)
        few, spec = _few(samples, 2 * int(recipe.gan.model_dump()["batch"])), recipe.spec
        known[key] = quickest(
            lambda: Trainer.build(variant, recipe.gan, spec, few, 0, machine), counts
        )
        with suppress(OSError):  # it is tried again next time
            path.parent.mkdir(parents=True, exist_ok=True)
            kept = dict(list(known.items())[-MOST_KEPT:])
            write_atomically(path, json.dumps(kept, indent=1).encode())
    return replace(machine, threads=known[key])


def candidates(most: int) -> list[int]:
    """Numbers of threads worth trying, the most first: halves of halves.

    Example:
        >>> candidates(15)
        [15, 7, 3, 1]
    """
    counts = [most]
    while counts[-1] > 1:
        counts.append(counts[-1] // 2)
    return counts


def quickest(build: Callable[[], Trainer], counts: list[int]) -> int:
    """The number of threads with which a step is quickest.

    Args:
        build: makes a trainer to try them with; nothing it draws at random is missed elsewhere.
        counts: to try, the rule's own first; that one stays where a trial would take too long or
            would gain little.
    """
    before = torch.get_num_threads()
    try:
        with torch.random.fork_rng(devices=[]):
            torch.set_num_threads(counts[0])
            trainer = build()
            if _seconds(trainer, counts[0]) >= MOST_S / 2:  # the first step is a slow one
                return counts[0]
            fits = int(MOST_S / (_seconds(trainer, counts[0]) * len(counts))) - 1
            if fits < ROUNDS:
                return counts[0]
            tries = min(fits, MOST_ROUNDS)
            for count in counts[1:]:
                _seconds(trainer, count)  # its threads begin
            rounds = [[_seconds(trainer, count) for count in counts] for _ in range(tries)]
    finally:
        torch.set_num_threads(before)
    took = [median(times) for times in zip(*rounds, strict=True)]
    best = min(range(len(counts)), key=took.__getitem__)
    return counts[best] if took[0] > MARGIN * took[best] else counts[0]


def _seconds(trainer: Trainer, threads: int) -> float:
    torch.set_num_threads(threads)
    began = time.perf_counter()
    trainer.step()
    return time.perf_counter() - began


def _few(samples: Samples, count: int) -> Samples:
    """The first samples of a set, in memory."""
    labels, told = samples.labels, samples.told
    return Samples(
        samples.x[:count].clone(),
        None if labels is None else labels[:count].clone(),
        told=None if told is None else told[:count].clone(),
    )


def _key(machine: Machine, recipe: Recipe) -> str:
    """Of all that the answer depends on."""
    facts = [
        platform.processor() or platform.machine(), cores(), torch.__version__, str(machine),
        recipe.variant, str(recipe.spec), sorted(recipe.gan.model_dump().items()),
    ]  # fmt: skip
    return sha256(repr(facts).encode()).hexdigest()[:16]


def _read(path: Path) -> dict[str, Any]:
    """What was found before; nothing where that cannot be read."""
    with suppress(OSError, ValueError, RecursionError):
        if path.stat().st_size <= LARGEST_FILE_BYTES:
            known = json.loads(path.read_bytes())
            return known if isinstance(known, dict) else {}
    return {}
