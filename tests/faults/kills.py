"""Kills trainings with SIGKILL at random instants, again and again, and looks at what is left.

By hand, for a long campaign::

    python tests/faults/kills.py trainings FOLDER --kills 200 --seed 1

It prints a line of JSON: how many were killed, in the middle of what, and how much was lost. It
imports torch once and forks each training, so a kill costs half a second.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import torch

from ganstudio.disk import sweep
from ganstudio.recipe import Recipe
from ganstudio.train import engine as engine_module
from ganstudio.train import history, timeline
from ganstudio.train import messages as m
from ganstudio.train.checkpoints import Checkpoint
from ganstudio.train.engine import Engine
from ganstudio.train.files import nimg_of
from ganstudio.train.run import RunError, RunFolder
from ganstudio.train.timeline import read_snapshot

SMALL = {"batch": 16, "width": 4, "z_dim": 4}
PATIENCE_S = 120.0
EARLY = 0.25  # of the kills come while the run is made or opened
LONGEST_S = 0.4  # from there on until the others
MOST_SAVED = 4  # checkpoints before them
TEMPORARY = (".0", ".recipe", ".spec", ".reals", ".format", ".history", ".examples")
OPERATIONS = ("fsync", "replace", "rename", "mkdir", "unlink", "rmdir", "truncate")


def train(folder: Path, tell: Callable[[str], None]) -> None:
    """Train and save without a pause, until somebody ends it."""
    timeline.SHORTEST_PAUSE_S, timeline.COST_SHARE = 0.0, float("inf")
    engine_module.AUTOSAVE_S = engine_module.SOONEST_S = 0.0
    engine_module.SAVING_SHARE = float("inf")
    recipe = Recipe.make("gan", "points", SMALL, kimg=1e5, measure_kimg=0)

    def hear(event: m.Event) -> None:
        if isinstance(event, m.Saved):
            tell(f"saved {event.nimg}\n")
        elif isinstance(event, m.Started):
            tell("started\n")

    resume = (folder / "recipe.toml").is_file() and bool(RunFolder.open(folder).checkpoints())
    if not resume:  # killed before there was anything to go on from
        (folder / "recipe.toml").unlink(missing_ok=True)
    engine = Engine.build(
        recipe, hear, folder=folder, data_root=folder, device="cpu", resume=resume
    )
    parent = os.getppid()
    while os.getppid() == parent:  # nobody trains on for ever if this test is ended
        engine.step(None)
        engine.report()
        engine.autosave()


class Victim:
    """A forked training, and what it said until it was killed."""

    def __init__(self, folder: Path) -> None:
        mine, its = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(mine)
            try:
                train(folder, lambda text: os.write(its, text.encode()) and None)
            finally:
                os._exit(1)
        os.close(its)
        self._pipe, self._said = mine, b""

    def listen(self, seconds: float, lines: int = 0) -> None:
        """Hear what it says for so long, or until it has said so many lines."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if 0 < lines <= self._said.count(b"\n"):
                return
            if select.select([self._pipe], [], [], left)[0]:
                more = os.read(self._pipe, 65536)
                if not more:
                    raise AssertionError("the training ended by itself")
                self._said += more

    def kill(self) -> int:
        """End it; gives the real samples of the last checkpoint that it called saved."""
        os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        assert os.WIFSIGNALED(status), "it had ended before it was killed"
        while more := os.read(self._pipe, 65536):
            self._said += more
        os.close(self._pipe)
        saved = [int(line.split()[1]) for line in self._said.decode().splitlines() if "d " in line]
        return saved[-1] if saved else -1


