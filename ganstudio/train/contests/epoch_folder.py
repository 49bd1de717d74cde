"""A whole epoch of somebody's own 10,000 pictures, after the first pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from ganstudio import registry
from ganstudio.data.base import Samples
from ganstudio.train.contests._epochs import Epoch

PICTURES, SIDE, SIZE = 10_000, 96, 32
FINEST = 24  # squares a side that a picture is enlarged from


class EpochOfFolder(Epoch):
    """10,000 PNG files of 96 x 96 pixels, scaled to 32 x 32 grey."""

    title = "epoch of a folder of 10,000 PNG files, dcgan, 32 x 32 x 1"
    source = "PyTorch-GAN, dcgan.py, on torchvision's ImageFolder"
    pair = "dcgan_32"

    def prepare(self) -> None:
        """Write the pictures, soft spots of colour, and read them for the first time."""
        folder = self.scratch / "pictures" / "all"
        folder.mkdir(parents=True)
        random = np.random.default_rng(0)
        for index in range(self.limited(PICTURES)):
            spots = random.integers(0, 256, (FINEST, FINEST, 3), dtype=np.uint8)
            picture = Image.fromarray(spots).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
            picture.save(folder / f"{index:05}.png", compress_level=1)
        super().prepare()

    def pictures(self) -> Any:
        """Decoded, scaled and shifted one by one, in every epoch again."""
        from torchvision import datasets, transforms

        steps = [
            transforms.Grayscale(), transforms.Resize(SIZE), transforms.CenterCrop(SIZE),
            transforms.ToTensor(), transforms.Normalize([0.5], [0.5]),
        ]  # fmt: skip
        folder = str(self.scratch / "pictures")
        return datasets.ImageFolder(folder, transform=transforms.Compose(steps))

    def opened(self) -> Samples:
        """As it comes from the first pass."""
        kind: Any = registry.find("data", "image_folder")
        config = kind.Config(folder=str(self.scratch / "pictures"), size=SIZE, colour=False)
        samples: Samples = kind(config, self.data_root).load()
        return samples
