"""Continuous shapes drawn on a voxel grid: boxes, cylinders, ellipsoids, struts, slabs."""

from __future__ import annotations

from math import ceil

import numpy as np

Point = tuple[float, float, float]


class Canvas:
    """An empty grid to draw solids on, in units that do not depend on how fine it is.

    The side is 32 units long whatever its number of voxels. x and y run from -16 to 16, z from
    0 at the floor, which lies ``margin`` units above the bottom of the grid. A voxel belongs to
    a shape when its centre does, and what lies outside the grid is cut off; so a shape two
    units thick is two voxels thick at 32 voxels per side, four at 64.

    Args:
        side: voxels per side.
        margin: height of the floor above the bottom, in units.

    Attributes:
        grid: (side, side, side) bool, z up.

    Example:
        >>> canvas = Canvas(32)
        >>> canvas.box(-2, 2, -3, 3, 0, 5)
        >>> int(canvas.grid.sum())
        120
    """

    def __init__(self, side: int, margin: float = 1.0) -> None:
        self.grid = np.zeros((side, side, side), dtype=bool)
        self.side, self.voxels_per_unit = side, side / 32
        self._origin = (-16.0, -16.0, -margin)
        step = 1 / self.voxels_per_unit
        self._centres = [(np.arange(side) + 0.5) * step + start for start in self._origin]

    def box(
        self, x0: float, x1: float, y0: float, y1: float, z0: float, z1: float, full: bool = True
    ) -> None:
        """Fill what lies between the planes; with ``full=False`` empty it."""
        x, y, z = self._span(0, x0, x1), self._span(1, y0, y1), self._span(2, z0, z1)
        self.grid[x, y, z] = full

    def cylinder(
        self, x: float, y: float, z0: float, z1: float, radius: float, top: float | None = None
    ) -> None:
        """Fill an upright cylinder, or a cone that ends with the radius ``top``."""
        end = radius if top is None else top
        wide = max(radius, end)
        at, dx, dy, dz = self._crop((x - wide, y - wide, z0), (x + wide, y + wide, z1))
        across = (dx - x) ** 2 + (dy - y) ** 2
        reach = radius if end == radius else radius + (end - radius) * (dz - z0) / (z1 - z0)
        self.grid[at] |= across <= reach**2

    def disc(self, x: float, y: float, z0: float, z1: float, rx: float, ry: float) -> None:
        """Fill an upright cylinder with an oval base."""
        at, dx, dy, _ = self._crop((x - rx, y - ry, z0), (x + rx, y + ry, z1))
        self.grid[at] |= ((dx - x) / rx) ** 2 + ((dy - y) / ry) ** 2 <= 1

    def ellipsoid(self, centre: Point, radii: Point, roundness: float = 2.0) -> None:
        """Fill an ellipsoid; a ``roundness`` above 2 swells it towards a box, like a cushion."""
        low = (centre[0] - radii[0], centre[1] - radii[1], centre[2] - radii[2])
        high = (centre[0] + radii[0], centre[1] + radii[1], centre[2] + radii[2])
        at, *axes = self._crop(low, high)
        parts = [
            np.abs((a - c) / r) ** roundness for a, c, r in zip(axes, centre, radii, strict=True)
        ]
        self.grid[at] |= parts[0] + parts[1] + parts[2] <= 1

    def strut(self, a: Point, b: Point, radius: float, end: float | None = None) -> None:
        """Fill a round bar from ``a`` to ``b``, rounded at its ends, tapering to ``end``."""
        last = radius if end is None else end
        wide = max(radius, last)
        low = (min(a[0], b[0]) - wide, min(a[1], b[1]) - wide, min(a[2], b[2]) - wide)
        high = (max(a[0], b[0]) + wide, max(a[1], b[1]) + wide, max(a[2], b[2]) + wide)
        at, x, y, z = self._crop(low, high)
        ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
        x, y, z = x - a[0], y - a[1], z - a[2]
        along = np.clip((x * ux + y * uy + z * uz) / (ux * ux + uy * uy + uz * uz), 0, 1)
        reach = radius if last == radius else radius + (last - radius) * along
        gap = (x - along * ux) ** 2 + (y - along * uy) ** 2 + (z - along * uz) ** 2
        self.grid[at] |= gap <= reach**2

    def bar(self, a: Point, b: Point, half: float, end: float | None = None) -> None:
        """Fill a square bar from the height of ``a`` up to that of ``b``, cut level at both.

        It is twice ``half`` wide along x and y, and twice ``end`` at the top.
        """
        last = half if end is None else end
        wide = max(half, last)
        low = (min(a[0], b[0]) - wide, min(a[1], b[1]) - wide, a[2])
        high = (max(a[0], b[0]) + wide, max(a[1], b[1]) + wide, b[2])
        at, x, y, z = self._crop(low, high)
        share = (z - a[2]) / (b[2] - a[2])
        cx, cy = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
        reach = half + (last - half) * share
        x, y = x - cx, y - cy
        self.grid[at] |= (x >= -reach) & (x < reach) & (y >= -reach) & (y < reach)

    def slab(
        self, x0: float, x1: float, y: float, thick: float, z0: float, z1: float, lean: float
    ) -> None:
        """Fill an upright slab whose front face is at ``y`` below and ``y - lean`` above.

        It leans backwards; ``thick`` is measured along y.
        """
        back = y - thick
        low = (x0, min(back, back - lean), z0)
        (xs, ys, zs), _, dy, dz = self._crop(low, (x1, max(y, y - lean), z1))
        front = y - lean * (dz - z0) / (z1 - z0)
        self.grid[xs, ys, zs] |= (dy < front) & (dy >= front - thick)

    def centred(self) -> np.ndarray:
        """The grid moved by whole voxels in x and y until its shape stands in the middle."""
        grid = self.grid
        for axis in (0, 1):
            filled = np.flatnonzero(grid.any(axis=(1 - axis, 2)))
            if len(filled):
                shift = (self.side - 1 - int(filled[0]) - int(filled[-1])) // 2
                grid = np.roll(grid, shift, axis=axis) if shift else grid
        return grid

    def _span(self, axis: int, low: float, high: float) -> slice:
        """Voxels along one axis whose centres lie in [low, high)."""
        origin, scale = self._origin[axis], self.voxels_per_unit
        # the small push keeps planes that fall on voxel centres from flickering with rounding
        first = ceil((low - origin) * scale - 0.5 - 1e-6)
        last = ceil((high - origin) * scale - 0.5 - 1e-6)
        return slice(max(first, 0), max(last, 0))

    def _crop(
        self, low: Point, high: Point
    ) -> tuple[tuple[slice, slice, slice], np.ndarray, np.ndarray, np.ndarray]:
        """The part of the grid around a shape and the coordinates of its voxels, to broadcast."""
        x, y, z = (self._span(axis, low[axis], high[axis]) for axis in (0, 1, 2))
        cx, cy, cz = self._centres
        return (x, y, z), cx[x, None, None], cy[y, None], cz[z]