def look(folder: Path, saved: int) -> Counter[str]:
    """See that what a kill left is whole: all that is there can be read, and it is new enough."""
    found: Counter[str] = Counter()
    if not (folder / "recipe.toml").is_file():
        assert saved < 0, "a run was lost"
        return Counter(unborn=1)
    found.update(f"in the middle of {where.relative_to(folder)}" for where in _half_done(folder))
    run = RunFolder.open(folder)
    named = [path.name for path in run.checkpoints()]
    for name in named:
        run.read(name)
    for snapshot in run.timeline.snapshots():
        read_snapshot(snapshot.path)
    lines = list(history.read(run.history_path))
    torn = run.history_path.is_file() and not run.history_path.read_bytes().endswith(b"\n")
    found["a torn line"] += torn and bool(lines)
    try:
        newest = run.read().nimg
    except RunError:
        newest = -1
    run.acquire()
    run.release()
    newest = max(newest, nimg_of(named[-1]) if named else -1)
    assert newest >= saved, f"saved at {saved}, but the newest is {newest}"
    assert not _half_done(folder), "something was left behind"
    return found


def _half_done(folder: Path) -> list[Path]:
    """Where something lies under a temporary name."""
    names = (path for path in folder.rglob(".*") if path.name.startswith(TEMPORARY))
    return [path.parent for path in names]


def trainings(folder: Path, kills: int, seed: int) -> Counter[str]:
    """Kill one training so often, each time going on from what the last kill left."""
    _warm_up(folder / "warm")
    instants, found = random.Random(seed), Counter(kills=0)
    run, saved = folder / "run", -1
    while found["kills"] < kills:
        victim = Victim(run)
        if instants.random() < EARLY:
            victim.listen(instants.uniform(0, LONGEST_S))
        else:
            victim.listen(PATIENCE_S, 1 + instants.randrange(MOST_SAVED))
            victim.listen(instants.uniform(0, LONGEST_S))
        saved = max(saved, victim.kill())
        found["kills"] += 1
        sweep(folder)
        found += look(run, saved)
    engine = Engine.build(
        Recipe.of_run(run), lambda event: None, folder=run, data_root=run, device="cpu", resume=True
    )
    engine.step(None)
    engine.save(wait=True)
    engine.close()
    found["nimg at the end"] = engine.trainer.nimg
    return found


def _warm_up(folder: Path) -> None:
    """Let all be imported here, once, and not in each training."""
    recipe = Recipe.make("gan", "points", SMALL)
    engine = Engine.build(recipe, lambda _: None, folder=folder, data_root=folder, device="cpu")
    engine.step(None)
    engine.save(wait=True)
    engine.close()


def checkpoint(nimg: int, steps: int) -> Checkpoint:
    weights = {"G.w": torch.full((64, 64), float(steps))}
    return Checkpoint(weights, weights, weights, {"nimg": nimg, "steps": steps})


def points(folder: Path) -> Counter[str]:
    """Kill a writer before each operation on the disk: a checkpoint over one of the same moment."""
    found: Counter[str] = Counter()
    run = RunFolder.create(folder, Recipe.make(), folder / "run")
    run.write(checkpoint(500, 1))
    run.write(checkpoint(1000, 1))
    for point in range(1000):
        steps = point + 2
        pid = os.fork()
        if pid == 0:
            _die_at(point, found)
            run.write(checkpoint(1000, steps))
            os._exit(0)
        status = os.waitpid(pid, 0)[1]
        assert RunFolder.open(run.path).read().nimg in (500, 1000)
        run.acquire()
        run.release()
        now = run.read("000001.000k").state["steps"]
        assert [path.name for path in (run.path / "checkpoints").glob(".*")] == []
        if not os.WIFSIGNALED(status):
            assert now == steps
            return found
        assert 1 <= now <= steps
        found["kills"] += 1
        found["old" if now < steps else "new"] += 1
    raise AssertionError("it never came through")


def _die_at(point: int, found: Counter[str]) -> None:
    """Let this process be killed before the so-manieth operation."""
    done = 0

    def deadly(operate: Callable[..., object]) -> Callable[..., object]:
        def either(*args: object, **named: object) -> object:
            nonlocal done
            if done == point:
                os.kill(os.getpid(), signal.SIGKILL)
            done += 1
            return operate(*args, **named)

        return either

    for name in OPERATIONS:
        setattr(os, name, deadly(getattr(os, name)))


if __name__ == "__main__":
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("trainings", "points"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.what == "trainings":
        result = trainings(asked.folder, asked.kills, asked.seed)
    else:
        result = points(asked.folder)
    json.dump(result, sys.stdout)
    print()
