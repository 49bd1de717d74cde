"""A whole epoch of MNIST through small convolutional networks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from ganstudio import registry
from ganstudio.data._torchvision import IMAGES, LABELS, read
from ganstudio.data.base import Dataset, Samples
from ganstudio.train.contests._epochs import Epoch


class EpochOfMnist(Epoch):
    """60,000 digits of 32 x 32, as the program reads them that trains on them."""

    title = "epoch of MNIST, dcgan, 32 x 32 x 1"
    source = "PyTorch-GAN, dcgan.py"
    pair = "dcgan_32"

    def lacking(self) -> str:
        """MNIST has to be there: nothing is downloaded for a race."""
        kind: type[Dataset] = registry.find("data", "mnist")
        there = all((self._raw / name).is_file() for name in (IMAGES, LABELS))
        return "" if there else f"{kind.title} is not in {self.data_root}: see --data-root"

    def pictures(self) -> Any:
        """Decoded, scaled and shifted one by one."""
        from torchvision import transforms

        steps = [transforms.Resize(32), transforms.ToTensor(), transforms.Normalize([0.5], [0.5])]
        return _Plain(self._raw, transforms.Compose(steps))

    def opened(self) -> Samples:
        """From the same files."""
        kind: Any = registry.find("data", "mnist")
        samples: Samples = kind(kind.Config(size=32), self.data_root).load()
        return samples

    @property
    def _raw(self) -> Path:
        return self.data_root / "MNIST" / "raw"


class _Plain(torch.utils.data.Dataset[tuple[Tensor, int]]):
    """As torchvision's own, which also wants the two files of the test part."""

    def __init__(self, folder: Path, transform: Callable[[Image.Image], Tensor]) -> None:
        self.images, self.labels = read(folder, 10)
        self.transform = transform

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.images[index].numpy())), int(self.labels[index])
