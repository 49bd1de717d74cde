"""What MNIST and its look-alikes share: four files in one folder, fetched only when missing."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor
from torch.nn import functional

from ganstudio.data.base import DataError, Dataset, Samples
from ganstudio.downloads import Download, DownloadError, fetch, gunzip
from ganstudio.knobs import Config, knob
from ganstudio.samples import ConditionSpec, SampleSpec

log = logging.getLogger(__name__)

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
_SIDE, _HEADER_BYTES = 28, 16


class IdxConfig(Config):
    """At which size."""

    size: Literal[28, 32] = knob(
        32,
        help="Pixels a side. 28 as they come; 32 adds a rim of two background pixels, which "
        "suits networks that halve the picture again and again.",
    )


class _IdxDataset(Dataset):
    """The training part of a set in MNIST's file format, known to torchvision by ``source``.

    Attributes:
        source: name of torchvision's class and of the folder under the data folder.
        names: the classes.
        hosts: folders on the internet that hold the packed files.
        packed: by file, how many bytes it has packed and its SHA-256 then.
    """

    Config: ClassVar[type[Config]] = IdxConfig
    origin = "downloaded"
    source: ClassVar[str]
    names: ClassVar[tuple[str, ...]]
    hosts: ClassVar[tuple[str, ...]]
    packed: ClassVar[dict[str, tuple[int, str]]]

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Grey images with ten classes."""
        condition = ConditionSpec(kind="classes", names=cls.names)
        return SampleSpec("image", (1, config.size, config.size), condition)

    def load(self) -> Samples:
        """Read the training images, and download them first if they are missing.

        A data folder that holds them is only read.

        Raises:
            DataError: if they are missing and cannot be fetched, or are damaged.
        """
        folder = self.data_root / self.source / "raw"
        if any(not (folder / name).is_file() for name in (IMAGES, LABELS)):
            self._fetch(folder)
        images, labels = read(folder, len(self.names))
        return Samples(_pad(images, self.config.size), labels)

    def preview(self, count: int) -> Tensor | None:
        """The first few images where the data folder holds them, else None."""
        path = self.data_root / self.source / "raw" / IMAGES
        if not path.is_file():
            return None
        with path.open("rb") as file:
            raw = file.read(_HEADER_BYTES + count * _SIDE * _SIDE)[_HEADER_BYTES:]
        if len(raw) < count * _SIDE * _SIDE:
            return None
        images = torch.frombuffer(bytearray(raw), dtype=torch.uint8)
        return _pad(images.view(count, _SIDE, _SIDE), self.config.size)

    def _fetch(self, folder: Path) -> None:
        log.info("%s is not in %s: downloading it", self.source, folder)
        try:
            for name in self.packed:
                if not (folder / name).is_file():
                    self._fetch_one(folder / name)
        except (OSError, EOFError, DownloadError) as error:
            raise DataError(
                f"{self.title}: {folder} must hold the files {IMAGES} and {LABELS}, and they "
                f"could not be downloaded ({error}). Connect to the internet, or "
                f"put them there, or name the folder that holds {self.source}/raw with "
                "--data-root"
            ) from error

    def _fetch_one(self, path: Path) -> None:
        archive = path.with_name(f"{path.name}.gz")
        urls = tuple(f"{host}/{archive.name}" for host in self.hosts)
        part = "pictures" if path.name == IMAGES else "labels"

        def tell(text: str) -> None:
            self.tell(f"downloading {self.title}, {part}: {text}")

        fetch(Download(urls, *self.packed[path.name]), archive, tell)
        gunzip(archive, path)
        archive.unlink(missing_ok=True)  # another program may have done all this meanwhile


def read(folder: Path, classes: int) -> tuple[Tensor, Tensor]:
    """The pictures, (N, 28, 28) uint8, and the class of each, (N,).

    Args:
        folder: where the two files lie.
        classes: how many there are.

    Raises:
        DataError: if a file is damaged.
    """
    from torchvision.datasets import mnist

    try:
        images: Tensor = mnist.read_image_file(str(folder / IMAGES))
        labels: Tensor = mnist.read_label_file(str(folder / LABELS))
    except (OSError, ValueError, TypeError, AssertionError, KeyError, RuntimeError) as error:
        raise _damaged(folder, str(error) or type(error).__name__) from error
    if images.shape[1:] != (_SIDE, _SIDE) or len(images) != len(labels):
        found = f"{len(labels)} labels for images of shape {tuple(images.shape)}"
        raise _damaged(folder, found)
    if labels.max() >= classes:
        raise _damaged(folder, f"class {int(labels.max())} of {classes}")
    return images, labels


def _damaged(folder: Path, why: str) -> DataError:
    return DataError(
        f"{folder}: {IMAGES} or {LABELS} is damaged ({why}). Delete both; they are downloaded "
        "again at the next start"
    )


def _pad(images: Tensor, size: int) -> Tensor:
    """(N, 28, 28) to (N, 1, size, size), background around."""
    rim = (size - _SIDE) // 2
    return functional.pad(images, (rim, rim, rim, rim)).unsqueeze(1)
