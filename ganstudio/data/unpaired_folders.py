"""Two folders of somebody's own pictures that have nothing to do with each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.data import _folder
from ganstudio.data.base import Dataset, Samples
from ganstudio.knobs import knob
from ganstudio.samples import ConditionSpec, SampleSpec


class UnpairedFoldersConfig(_folder.FolderConfig):
    """Where the two sets are."""

    folder: str = knob(
        "", browse="folder", title="Wanted", help="Pictures of the kind that shall come out."
    )
    source_folder: str = knob(
        "", browse="folder", title="Source", help="Pictures of the kind that goes in."
    )


class UnpairedFolders(Dataset):
    """Your own two sets for CycleGAN: horses and zebras, summer and winter, photos and paintings.

    No picture of one needs a partner in the other. The variant learns to make pictures of the
    first folder out of those of the second, and back. The sets may differ in size; a few hundred
    pictures each are a beginning.
    """

    Config = UnpairedFoldersConfig
    origin = "your files"
    title = "Two folders"
    summary = "Two sets of your own pictures without pairs, to be turned into each other."

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Pictures of one set, and those of the other apart from them."""
        title = Path(config.source_folder).name or "source"
        domain = ConditionSpec("domain", shape=config.shape, title=title)
        return SampleSpec("image", config.shape, ConditionSpec(), (domain,))

    @classmethod
    def missing(cls, config: Any, data_root: Path) -> list[str]:
        """Why one folder or the other cannot be read."""
        source = _folder.lacking(config.source_folder, "the pictures to begin with")
        return [
            *_folder.lacking(config.folder, "the pictures that shall come out"),
            *(f"source_{line}" if line.startswith("folder") else line for line in source),
        ]

    def load(self) -> Samples:
        """Read both sets.

        Raises:
            DataError: if a folder is not there or holds fewer than two usable pictures.
        """
        _folder.insist(self.missing(self.config, self.data_root))
        wanted = self._pictures(self.config.path)
        if self.told != "domain":
            return wanted.samples()
        source = self._pictures(_folder.located(self.config.source_folder))
        return wanted.joined(source).samples("other")

    def preview(self, count: int) -> Tensor | None:
        """The first pictures of the wanted kind."""
        return _folder.first(count, self.config)

    def _pictures(self, folder: Path) -> _folder.Decoded:
        def read(path: Path, told: list[str]) -> dict[str, NDArray[np.uint8]]:
            return {"x": _folder.read_square(path, self.config, told)}

        settings = {"size": self.config.size, "colour": self.config.colour, "names": ()}
        listing = _folder.Listing(folder, tell=self.tell)
        return _folder.decode(listing, read, "pictures", settings, self.tell)
