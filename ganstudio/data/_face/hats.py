"""Hats, which sit on the head and hide the hair above their rim."""

from __future__ import annotations

import torch
from torch import Tensor

from ganstudio.data._face.attributes import has
from ganstudio.data._face.features import SHADOW, outline
from ganstudio.nn.sdf import Canvas, Look, box, circle, ellipse

# where each hat ends on the forehead, in the order of the attribute; none hides nothing
_RIM = torch.tensor([-9.0, -0.3, -0.27, -0.33, -0.32])


def line(look: Look) -> Tensor:
    """(N, 1, 1) height above which a hat hides the hair, in the coordinates of the head."""
    return _RIM[look["hat"]][:, None, None]


def hats(head: Canvas, look: Look) -> None:
    """Every hat, with its shadow on the forehead."""
    head.each(look, look["hat"] > 0, _shadow)
    draws = {"cap": _cap, "beanie": _beanie, "top hat": _top_hat, "straw hat": _straw_hat}
    for name, draw in draws.items():
        head.each(look, has(look, "hat", name), draw)


def _shadow(head: Canvas, look: Look) -> None:
    u, v = head.x, head.y
    band = torch.maximum(v - line(look) - 0.1 + 0.2 * u.square(), outline(u, v, look))
    head.darken(band, SHADOW, 0.8)


def _shaded(head: Canvas, distance: Tensor, base: Tensor, dark: Tensor) -> None:
    cover = head.cover(distance)
    head.tint(cover, base)
    head.tint(cover.mul_(((head.x + 0.1) * 1.2).clamp(0, 0.8)), dark)


def _dome(head: Canvas, look: Look, height: float) -> Tensor:
    """A half ellipse that takes in the head down to the rim."""
    v = head.y - line(look)
    dome = ellipse(head.x, v, look["w"] + 0.07, look["h"] + line(look) + height)
    return torch.maximum(dome, v - 0.02)


def _cap(head: Canvas, look: Look) -> None:
    dome = _dome(head, look, 0.14)
    _shaded(head, dome, look["hat_rgb"], look["hat_dark"])
    head.paint(box(head.x, head.y + look["h"] + 0.14, 0.06, 0.03, 0.03), look["hat_dark"])
    badge = circle(head.x, head.y - line(look) + 0.2, 0.09)
    head.paint(badge, look["hat_rgb"].lerp(torch.ones(1), 0.75))
    v = head.y - line(look)
    brim = torch.maximum(ellipse(head.x, v + 0.05, look["w"] + 0.1, 0.15),
                         -ellipse(head.x, v - 0.14, look["w"] + 0.08, 0.14))  # fmt: skip
    head.paint(torch.maximum(brim, -0.1 - v), look["hat_dark"] * 0.92)


def _beanie(head: Canvas, look: Look) -> None:
    u, v = head.x, head.y - line(look)
    top = look["h"] + line(look) + 0.12
    head.paint(circle(u, v + top + 0.06, 0.14), look["hat_rgb"].lerp(torch.ones(1), 0.55))
    _shaded(head, _dome(head, look, 0.12), look["hat_rgb"], look["hat_dark"])
    band = box(u, v + 0.05, look["w"] + 0.09, 0.105, 0.08)
    head.paint(band, look["hat_rgb"].lerp(torch.ones(1), 0.22))
    ribs = (torch.remainder(u * 8, 1.0) - 0.5).abs() * 0.125 - 0.014
    head.paint(torch.maximum(band + 0.02, ribs), look["hat_dark"], 0.55)


def _top_hat(head: Canvas, look: Look) -> None:
    u, v = head.x, head.y - line(look)
    crown = box(u / (1 - 0.16 * v), v + 0.25, look["w"] * 0.84, 0.31, 0.05)
    _shaded(head, crown, look["hat_rgb"], look["hat_dark"])
    ribbon = torch.maximum(crown, (v + 0.13).abs() - 0.07)
    head.paint(ribbon, look["hat_dark"] * 0.7)
    head.paint(ellipse(u, v + 0.02, look["w"] + 0.24, 0.085), look["hat_dark"])
    head.paint(ellipse(u, v + 0.035, look["w"] + 0.23, 0.065), look["hat_rgb"])


def _straw_hat(head: Canvas, look: Look) -> None:
    straw = torch.tensor([0.95, 0.80, 0.50]).view(1, 3, 1, 1)
    u, v = head.x, head.y - line(look)
    brim = ellipse(u, v + 0.01 + 0.12 * u.square(), look["w"] + 0.4, 0.13)
    head.paint(brim, straw * 0.82)
    head.paint(brim + 0.025, straw)
    crown = torch.maximum(box(u, v + 0.2, look["w"] * 0.86, 0.3, 0.22), v - 0.0)
    _shaded(head, crown, straw, straw * 0.82)
    head.paint(torch.maximum(crown, (v + 0.07 + 0.12 * u.square()).abs() - 0.06), look["hat_rgb"])
