"""Whatever a person drops to have it judged: a tile, a picture, a solid, a latent file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from ganstudio.latent import file
from ganstudio.latent.stand import Stand
from ganstudio.samples import SampleSpec
from ganstudio.ui import drag, photo, pictures

LATENTS = (".toml", ".safetensors")


@dataclass(frozen=True)
class Own:
    """What is to be judged instead of the Latent panel's sample.

    Attributes:
        name: what it is called on the screen.
        sample: (*shape) float32 in [-1, 1], as the model makes them; or
        stand: a place in latent space.
    """

    name: str
    sample: np.ndarray | None = None
    stand: Stand | None = None


def welcome(data: QMimeData) -> bool:
    """Whether this may be something to judge."""
    known = data.hasFormat(drag.MIME) or data.hasFormat(drag.SAMPLE_MIME)
    return known or data.hasImage() or any(url.isLocalFile() for url in data.urls())


def opener(data: QMimeData, spec: SampleSpec) -> Callable[[], Own]:
    """How to read what was dropped; call it on a thread, for a mesh takes a while.

    It raises ValueError or OSError if it is nothing that this model makes.

    Args:
        data: of the drop.
        spec: what the model makes.

    Raises:
        ValueError: if it is nothing to judge.
    """
    stand, sample = drag.unpack(data), drag.unpack_sample(data)
    if stand is not None:
        return lambda: Own("Dropped latent", stand=stand)
    if sample is not None:
        return lambda: Own("Dropped sample", _fitting(sample, spec))
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if paths:
        return lambda: of_file(paths[0], spec)
    image = data.imageData()
    if isinstance(image, QImage) and not image.isNull():
        return lambda: Own("Dropped picture", _of_image(image, spec))
    raise ValueError("this is neither a picture nor a solid nor a latent")


def of_file(path: Path, spec: SampleSpec) -> Own:
    """A file as the model would have made it.

    Raises:
        ValueError: if it cannot be read, or is nothing that the model makes.
        OSError: if the disk will not give it.
    """
    if path.suffix.lower() in LATENTS:
        return Own(path.name, stand=file.load(path))
    if spec.kind == "image":
        height, width = spec.shape[1:]
        image = photo.read(path, width, height, spec.channels >= 3)
        return Own(path.name, pictures.to_unit(image, spec.channels)[0])
    if spec.kind == "voxels":
        from ganstudio.solids.opening import open_solid  # imports scipy, when first needed

        if len(set(spec.shape[1:])) > 1:
            raise ValueError("only models of cubes take solids from files")
        grid = open_solid(path, spec.side).grid
        return Own(path.name, np.asarray(grid, np.float32)[None] * 2 - 1)
    raise ValueError(f"{path.name}: this model makes points, and no file holds one")


def _of_image(image: QImage, spec: SampleSpec) -> np.ndarray:
    if spec.kind != "image":
        raise ValueError("this model makes no pictures")
    height, width = spec.shape[1:]
    plain = photo.cut(image, width, height, spec.channels >= 3)
    return np.asarray(pictures.to_unit(plain, spec.channels)[0])


def _fitting(sample: np.ndarray, spec: SampleSpec) -> np.ndarray:
    if sample.shape != spec.shape:
        raise ValueError(f"this sample is {sample.shape}, and the model makes {spec.shape}")
    return sample
