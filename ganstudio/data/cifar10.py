"""CIFAR-10: small colour photographs of animals and vehicles."""

from __future__ import annotations

import logging
import tarfile
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from ganstudio.data.base import DataError, Dataset, Samples
from ganstudio.downloads import Download, DownloadError, fetch, untar
from ganstudio.samples import ConditionSpec, SampleSpec

log = logging.getLogger(__name__)

FOLDER = "cifar-10-batches-bin"
FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
SIZE_BYTES = 170_052_171
SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
_SHAPE = (3, 32, 32)
_RECORD_BYTES = 1 + 3 * 32 * 32


class Cifar10(Dataset):
    """50,000 colour photographs of animals and vehicles, 32 x 32 pixels.

    The training part of CIFAR-10, on which papers compare their models: real, varied, and hard,
    as every picture shows something else. Classes: ten kinds of animals and vehicles. It is
    downloaded once (about 170 MB) unless the data folder holds the set's binary version as
    ``cifar-10-batches-bin/data_batch_1.bin`` to ``data_batch_5.bin``. Its Python version holds
    pickles, which can run anything when they are opened, and is not read.

    Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009),
    https://www.cs.toronto.edu/~kriz/cifar.html. The photographs were collected from the web.
    """

    origin = "downloaded"
    title = "CIFAR-10"
    summary = "50,000 small photographs in ten classes. Downloaded once, 170 MB."
    names: ClassVar[tuple[str, ...]] = (
        "airplane", "automobile", "bird", "cat", "deer",
        "dog", "frog", "horse", "ship", "truck",
    )  # fmt: skip

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Colour images with ten classes."""
        return SampleSpec("image", _SHAPE, ConditionSpec(kind="classes", names=cls.names))

    def load(self) -> Samples:
        """Read the five files of the training part, and download them first if one is missing.

        Raises:
            DataError: if they are missing and cannot be fetched, or are damaged.
        """
        folder = self.data_root / FOLDER
        if any(not (folder / name).is_file() for name in FILES):
            self._fetch(folder)
        parts = [_read(folder / name, len(self.names)) for name in FILES]
        images, labels = zip(*parts, strict=True)
        return Samples(torch.cat(images), torch.cat(labels))

    def preview(self, count: int) -> Tensor | None:
        """The first few images where the data folder holds them, else None."""
        path = self.data_root / FOLDER / FILES[0]
        if not path.is_file():
            return None
        with path.open("rb") as file:
            raw = file.read(count * _RECORD_BYTES)
        return _split(raw)[0] if len(raw) == count * _RECORD_BYTES else None

    def _fetch(self, folder: Path) -> None:
        log.info("CIFAR-10 is not in %s: downloading it", folder)
        archive = self.data_root / URL.rpartition("/")[2]
        try:
            fetch(
                Download((URL,), SIZE_BYTES, SHA256),
                archive,
                lambda text: self.tell(f"downloading CIFAR-10: {text}"),
            )
            self.tell("unpacking CIFAR-10")
            untar(archive, folder, FILES)
            archive.unlink()
        except (OSError, EOFError, tarfile.TarError, DownloadError) as error:
            raise DataError(
                f"{self.title}: {folder} must hold the files {FILES[0]} to {FILES[-1]} of the "
                f"binary version (the Python version holds pickles and is not read), and they "
                f"could not be downloaded ({error}). Connect to the internet, or unpack {URL} "
                f"there, or name the folder that holds {FOLDER} with --data-root"
            ) from error


def _read(path: Path, classes: int) -> tuple[Tensor, Tensor]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    if not raw or len(raw) % _RECORD_BYTES:
        why = f"{len(raw)} bytes are not a whole number of pictures of {_RECORD_BYTES}"
        raise _damaged(path, why)
    images, labels = _split(raw)
    if labels.max() >= classes:
        raise _damaged(path, f"class {int(labels.max())} of {classes}")
    return images, labels


def _split(raw: bytes) -> tuple[Tensor, Tensor]:
    """Records of a label and 3 x 32 x 32 bytes to images and labels."""
    records = torch.frombuffer(bytearray(raw), dtype=torch.uint8).view(-1, _RECORD_BYTES)
    return records[:, 1:].reshape(-1, *_SHAPE), records[:, 0].long()


def _damaged(path: Path, why: str) -> DataError:
    return DataError(
        f"{path} is damaged ({why}). Delete it; the set is downloaded again at the next start"
    )
