"""Pictures of solids with numpy alone: for the command line, thumbnails and galleries."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganstudio.solids.lighting import Floats, between, lamp, shades, shadows
from ganstudio.solids.surface import CORNERS, SIDES, as_occupied, exposed_faces

Colour = tuple[int, int, int]

FLAT_DEGREES = 3.0  # seen flatter than this, the floor is left out


class Theme(NamedTuple):
    """The colours of a picture, each (red, green, blue) from 0 to 255.

    Attributes:
        background: behind everything.
        floor: the middle of the floor, which fades into the background.
        shadow: the floor where no light falls.
        dark: the solid where no light falls.
        middle: the solid in half light.
        bright: the solid in full light.
    """

    background: Colour
    floor: Colour
    shadow: Colour
    dark: Colour
    middle: Colour
    bright: Colour


THEMES = {
    "dark": Theme(
        background=(24, 25, 31),
        floor=(54, 56, 67),
        shadow=(17, 17, 22),
        dark=(40, 34, 62),
        middle=(154, 128, 206),
        bright=(246, 238, 255),
    ),
    "light": Theme(
        background=(247, 247, 250),
        floor=(226, 227, 235),
        shadow=(160, 160, 176),
        dark=(62, 48, 104),
        middle=(146, 116, 206),
        bright=(240, 230, 255),
    ),
}


class _View(NamedTuple):
    """Where a point of the grid lands: pixel = origin + point @ across, x right and y down.

    ``right`` and ``towards`` (the viewer) are unit vectors in the grid.
    """

    origin: Floats
    across: Floats
    right: Floats
    towards: Floats


def draw(
    occupancy: ArrayLike,
    size_px: int,
    threshold: float = 0.5,
    *,
    azimuth_deg: float = -52.0,
    elevation_deg: float = 24.0,
    zoom: float = 1.0,
    theme: str | Theme = "dark",
    background: Colour | None = None,
    supersample: int = 2,
) -> NDArray[np.uint8]:
    """A picture of a solid, standing on a floor and lit from the upper left of the viewer.

    The light goes with the viewer, so on a turntable the solid turns and the light stays. The
    scale depends on the grid and not on what it holds or how it is turned: pictures of two
    grids of one shape can be compared. An empty grid shows the floor alone.

    Args:
        occupancy: (X, Y, Z), z up: float in [0, 1], or bool. Samples of a generator, in
            [-1, 1], are ``(x + 1) / 2`` of that.
        size_px: width and height of the picture.
        threshold: voxels above it are solid, in the unit of ``occupancy``.
        azimuth_deg: where the viewer stands, from the x axis (0) towards the y axis (90).
        elevation_deg: how far above the horizon the viewer stands, -90 to 90.
        zoom: at 1 the whole box of the grid fits. Its corners are seldom filled: 1.1 shows
            furniture whole and larger.
        theme: ``dark``, ``light`` or own colours.
        background: another colour behind everything; the floor keeps its distance to it.
        supersample: pixels drawn along each side of a pixel shown; 1 is fast and jagged.

    Returns:
        (size_px, size_px, 3) uint8.

    Raises:
        ValueError: if the grid does not have three axes or is longer than 256 voxels, if
            ``size_px`` or ``supersample`` is below 1, or if there is no such theme.
    """
    if size_px < 1 or supersample < 1:
        raise ValueError(
            f"size_px and supersample must be at least 1, got {size_px} and {supersample}"
        )
    solid = as_occupied(occupancy, threshold)
    colours = _theme(theme, background)
    size = size_px * supersample
    view = _view(solid.shape, size_px * zoom, size_px, azimuth_deg, elevation_deg)
    light = lamp(view.right)
    shadow, pad = shadows(solid, light)
    floor = _floor(solid, shadow, pad, view, size_px, colours)
    view = view._replace(origin=view.origin * supersample, across=view.across * supersample)
    pixel, shade = _faces(solid, shadow, pad, light, view, size)
    picture = np.repeat(np.repeat(floor, supersample, axis=0), supersample, axis=1)
    picture.reshape(-1, 3)[pixel] = _ramp(colours)[shade]
    return _shrunk(picture, supersample)


def contact_sheet(
    grids: ArrayLike | Sequence[ArrayLike],
    columns: int,
    size_px: int,
    threshold: float = 0.5,
    *,
    gap_px: int = 2,
    azimuth_deg: float = -52.0,
    elevation_deg: float = 24.0,
    zoom: float = 1.0,
    theme: str | Theme = "dark",
    supersample: int = 2,
) -> NDArray[np.uint8]:
    """Pictures of many solids side by side, row by row; the last row may end early.

    Args:
        grids: (N, X, Y, Z) or a sequence of (X, Y, Z), as ``draw`` takes them.
        columns: tiles a row.
        size_px: width and height of a tile.
        threshold: see ``draw``.
        gap_px: between tiles.
        azimuth_deg: see ``draw``.
        elevation_deg: see ``draw``.
        zoom: see ``draw``.
        theme: see ``draw``.
        supersample: see ``draw``.

    Returns:
        (H, W, 3) uint8.

    Raises:
        ValueError: if ``columns`` is below 1, or as ``draw`` does.
    """
    if columns < 1:
        raise ValueError(f"a sheet has at least 1 column, got {columns}")
    tiles = list(grids)  # type: ignore[arg-type]
    colours = _theme(theme, None)
    rows = max(1, -(-len(tiles) // columns))
    step = size_px + gap_px
    sheet = np.empty((rows * step - gap_px, columns * step - gap_px, 3), dtype=np.uint8)
    sheet[:] = colours.background
    for index, grid in enumerate(tiles):
        top, left = step * (index // columns), step * (index % columns)
        sheet[top : top + size_px, left : left + size_px] = draw(
            grid, size_px, threshold, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg,
            zoom=zoom, theme=colours, supersample=supersample,
        )  # fmt: skip
    return sheet


def _theme(theme: str | Theme, background: Colour | None) -> Theme:
    if isinstance(theme, str):
        if theme not in THEMES:
            raise ValueError(f"no theme {theme!r}; there are: {', '.join(THEMES)}")
        theme = THEMES[theme]
    if background is None:
        return theme
    floor = [
        min(max(new + of - old, 0), 255)
        for new, of, old in zip(background, theme.floor, theme.background, strict=True)
    ]
    return theme._replace(background=background, floor=(floor[0], floor[1], floor[2]))


def _view(
    shape: tuple[int, ...], fit: float, size: int, azimuth_deg: float, elevation_deg: float
) -> _View:
    a, e = math.radians(azimuth_deg), math.radians(elevation_deg)
    right = np.array([-math.sin(a), math.cos(a), 0.0])
    level = np.array([math.cos(a), math.sin(a), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    down = math.sin(e) * level - math.cos(e) * up
    wide = math.hypot(shape[0], shape[1])
    high = wide * abs(math.sin(e)) + shape[2] * abs(math.cos(e))
    across = np.stack([right, down], axis=1) * (fit / max(wide, high))
    origin = size / 2 - np.array(shape) / 2 @ across
    towards = math.cos(e) * level + math.sin(e) * up
    parts = (part.astype(np.float32) for part in (origin, across, right, towards))
    return _View(*parts)


def _floor(
    solid: NDArray[np.bool_], shadow: Floats, pad: int, view: _View, size: int, colours: Theme
) -> Floats:
    """(size, size, 3) the floor under the lowest voxel with its shadow, fading outwards."""
    picture = np.empty((size, size, 3), dtype=np.float32)
    picture[:] = colours.background
    rise = float(view.towards[2])
    if rise < math.sin(math.radians(FLAT_DEGREES)):
        return picture
    layers = np.flatnonzero(solid.any(axis=(0, 1)))
    low = int(layers[0]) if len(layers) else 0
    scale = float(np.linalg.norm(view.across[:, 0]))
    level = view.towards[:2] / np.linalg.norm(view.towards[:2])
    centre = np.array([*np.array(solid.shape[:2]) / 2, low], dtype=np.float32)
    start = view.origin + centre @ view.across
    beside = (np.arange(size, dtype=np.float32) + 0.5 - start[0]) / scale
    nearer = (np.arange(size, dtype=np.float32) + 0.5 - start[1]) / (scale * rise)
    away = np.hypot(beside[None, :], nearer[:, None]) / (0.5 * math.hypot(*solid.shape[:2]))
    strength = np.clip(1.25 - away, 0, 1)
    strength *= strength * (3 - 2 * strength)
    middle = centre[:2] + (pad - 0.5)
    x = middle[0] + beside[None, :] * view.right[0] + nearer[:, None] * level[0]
    y = middle[1] + beside[None, :] * view.right[1] + nearer[:, None] * level[1]
    dark = between(shadow[low], x, y)[..., None]
    lit, unlit = (np.array(c, dtype=np.float32) for c in (colours.floor, colours.shadow))
    picture += (lit + (unlit - lit) * dark - picture) * strength[..., None]
    return picture


def _faces(
    solid: NDArray[np.bool_], shadow: Floats, pad: int, light: Floats, view: _View, size: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The pixels that show the solid, and how bright each is, 0 to 255."""
    rows = exposed_faces(solid)
    rows = rows[(SIDES @ view.towards > 1e-6)[rows[:, 3]]]
    cells, side = rows[:, :3].astype(np.int32), rows[:, 3].astype(np.intp)
    # far to near: along each axis towards the viewer
    steps = np.where(view.towards > 0, cells, np.array(solid.shape) - 1 - cells)
    order = np.argsort(np.ravel_multi_index(tuple(steps.T), solid.shape), kind="stable")
    cells, side, openness = cells[order], side[order], rows[order, 4:]
    corner = view.origin + (cells + CORNERS[side, 0]) @ view.across
    seen = np.full(size * size, -1, dtype=np.int32)
    inverse = np.zeros((6, 2, 2), dtype=np.float32)
    for one in np.unique(side):
        edges = (CORNERS[one, 1:3] - CORNERS[one, 0]) @ view.across
        inverse[one] = np.linalg.inv(edges)
        mine = np.flatnonzero(side == one)
        np.maximum(seen, _cover(mine, corner[mine], edges, inverse[one], size), out=seen)
    pixel = np.flatnonzero(seen >= 0)
    face = seen[pixel]
    y, x = np.divmod(pixel, size)
    away = np.stack([x, y], axis=1).astype(np.float32) + np.float32(0.5) - corner[face]
    s, t = (away[:, None, :] @ inverse[side][face])[:, 0].T
    a, b, c, e = shades(cells, side, openness, shadow, pad, light).T[:, face]
    near, far = a + (b - a) * s, c + (e - c) * s
    return pixel, np.clip(255 * (near + (far - near) * t), 0, 255).astype(np.intp)


