"""A whole epoch of MNIST through small convolutional networks."""

from __future__ import annotations

from typing import Any

from ganstudio import registry
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
        raw = self.data_root / "MNIST" / "raw" / "train-images-idx3-ubyte"
        there = raw.is_file() or raw.with_suffix(".gz").is_file()
        return "" if there else f"{kind.title} is not in {self.data_root}: see --data-root"

    def pictures(self) -> Any:
        """Decoded, scaled and shifted one by one."""
        from torchvision import datasets, transforms

        steps = [transforms.Resize(32), transforms.ToTensor(), transforms.Normalize([0.5], [0.5])]
        return datasets.MNIST(str(self.data_root), transform=transforms.Compose(steps))

    def opened(self) -> Samples:
        """From the same files."""
        kind: Any = registry.find("data", "mnist")
        samples: Samples = kind(kind.Config(size=32), self.data_root).load()
        return samples
