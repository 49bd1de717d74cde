"""Somebody's own solids, meshes or voxels, with their sub-folders as classes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.data import _folder
from ganstudio.data.base import Dataset, Samples
from ganstudio.knobs import Config, knob
from ganstudio.pictures import UnfitError
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.solids.faults import SolidError
from ganstudio.solids.opening import SUFFIXES, open_solid

KINDS = frozenset(SUFFIXES)
WHAT = "your meshes or voxels"


class VoxelFolderConfig(Config):
    """Where the files are and how they become voxels."""

    folder: str = knob("", browse="folder", help="The folder, with all that lies below it.")
    side: Literal[16, 32, 64] = knob(
        32, unit="voxels", help="Voxels along each side. 64 takes eight times the memory and time."
    )
    up: Literal["z", "y"] = knob(
        "z", title="Up axis", help="Which axis of the files points up; files of games often have y."
    )
    fill: bool = knob(
        True, help="What the surface of a mesh encloses is solid too; off keeps the shell alone."
    )


class VoxelFolder(Dataset):
    """Your own shapes: choose a folder, and every mesh and voxel file below it is read.

    Where the folder has two or more sub-folders with such files, each of them is a class. STL,
    OBJ, PLY, OFF, GLB and 3MF are turned into voxels, scaled to fill the grid and put in its
    middle; binvox, MagicaVoxel's vox, npy, npz and mat are taken as they are, and scaled only
    where their sides differ. Files that cannot be read are left out and named in the log. A
    hundred shapes of one sort, all facing the same way, are a good beginning.
    """

    Config = VoxelFolderConfig
    origin = "your files"
    title = "Voxel folder"
    summary = "Your own meshes and voxels; sub-folders become classes."

    @classmethod
    def spec(cls, config: Any) -> SampleSpec:
        """Voxels, labelled with their sub-folder where there are several."""
        folder = _folder.located(config.folder)
        names = _folder.class_folders(folder, KINDS) if config.folder else ()
        condition = ConditionSpec("classes", names, title="folder") if names else ConditionSpec()
        return SampleSpec("voxels", (1, config.side, config.side, config.side), condition)

    @classmethod
    def missing(cls, config: Any, data_root: Path) -> list[str]:
        """Why the folder cannot be read."""
        return _folder.lacking(config.folder, WHAT)

    def load(self) -> Samples:
        """Read every file, and turn meshes into voxels.

        Raises:
            DataError: if the folder is not there or holds fewer than two usable files.
        """
        _folder.insist(self.missing(self.config, self.data_root))
        folder, names = _folder.located(self.config.folder), self.spec(self.config).condition.names
        places = {name: np.array(index) for index, name in enumerate(names)}
        stopped = threading.Event()

        def read(path: Path, told: list[str]) -> dict[str, NDArray[Any]]:
            label = _folder.labelled(path, folder, places)
            return {"x": self._read(path, lambda: not stopped.is_set()), **label}

        settings = {**self.config.model_dump(exclude={"folder"}), "names": names}
        listing = _folder.Listing(folder, KINDS, tell=self.tell)
        return _folder.decode(listing, read, "solids", settings, self.tell, stopped).samples()

    def preview(self, count: int) -> Tensor | None:
        """The first solids of the folder."""
        if self.missing(self.config, self.data_root):
            return None
        found: list[NDArray[np.uint8]] = []
        folder = _folder.located(self.config.folder)
        for path in _folder.first_files(folder, KINDS):
            with suppress(UnfitError, OSError):
                found.append(self._read(path))
            if len(found) == count:
                return torch.from_numpy(np.stack(found))
        return None

    def _read(self, path: Path, wanted: Callable[[], bool] = lambda: True) -> NDArray[np.uint8]:
        """One file, (1, side, side, side).

        Raises:
            UnfitError: if it cannot be used.
            OSError: if it cannot be read.
        """
        config = self.config
        try:
            solid = open_solid(path, config.side, up=config.up, fill=config.fill, wanted=wanted)
        except SolidError as error:
            raise UnfitError(f"cannot be used: {error}") from error
        if not solid.grid.any():
            raise UnfitError("is empty")
        return (np.asarray(solid.grid, np.float32) * 255).round().astype(np.uint8)[None]