def _cover(
    number: NDArray[np.intp], corner: Floats, edges: Floats, inverse: Floats, size: int
) -> NDArray[np.int32]:
    """(size * size) the highest number of a face over each pixel, -1 where there is none.

    All faces of one side are the same parallelogram: each tries the pixels of a small box.

    Args:
        number: rising, one a face.
        corner: (F, 2) where the parallelograms start.
        edges: (2, 2) their two edges, in pixels.
        inverse: of ``edges``.
        size: of the picture.
    """
    low = np.minimum(edges, 0).sum(axis=0)
    wide, high = (int(n) for n in np.ceil(np.abs(edges).sum(axis=0)) + 1)
    border = max(wide, high)
    whole = size + 2 * border
    seen = np.full(whole * whole, -1, dtype=np.int32)
    first = np.floor(corner + low)
    within = first + np.float32(0.5) - corner
    first = np.clip(first + border, 0, whole - border - 1).astype(np.int32)
    start = first[:, 1] * whole + first[:, 0]
    dy, dx = (part.reshape(-1) for part in np.mgrid[:high, :wide])
    offset = (dy * whole + dx).astype(np.int32)
    s0, t0 = (within @ inverse).T
    s1, t1 = (np.stack([dx, dy], axis=1).astype(np.float32) @ inverse).T
    chunk = max(1, 4_000_000 // len(offset))
    for k in range(0, len(number), chunk):
        part = slice(k, k + chunk)
        # a hair more than the face, so that rounding leaves no seams
        inside = np.abs(s0[part, None] + (s1 - np.float32(0.5))) < 0.5001
        inside &= np.abs(t0[part, None] + (t1 - np.float32(0.5))) < 0.5001
        face, place = np.nonzero(inside)
        seen[start[part][face] + offset[place]] = number[part][face]
    square = seen.reshape(whole, whole)[border : border + size, border : border + size]
    return square.reshape(-1)


def _ramp(colours: Theme) -> Floats:
    """(256, 3) the colour of each brightness."""
    stops = np.array([colours.dark, colours.middle, colours.bright], dtype=np.float32)
    at = np.linspace(0, 1, 256)
    return np.stack([np.interp(at, (0, 0.5, 1), stops[:, k]) for k in range(3)], axis=1).astype(
        np.float32
    )


def _shrunk(picture: Floats, times: int) -> NDArray[np.uint8]:
    # sums of slices are a third of the cost of a mean over two axes
    total = picture
    if times > 1:
        rows = np.add.reduce([picture[k::times] for k in range(times)])
        total = np.add.reduce([rows[:, k::times] for k in range(times)])
    return (total * np.float32(1 / times**2) + np.float32(0.5)).astype(np.uint8)
