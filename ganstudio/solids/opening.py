"""Any solid file of anybody, brought to the grid that a model speaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from ganstudio.reading import UnreadableError, read_bytes
from ganstudio.solids import formats
from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes import glb, obj, off, ply, stl, threemf
from ganstudio.solids.meshes.soup import Soup
from ganstudio.solids.voxelise import Up, resized, turned_upright, voxelise

LARGEST_MESH_BYTES = 1 << 28
FINE_SIDE = 128
MESHES: dict[str, Callable[[bytes], Soup]] = {
    ".stl": stl.decode, ".obj": obj.decode, ".ply": ply.decode, ".off": off.decode,
    ".glb": glb.decode, ".3mf": threemf.decode,
}  # fmt: skip
VOXELS = (".binvox", ".vox", ".npy", ".npz", ".mat")
SUFFIXES = (*MESHES, *VOXELS)  # what can be opened


class Opened(NamedTuple):
    """A file as a grid.

    Attributes:
        name: of the file.
        grid: (side, side, side) bool, or float32 in [0, 1]; z up.
        told: what the file held, in a few words.
        fine: (X, Y, Z) the same in more detail, to be compared at any size; None where the
            file spoke in these voxels itself, or nobody asked for it.
    """

    name: str
    grid: NDArray[Any]
    told: str
    fine: NDArray[Any] | None = None


def open_solid(
    path: Path | str,
    side: int,
    *,
    up: Up = "z",
    fill: bool = True,
    detailed: bool = False,
    wanted: Callable[[], bool] = lambda: True,
) -> Opened:
    """Read a mesh or voxels and bring them to so many voxels per side.

    Meshes are voxelised, as large as they go. Voxels that have the wanted sides already stay
    as they are; all others are scaled, see ``resized``.

    Args:
        path: with one of ``SUFFIXES``.
        side: voxels per side, 4 to 256.
        up: which axis of the file points up; ``.glb`` says so itself.
        fill: whether what the surface of a mesh encloses is solid too.
        detailed: whether a mesh is voxelised finely as well, for ``fine``.
        wanted: asked again and again while a mesh is voxelised; False: give up.

    Raises:
        SolidError: if the file is not what it says, holds nothing solid, or is not wanted any
            more.
        OSError: if it cannot be read.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in MESHES:
        mesh = load_mesh(path)
        up = "z" if suffix == ".glb" else up
        try:
            grid = voxelise(mesh, side, up=up, fill=fill, wanted=wanted)
            fine = grid if detailed else None
            if detailed and side < FINE_SIDE:
                fine = voxelise(mesh, FINE_SIDE, up=up, fill=fill, wanted=wanted)
        except SolidError as error:
            raise SolidError(f"{path.name} {error}") from error
        return Opened(path.name, grid, f"mesh of {len(mesh.faces):,} triangles", fine)
    if suffix not in VOXELS:
        raise SolidError(f"{path.name} must end with one of {', '.join(SUFFIXES)}")
    grid = turned_upright(formats.load(path), up)
    told = " × ".join(str(n) for n in grid.shape) + " voxels"
    if grid.shape == (side,) * 3:
        return Opened(path.name, grid, told)
    try:
        return Opened(path.name, resized(grid, side), told, grid)
    except SolidError as error:
        raise SolidError(f"{path.name} {error}") from error


def load_mesh(path: Path | str) -> Soup:
    """The triangles of a mesh file.

    Raises:
        SolidError: if the suffix is unknown or the content is not what it says.
        OSError: if it cannot be read.
    """
    path = Path(path)
    decode = MESHES.get(path.suffix.lower())
    if decode is None:
        raise SolidError(f"{path.name} must end with one of {', '.join(MESHES)}")
    try:
        content = read_bytes(path, LARGEST_MESH_BYTES)
    except UnreadableError as error:
        raise SolidError(str(error)) from error
    try:
        return decode(content)
    except SolidError as error:
        raise SolidError(f"{path.name} {error}") from error
