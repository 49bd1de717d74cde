"""Somebody's own pictures, with their sub-folders as classes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganstudio.data import _folder
from ganstudio.data.base import Dataset, Samples
from ganstudio.samples import ConditionSpec, SampleSpec


class ImageFolder(Dataset):
    """Your own pictures: choose a folder, and all that lies below it is read.

    Where the folder has two or more sub-folders with pictures, each of them is a class. Any
    size and most formats will do: of each picture the middle square is taken and scaled.
    Transparent parts become white, rotated photographs are put upright, and of animations the
    first frame is used. Files that cannot be read are left out and named in the log.
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
        paths = _folder.files(folder)
        if names:  # what lies beside the class folders has no class
            paths = [path for path in paths if path.relative_to(folder).parts[0] in names]
        read = partial(_folder.read_square, config=self.config)
        kept, pictures, notes = _folder.read_all(paths, read, f"pictures in {folder}")
        labels = None
        if names:
            labels = torch.tensor([names.index(path.relative_to(folder).parts[0]) for path in kept])
        return Samples(_folder.stacked(pictures), labels, notes=notes)

    def preview(self, count: int) -> Tensor | None:
        """The first pictures of the folder."""
        return _folder.first(count, self.config)
