"""Turns an occupancy grid into surfaces: cube faces to draw, cube meshes, smooth meshes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]

#: Outward normals of the six sides of a cube, in the order of the side numbers.
SIDES = np.array(
    [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=np.int32
)
LOWEST_THRESHOLD = 2e-3  # below it the empty padding would count as solid
#: Half-way between 0 and 1 voxels that touch along an edge are neither joined nor apart, and
#: marching cubes tears the surface there.
TIE_BREAKER = 1e-3


class Mesh(NamedTuple):
    """A triangle mesh; counter-clockwise triangles face outwards.

    Attributes:
        vertices: (V, 3) float32, in voxels: the voxel i reaches from i to i + 1.
        faces: (F, 3) int32, indices of vertices.
        normals: (V, 3) float32, of length 1, pointing out of the solid.
    """

    vertices: Floats
    faces: NDArray[np.int32]
    normals: Floats


def as_occupied(occupancy: ArrayLike, threshold: float = 0.5) -> NDArray[np.bool_]:
    """Which voxels are solid: those above the threshold, or the grid itself if it is bool.

    Args:
        occupancy: (X, Y, Z), float in [0, 1] or bool.
        threshold: in [0, 1].

    Raises:
        ValueError: if the grid does not have three axes of at least one voxel.
    """
    grid = np.asarray(occupancy)
    if grid.ndim != 3 or min(grid.shape) < 1:
        raise ValueError(f"a solid is a grid (X, Y, Z), got the shape {grid.shape}")
    return grid if grid.dtype == np.bool_ else grid > threshold


def smooth(occupancy: ArrayLike, threshold: float = 0.5, taubin: int = 16) -> Mesh:
    """A rounded, watertight surface where the occupancy crosses the threshold.

    The mesh is smoothed, not the grid: blurring the grid would eat legs one voxel thick.
    Nothing above the threshold gives an empty mesh.

    Args:
        occupancy: (X, Y, Z), float in [0, 1] or bool.
        threshold: in [0, 1].
        taubin: rounds of smoothing; 0 leaves the marching cubes as they are.

    Raises:
        ValueError: if the grid does not have three axes.

    Source: Lewiner et al. 2003, marching cubes; Taubin 1995, a signal processing approach to
    fair surface design, with a pass band of 0.1.
    """
    occupied = as_occupied(occupancy, max(threshold, LOWEST_THRESHOLD))
    if not occupied.any():
        return _empty()
    from skimage.measure import marching_cubes  # 1 s: only when first needed

    grid = np.asarray(occupancy)
    level = 0.5 if grid.dtype == np.bool_ else max(float(threshold), LOWEST_THRESHOLD)
    level -= TIE_BREAKER
    padded = np.pad(grid.astype(np.float32), 1)
    # a value that equals the level makes triangles without area, which tear the mesh
    padded[np.abs(padded - level) < 1e-4] = level - 1e-4
    if padded.max() <= level:
        return _empty()
    vertices, faces, _, _ = marching_cubes(padded, level)  # type: ignore[no-untyped-call]
    vertices = np.asarray(vertices, dtype=np.float32) - np.float32(0.5)
    faces = np.ascontiguousarray(faces[:, ::-1], dtype=np.int32)
    vertices = _taubin(vertices, faces, taubin)
    return Mesh(vertices, faces, _vertex_normals(vertices, faces))


def cubes(occupancy: ArrayLike, threshold: float = 0.5) -> Mesh:
    """The exposed faces of the solid voxels, two triangles each, with flat normals.

    Where voxels touch along an edge only, that edge is shared by four faces, so not every
    program takes the mesh for watertight: print ``smooth`` instead.

    Args:
        occupancy: (X, Y, Z), float in [0, 1] or bool.
        threshold: in [0, 1].

    Raises:
        ValueError: if the grid does not have three axes.
    """
    cells, side = _exposed(as_occupied(occupancy, threshold))
    corners = (cells[:, None, :] + CORNERS[side]).reshape(-1, 3)
    first = 4 * np.arange(len(cells), dtype=np.int32)[:, None, None]
    order = np.array([[[0, 1, 2], [2, 1, 3]], [[0, 2, 1], [2, 3, 1]]], dtype=np.int32)
    return Mesh(
        corners.astype(np.float32),
        (first + order[side % 2]).reshape(-1, 3),
        np.repeat(SIDES[side], 4, axis=0).astype(np.float32),
    )


def welded(mesh: Mesh) -> Mesh:
    """The mesh of ``cubes`` with corners that neighbours share, as printers want it.

    Such a corner has no normal of its own, so there are none.
    """
    places = np.rint(mesh.vertices).astype(np.int64)
    side = int(places.max(initial=0)) + 1
    keys = (places[:, 0] * side + places[:, 1]) * side + places[:, 2]
    _, first, again = np.unique(keys, return_index=True, return_inverse=True)
    faces = again.reshape(-1)[mesh.faces].astype(np.int32).reshape(-1, 3)
    return Mesh(mesh.vertices[first], faces, np.zeros((0, 3), np.float32))


def exposed_faces(occupied: NDArray[np.bool_], reach: int | None = None) -> NDArray[np.uint8]:
    """One row for each cube face that touches the air, ready for instanced drawing.

    Args:
        occupied: (X, Y, Z) bool, at most 256 voxels along an axis.
        reach: how far the broad part of the shading looks, in voxels; a twelfth of the longest
            axis if left out.

    Returns:
        (F, 8) uint8: x, y, z of the voxel, side 0 to 5 as in ``SIDES``, and how open the four
        corners are, 0 buried to 255 free, in the order of ``CORNERS``. Sorted by side.

    Raises:
        ValueError: if the grid is longer than 256 voxels or does not have three axes.
    """
    occupied = as_occupied(occupied)
    if max(occupied.shape) > 256:
        raise ValueError(f"at most 256 voxels along an axis can be drawn, got {occupied.shape}")
    cells, side = _exposed(occupied)
    rows = np.empty((len(cells), 8), dtype=np.uint8)
    rows[:, :3], rows[:, 3] = cells, side
    if len(cells):
        near = _corner_openness(occupied, cells, side)
        rows[:, 4:] = near * _broad_openness(occupied, cells, side, reach)
    return rows


def openness(
    occupied: NDArray[np.bool_], vertices: Floats, normals: Floats, reach: int | None = None
) -> NDArray[np.uint8]:
    """How free the space before each vertex of a smooth mesh is, 0 buried to 255 free.

    Args:
        occupied: (X, Y, Z) bool.
        vertices: (V, 3), in voxels.
        normals: (V, 3), of length 1.
        reach: how far to look, in voxels; a twelfth of the longest axis if left out.

    Returns:
        (V,) uint8.
    """
    reach = reach or _reach(occupied)
    crowd = _crowd(occupied, reach)
    node = np.rint(vertices + normals * np.float32(reach + 0.5)).astype(np.intp) + reach
    flat = np.clip(node, 0, np.array(crowd.shape) - 1) @ _stride(crowd)
    free: NDArray[np.uint8] = (255 * _FREE[crowd.reshape(-1)[flat]]).astype(np.uint8)
    return free


def _corner_table() -> NDArray[np.int32]:
    corners = np.zeros((6, 4, 3), dtype=np.int32)
    for side, normal in enumerate(SIDES):
        axis = side // 2
        for corner in range(4):
            corners[side, corner, axis] = normal.sum() > 0
            corners[side, corner, (axis + 1) % 3] = corner & 1
            corners[side, corner, (axis + 2) % 3] = corner >> 1
    return corners


#: (6, 4, 3) the corners of each side of a unit cube, along the axis after the normal's first.
CORNERS = _corner_table()


def _empty() -> Mesh:
    return Mesh(
        np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros((0, 3), np.float32)
    )


def _exposed(occupied: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Voxel (F, 3) and side (F,) of every face between solid and air."""
    padded = np.pad(occupied, 1)
    inner = (slice(1, -1),) * 3
    found, sides = [], []
    for side, normal in enumerate(SIDES):
        air = padded[
            tuple(slice(1 + d, n - 1 + d) for d, n in zip(normal, padded.shape, strict=True))
        ]
        flat = np.flatnonzero(padded[inner] & ~air)
        found.append(flat)
        sides.append(np.full(len(flat), side, dtype=np.intp))
    flat = np.concatenate(found)
    cells = np.stack(np.unravel_index(flat, occupied.shape), axis=1).astype(np.int32)
    return cells, np.concatenate(sides)


