"""Solids as files: voxels to keep and load again, meshes for printers and other programs."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from tokenize import TokenError
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganstudio.solids import binvox, magicavoxel
from ganstudio.solids.surface import Mesh, as_occupied, cubes, smooth

Surface = Literal["smooth", "cubes"]

VOXEL_SUFFIXES = (".npy", ".binvox", ".vox")
MESH_SUFFIXES = (".stl", ".obj", ".ply", ".glb")
SUFFIXES = VOXEL_SUFFIXES + MESH_SUFFIXES
LARGEST_FILE_BYTES = 1 << 30


def save(
    path: Path | str,
    occupancy: ArrayLike,
    threshold: float = 0.5,
    surface: Surface = "smooth",
    *,
    scale: float = 1.0,
) -> Path:
    """Write a solid in the format that the suffix names.

    ``.npy`` keeps the occupancy as it is, ``.binvox`` and ``.vox`` the voxels above the
    threshold. ``.stl``, ``.obj``, ``.ply`` and ``.glb`` keep a surface; z is up in all of them
    but ``.glb``, where y is, so that the object stands upright in the programs that open it. Only
    the smooth surface is sure to be watertight: print that one. The file appears complete or
    not at all.

    Args:
        path: with one of ``SUFFIXES``.
        occupancy: (X, Y, Z), z up: float in [0, 1], or bool. Samples of a generator, in
            [-1, 1], are ``(x + 1) / 2`` of that.
        threshold: voxels above it are solid, in the unit of ``occupancy``.
        surface: of a mesh: rounded, or the faces of the voxels.
        scale: of a mesh: lengths in the file for the side of one voxel.

    Returns:
        The path.

    Raises:
        ValueError: if the suffix or the surface is unknown, the occupancy no such grid, or
            nothing is above the threshold.
        OSError: if it cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"{path.name} must end with one of {', '.join(SUFFIXES)}")
    if surface not in ("smooth", "cubes"):
        raise ValueError(f"the surface is smooth or cubes, got {surface!r}")
    grid = _occupancy(occupancy)
    solid = as_occupied(grid, threshold)
    if not solid.any():
        raise ValueError("nothing above the threshold")
    if suffix == ".npy":
        content = _npy(grid)
    elif suffix == ".binvox":
        content = binvox.encode(binvox.Binvox(solid))
    elif suffix == ".vox":
        content = magicavoxel.encode(solid)
    else:
        mesh = (smooth if surface == "smooth" else cubes)(grid, threshold)
        content = mesh_bytes(mesh, suffix, scale)
    _write(path, content)
    return path


def load(path: Path | str) -> NDArray[np.float32]:
    """Read voxels: ``.npy``, ``.binvox`` or ``.vox``.

    Of a ``.vox`` file with several models the one with the most voxels is taken. A ``.npy``
    file holds (X, Y, Z) or (1, X, Y, Z); whole numbers other than 0 count as solid.

    Returns:
        (X, Y, Z) float32 occupancy in [0, 1], z up.

    Raises:
        ValueError: if the suffix is unknown or the content is not what it says.
        OSError: if it cannot be read.
    """
    path = Path(path)
    readers: dict[str, Callable[[Path], NDArray[Any]]] = {
        ".npy": _read_npy, ".binvox": _read_binvox, ".vox": _read_vox,
    }  # fmt: skip
    suffix = path.suffix.lower()
    if suffix not in readers:
        raise ValueError(f"{path.name} must end with one of {', '.join(readers)}")
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise ValueError(f"{path.name} is larger than 1 GB: that is no single solid")
    try:
        return np.ascontiguousarray(readers[suffix](path), dtype=np.float32)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error


def mesh_bytes(mesh: Mesh, suffix: str, scale: float = 1.0) -> bytes:
    """A mesh as the bytes of a file.

    Args:
        mesh: in voxels, z up.
        suffix: one of ``MESH_SUFFIXES``.
        scale: lengths in the file for the side of one voxel.

    Raises:
        ValueError: if the suffix is none of them, or the scale is not above 0.
    """
    if suffix not in MESH_SUFFIXES:
        raise ValueError(f"a mesh is written as {', '.join(MESH_SUFFIXES)}, not {suffix}")
    if not 0 < scale < np.inf:
        raise ValueError(f"the scale must be above 0, got {scale}")
    import trimesh  # 0.8 s: only when first needed

    vertices, normals = mesh.vertices * scale, mesh.normals
    if suffix == ".glb":
        vertices, normals = _y_up(vertices), _y_up(normals)
    body = trimesh.Trimesh(
        vertices, mesh.faces, vertex_normals=normals, process=False, validate=False
    )
    # an STL has a normal for each triangle and none for its corners
    extra: dict[str, Any] = {
        ".stl": {},
        ".obj": {"include_normals": True},
        ".ply": {"vertex_normal": True},
        ".glb": {"include_normals": True},
    }[suffix]
    content = body.export(file_type=suffix[1:], **extra)
    return content.encode("utf-8") if isinstance(content, str) else bytes(content)


def _y_up(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """A quarter turn around x: what pointed up along z points up along y."""
    return np.stack([vectors[:, 0], vectors[:, 2], -vectors[:, 1]], axis=1)


def _occupancy(occupancy: ArrayLike) -> NDArray[Any]:
    """The grid, checked: (X, Y, Z), bool, or finite floats in [0, 1]."""
    grid: NDArray[Any] = np.asarray(occupancy)
    if grid.ndim == 4 and grid.shape[0] == 1:
        grid = grid[0]
    if grid.ndim != 3 or min(grid.shape) < 1:
        raise ValueError(f"a solid is a grid (X, Y, Z), got the shape {grid.shape}")
    if grid.dtype.kind in "bui":
        return grid.astype(bool, copy=False)
    if grid.dtype.kind != "f":
        raise ValueError(f"occupancy is bool or float, got {grid.dtype}")
    low, high = float(grid.min()), float(grid.max())
    if not (low >= 0 and high <= 1):  # so worded that nan is refused too
        raise ValueError(
            f"occupancy runs from 0 to 1, got {low:.3g} to {high:.3g}; "
            "of samples in [-1, 1] take (x + 1) / 2"
        )
    return grid


def _npy(grid: NDArray[Any]) -> bytes:
    buffer = BytesIO()
    kept = grid if grid.dtype == np.bool_ else grid.astype(np.float32)
    np.save(buffer, np.ascontiguousarray(kept), allow_pickle=False)
    return buffer.getvalue()


def _read_npy(path: Path) -> NDArray[Any]:
    with path.open("rb") as file:
        if file.read(6) != b"\x93NUMPY":
            raise ValueError("no .npy file")
    # mapped, not read: a header that promises more than the file holds allocates nothing
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, TypeError, OverflowError, SyntaxError, TokenError, EOFError) as error:
        raise ValueError(f"no readable .npy file ({error})") from error
    return _occupancy(np.array(mapped))


def _read_binvox(path: Path) -> NDArray[Any]:
    return binvox.decode(path.read_bytes()).grid


def _read_vox(path: Path) -> NDArray[Any]:
    models = magicavoxel.decode(path.read_bytes()).models
    return max(models, key=lambda model: len(model.voxels)).grid() > 0


def _write(path: Path, content: bytes) -> None:
    """Write under a temporary name in the same folder, flush, rename."""
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
