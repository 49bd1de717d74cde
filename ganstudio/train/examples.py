"""What a run keeps of its data: what the samples were, and a few of them to explore with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ganstudio import registry
from ganstudio.data.base import DataError, Dataset, Samples, to_unit
from ganstudio.gans.base import GAN
from ganstudio.nn.batch import Batch
from ganstudio.reading import UnreadableError, read_bytes, shown
from ganstudio.recipe import SPEC_FILE, Recipe
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.files import check_header
from ganstudio.train.messages import Examples, Told
from ganstudio.train.run import RunError, write_atomically

MOST, MOST_BYTES = 64, 4 << 20
EXAMPLES = "examples.safetensors"
LARGEST_BYTES = 256 << 20
NAMES_SHOWN = 5


def load_samples(
    recipe: Recipe, data_root: Path, tell: Callable[[str], None] = lambda text: None
) -> Samples:
    """The data set of a recipe, with the condition that its variant asks for.

    Args:
        recipe: what is trained.
        data_root: where data sets are kept.
        tell: hears how far it is; whatever it raises ends it.

    Raises:
        DataError: if it cannot be loaded.
    """
    spec = recipe.spec
    kind: type[Dataset] = registry.find("data", recipe.data)
    dataset = kind(recipe.dataset, data_root, spec.condition.kind, tell)
    samples = dataset.load()
    if tuple(samples.x.shape[1:]) != spec.shape:
        raise DataError(
            f"{recipe.data} gave samples of shape {tuple(samples.x.shape[1:])}, but said "
            f"{spec.shape}"
        )
    return samples


def choose(gan: GAN, samples: Samples) -> Examples | None:
    """The first of the data with the inputs that belong to them; None if none are needed.

    A model that takes noise and classes alone can be explored without its data.
    """
    if all(taken.kind == "classes" for taken in gan.inputs):
        return None
    count = min(MOST, max(MOST_BYTES // (4 * gan.spec.size), 8), len(samples.x))
    conditions = samples.conditions
    c = None if conditions is None else to_unit(conditions[:count].clone())
    batch = Batch(to_unit(samples.x[:count].clone()), c)
    told = {kind: value.numpy() for kind, value in gan.tell(batch).items()}
    waves = None if samples.waves is None else samples.waves[:count].numpy()
    return Examples(batch.x.numpy(), told, waves)


def write(folder: Path, spec: SampleSpec, examples: Examples | None) -> None:
    """Keep them in a run folder, so that its model can be used where the data is not.

    Raises:
        OSError: if the folder will not take them.
    """
    write_atomically(folder / SPEC_FILE, json.dumps(spec.to_dict()).encode())
    if examples is None:
        return
    tensors = {"x": examples.x} | {f"told.{kind}": v for kind, v in examples.told.items()}
    if examples.waves is not None:
        tensors["waves"] = examples.waves
    whole = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    write_atomically(folder / EXAMPLES, save(whole))


def change(recipe: Recipe, spec: SampleSpec) -> str:
    """What a trained model depends on and is not as it was; empty if nothing.

    Args:
        recipe: of its run.
        spec: the samples as they are now.
    """
    with torch.device("meta"):  # no weights are drawn
        gan: GAN = registry.find("gans", recipe.variant)(recipe.gan, recipe.spec)
    was, told, now = gan.spec, gan.condition, spec.condition
    if (was.kind, was.shape) != (spec.kind, spec.shape):
        return f"{was} then, {spec} now"
    if told.kind == "none" or replace(told, title=now.title) == now:
        return ""
    if (told.kind, told.shape) != (now.kind, now.shape):
        return f"{told.kind} {told.shape} then, {now.kind} {now.shape} now"
    gone = [name for name in told.names if name not in now.names]
    new = [name for name in now.names if name not in told.names]
    lines = [
        f"{word}: {', '.join(names[:NAMES_SHOWN])}{', ...' if len(names) > NAMES_SHOWN else ''}"
        for word, names in (("new", new), ("gone", gone))
        if names
    ]
    return "; ".join(lines) or "the same names in another order"


def read(folder: Path, spec: SampleSpec, inputs: tuple[ConditionSpec, ...]) -> Examples | None:
    """The examples of a run; None where it keeps none.

    Args:
        folder: the run.
        spec: what its samples are.
        inputs: what its model takes: each must be there in its shape.

    Raises:
        RunError: if the file is damaged, or holds what the model cannot take.
    """
    path = folder / EXAMPLES
    if not path.is_file():
        return None
    try:
        content = read_bytes(path, LARGEST_BYTES)
        check_header(path, content)
        tensors = load(content)
        x = _numbers("x", tensors["x"], spec.shape)
        told: Told = {taken.kind: _told(taken, tensors[f"told.{taken.kind}"]) for taken in inputs}
        waves = tensors.get("waves")
        if waves is not None and (
            waves.dtype != np.int16 or waves.ndim != 2 or len(waves) != len(x) or waves.size == 0
        ):
            raise ValueError(f"waves are {waves.dtype} of shape {waves.shape} for {len(x)} samples")
    except (SafetensorError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise RunError(f"{path} is damaged: {shown(str(error))}") from error
    except UnreadableError as error:
        raise RunError(f"{error}: those are no examples") from error
    return Examples(x, told, waves)


def _numbers(name: str, value: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """One or more of this shape, all finite, as float32; a ValueError otherwise."""
    _sized(name, value, shape)
    if not np.issubdtype(value.dtype, np.floating) or not np.isfinite(value).all():
        raise ValueError(f"{name} holds what is no finite float")
    return value.astype(np.float32, copy=False)


def _told(taken: ConditionSpec, value: np.ndarray) -> np.ndarray:
    """The value if the model takes it; a ValueError otherwise."""
    if taken.kind not in ("classes", "text"):
        return _numbers(taken.kind, value, taken.shape)
    _sized(taken.kind, value, taken.shape)
    if not np.issubdtype(value.dtype, np.integer):
        raise ValueError(f"{taken.kind} must be whole numbers, got {value.dtype}")
    if value.min() < 0 or value.max() >= len(taken.names):
        raise ValueError(f"{taken.kind} must be 0 to {len(taken.names) - 1}, got {value.max()}")
    return value


def _sized(name: str, value: np.ndarray, shape: tuple[int, ...]) -> None:
    if value.ndim == 0 or len(value) == 0 or value.shape[1:] != shape:
        raise ValueError(f"{name} has the shape {value.shape}, but the model takes (N, {shape})")
