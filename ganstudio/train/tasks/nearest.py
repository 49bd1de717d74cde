"""The training samples that are most like an object: has the model learnt it by heart?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganstudio.data.base import DataError, Samples, to_unit
from ganstudio.recipe import Recipe, RecipeError
from ganstudio.solids import likeness
from ganstudio.train.examples import load_samples
from ganstudio.train.sampler import Sampler
from ganstudio.train.tasks.base import Desk, Task, TaskError

ROWS = 64  # packed between two looks at whether it is still wanted


@dataclass(frozen=True, eq=False)
class Nearest:
    """The training samples most like an object.

    Attributes:
        ious: (K,) the likeness of each, the greatest first; 0 to 1.
        indices: (K,) which samples of the data set.
        grids: (K, X, Y, Z) bool, as they stand in the data set.
        among: how many samples it was compared with.
    """

    ious: np.ndarray
    indices: np.ndarray
    grids: np.ndarray
    among: int


@dataclass(frozen=True, eq=False)
class _Known:
    """A data set as bits, kept for the next question."""

    recipe: dict[str, Any]
    root: Path
    bits: np.ndarray


class NearestSolids(Task):
    """The samples of the run's data set that share most of their voxels with an object.

    The data set is read once and kept as bits, one for each voxel, until another is asked for.
    The likeness is the intersection over the union of what is solid. The object is held
    against each sample as it stands and in three quarter turns.

    Arguments:
        grid: (X, Y, Z), float in [0, 1] or bool.
        run: the folder of the run whose data set it is.
        data_root: where data sets are kept.
        count: how many of the nearest.
        threshold: voxels of the object above it are solid.
        turned: whether quarter turns around z count too.
    """

    title = "Nearest in the training set"
    _known: _Known | None = None  # shared by all: there is one workshop

    def run(self, sampler: Sampler, desk: Desk, **arguments: Any) -> Nearest:
        """See the class; ``Nearest`` comes back."""
        return self._run(sampler, desk, **arguments)

    def _run(
        self,
        sampler: Sampler,
        desk: Desk,
        *,
        grid: np.ndarray,
        run: Path,
        data_root: Path,
        count: int = 1,
        threshold: float = 0.5,
        turned: bool = True,
    ) -> Nearest:
        shape = sampler.model.spec.shape[1:]
        if sampler.model.spec.kind != "voxels":
            raise TaskError("only objects of voxels have nearest ones in a training set")
        if grid.shape != shape:
            raise TaskError(f"the object is {grid.shape}, but the data are {shape}")
        solid = grid if grid.dtype == np.bool_ else grid > threshold
        bits = self._bits(run, data_root, desk)
        square = shape[0] == shape[1]
        turns = range(4) if turned and square else range(1)
        desk.tell(0.9, "comparing")
        rows = [likeness.pack(np.rot90(solid, turn, (0, 1))[None])[0] for turn in turns]
        ious = np.max([likeness.ious(row, bits) for row in rows], axis=0)
        best = np.argsort(-ious, kind="stable")[:count]
        return Nearest(
            ious[best], best, np.stack([likeness.unpack(bits[i], shape) for i in best]), len(bits)
        )

    @classmethod
    def _bits(cls, run: Path, data_root: Path, desk: Desk) -> np.ndarray:
        """The whole data set of a run, packed."""
        desk.tell(0.0, "reading the training set")
        try:
            recipe = Recipe.of_run(run)
            told = {"data": recipe.data, "dataset": recipe.to_dict().get("dataset", {})}
            known = cls._known
            if known is not None and (known.recipe, known.root) == (told, data_root):
                return known.bits
            samples = load_samples(recipe, data_root)
        except (RecipeError, OSError) as error:
            raise TaskError(f"the recipe of {run.name} cannot be read: {error}") from error
        except DataError as error:
            raise TaskError(f"the training set cannot be read: {error}") from error
        bits = _packed(samples, desk)
        cls._known = _Known(told, data_root, bits)
        return bits


def _packed(samples: Samples, desk: Desk) -> np.ndarray:
    """All samples as bits, a few at a time."""
    rows = []
    for start in range(0, len(samples.x), ROWS):
        desk.tell(0.5 + 0.4 * start / len(samples.x), "packing the training set")
        some = to_unit(samples.x[start : start + ROWS])[:, 0].numpy() > 0
        rows.append(likeness.pack(some))
    return np.concatenate(rows)
