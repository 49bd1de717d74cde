"""What a model is told, read from options: a class, attributes, a text, a picture, a sound."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganstudio.pictures import open_picture, to_size
from ganstudio.samples import CONDITION_WORDS, ConditionSpec
from ganstudio.sounds import HOP, RATE, log_mel, read_wav
from ganstudio.words import encode

if TYPE_CHECKING:
    from ganstudio.train.messages import Model, Told


def wished(arguments: argparse.Namespace, model: Model, count: int, faults: list[str]) -> Told:
    """The conditions that were given, by kind, the same for each of so many samples.

    Args:
        arguments: with ``category``, ``attributes``, ``text``, ``source`` and ``sound``.
        model: what it takes.
        count: how many samples.
        faults: gets a line for each option that the model cannot obey.
    """
    readers: dict[str, tuple[object, tuple[str, ...], Callable[..., np.ndarray]]] = {
        "--class": (arguments.category, ("classes",), _class),
        "--attributes": (arguments.attributes, ("attributes",), _attributes),
        "--text": (arguments.text, ("text",), _text),
        "--source": (arguments.source, ("image", "domain"), _picture),
        "--sound": (arguments.sound, ("sound",), _sound),
    }
    told: Told = {}
    for option, (given, kinds, read) in readers.items():
        if given is None:
            continue
        taken = next((it for it in model.inputs if it.kind in kinds), None)
        try:
            if taken is None:
                inputs = [CONDITION_WORDS[it.kind] for it in model.inputs]
                raise ValueError(f"but the model takes {', '.join(inputs) or 'noise alone'}")
            one = read(given, taken)
        except (OSError, ValueError) as error:
            faults.append(f"{option} {given}, {error}")
        else:
            told[taken.kind] = np.broadcast_to(one, (count, *one.shape))
    return told


def _class(name: str, taken: ConditionSpec) -> np.ndarray:
    if name not in taken.names:
        raise ValueError(f"but the model knows: {', '.join(taken.names)}")
    return np.asarray(taken.names.index(name))


def _attributes(text: str, taken: ConditionSpec) -> np.ndarray:
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in taken.names]
    if unknown:
        raise ValueError(f"but of these the model knows: {', '.join(taken.names)}")
    return np.array([name in wanted for name in taken.names], np.float32)


def _text(text: str, taken: ConditionSpec) -> np.ndarray:
    indices, missing = encode(text, taken.names, taken.shape[0])
    if missing:
        print(f"ganstudio: the model never met: {', '.join(missing)}", file=sys.stderr)
    return np.array(indices, np.int64)


def _picture(path: Path, taken: ConditionSpec) -> np.ndarray:
    """The middle of a picture, in the size and the colours that the model takes."""
    channels, height, width = taken.shape
    if channels not in (1, 3):
        raise ValueError(f"but the model takes {channels} channels, which no picture has")
    pixels = to_size(open_picture(path, channels == 3), width, height)
    return pixels.astype(np.float32) / np.float32(127.5) - 1


def _sound(path: Path, taken: ConditionSpec) -> np.ndarray:
    _, mels, frames = taken.shape
    found = np.asarray(log_mel(read_wav(path, frames * HOP / RATE), mels, frames), np.float32)
    return found.reshape(taken.shape)
