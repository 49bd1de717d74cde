"""The training samples that are most like an object: has the model learnt it by heart?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganstudio.data.base import DataError, Samples, to_unit
from ganstudio.recipe import Recipe, RecipeError
from ganstudio.solids import likeness
from ganstudio.solids.voxelise import scaled
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
    bits: np.ndarray  # of the samples, all moved to the floor and the middle
    moves: np.ndarray  # (N, 3) how far each was moved
    longest: np.ndarray  # (N,) voxels from end to end of each


class NearestSolids(Task):
    """The samples of the run's data set that share most of their voxels with an object.

    The data set is read once and kept as bits, one for each voxel, until another is asked for.
    The likeness is the intersection over the union of what is solid. The object is held
    against each sample on its floor and in the middle of its box, in four quarter turns.

    Arguments:
        grid: (X, Y, Z), float in [0, 1] or bool.
        sized: whether the grid is one of the model's and its size counts; else it may have any
            sides, and is made as large as each sample.
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
        sized: bool = True,
    ) -> Nearest:
        shape = sampler.model.spec.shape[1:]
        if sampler.model.spec.kind != "voxels":
            raise TaskError("only objects of voxels have nearest ones in a training set")
        if sized and grid.shape != shape:
            raise TaskError(f"the object is {grid.shape}, but the data are {shape}")
        solid = grid if grid.dtype == np.bool_ else grid > threshold
        if not solid.any():
            raise TaskError("nothing of the object is above the threshold")
        known = self._read(run, data_root, desk)
        turns = range(4) if turned and shape[0] == shape[1] else range(1)
        ious = np.zeros(len(known.bits))
        for longest in range(1) if sized else np.unique(known.longest[known.longest > 0]):
            desk.tell(0.9, "comparing")
            rows = np.arange(len(ious)) if sized else np.flatnonzero(known.longest == longest)
            stands = solid if sized else _within(scaled(solid, int(longest)), shape)
            turned_ones = np.stack([np.rot90(stands, turn, (0, 1)) for turn in turns])
            bits = likeness.pack(_moved(turned_ones, _moves(turned_ones)[0]))
            ious[rows] = np.max([likeness.ious(row, known.bits[rows]) for row in bits], axis=0)
        best = np.argsort(-ious, kind="stable")[:count]
        grids = np.stack([likeness.unpack(known.bits[i], shape) for i in best])
        return Nearest(ious[best], best, _moved(grids, -known.moves[best]), len(known.bits))

    @classmethod
    def _read(cls, run: Path, data_root: Path, desk: Desk) -> _Known:
        """The whole data set of a run, packed."""
        desk.tell(0.0, "reading the training set")
        try:
            recipe = Recipe.of_run(run)
            told = {"data": recipe.data, "dataset": recipe.to_dict().get("dataset", {})}
            known = cls._known
            if known is not None and (known.recipe, known.root) == (told, data_root):
                return known
            samples = load_samples(recipe, data_root, lambda text: desk.tell(0.0, text))
        except (RecipeError, OSError) as error:
            raise TaskError(f"the recipe of {run.name} cannot be read: {error}") from error
        except DataError as error:
            raise TaskError(f"the training set cannot be read: {error}") from error
        cls._known = _Known(told, data_root, *_packed(samples, desk))
        return cls._known


def _packed(samples: Samples, desk: Desk) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All samples as bits, a few at a time, moved to where they are compared."""
    bits, moves, longest = [], [], []
    for start in range(0, len(samples.x), ROWS):
        desk.tell(0.5 + 0.4 * start / len(samples.x), "packing the training set")
        some = to_unit(samples.x[start : start + ROWS])[:, 0].numpy() > 0
        move, length = _moves(some)
        bits.append(likeness.pack(_moved(some, move)))
        moves.append(move)
        longest.append(length)
    return np.concatenate(bits), np.concatenate(moves), np.concatenate(longest)


def _moves(solids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far each has to be moved to the floor and the middle, and its longest side.

    Args:
        solids: (N, X, Y, Z) bool.

    Returns:
        (N, 3) and (N,) voxels; zeros for what is empty.
    """
    moves = np.zeros((len(solids), 3), dtype=np.int64)
    lengths = np.zeros_like(moves)
    for axis in range(3):
        layers = np.asarray(solids.any(axis=tuple(k + 1 for k in range(3) if k != axis)))
        low = layers.argmax(axis=1)
        lengths[:, axis] = layers.shape[1] - layers[:, ::-1].argmax(axis=1) - low
        middle = (layers.shape[1] - lengths[:, axis]) // 2
        moves[:, axis] = -low if axis == 2 else middle - low
    full = solids.reshape(len(solids), -1).any(axis=1)
    moves[~full] = lengths[~full] = 0
    return moves, lengths.max(axis=1)


def _moved(solids: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Each moved; none reaches beyond an edge, so nothing comes in on the other side."""
    return np.stack(
        [np.roll(solid, move, (0, 1, 2)) for solid, move in zip(solids, moves, strict=True)]
    )


def _within(part: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A part in the corner of a grid; what sticks out is cut."""
    grid = np.zeros(shape, dtype=np.bool_)
    part = part[tuple(slice(0, n) for n in shape)]
    grid[tuple(slice(0, n) for n in part.shape)] = part
    return grid
