"""What the discriminator has for and against each place, as colours: blue for, orange against.

Blue and orange stay apart under the common kinds of colour blindness, and both stand out from
grey.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from ganstudio.ui.colours import Palette

Sign = Literal["both", "against", "for"]
STRAY_PERCENT = 1.0  # of the values may lie beyond the ends of the scale
_DARK, _LIGHT = ("#ff8a3d", "#57a4ff"), ("#c4500a", "#1f5fc4")  # against, for


def ends(colours: Palette) -> tuple[str, str]:
    """The colours of against and of for."""
    return _DARK if colours.dark else _LIGHT


def shares(heat: np.ndarray, sign: Sign = "both") -> np.ndarray:
    """Heat of any shape as float32 in [-1, 1], where nearly all values fit in."""
    clean = np.nan_to_num(np.asarray(heat, np.float32))
    limit = float(np.percentile(np.abs(clean), 100 - STRAY_PERCENT)) if clean.size else 0.0
    limit = limit or float(np.abs(clean).max(initial=0.0)) or 1.0
    share = np.clip(clean / limit, -1, 1)
    if sign == "against":
        return np.asarray(np.minimum(share, 0))
    return np.asarray(np.maximum(share, 0) if sign == "for" else share)


def overlay(
    picture: np.ndarray, heat: np.ndarray, opacity: float, colours: Palette, sign: Sign = "both"
) -> np.ndarray:
    """A picture with its heat over it.

    Args:
        picture: (H, W, 3) uint8.
        heat: (H, W); below 0 is against.
        opacity: of the strongest heat, 0 to 1.
        colours: of the window.
        sign: what is shown of it.

    Returns:
        (H, W, 3) uint8.
    """
    base = picture.astype(np.float32)
    grey = base @ np.array([0.299, 0.587, 0.114], np.float32)
    base += opacity * (grey[..., None] - base)  # colours of its own would be taken for heat
    return _tinted(base, shares(heat, sign), opacity, colours)


def _tinted(base: np.ndarray, share: np.ndarray, opacity: float, colours: Palette) -> np.ndarray:
    weight = (opacity * np.abs(share))[..., None]
    against, approval = (_rgb(colour) for colour in ends(colours))
    tint = np.where(share[..., None] < 0, against, approval)
    return np.asarray((base * (1 - weight) + tint * weight).round().clip(0, 255), np.uint8)


def change(before: np.ndarray, after: np.ndarray, colours: Palette) -> np.ndarray:
    """What was made lighter (blue) and darker (orange), on the window's ground.

    Args:
        before: (C, H, W) float32.
        after: the same.
        colours: of the window.

    Returns:
        (H, W, 3) uint8.
    """
    moved = (after - before).mean(0)
    ground = np.broadcast_to(_rgb(colours.window), (*moved.shape, 3))
    return _tinted(ground, shares(moved), 1.0, colours)


def projections(
    heat: np.ndarray,
    occupancy: np.ndarray,
    opacity: float,
    colours: Palette,
    sign: Sign = "both",
    gap: int = 1,
) -> np.ndarray:
    """A volume's heat from the front and from the side, and below from above.

    Of all voxels behind a place the one with the strongest heat is shown. The lower right
    quarter is left empty.

    Args:
        heat: (X, Y, Z); below 0 is against.
        occupancy: (X, Y, Z) in [0, 1], shown in grey beneath.
        opacity: of the strongest heat, 0 to 1.
        colours: of the window.
        sign: what is shown of it.
        gap: between the three, in voxels.

    Returns:
        (H, W, 3) uint8, z up.
    """
    share = shares(heat, sign)
    ground, ink = _rgb(colours.window), _rgb(colours.muted)
    views = []
    for axis in (1, 0, 2):  # front, side, above
        strongest = np.expand_dims(np.abs(share).argmax(axis), axis)
        seen = np.take_along_axis(share, strongest, axis).squeeze(axis)
        solid = occupancy.max(axis)[..., None] * 0.55
        base = ground + solid * (ink - ground)
        shown = _tinted(base, seen, opacity, colours)
        views.append(shown.transpose(1, 0, 2)[::-1])  # the second axis upwards
    side = max(max(view.shape[:2]) for view in views)
    sheet = np.broadcast_to(ground, (2 * side + gap, 2 * side + gap, 3)).astype(np.uint8)
    for view, corner in zip(views, ((0, 0), (0, 1), (1, 0)), strict=True):
        top, left = (place * (side + gap) for place in corner)
        sheet[top + side - view.shape[0] : top + side, left : left + view.shape[1]] = view
    return sheet


def _rgb(colour: str) -> np.ndarray:
    return np.array(list(bytes.fromhex(colour[1:])), np.float32)
