"""Some real samples of a run, with what belongs to each, for the discriminator to be shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ganstudio import registry
from ganstudio.data.base import DataError, Samples, to_unit
from ganstudio.gans.base import GAN
from ganstudio.nn.batch import Batch
from ganstudio.reading import read_bytes
from ganstudio.recipe import Recipe
from ganstudio.samples import Told
from ganstudio.train.examples import load_samples
from ganstudio.train.files import check_header
from ganstudio.train.run import write_atomically

FILE = "reals.safetensors"
MOST, MOST_BYTES = 128, 2 << 20  # kept of a run, one byte a value
LARGEST_BYTES = 64 << 20


@dataclass(frozen=True)
class Reals:
    """Real samples as the discriminator is to judge them.

    Attributes:
        x: (N, *shape) float32 in [-1, 1].
        told: the generator's inputs that belong to them, by kind.
    """

    x: np.ndarray
    told: Told = field(default_factory=dict)

    def part(self, count: int) -> Reals:
        """The first so many."""
        return Reals(self.x[:count], {kind: value[:count] for kind, value in self.told.items()})


def choose(gan: GAN, samples: Samples) -> Reals:
    """Samples from all over the set, for sets are often sorted."""
    room = max(MOST_BYTES // gan.spec.size, 8)
    count = min(MOST, room, len(samples.x))
    index = torch.linspace(0, len(samples.x) - 1, count).long()
    conditions = samples.conditions
    c = None if conditions is None else to_unit(conditions[index % len(conditions)])
    batch = Batch(to_unit(samples.x[index]), c)
    return Reals(batch.x.numpy(), {kind: v.numpy() for kind, v in gan.tell(batch).items()})


def write(folder: Path, reals: Reals) -> None:
    """Keep them in a run folder; pictures and volumes with one byte a value.

    Raises:
        OSError: if the folder will not take them.
    """
    tensors = {"x": reals.x} | {f"told.{kind}": value for kind, value in reals.told.items()}
    packed = {name: _packed(value) for name, value in tensors.items()}
    write_atomically(folder / FILE, save(packed))


def read(folder: Path, gan: GAN) -> Reals | None:
    """Those that a run keeps; None where there are none that its model could take.

    All models of one run share them: nobody may change them.
    """
    path = folder / FILE
    try:
        stat = path.stat()
        kept = _kept(path, (stat.st_ino, stat.st_mtime_ns, stat.st_size))
        x = kept["x"]
        told: Told = {taken.kind: kept[f"told.{taken.kind}"] for taken in gan.inputs}
        fits = x.shape[1:] == gan.spec.shape and all(len(v) == len(x) for v in told.values())
    except (OSError, SafetensorError, LookupError, TypeError, AttributeError, ValueError):
        return None
    return Reals(x, told) if fits and len(x) else None


@lru_cache(maxsize=1)
def _kept(path: Path, state: tuple[int, int, int]) -> dict[str, np.ndarray]:
    """What a file in that state holds, some 10 MB, for many moments of a run ask for it."""
    content = read_bytes(path, LARGEST_BYTES)
    check_header(path, content)
    return {name: _unpacked(value) for name, value in load(content).items()}


def find(folder: Path, gan: GAN, data_root: Path | None) -> Reals | None:
    """Those that a run keeps; of a run that keeps none the data set's own, if it is here.

    Nothing is downloaded for it.

    Args:
        folder: the run.
        gan: its variant, built.
        data_root: where data sets are kept; None looks no further than the folder.
    """
    kept = read(folder, gan)
    if kept is not None or data_root is None:
        return kept
    try:
        return _loaded(str(folder), str(data_root))
    except (DataError, ValueError, OSError):
        return None


@lru_cache(maxsize=2)
def _loaded(folder: str, data_root: str) -> Reals | None:
    recipe = Recipe.of_run(Path(folder))
    kind = registry.find("data", recipe.data)
    if kind.origin == "downloaded" or kind.missing(recipe.dataset, Path(data_root)):
        return None
    with torch.device("meta"):  # no weights are drawn
        gan: GAN = registry.find("gans", recipe.variant)(recipe.gan, recipe.spec)
    return choose(gan, load_samples(recipe, Path(data_root)))


def _packed(value: np.ndarray) -> np.ndarray:
    """One byte a value for pictures and volumes; numbers and words as they are."""
    if value.ndim > 2 and value.dtype == np.float32:
        return np.round((value + 1) * 127.5).clip(0, 255).astype(np.uint8)
    return np.ascontiguousarray(value)


def _unpacked(value: np.ndarray) -> np.ndarray:
    return value.astype(np.float32) / 127.5 - 1 if value.dtype == np.uint8 else value
