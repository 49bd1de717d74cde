"""A picture that shows what a generator makes: rows of source, result, target for a translator."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ganstudio.metrics.paired import like
from ganstudio.train.evaluation import Ground
from ganstudio.train.messages import Told
from ganstudio.train.picture import save_sheet
from ganstudio.train.sampler import Sampler

SHOWN = {"points": 4000, "image": 64, "voxels": 16}
ROWS = 10  # of a translator
SEED = 7


def save_contact(path: Path, sampler: Sampler, ground: Ground) -> None:
    """Draw samples and write them as one picture.

    A model that is told pictures gets a row a sample: source, result, target if there is one,
    and whatever its variant shows beside. Classes take turns, a column each where they fit.

    Raises:
        OSError: if it cannot be written.
    """
    spec, model = sampler.model.spec, sampler.model
    if translates(sampler):
        columns = translations(sampler, ground, ROWS)
        tiles = np.stack(list(columns.values()), axis=1).reshape(-1, *spec.shape)
        # two rows' worth side by side, so that the picture is not a narrow strip
        return save_sheet(path, tiles, spec, 2 * len(columns))
    count, classes = SHOWN[spec.kind], len(model.classes)
    columns_wide = classes if 4 <= classes <= 12 else 0
    if columns_wide:
        count = columns_wide * max(1, count // columns_wide)
    told = _told(sampler, ground, count)
    if classes:
        told["classes"] = np.arange(count) % classes
    return save_sheet(path, _draw(sampler, count, told), spec, columns_wide)


def translates(sampler: Sampler) -> bool:
    """Whether the model makes its samples from pictures."""
    return any(sampler.model.input(kind) is not None for kind in ("image", "domain"))


def translations(sampler: Sampler, ground: Ground, count: int) -> dict[str, np.ndarray]:
    """Source, result, target where there is one, and what is beside, by name, (N, *shape)."""
    shape = sampler.model.spec.shape
    fakes = ground.draw(sampler, count, SEED)
    told = ground.last_told
    shown = {"source": fakes.sources, "result": fakes.x, "target": fakes.targets}
    columns = {name: like(x, shape) for name, x in shown.items() if x is not None}
    for name, x in sampler.beside(fakes.x, told).items():
        if x.ndim == 4:
            columns[name] = like(x, shape)
    return columns


def _told(sampler: Sampler, ground: Ground, count: int) -> Told:
    rows = np.resize(np.arange(len(ground.samples.x)), count)
    return ground.told(sampler, rows, SEED)


def _draw(sampler: Sampler, count: int, told: Told) -> np.ndarray:
    z = sampler.model.draw(count, SEED)
    size = max(1, min(64, (1 << 18) // sampler.model.spec.size)) if count <= 256 else count
    return np.concatenate(
        [
            sampler.draw(z[i : i + size], {kind: v[i : i + size] for kind, v in told.items()})
            for i in range(0, count, size)
        ]
    )
