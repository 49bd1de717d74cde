"""Solids as files: voxels to keep and load again, meshes for printers and other programs."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.reading import UnreadableError, read_bytes
from ganstudio.solids import arrays, binvox, magicavoxel, matlab
from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes import threemf
from ganstudio.solids.surface import Mesh, cubes, smooth, welded

Surface = Literal["smooth", "cubes"]

VOXEL_SUFFIXES = (".npy", ".binvox", ".vox")
MESH_SUFFIXES = (".stl", ".obj", ".ply", ".glb", ".3mf")
SUFFIXES = VOXEL_SUFFIXES + MESH_SUFFIXES  # what can be written
LARGEST_FILE_BYTES = 1 << 30
NOTHING = "nothing above the threshold"


def skin(occupancy: NDArray[Any], threshold: float, surface: Surface) -> Mesh:
    """The mesh that is written for a surface; that of cubes shares its corners."""
    if surface == "smooth":
        return smooth(occupancy, threshold)
    return welded(cubes(occupancy, threshold))


def load(path: Path | str) -> NDArray[Any]:
    """Read voxels: ``.npy``, ``.npz``, ``.binvox``, ``.vox`` or ``.mat``.

    Of a ``.vox`` file with several models the one with the most voxels is taken. A ``.npy``
    file holds (X, Y, Z) or (1, X, Y, Z); whole numbers other than 0 count as solid. Of the
    samples in an ``.npz`` file the first is taken; a ``.mat`` file keeps its grid as
    ``instance``.

    Returns:
        (X, Y, Z) occupancy, z up: bool, or float32 in [0, 1].

    Raises:
        SolidError: if the suffix is unknown or the content is not what it says.
        OSError: if it cannot be read.
    """
    path = Path(path)
    readers: dict[str, Callable[[bytes], NDArray[Any]]] = {
        ".npy": _npy_grid, ".npz": arrays.decode_npz,
        ".binvox": _binvox_grid, ".vox": _vox_grid, ".mat": _mat_grid,
    }  # fmt: skip
    suffix = path.suffix.lower()
    if suffix not in readers:
        raise SolidError(f"{path.name} must end with one of {', '.join(readers)}")
    try:
        content = read_bytes(path, LARGEST_FILE_BYTES)
    except UnreadableError as error:
        raise SolidError(f"{error}: that is no single solid") from error
    try:
        grid = readers[suffix](content)
    except ValueError as error:
        raise SolidError(f"{path.name}: {error}") from error
    return np.ascontiguousarray(grid, dtype=bool if grid.dtype == np.bool_ else np.float32)


def voxel_bytes(grid: NDArray[Any], solid: NDArray[np.bool_], suffix: str) -> bytes:
    """Voxels as the bytes of a file.

    Args:
        grid: (X, Y, Z) occupancy, kept by ``.npy``.
        solid: (X, Y, Z) bool, kept by all others.
        suffix: one of ``VOXEL_SUFFIXES``.

    Raises:
        ValueError: if the suffix is none of them, or the format cannot hold so many voxels.
    """
    if suffix == ".binvox":
        return binvox.encode(binvox.Binvox(solid))
    if suffix == ".vox":
        return magicavoxel.encode(solid)
    if suffix != ".npy":
        raise SolidError(f"voxels are written as {', '.join(VOXEL_SUFFIXES)}, not {suffix}")
    return _npy(grid)


def mesh_bytes(mesh: Mesh, suffix: str, scale: float = 1.0) -> bytes:
    """A mesh as the bytes of a file.

    Args:
        mesh: in voxels, z up; without normals none are written.
        suffix: one of ``MESH_SUFFIXES``.
        scale: lengths in the file for the side of one voxel.

    Raises:
        ValueError: if the suffix is none of them, or the scale is not above 0.
    """
    if suffix not in MESH_SUFFIXES:
        raise ValueError(f"a mesh is written as {', '.join(MESH_SUFFIXES)}, not {suffix}")
    if not 0 < scale < np.inf:
        raise ValueError(f"the scale must be above 0, got {scale}")
    vertices, normals = mesh.vertices * np.float32(scale), mesh.normals
    if suffix == ".3mf":
        return threemf.encode(vertices, mesh.faces)
    import trimesh  # 0.8 s: only when first needed

    if suffix == ".glb":
        vertices, normals = _y_up(vertices), _y_up(normals)
    known: dict[str, Any] = {"vertex_normals": normals} if len(normals) else {}
    body = trimesh.Trimesh(vertices, mesh.faces, process=False, validate=False, **known)
    # an STL has a normal for each triangle and none for its corners
    extra: dict[str, Any] = {
        ".stl": {},
        ".obj": {"include_normals": bool(known)},
        ".ply": {"vertex_normal": bool(known)},
        ".glb": {"include_normals": bool(known)},
    }[suffix]
    content = body.export(file_type=suffix[1:], **extra)
    return content.encode("utf-8") if isinstance(content, str) else bytes(content)


def _y_up(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """A quarter turn around x: what pointed up along z points up along y."""
    return np.stack([vectors[:, 0], vectors[:, 2], -vectors[:, 1]], axis=1)


def _npy(grid: NDArray[Any]) -> bytes:
    buffer = BytesIO()
    kept = grid if grid.dtype == np.bool_ else grid.astype(np.float32)
    np.save(buffer, np.ascontiguousarray(kept), allow_pickle=False)
    return buffer.getvalue()


def _npy_grid(content: bytes) -> NDArray[Any]:
    return arrays.occupancy(arrays.decode_npy(content))


def _binvox_grid(content: bytes) -> NDArray[Any]:
    return binvox.decode(content).grid


def _vox_grid(content: bytes) -> NDArray[Any]:
    models = magicavoxel.decode(content)
    return max(models, key=lambda model: len(model.voxels)).grid() > 0


def _mat_grid(content: bytes) -> NDArray[Any]:
    return arrays.occupancy(matlab.decode(content))


def write(path: Path, content: bytes) -> None:
    """Write under a temporary name in the same folder, flush, rename.

    Raises:
        OSError: if the disk will not take it.
    """
    part = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
