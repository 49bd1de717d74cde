"""Measures of a solid: how large, how many parts; and of a mesh: closed, and how much."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganstudio.solids.surface import Mesh, as_occupied


def extent(occupancy: ArrayLike, threshold: float = 0.5) -> tuple[int, int, int]:
    """Voxels from end to end along x, y and z; zeros where nothing is solid."""
    solid = as_occupied(occupancy, threshold)
    lengths = []
    for others in ((1, 2), (0, 2), (0, 1)):
        filled = np.flatnonzero(solid.any(axis=others))
        lengths.append(int(filled[-1] - filled[0]) + 1 if len(filled) else 0)
    return lengths[0], lengths[1], lengths[2]


def parts(occupancy: ArrayLike, threshold: float = 0.5) -> tuple[NDArray[np.int64], int]:
    """The pieces of a solid; voxels that only share an edge or a corner do not hang together.

    Returns:
        (X, Y, Z) the number of the piece that each voxel belongs to, 0 for none; and how many
        pieces there are.
    """
    from skimage.measure import label  # 1 s: only when first needed

    find: Any = label
    labels, count = find(as_occupied(occupancy, threshold), connectivity=1, return_num=True)
    return np.asarray(labels, dtype=np.int64), int(count)


def largest_part(occupancy: ArrayLike, threshold: float = 0.5) -> NDArray[np.float32]:
    """The solid without the crumbs: everything but its largest piece is emptied.

    Returns:
        (X, Y, Z) float32, the occupancy of the largest piece and of the air around it as it
        was, 0 in the other pieces.
    """
    labels, count = parts(occupancy, threshold)
    kept = np.array(occupancy, dtype=np.float32)
    if count > 1:
        sizes = np.bincount(labels.reshape(-1))
        sizes[0] = 0
        kept[(labels > 0) & (labels != sizes.argmax())] = 0
    return kept


def is_watertight(mesh: Mesh) -> bool:
    """Whether every edge of a mesh is shared by exactly two triangles: fit for printing."""
    return bool(_body(mesh).is_watertight) if len(mesh.faces) else False


def volume(mesh: Mesh) -> float:
    """The volume that a watertight mesh encloses, in voxels.

    Raises:
        ValueError: if the mesh is not watertight, as that of cubes may be.
    """
    if not is_watertight(mesh):
        raise ValueError("a mesh that is not watertight encloses no volume")
    return float(_body(mesh).volume)


def _body(mesh: Mesh) -> Any:
    import trimesh  # 0.8 s: only when first needed

    # merged by place: cube faces come with corners of their own
    body = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    body.merge_vertices(merge_norm=True)
    return body
