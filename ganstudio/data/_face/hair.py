"""Hair: for each style what hangs behind the head and what frames the face before it."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ganstudio.data._face.attributes import has
from ganstudio.data._face.features import SHADOW, outline
from ganstudio.nn.sdf import Canvas, Look, blend, box, circle, ellipse, segment

Shape = Callable[[Tensor, Tensor, Look], Tensor]


def behind(head: Canvas, look: Look) -> None:
    """The part of the hair that the head and the shoulders cover."""
    for style, shape in _BEHIND.items():
        head.each(look, has(look, "hair", style), _back(shape))


def front(head: Canvas, look: Look) -> None:
    """The hair over the forehead, with its shadow on the skin."""
    for style, shape in _FRONT.items():
        head.each(look, has(look, "hair", style), _front(shape))
    for style in ("buzz", "mohawk"):
        head.each(look, has(look, "hair", style), _stubble)
    head.each(look, has(look, "hair", "mohawk"), _front(_crest))
    head.each(look, has(look, "hair", "ponytail", "bun"), _tie)


def _under_hat(distance: Tensor, u: Tensor, v: Tensor, look: Look) -> Tensor:
    """A hat hides all hair above its rim, and presses down what sticks out beside it."""
    beside = (u.abs() - look["w"] - 0.06).clamp_(min=0)
    return torch.maximum(distance, look["hat_line"] + 1.6 * beside - v)


def _back(shape: Shape) -> Callable[[Canvas, Look], None]:
    def paint(head: Canvas, look: Look) -> None:
        distance = shape(head.x, head.y, look)
        if shape is not _tail:  # a tail leaves the head below the rim, and swings out beside it
            distance = _under_hat(distance, head.x, head.y, look)
        cover = head.cover(distance)
        head.tint(cover, look["hair_rgb"])
        depth = ((head.y + 0.75) * 0.75).clamp_(0, 1)
        head.tint(cover.mul_(depth), look["hair_dark"])

    return paint


def _front(shape: Shape) -> Callable[[Canvas, Look], None]:
    def paint(head: Canvas, look: Look) -> None:
        u, v = head.x, head.y
        cast = _under_hat(shape(u - 0.015, v - 0.055, look), u, v, look)
        skin = torch.maximum(cast, outline(u, v, look))
        head.darken(skin, SHADOW, 0.8)
        cover = head.cover(_under_hat(shape(u, v, look), u, v, look))
        head.tint(cover, look["hair_rgb"])
        shade = ((u * 0.5 + v + 0.3) * 0.8).clamp_(0, 0.75)
        head.tint(cover * shade, look["hair_dark"])
        _shine(head, cover, look)

    return paint


def _shine(head: Canvas, cover: Tensor, look: Look) -> None:
    """A curved band of light on the upper left."""
    u, v = head.x, head.y
    band = ellipse(u, v - 0.02, look["w"] * 0.9, look["h"] + 0.02).abs_().sub_(0.024)
    fade = (1 - ((u + 0.2) * 4).square()).clamp_(0, 1) * (v < -0.2)
    head.tint(head.cover(band).mul_(cover).mul_(fade).mul_(0.8), look["hair_light"])


def _cap(u: Tensor, v: Tensor, look: Look, volume: float) -> Tensor:
    """The skull with so much hair on it."""
    w, h = look["w"] + 0.035 + volume * 0.6, look["h"] - 0.06 + volume
    return ellipse(u, v + 0.08, w, h)


def _arch(u: Tensor, v: Tensor, look: Look, top: float, parted: float) -> Tensor:
    """What hair leaves free of the face: an arch, pointed where the hair is parted."""
    rx = look["w"] * 0.88
    return ellipse(u.abs() + parted, v - 0.2, rx + parted, 0.2 - top)


def _sideburns(u: Tensor, v: Tensor, look: Look, low: float) -> Tensor:
    """Hair ends so low before the ears, higher behind them."""
    return (v - low + 0.9 * (u.abs() - look["w"] * 0.86)) * 0.75


def _stubble(head: Canvas, look: Look) -> None:
    """Hair so short that the skin shines through."""
    u, v = head.x, head.y
    cut = torch.maximum(_cap(u, v, look, 0.0), -_arch(u, v, look, -0.33, 0.0))
    distance = _under_hat(torch.maximum(cut, _sideburns(u, v, look, 0.06)), u, v, look)
    shaved = has(look, "hair", "mohawk")[:, None, None]
    distance = torch.where(shaved, torch.maximum(distance, outline(u, v, look)), distance)
    head.paint(distance, look["skin_dark"])
    head.paint(distance, look["hair_dark"], torch.where(shaved, 0.22, 0.82))


def _short(u: Tensor, v: Tensor, look: Look) -> Tensor:
    p = u * look["side"]
    top = blend(_cap(u, v, look, 0.07), ellipse(p + 0.13, v + look["h"] + 0.0, 0.36, 0.17), 0.12)
    fringe = -0.25 - 0.3 * p - 0.5 * (p - 0.1).square() - v
    free = torch.maximum(_arch(u, v, look, -0.42, 0.0), fringe)
    return torch.maximum(torch.maximum(top, -free), _sideburns(u, v, look, 0.1))


def _spiky(u: Tensor, v: Tensor, look: Look) -> Tensor:
    angle = torch.atan2(u, -0.05 - v)
    tooth = (torch.remainder(angle * 3.2 + 0.5, 1.0) - 0.5).abs() * 2
    reach = look["h"] + 0.02 + 0.2 * (1 - tooth) * (1 - (angle / 2.0).square()).clamp(0, 1)
    outer = (circle(u * (look["h"] / look["w"]) * 0.94, v + 0.05, 0.0) - reach) * 0.72
    zigzag = (torch.remainder(u * 4.5 + 0.25, 1.0) - 0.5).abs() * 0.24
    fringe = (-0.34 + zigzag - v) * 0.75
    free = torch.maximum(_arch(u, v, look, -0.5, 0.0), fringe)
    return torch.maximum(torch.maximum(outer, -free), _sideburns(u, v, look, 0.1))


def _curls(u: Tensor, v: Tensor, radius: float, count: int, curl: float) -> Tensor:
    """A disc with a rim of curls around the origin."""
    step = 2 * math.pi / count
    around = torch.remainder(torch.atan2(u, v), step) - step / 2
    far = circle(u, v, 0.0)
    rim = circle(far * around.cos() - radius, far * around.sin(), curl)
    return torch.minimum(far - radius, rim)


def _curly_back(u: Tensor, v: Tensor, look: Look) -> Tensor:
    return _curls(u, v + 0.14, 0.66, 13, 0.15)


def _curly(u: Tensor, v: Tensor, look: Look) -> Tensor:
    fringe = _curls(u, v + 0.52, 0.19, 7, 0.1)
    sides = _curls(u.abs() - look["w"] * 0.84, v + 0.3, 0.12, 6, 0.075)
    top = torch.maximum(_cap(u, v, look, 0.03), -_arch(u, v, look, -0.36, 0.0))
    return torch.minimum(
        torch.minimum(fringe, sides), torch.maximum(top, _sideburns(u, v, look, -0.1))
    )


def _bob_back(u: Tensor, v: Tensor, look: Look) -> Tensor:
    return blend(_cap(u, v, look, 0.1), box(u, v - 0.2, look["w"] + 0.15, 0.36, 0.16), 0.2)


def _bob(u: Tensor, v: Tensor, look: Look) -> Tensor:
    free = box(u, v - 0.6, look["w"] * 0.83, 0.9, 0.12)
    fringe = torch.maximum(free, -0.25 - 0.25 * u.square() - v)
    return torch.maximum(_bob_back(u, v, look), -fringe)


def _long_back(u: Tensor, v: Tensor, look: Look) -> Tensor:
    fall = box(u, v - 0.5, look["w"] + 0.13 + 0.08 * v, 0.72, 0.24)
    return blend(_cap(u, v, look, 0.09), fall, 0.2)


def _long(u: Tensor, v: Tensor, look: Look) -> Tensor:
    face = torch.minimum(_arch(u, v, look, -0.46, 0.16),
                         box(u, v - 0.9, look["w"] * 0.9, 0.8, 0.1))  # fmt: skip
    return torch.maximum(_long_back(u, v, look), -face)


def _sleek(u: Tensor, v: Tensor, look: Look) -> Tensor:
    hair = torch.maximum(_cap(u, v, look, 0.05), -_arch(u, v, look, -0.4, 0.1))
    return torch.maximum(hair, _sideburns(u, v, look, 0.06))


def _bun(u: Tensor, v: Tensor, look: Look) -> Tensor:
    return circle(u, v + look["h"] + 0.15, 0.2)


def _tail(u: Tensor, v: Tensor, look: Look) -> Tensor:
    p = u * look["side"]
    upper = segment(p, v, (0.38, -0.42), (0.66, -0.2)) - 0.13
    lower = segment(p, v, (0.67, -0.18), (0.66, 0.42)) - (0.18 - 0.1 * (v - 0.1).clamp(0, 1))
    return blend(upper, lower, 0.12)


def _tie(head: Canvas, look: Look) -> None:
    """The ribbon that holds a bun or a tail."""
    bun = has(look, "hair", "bun")[:, None, None]
    u, v = head.x, head.y
    p = u * look["side"]
    band = torch.where(bun, box(u, v + look["h"] + 0.0, 0.15, 0.045, 0.04),
                       circle(p - 0.42, v + 0.42, 0.085))  # fmt: skip
    head.paint(_under_hat(band, u, v, look), look["cloth"])


def _crest(u: Tensor, v: Tensor, look: Look) -> Tensor:
    angle = torch.atan2(u, -v)
    tooth = (torch.remainder(angle * 6 + 0.5, 1.0) - 0.5).abs() * 2
    tall = (circle(u, v, 0.0) - look["h"] - 0.15 - 0.15 * (1 - tooth)) * 0.72
    strip = torch.maximum(tall, (u.abs() - 0.11 - 0.4 * (-0.4 - v).clamp(0, 1)) * 0.93)
    return torch.maximum(strip, v + 0.3 - 0.6 * u.abs())


_BEHIND: dict[str, Shape] = {
    "curly": _curly_back, "bob": _bob_back, "long": _long_back, "bun": _bun, "ponytail": _tail,
}  # fmt: skip
_FRONT: dict[str, Shape] = {
    "short": _short, "spiky": _spiky, "curly": _curly, "bob": _bob, "long": _long,
    "bun": _sleek, "ponytail": _sleek,
}  # fmt: skip