def _corner_openness(
    occupied: NDArray[np.bool_], cells: NDArray[np.int32], side: NDArray[np.intp]
) -> Floats:
    """(F, 4) from the three voxels that meet each corner before the face; two bury it wholly."""
    padded = np.pad(occupied, 1).view(np.uint8)
    stride = _stride(padded)
    base = (cells + 1) @ stride + SIDES[side] @ stride
    axis = side // 2
    u, v = stride[(axis + 1) % 3], stride[(axis + 2) % 3]
    flat = padded.reshape(-1)
    near = {-1: flat[base - u], 1: flat[base + u]}, {-1: flat[base - v], 1: flat[base + v]}
    result = np.empty((len(cells), 4), dtype=np.float32)
    for corner in range(4):
        du, dv = 2 * (corner & 1) - 1, 2 * (corner >> 1) - 1
        a, b = near[0][du], near[1][dv]
        result[:, corner] = _LEVEL[np.where(a & b, 3, a + b + flat[base + du * u + dv * v])]
    return result


#: Light at a corner by how many of the three voxels around it are solid.
_LEVEL = np.array([1.0, 0.78, 0.6, 0.45], dtype=np.float32)


def _broad_openness(
    occupied: NDArray[np.bool_],
    cells: NDArray[np.int32],
    side: NDArray[np.intp],
    reach: int | None,
) -> Floats:
    """(F, 4) 0 to 255, from how full the space a few voxels before each corner is."""
    reach = reach or _reach(occupied)
    crowd = _crowd(occupied, reach)
    stride = _stride(crowd)
    base = (cells + reach) @ stride + (SIDES[side] * reach) @ stride
    corner = (CORNERS @ stride)[side]
    free: Floats = _FREE[crowd.reshape(-1)[base[:, None] + corner]]
    return free * np.float32(255)


