"""Own solids: meshes and voxels of all sorts become one set, and what cannot be used is told."""

import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.data.base import DataError
from ganstudio.data.voxel_folder import VoxelFolder, VoxelFolderConfig
from ganstudio.solids.export import Wishes, write
from ganstudio.solids.faults import SolidError

SIDE = 16


def block(low: int, high: int) -> np.ndarray:
    grid = np.zeros((SIDE, SIDE, SIDE), bool)
    grid[4:12, 4:12, low:high] = True
    return grid


def made(folder: Path, **knobs: object) -> VoxelFolder:
    return VoxelFolder(VoxelFolderConfig(folder=str(folder), side=SIDE, **knobs), folder)


def test_voxels_stay_as_they_are_and_meshes_fill_the_grid(tmp_path: Path) -> None:
    write(tmp_path / "a.binvox", block(2, 14), Wishes("cubes"))
    write(tmp_path / "b.stl", block(4, 12), Wishes("cubes"))
    samples = made(tmp_path).load()
    assert samples.x.shape == (2, 1, SIDE, SIDE, SIDE)
    assert samples.x.dtype == torch.uint8
    assert samples.labels is None
    assert np.array_equal(samples.x[0, 0].numpy() > 127, block(2, 14))
    assert (samples.x[1] > 127).sum() == 14**3  # a cube, with one empty voxel around it


def test_stopping_ends_a_mesh_that_takes_long(tmp_path: Path, monkeypatch) -> None:
    for index in range(2):
        np.save(tmp_path / f"{index}.npy", block(2, 14))
    asleep = threading.Event()

    def slowly(path: Path, side: int, *, wanted, **_: object) -> None:
        for _ in range(3000):
            if not wanted():
                raise SolidError("is not wanted any more")
            asleep.wait(0.01)
        raise AssertionError("nobody stopped it")

    def stop(text: str) -> None:
        raise KeyboardInterrupt(text)

    monkeypatch.setattr("ganstudio.data.voxel_folder.open_solid", slowly)
    monkeypatch.setattr("ganstudio.data._folder.decoding.LOOK_S", 0.01)
    data = VoxelFolder(VoxelFolderConfig(folder=str(tmp_path), side=SIDE), tmp_path, tell=stop)
    with pytest.raises(KeyboardInterrupt, match="reading solids, 0 of 2"):
        data.load()


def test_sub_folders_are_classes(tmp_path: Path) -> None:
    for name, low in (("lamp", 1), ("chair", 3)):
        (tmp_path / name).mkdir()
        for index in range(2):
            np.save(tmp_path / name / f"{index}.npy", block(low, 10 + index))
    np.save(tmp_path / "beside.npy", block(0, 5))
    data = made(tmp_path)
    assert data.spec(data.config).condition.names == ("chair", "lamp")
    samples = data.load()
    assert samples.labels is not None
    assert samples.labels.tolist() == [0, 0, 1, 1]
    assert samples.x[0].float().mean() > 0


def test_what_cannot_be_used_is_left_out_and_named(tmp_path: Path) -> None:
    for index in range(2):
        np.save(tmp_path / f"{index}.npy", block(2, 8 + index))
    np.save(tmp_path / "empty.npy", np.zeros((SIDE,) * 3, bool))
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "broken.stl").write_bytes(b"solid nothing at all")
    samples = made(tmp_path).load()
    assert len(samples.x) == 2
    told = "\n".join(map(str, samples.remarks))
    assert all(name in told for name in ("empty.npy", "objects.npy", "broken.stl"))


def test_a_folder_without_solids_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="at least 2 are needed"):
        made(tmp_path).load()
    with pytest.raises(DataError, match="no folder"):
        made(tmp_path / "nowhere").load()


def test_its_card_shows_the_first_ones(tmp_path: Path) -> None:
    assert made(tmp_path).preview(2) is None
    (tmp_path / "broken.ply").write_bytes(b"ply")
    for index in range(3):
        np.save(tmp_path / f"{index}.npy", block(2, 8 + index))
    preview = made(tmp_path).preview(2)
    assert preview is not None
    assert torch.equal(preview, made(tmp_path).load().x[:2])
