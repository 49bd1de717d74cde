"""Skin, mouth, nose, eyes, brows, beard and glasses, in the coordinates of the head.

The origin is the middle of the face, the chin is at ``h``. What comes in pairs is drawn once
with the mirrored coordinate ``s``, the distance from the middle line.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ganstudio.data._face.attributes import has, rgb
from ganstudio.nn.sdf import Canvas, Look, box, circle, ellipse, segment

EYE_Y, MOUTH_Y, NOSE_Y = -0.02, 0.33, 0.15
SHADOW = torch.tensor([0.86, 0.74, 0.70]).view(1, 3, 1, 1)
"""What skin in the shade keeps of its red, green and blue."""
_WHITE = torch.ones(1, 3, 1, 1)
_INK, _MOUTH, _TONGUE, _LIPS, _BLUSH = map(rgb, ("2b2230", "6d1f2c", "e8707a", "b2473f", "f2566a"))
# by expression: half width of the mouth, how far its middle hangs below (or rises above) the
# corners, how far the lower lip opens; then rise of brows, their inner and outer ends; lid slope
_BY_EXPRESSION = torch.tensor([
    [0.21, 0.105, 0.17, -0.02, 0.00, 0.010, 0.0],
    [0.23, 0.080, 0.20, -0.05, 0.00, 0.020, 0.0],
    [0.14, 0.008, 0.10, 0.000, 0.00, 0.005, 0.0],
    [0.15, -0.085, 0.13, -0.01, -0.065, 0.055, 0.35],
    [0.10, 0.000, 0.13, -0.10, -0.02, 0.010, 0.0],
    [0.17, -0.070, 0.16, 0.035, 0.070, -0.050, -0.5],
])  # fmt: skip
# by shape of the eyes: half width, half height, lid (how much is open above the middle), slant
_BY_EYES = torch.tensor([
    [0.115, 0.130, 0.5, 0.0], [0.138, 0.100, 0.5, 0.22], [0.125, 0.115, 0.025, 0.0],
])  # fmt: skip


def outline(u: Tensor, v: Tensor, look: Look) -> Tensor:
    """Distance to the outline of the face: an ellipse that narrows towards the chin."""
    narrowing = 1 - look["jaw"] * (v / look["h"]).clamp(0, 1.2)
    return ellipse(u / narrowing, v, look["w"], look["h"])


def skin(head: Canvas, look: Look) -> None:
    """Ears, face, soft shade on one side, cheeks."""
    u, v, w = head.x, head.y, look["w"]
    s = u.abs()
    ear_x, ear_y = s - w + 0.005, v - 0.05
    head.paint(ellipse(ear_x, ear_y, 0.095, 0.125), look["skin_rgb"])
    head.paint(ellipse(ear_x, ear_y, 0.045, 0.07), look["skin_dark"])
    cover = head.cover(outline(u, v, look))
    head.tint(cover, look["skin_rgb"])
    shade = ((u + 0.35 * v - 0.12) * 1.1).clamp_(0, 0.42)
    head.tint(cover * shade, look["skin_dark"])
    merry = 0.32 + 0.16 * has(look, "expression", "happy", "laughing")[:, None, None].float()
    far = (s - 0.62 * w).square_() + (v - 0.2).square_()
    blush = look["skin_rgb"].lerp(_BLUSH, 0.55)
    head.tint((far * (-1 / 0.012)).exp_() * cover * merry * 1.15, blush)


def beard(head: Canvas, look: Look) -> None:
    """A full beard on cheeks and chin, behind mouth and nose."""
    head.each(look, has(look, "beard", "full"), _full_beard)


def nose(head: Canvas, look: Look) -> None:
    """The nose: a shadow, and a paler ball on it."""
    n = NOSE_Y + (look["nose"] - 1) * 0.05
    part = head.window(-0.3, -0.1, 0.3, 0.4)
    part.paint(ellipse(part.x, part.y - n, 0.062 * look["nose"], 0.046 * look["nose"]),
               look["skin_dark"])  # fmt: skip
    glow = look["skin_rgb"].lerp(_WHITE, 0.12)
    part.paint(ellipse(part.x + 0.004, part.y - n + 0.018, 0.05 * look["nose"],
                       0.036 * look["nose"]), glow)  # fmt: skip


def mouth(head: Canvas, look: Look) -> None:
    """Lips, and between them teeth and tongue as far as the mouth is open."""
    _mouth(head.window(-0.45, 0.15, 0.45, 0.7), look)


def moustache(head: Canvas, look: Look) -> None:
    """The hair of a beard or moustache that lies over the mouth."""
    head.each(look, has(look, "beard", "moustache", "full"), _moustache)


def eyes(head: Canvas, look: Look) -> None:
    """Both eyes, shut where the face laughs."""
    _eyes(head.window(-0.55, -0.3, 0.55, 0.3), look)


def _mouth(head: Canvas, look: Look) -> None:
    u, v = head.x, head.y
    half, curve, drop = (_BY_EXPRESSION[look["expression"]][:, i, None, None] for i in range(3))
    opening = look["mouth_open"]
    # corners and middle share the curve's height, so that a smile lifts the corners
    corner = MOUTH_Y - 0.45 * curve
    profile = 1 - (u / half).square()
    above, below = curve * (1 - 0.55 * opening) - 0.02 * opening, curve + drop * opening
    upper, lower = corner + profile * above, corner + profile * below
    slope = 2 * u / half.square()
    between = torch.maximum(
        (upper - v) / (1 + (above * slope).square()).sqrt(),
        (v - lower) / (1 + (below * slope).square()).sqrt(),
    )
    o = has(look, "expression", "surprised")[:, None, None]
    oval = ellipse(u, v - MOUTH_Y - 0.01, 0.085 + 0.02 * opening, 0.055 + 0.1 * opening)
    corners = circle(u.abs() - half, v - corner, 0.0)
    between = torch.where(o, oval, torch.where(u.abs() > half, corners, between))
    lips = look["skin_dark"].lerp(_LIPS, 0.8)
    head.paint(between - max(0.022, 0.36 * head.px), lips)
    inner = between + 0.004
    head.paint(inner, _MOUTH, (opening * 12 - 0.6).clamp(0, 1))
    deep = torch.where(o, v * 0 + MOUTH_Y + 0.07, corner + curve + drop * opening)
    tongue = ellipse(u, v - deep - 0.02, half * 0.6, 0.09)
    open_wide = (opening * 6 - 1).clamp(0, 1)
    head.paint(torch.maximum(tongue, inner), _TONGUE, open_wide)
    toothy = (~has(look, "expression", "surprised", "sad"))[:, None, None]
    teeth = torch.maximum(inner, v - upper - 0.055)
    head.paint(teeth, _WHITE, open_wide * toothy)


def _eyes(head: Canvas, look: Look) -> None:
    closed = has(look, "expression", "laughing")
    head.each(look, closed, _closed_eyes)
    head.each(look, ~closed, _open_eyes)


def _closed_eyes(head: Canvas, look: Look) -> None:
    s, v = head.x.abs() - look["eye_gap"], head.y - EYE_Y
    half = 0.115 * look["eye_size"]
    v = v - 0.04
    arc = torch.where(v > 0, circle(s.abs() - half, v, 0.0), ellipse(s, v, half, 0.1).abs_())
    head.paint(arc - max(0.025, 0.4 * head.px), _INK)


def _open_eyes(head: Canvas, look: Look) -> None:
    side = head.x.sign()
    s, v = head.x.abs() - look["eye_gap"], head.y - EYE_Y
    rx, ry, lid, slant = (_BY_EYES[look["eyes"]][:, i, None, None] for i in range(4))
    wide = has(look, "expression", "surprised")[:, None, None]
    grown = look["eye_size"] * torch.where(wide, 1.16, 1.0)
    lid = torch.where(wide, lid + 0.06, lid)
    slope = _BY_EXPRESSION[look["expression"]][:, 6, None, None]
    tense = torch.where(slope != 0, torch.minimum(lid, lid * 0 + 0.07), lid)

    def opening(below: Tensor) -> Tensor:
        ball = ellipse(s, below + slant * s, rx * grown, ry * grown)
        return torch.maximum(ball, (-tense + slope * s - below) / (1 + slope.square()).sqrt())

    white = opening(v)
    head.paint(white, _WHITE)
    gx, gy = s - side * look["gaze_x"] * 0.025, v - look["gaze_y"] * 0.015 - 0.01
    head.paint(torch.maximum(circle(gx, gy, 0.078 * grown), white), look["iris"])
    head.paint(torch.maximum(circle(gx, gy, 0.046 * grown), white), _INK)
    glint = circle(gx + side * 0.03, gy + 0.034, 0.027 * grown)
    head.paint(torch.maximum(glint, white + 0.012), _WHITE)
    # lashes: what the opening, a little larger, covers beyond its own copy a little lower
    thick = max(0.032, 0.5 * head.px)
    head.paint(torch.maximum(white - thick / 2, -opening(v - thick * 0.7)), _INK)


def brows(head: Canvas, look: Look) -> None:
    """Eyebrows, which say most of the expression."""
    s, v = head.x.abs() - look["eye_gap"], head.y
    lift, inner, outer = (_BY_EXPRESSION[look["expression"]][:, i, None, None] for i in (3, 4, 5))
    level = EYE_Y - 0.185 + lift + look["brow_height"]
    arched = v + 0.022 * (1 - (s * 9).square())
    stroke = segment(s, arched, (-0.095, level + inner), (0.11, level + outer))
    thick = max(0.03, 0.42 * head.px) - s * 0.07
    head.paint(stroke - thick, look["hair_dark"] * 0.85)


def _full_beard(head: Canvas, look: Look) -> None:
    u, v, w = head.x, head.y, look["w"]
    cheeks = ellipse(u, v + 0.06, w * 0.84, 0.31)
    beard = torch.maximum(torch.maximum(outline(u, v, look) - 0.025, -cheeks), -0.1 - v)
    cover = head.cover(beard)
    head.tint(cover, look["hair_rgb"])
    head.tint(cover * ((u * 0.5 + v - 0.35) * 1.6).clamp(0, 0.7), look["hair_dark"])
    head.paint(ellipse(u, v - MOUTH_Y - 0.01, 0.17, 0.075), look["skin_dark"], 0.6)


def _moustache(head: Canvas, look: Look) -> None:
    s, v = head.x.abs() - 0.085, head.y - 0.245
    head.paint(ellipse(s, v - 0.28 * s, 0.125, 0.042), look["hair_rgb"] * 0.9)


def glasses(head: Canvas, look: Look) -> None:
    """Round or square frames in front of the eyes."""
    head.each(look, has(look, "glasses", "round"), _round_glasses)
    head.each(look, has(look, "glasses", "square"), _square_glasses)


def _round_glasses(head: Canvas, look: Look) -> None:
    s, v = head.x.abs(), head.y - EYE_Y
    _frames(head, circle(s - look["eye_gap"] - 0.005, v, 0.175), look, rgb("3a2b24"))


def _square_glasses(head: Canvas, look: Look) -> None:
    s, v = head.x.abs(), head.y - EYE_Y
    _frames(head, box(s - look["eye_gap"] - 0.01, v, 0.175, 0.15, 0.05), look, rgb("23283a"))


def _frames(head: Canvas, lens: Tensor, look: Look, colour: Tensor) -> None:
    s, v = head.x.abs(), head.y - EYE_Y
    thick = max(0.02, 0.34 * head.px)
    head.paint(lens, _WHITE, 0.16)
    glare = (head.x - head.x.sign() * look["eye_gap"] + v + 0.08).abs() * 0.7 - 0.03
    head.paint(torch.maximum(lens + 0.03, glare), _WHITE, 0.35)
    arm = torch.maximum(segment(s, v, (look["eye_gap"] + 0.17, -0.03), (look["w"], -0.03)),
                        -lens)  # fmt: skip
    bridge = segment(s, v + 0.03, (0.0, 0.0), (look["eye_gap"] - 0.16, 0.0))
    rim = torch.minimum(lens.abs(), torch.minimum(arm, bridge))
    head.paint(rim - thick, colour)
