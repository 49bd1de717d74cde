"""How long directions, projections, maps and walks take on one core.

    taskset -c 1 python tests/bench/latent.py
    python tests/bench/latent.py --run /tmp/mnist-dcgan --data-root ../shared/data

Networks of the usual widths with fresh weights, whose times are those of trained ones; what a
projection reaches is only true of a trained run, given with ``--run``. The figures belong to
this machine and this moment; nothing is asserted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import torch

from ganstudio import registry
from ganstudio.data.base import to_unit
from ganstudio.latent.projection import Budget, project
from ganstudio.latent.stand import Stand
from ganstudio.latent.walks import KeyFrames
from ganstudio.recipe import Recipe
from ganstudio.samples import SampleSpec
from ganstudio.train.examples import load_samples
from ganstudio.train.sampler import Sampler, model_of
from ganstudio.train.subject import subject_of
from ganstudio.train.tasks.base import Desk
from ganstudio.train.tasks.cloud import CloudTask
from ganstudio.train.tasks.directions import Directions
from ganstudio.train.tasks.projection import Projection

CASES = {
    "dcgan, 32 px": ("dcgan", SampleSpec("image", (3, 32, 32))),
    "dcgan, 64 px": ("dcgan", SampleSpec("image", (3, 64, 64))),
    "stylegan2, 32 px": ("stylegan2", SampleSpec("image", (3, 32, 32))),
    "stylegan2, 64 px": ("stylegan2", SampleSpec("image", (3, 64, 64))),
    "gan3d, 32 voxels": ("gan3d", SampleSpec("voxels", (1, 32, 32, 32))),
}
STARTS, UPDATES = 64, 30  # of a projection, timed
ROUNDS = 3


@dataclass(frozen=True)
class _Fresh:
    """As much of a recipe as a model's description takes."""

    variant: str
    data: str = "none"


def fresh(variant: str, spec: SampleSpec) -> Sampler:
    """A generator of the usual width with fresh weights."""
    torch.manual_seed(0)
    kind = registry.find("gans", variant)
    gan = kind(kind.Config(), spec)
    gan.G.eval().requires_grad_(False)
    return Sampler(gan, {"G": gan.G}, model_of(_Fresh(variant), gan), 0, "live")


def ms(work: Callable[[], object]) -> float:
    """Median of a few rounds, in milliseconds, after one to warm up."""
    work()
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def times(sampler: Sampler) -> str:
    """One line of a table."""
    model, desk = sampler.model, Desk()
    z, shift = model.draw(1, 0), None
    if model.w_dim:
        shift = np.zeros((1, model.layers, model.w_dim), np.float32)
    target = sampler.draw(model.draw(1, 5))[0]

    def sought(steps: int) -> Callable[[], object]:
        budget = Budget(600.0, steps, STARTS)
        return lambda: project(subject_of(sampler), model.spec, torch.from_numpy(target), budget)

    draw = ms(lambda: sampler.draw(z, shift=shift))
    pca = ms(lambda: Directions().run(sampler, desk, method="pca"))
    sefa = ms(lambda: Directions().run(sampler, desk, method="sefa"))
    starts = ms(sought(0))
    update = (ms(sought(UPDATES)) - starts) / UPDATES
    cloud = ms(lambda: CloudTask().run(sampler, desk, count=256))
    return f"{draw:9.1f} {pca:9.0f} {sefa:9.0f} {starts:12.0f} {update:11.1f} {cloud:11.0f}"


def walking() -> str:
    """Milliseconds to lay out a minute of walk at 30 frames a second."""
    rows = np.random.default_rng(0).standard_normal((10, 128), dtype=np.float32)
    walk = KeyFrames(tuple(Stand(row) for row in rows), seconds=6.0, loop=True)
    took = ms(lambda: walk.frames(30))
    return f"a minute of walk, 1800 frames of 128 numbers, laid out in {took:.0f} ms"


def found(run: Path, data_root: Path, count: int, seconds: float) -> list[str]:
    """How near a trained run comes to its own data in the usual time."""
    sampler = Sampler.load(run, "cpu")
    x = to_unit(load_samples(Recipe.of_run(run), data_root).x)
    picked = x[torch.linspace(0, len(x) - 1, count).long()].numpy()
    results = [Projection().run(sampler, Desk(), target=t, seconds=seconds) for t in picked]
    errors = [float(((made.sample - made.target) ** 2).mean()) for made in results]
    return [
        f"{run.name} at {sampler.nimg / 1000:.0f} kimg, {count} of its samples sought:",
        f"  seconds   median {median(r.seconds for r in results):.2f}, "
        f"most {max(r.seconds for r in results):.2f}",
        f"  updates   median {median(r.steps for r in results):.0f}",
        f"  loss      best start {np.mean([r.begun for r in results]):.3f}, "
        f"found {np.mean([r.loss for r in results]):.3f}",
        f"  error     {np.mean(errors):.4f} mean squared, of a variance of {picked.var():.4f}",
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, help="a trained run, to seek its own data in")
    parser.add_argument("--data-root", type=Path, default=Path("../shared/data"))
    parser.add_argument("--count", type=int, default=16, help="samples to be sought")
    parser.add_argument("--seconds", type=float, default=1.5, help="for each")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.run is not None:
        for line in found(arguments.run, arguments.data_root, arguments.count, arguments.seconds):
            print(line)
        return
    print(
        f"{'ms':20} {'draw 1':>9} {'PCA':>9} {'SeFa':>9} {'64 starts':>12} {'update':>11}",
        end="",
    )
    print(f" {'cloud 256':>11}")
    for name, (variant, spec) in CASES.items():
        print(f"{name:20} {times(fresh(variant, spec))}", flush=True)
    print(walking())


if __name__ == "__main__":
    main()
