"""How time and memory grow with the batch, the resolution, the voxel grid and the data set."""

from __future__ import annotations

import json
import mmap
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
import torch

from ganstudio import registry
from ganstudio.data.base import Batches, Samples
from ganstudio.gans.base import GAN
from ganstudio.samples import SampleSpec
from ganstudio.train.speed import choose, cores
from ganstudio.train.trainer import Trainer

LEAST_TURNS = 2
SET_SIDE, SET_BATCH = 32, 64
STREAMED_BYTES = 16 << 20  # a larger set is left in its file, as one is that the memory cannot take


@dataclass(frozen=True)
class Axis:
    """Something that grows.

    Attributes:
        key: of the axis.
        title: in words, with what is held still.
        sizes: at which it is measured.
        power: the exponent with which the work for one sample grows along it.
    """

    key: str
    title: str
    sizes: tuple[int, ...]
    power: int


AXES = (
    Axis("batch", "Batch, dcgan, 32 x 32", (4, 8, 16, 32, 64, 128, 256), 0),
    Axis("resolution", "Pixels a side, dcgan, batch 16", (32, 64, 128, 256), 2),
    Axis("voxels", "Voxels a side, gan3d, batch 4", (32, 64, 128), 3),
    Axis("pictures", "Pictures in the set, 32 x 32, batch 64", (10**3, 10**4, 10**5, 10**6), 0),
)


@dataclass(frozen=True)
class Point:
    """One measurement.

    Attributes:
        axis: key of its axis.
        size: along it.
        sample_ms: of one training step, or of drawing a batch from the set, for each sample.
        memory_mb: the most that the process took beyond the bare program.
    """

    axis: str
    size: int
    sample_ms: float
    memory_mb: float


def measure(axis: str, size: int, seconds: float) -> Point:
    """Measure one point, in a process that has done nothing else.

    Args:
        axis: its key.
        size: along it.
        seconds: to spend on it, at least; two turns are always made.
    """
    bare = _peak_mb()
    with TemporaryDirectory() as folder:
        turn, samples = {
            "batch": lambda: _training("dcgan", SampleSpec("image", (1, 32, 32)), size),
            "resolution": lambda: _training("dcgan", SampleSpec("image", (3, size, size)), 16),
            "voxels": lambda: _training("gan3d", SampleSpec("voxels", (1, size, size, size)), 4),
            "pictures": lambda: _drawing(Path(folder) / "pictures", size),
        }[axis]()
        turn()
        took: list[float] = []
        while len(took) < LEAST_TURNS or sum(took) < seconds:
            began = time.perf_counter()
            turn()
            took.append(time.perf_counter() - began)
        return Point(axis, size, 1000 * float(np.median(took)) / samples, _peak_mb() - bare)


def measure_all(
    seconds: float, tell: Callable[[str], object], axes: Iterable[Axis] = AXES
) -> list[Point]:
    """Every point, each in a process of its own.

    Args:
        seconds: to spend on each, at least.
        tell: hears each as it comes.
        axes: along which.

    Raises:
        RuntimeError: if one cannot be measured.
    """
    points: list[Point] = []
    for axis in axes:
        for size in axis.sizes:
            command = [sys.executable, "-m", "ganstudio", "bench", "growth"]
            command += ["--point", f"{axis.key}:{size}", "--seconds", str(seconds)]
            said = subprocess.run(command, capture_output=True, text=True, check=False)
            if said.returncode:
                raise RuntimeError(f"{axis.key} {size}: {said.stderr.strip()[-500:]}")
            points += [Point(**one) for one in json.loads(said.stdout.splitlines()[-1])]
            tell(f"{axis.title}: {size:,}: {points[-1].sample_ms:.3g} ms a sample")
    return points


def as_json(points: Iterable[Point]) -> str:
    """What was measured, for other programs."""
    return json.dumps([asdict(point) for point in points], indent=1) + "\n"


def share(points: Iterable[Point], axis: Axis) -> list[tuple[Point, float]]:
    """The points of an axis, each with its time for a unit of work in units of the first one's.

    Work for one sample is what grows in proportion: pixels, voxels, or nothing.

    Example:
        >>> axis = Axis("resolution", "", (32, 64), 2)
        >>> share([Point("resolution", 32, 1.0, 0), Point("resolution", 64, 6.0, 0)], axis)[1][1]
        1.5
    """
    own = [point for point in points if point.axis == axis.key]
    return [
        (point, point.sample_ms / own[0].sample_ms / (point.size / own[0].size) ** axis.power)
        for point in own
    ]


def table(points: Iterable[Point]) -> str:
    """All points in Markdown."""
    points = list(points)
    lines = [
        "| what grows | size | ms a sample | for the same work | memory, MB |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for axis in AXES:
        lines += [
            f"| {axis.title} | {point.size:,} | {point.sample_ms:.3g} | {part:.2f} "
            f"| {point.memory_mb:,.0f} |"
            for point, part in share(points, axis)
        ]
    return "\n".join(lines) + "\n"


def _training(variant: str, spec: SampleSpec, batch: int) -> tuple[Callable[[], object], int]:
    """A step of training on samples of noise."""
    kind: type[GAN] = registry.find("gans", variant)
    machine = choose("cpu", spec, spare_core=False)
    torch.set_num_threads(cores())
    random = torch.Generator().manual_seed(0)
    x = torch.randint(0, 256, (2 * batch, *spec.shape), dtype=torch.uint8, generator=random)
    config = kind.Config(batch=batch)
    trainer = Trainer.build(kind, config, spec, Samples(x), 0, machine)

    def turn() -> None:
        trainer.step()
        trainer.read()

    return turn, batch


def _drawing(path: Path, count: int) -> tuple[Callable[[], object], int]:
    """A batch out of a set that lies in a file."""
    shape = (count, 1, SET_SIDE, SET_SIDE)
    with path.open("wb") as file:
        file.truncate(int(np.prod(shape)))
    held = np.memmap(path, np.uint8, "c", shape=shape)
    mapped: mmap.mmap = held._mmap  # type: ignore[attr-defined]

    def let_go() -> None:
        if hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)

    samples = Samples(torch.from_numpy(held), let_go=let_go)
    batches = Batches(samples, SET_BATCH, 0, torch.device("cpu"), STREAMED_BYTES)
    return lambda: next(batches), SET_BATCH


def _peak_mb() -> float:
    """The most memory that this process has taken so far, or what it takes where nobody knows."""
    try:
        import resource
    except ImportError:
        return float(psutil.Process().memory_info().rss) / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