#: Share of light let through for each percentage of solid space ahead.
_FREE = (1 / (1 + 2.4 * np.arange(256, dtype=np.float32) / 255)).astype(np.float32)


def _stride(grid: NDArray[np.generic]) -> NDArray[np.intp]:
    return np.array([grid.shape[1] * grid.shape[2], grid.shape[2], 1], dtype=np.intp)


def _reach(occupied: NDArray[np.bool_]) -> int:
    return int(min(max(2, round(max(occupied.shape) / 12)), 16))


def _crowd(occupied: NDArray[np.bool_], reach: int) -> NDArray[np.uint8]:
    """Share, in 255ths, of solid voxels in the cube of side 2 reach around each grid corner.

    Corner (i, j, k) stands at the index (i, j, k) + reach, and there are reach more beyond
    each end.
    """
    total = occupied.astype(np.uint16)
    for axis in range(3):
        margin = [(2 * reach, 2 * reach) if k == axis else (0, 0) for k in range(3)]
        total = _window_sums(np.pad(total, margin).swapaxes(0, axis), 2 * reach)
        total = total.swapaxes(0, axis)
    return (total * np.float32(255 / (2 * reach) ** 3)).astype(np.uint8)


def _window_sums(grid: NDArray[np.uint16], width: int) -> NDArray[np.uint16]:
    """Sums of ``width`` neighbours along the first axis, from sums of 1, 2, 4, 8 ... of them."""
    length = len(grid) - width + 1
    result = np.zeros_like(grid[:length])
    start, size = 0, 1
    while size <= width:
        if width & size:
            result += grid[start : start + length]
            start += size
        grid = grid[:-size] + grid[size:]
        size *= 2
    return result


def _taubin(vertices: Floats, faces: NDArray[np.int32], rounds: int) -> Floats:
    """Shrink and swell in turn, so that steps go and the volume stays."""
    if rounds < 1:
        return vertices
    from scipy.sparse import csr_array

    # each edge of a watertight mesh comes up once in each direction
    start, end = faces.reshape(-1), np.roll(faces, -1, axis=1).reshape(-1)
    count = np.bincount(start, minlength=len(vertices))
    share = (1 / count).astype(np.float32)[start]
    mean = csr_array((share, (start, end)), shape=(len(vertices),) * 2)
    for _ in range(rounds):
        for step in (np.float32(0.5), np.float32(-0.53)):
            vertices = vertices + step * (mean @ vertices - vertices)
    return vertices


def _vertex_normals(vertices: Floats, faces: NDArray[np.int32]) -> Floats:
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    corner = faces.reshape(-1)
    normals = np.stack(
        [
            np.bincount(corner, np.repeat(across[:, k], 3), minlength=len(vertices))
            for k in range(3)
        ],
        axis=1,
    )
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    unit: Floats = (normals / np.maximum(length, 1e-12)).astype(np.float32)
    return unit
