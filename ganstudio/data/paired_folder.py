"""Somebody's own pairs: two pictures side by side in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ganstudio.data import _folder
from ganstudio.data.base import Dataset, Samples
from ganstudio.knobs import knob
from ganstudio.pictures import FORMATS, UnfitError, open_picture, to_square
from ganstudio.samples import ConditionSpec, SampleSpec

SHAPE_TOLERANCE = 0.1  # by how much a half may stray from being as wide as the other is high


class PairedFolderConfig(_folder.FolderConfig):
    """Where the pairs are, and which half is which."""

    source: Literal["right", "left"] = knob(
        "right",
        help="Which half is the source that is translated; the other half is what shall come "
        "out of it. Facades and most sets of pix2pix have the source on the right.",
    )


class PairedFolder(Dataset):
    """Your own pairs for pix2pix: each file shows two pictures of one size side by side.

    One half is the source, such as a label map or a sketch, the other what it should become.
    This is the form of the facades, maps and edges that came with pix2pix: a picture twice as
    wide as it is high. Both halves are scaled to squares as they are, so that they stay aligned.
    """

    Config = PairedFolderConfig
    origin = "your files"
    title = "Folder of pairs"
    summary = "Your own A|B pictures: source and result side by side in one file."

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Pictures, each with the source it belongs to."""
        source = ConditionSpec("image", shape=config.shape, title=f"{config.source} half")
        return SampleSpec("image", config.shape, ConditionSpec(), (source,))

    @classmethod
    def missing(cls, config: Any, data_root: Path) -> list[str]:
        """Why the folder cannot be read."""
        return _folder.lacking(config.folder, "pictures with two halves side by side")

    def load(self) -> Samples:
        """Read every pair.

        Raises:
            DataError: if the folder is not there or holds fewer than two usable pairs; a picture
                that is not twice as wide as high is no pair.
        """
        _folder.insist(self.missing(self.config, self.data_root))
        folder = self.config.path

        def read(path: Path, told: list[str]) -> dict[str, NDArray[np.uint8]]:
            result, source = _halves(path, self.config, told)
            return {"x": result, "source": source}

        listing = _folder.Listing(folder, tell=self.tell)
        settings = self.config.model_dump(exclude={"folder"})
        found = _folder.decode(listing, read, "pairs", settings, self.tell)
        return found.samples("source" if self.told == "image" else None)

    def preview(self, count: int) -> Tensor | None:
        """The first results of the folder."""
        return _folder.first(count, self.config, lambda path, config: _halves(path, config)[0])


def _halves(
    path: Path, config: PairedFolderConfig, told: list[str] | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Result and source, (C, size, size) uint8 each."""
    image = open_picture(path, config.colour, _folder.SPARE * config.size, told)
    width, height = image.size
    if abs(width / 2 / height - 1) > SHAPE_TOLERANCE:
        width, height = _whole_size(path, image.size)
        raise UnfitError(f"is {width} x {height}, but a pair is twice as wide as high")
    middle = width // 2
    left, right = image.crop((0, 0, middle, height)), image.crop((width - middle, 0, width, height))
    result, source = (left, right) if config.source == "right" else (right, left)
    return to_square(result, config.size), to_square(source, config.size)


def _whole_size(path: Path, read: tuple[int, int]) -> tuple[int, int]:
    """What the file holds, as it is turned; large photographs were read at a part of it."""
    with Image.open(path, formats=FORMATS) as image:
        width, height = image.size
    return (width, height) if (width > height) == (read[0] > read[1]) else (height, width)
