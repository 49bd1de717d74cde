"""One solid made ready for printers and other programs: cleaned, measured, written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganstudio.solids import arrays, binvox, formats, measure
from ganstudio.solids.faults import SolidError
from ganstudio.solids.surface import Mesh, as_occupied
from ganstudio.solids.voxelise import filled

MM3_PER_CM3 = 1000.0
METRES_PER_MM = 0.001
UNSIZED = (".npy", ".vox")  # formats that keep no size
SMALLEST_MM, LARGEST_MM = 0.01, 100_000.0


@dataclass(frozen=True)
class Wishes:
    """How a solid shall be written.

    Attributes:
        surface: of a mesh: rounded, or the faces of the voxels.
        size_mm: the longest side of the object; None for 1 mm a voxel.
        threshold: voxels above it are solid.
        largest: whether crumbs beside the largest part are left out.
        fill: whether hollows that no way leads into become solid.
    """

    surface: formats.Surface = "smooth"
    size_mm: float | None = None
    threshold: float = 0.5
    largest: bool = False
    fill: bool = False


@dataclass(frozen=True)
class Report:
    """What will be in the file.

    Attributes:
        parts: pieces that hang together.
        voxels: how many are solid.
        triangles: of the mesh; 0 for voxels.
        watertight: whether every edge joins two triangles; None for voxels.
        size_mm: along x, y and z.
        volume_cm3: of what is solid; of a mesh that is not watertight that of its voxels.
        mm_per_voxel: the side of a voxel; None where the file keeps no size.
    """

    parts: int
    voxels: int
    triangles: int
    watertight: bool | None
    size_mm: tuple[float, float, float]
    volume_cm3: float
    mm_per_voxel: float | None

    @property
    def text(self) -> str:
        """All of it in one line."""
        size = " × ".join(f"{n:.3g}" if n < 1000 else f"{n:.0f}" for n in self.size_mm)
        words = ["1 part" if self.parts == 1 else f"{self.parts:,} parts"]
        if self.mm_per_voxel is not None:
            words = [f"{size} mm", f"{_short(self.volume_cm3)} cm³", *words]
        if self.watertight is None:
            words.append(f"{self.voxels:,} voxels")
        else:
            words.append(f"{self.triangles:,} triangles")
            words.append("watertight" if self.watertight else "not watertight")
        return "  ·  ".join(words)


@dataclass(frozen=True)
class Ready:
    """A solid that only has to be written.

    Attributes:
        suffix: of the file.
        grid: (X, Y, Z) occupancy, cleaned.
        solid: (X, Y, Z) bool, what of it is full.
        mesh: for mesh files, in voxels.
        mm_per_voxel: the side of a voxel.
        report: what is said about it.
    """

    suffix: str
    grid: NDArray[Any]
    solid: NDArray[np.bool_]
    mesh: Mesh | None
    mm_per_voxel: float
    report: Report

    def content(self) -> bytes:
        """The bytes of the file."""
        if self.mesh is not None:
            return formats.mesh_bytes(self.mesh, self.suffix, _unit(self.suffix, self.mm_per_voxel))
        if self.suffix == ".binvox":
            longest = self.mm_per_voxel * max(self.solid.shape)
            return binvox.encode(binvox.Binvox(self.solid, scale=longest))
        return formats.voxel_bytes(self.grid, self.solid, self.suffix)


def make_ready(
    occupancy: ArrayLike, suffix: str, wishes: Wishes, mm_per_voxel: float | None = None
) -> Ready:
    """Clean a solid and measure what will be written.

    Lengths in the file are millimetres, in ``.glb`` metres, as its standard asks. ``.npy`` and
    ``.vox`` keep no size.

    Args:
        occupancy: (X, Y, Z), z up: float in [0, 1], or bool.
        suffix: one of ``formats.SUFFIXES``.
        wishes: how.
        mm_per_voxel: instead of a size of the object, for several that belong together.

    Raises:
        SolidError: if nothing is above the threshold, or the wishes make no sense.
    """
    suffix = suffix.lower()
    if suffix not in formats.SUFFIXES:
        raise SolidError(f"a solid is written as {', '.join(formats.SUFFIXES)}, not {suffix}")
    if wishes.size_mm is not None and not SMALLEST_MM <= wishes.size_mm <= LARGEST_MM:
        raise SolidError(f"the size must be {SMALLEST_MM} to {LARGEST_MM:,.0f} mm")
    grid = cleaned(arrays.occupancy(occupancy), wishes)
    solid = as_occupied(grid, wishes.threshold)
    mesh = None
    if suffix in formats.MESH_SUFFIXES:
        mesh = formats.skin(grid, wishes.threshold, wishes.surface)
        if not len(mesh.faces):
            raise SolidError(formats.NOTHING)
        extent = np.ptp(mesh.vertices, axis=0).astype(np.float64)
    else:
        extent = np.array(measure.extent(solid), dtype=np.float64)
    scale = 1.0 if wishes.size_mm is None else wishes.size_mm / float(extent.max())
    scale = scale if mm_per_voxel is None else mm_per_voxel
    report = _report(solid, mesh, extent, scale, _unit(suffix, scale), suffix not in UNSIZED)
    return Ready(suffix, grid, solid, mesh, scale, report)


def write(path: Path | str, occupancy: ArrayLike, wishes: Wishes) -> Report:
    """Write a solid in the format that the suffix names; it appears complete or not at all.

    Returns:
        What is in the file now.

    Raises:
        SolidError: if there is nothing to write, or the wishes make no sense.
        OSError: if it cannot be written.
    """
    path = Path(path)
    ready = make_ready(occupancy, path.suffix, wishes)
    formats.write(path, ready.content())
    return ready.report


def cleaned(grid: NDArray[Any], wishes: Wishes) -> NDArray[Any]:
    """The occupancy without crumbs and hollows, as wished.

    Raises:
        SolidError: if nothing is above the threshold.
    """
    if not as_occupied(grid, wishes.threshold).any():
        raise SolidError(formats.NOTHING)
    if wishes.largest:
        kept = measure.largest_part(grid, wishes.threshold)
        grid = kept > 0 if grid.dtype == np.bool_ else kept
    if wishes.fill:
        solid = as_occupied(grid, wishes.threshold)
        hollow = filled(solid) & ~solid
        grid = np.where(hollow, np.ones((), grid.dtype), grid)
    return grid


def _report(
    solid: NDArray[np.bool_], mesh: Mesh | None, extent: NDArray[np.float64], scale: float,
    unit: float, sized: bool,
) -> Report:  # fmt: skip
    voxels = int(np.count_nonzero(solid))
    watertight, volume = None, float(voxels)
    if mesh is not None:
        # as it stands in the file: corners that fall together there count as one
        written = mesh._replace(vertices=mesh.vertices * np.float32(unit))
        watertight = measure.is_watertight(written)
        if watertight:
            volume = abs(measure.volume(mesh))
    size = tuple(float(n) * scale for n in extent)
    return Report(
        measure.parts(solid)[1], voxels, 0 if mesh is None else len(mesh.faces), watertight,
        (size[0], size[1], size[2]), volume * scale**3 / MM3_PER_CM3, scale if sized else None,
    )  # fmt: skip


def _unit(suffix: str, mm_per_voxel: float) -> float:
    """Lengths in the file for the side of a voxel: metres in a glTF, else millimetres."""
    return mm_per_voxel * METRES_PER_MM if suffix == ".glb" else mm_per_voxel


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 1000 else f"{number:.3g}"
