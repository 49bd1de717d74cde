"""What a run keeps of its data: what the samples were, and a few of them to explore with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ganstudio.data.base import Samples, to_unit
from ganstudio.gans.base import GAN
from ganstudio.nn.batch import Batch
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.messages import Examples, Told
from ganstudio.train.run import RunError, write_atomically

MOST, MOST_BYTES = 64, 4 << 20
SPEC, EXAMPLES = "spec.json", "examples.safetensors"
LARGEST_BYTES = 256 << 20


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
    write_atomically(folder / SPEC, json.dumps(spec.to_dict()).encode())
    if examples is None:
        return
    tensors = {"x": examples.x} | {f"told.{kind}": v for kind, v in examples.told.items()}
    if examples.waves is not None:
        tensors["waves"] = examples.waves
    whole = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    write_atomically(folder / EXAMPLES, save(whole))


def read_spec(folder: Path) -> SampleSpec | None:
    """What the samples of a run are; None for a run that does not say.

    Raises:
        RunError: if the file is damaged.
    """
    path = folder / SPEC
    if not path.is_file():
        return None
    try:
        return SampleSpec.from_dict(json.loads(path.read_bytes()))
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path} is damaged: {error}") from error


def read(folder: Path, inputs: tuple[ConditionSpec, ...]) -> Examples | None:
    """The examples of a run; None where it keeps none.

    Args:
        folder: the run.
        inputs: what its model takes: each must be there in its shape.

    Raises:
        RunError: if the file is damaged.
    """
    path = folder / EXAMPLES
    if not path.is_file():
        return None
    if path.stat().st_size > LARGEST_BYTES:
        raise RunError(f"{path} is larger than {LARGEST_BYTES >> 20} MB: those are no examples")
    try:
        tensors = load(path.read_bytes())
        told: Told = {taken.kind: tensors[f"told.{taken.kind}"] for taken in inputs}
        examples = Examples(tensors["x"], told, tensors.get("waves"))
    except (SafetensorError, KeyError, ValueError) as error:
        raise RunError(f"{path} is damaged: {error}") from error
    for taken in inputs:
        if taken.kind != "classes" and told[taken.kind].shape[1:] != taken.shape:
            raise RunError(
                f"{path} holds {taken.kind} of shape {told[taken.kind].shape[1:]}, but the model "
                f"takes {taken.shape}"
            )
    return examples
