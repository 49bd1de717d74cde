"""Somebody's own pictures, with their sub-folders as classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.data import _folder
from ganstudio.data.base import Dataset, Samples
from ganstudio.samples import ConditionSpec, SampleSpec


class ImageFolder(Dataset):
    """Your own pictures: choose a folder, and all that lies below it is read.

    Where the folder has two or more sub-folders with pictures, each of them is a class. Any
    size and most formats will do: of each picture the middle square is taken and scaled.
    Transparent parts become white, rotated photographs are put upright, and of animations the
    first frame is used. Files that cannot be read are left out and named in the log. What is
    decoded is kept in the user's cache, so that the next start is quick.
    """

    Config = _folder.FolderConfig
    origin = "your files"
    title = "Picture folder"
    summary = "Your own pictures; sub-folders become classes."

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Pictures, labelled with their sub-folder where there are several."""
        names = _folder.class_folders(config.path) if config.folder else ()
        condition = ConditionSpec("classes", names, title="folder") if names else ConditionSpec()
        return SampleSpec("image", config.shape, condition)

    @classmethod
    def missing(cls, config: Any, data_root: Path) -> list[str]:
        """Why the folder cannot be read."""
        return _folder.lacking(config.folder, "your pictures")

    def load(self) -> Samples:
        """Read, cut and scale every picture.

        Raises:
            DataError: if the folder is not there or holds fewer than two usable pictures.
        """
        _folder.insist(self.missing(self.config, self.data_root))
        folder, names = self.config.path, self.spec(self.config).condition.names
        places = {name: np.array(index) for index, name in enumerate(names)}

        def read(path: Path, told: list[str]) -> dict[str, NDArray[Any]]:
            label = _folder.labelled(path, folder, places)
            return {"x": _folder.read_square(path, self.config, told), **label}

        settings = {"size": self.config.size, "colour": self.config.colour, "names": names}
        listing = _folder.Listing(folder, tell=self.tell)
        return _folder.decode(listing, read, "pictures", settings, self.tell).samples()

    def preview(self, count: int) -> Tensor | None:
        """The first pictures of the folder."""
        return _folder.first(count, self.config)
