"""Draws faces from their attributes, layer by layer from the back to the front."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import torch
from torch import Tensor

from ganstudio.data._face import features, hair, hats
from ganstudio.data._face.attributes import ATTRIBUTES, colours, rgb
from ganstudio.nn.sdf import Canvas, Look, box, circle, ellipse

# about what stays in a processor's cache while a layer is painted
_PIXELS_AT_ONCE = 1 << 18
TOLD_S = 0.5
# less than 1 brings the faces nearer: at 32 pixels every one counts
EXTENT = 0.91

# what moonlight leaves of red, green and blue
_MOONLIGHT = rgb("4d5ca6")
_STARS = ((0.72, -0.74), (0.45, -0.85), (-0.33, -0.83), (-0.83, -0.3), (0.83, -0.35), (0.8, 0.08))
Layer = Callable[[Canvas, Canvas, Look], None]


def render(
    attributes: Look,
    size: int,
    night: bool = False,
    tell: Callable[[str], None] = lambda text: None,
) -> Tensor:
    """Draw faces.

    Args:
        attributes: as ``draw`` gives them, (N,) each; change any value to change the face.
        size: pixels a side.
        night: under a moon and stars instead of by day.
        tell: hears how far it is; whatever it raises ends it.

    Returns:
        (N, 3, size, size) uint8, red, green, blue.
    """

    def picture(look: Look) -> Canvas:
        canvas = Canvas.blank(len(look["expression"]), size, EXTENT)
        _background(canvas, look)
        if night:
            _sky(canvas)
        compose(canvas, look, lambda part, _: part)
        if night:
            canvas.rgb.mul_(_MOONLIGHT)
        return canvas

    return paint(attributes, size, picture, tell)


def paint(
    attributes: Look,
    size: int,
    picture: Callable[[Look], Canvas],
    tell: Callable[[str], None] = lambda text: None,
) -> Tensor:
    """Draw many, a few at a time so that all of a layer stays in the processor's cache.

    Args:
        attributes: of the faces, (N,) each.
        size: pixels a side.
        picture: draws some of them on a fresh canvas.
        tell: as for ``render``.

    Returns:
        (N, 3, size, size) uint8.
    """
    count = len(attributes["expression"])
    pictures = torch.empty(count, 3, size, size, dtype=torch.uint8)
    step = max(1, _PIXELS_AT_ONCE // size**2)
    told_at = time.monotonic()
    for start in range(0, count, step):
        if time.monotonic() - told_at >= TOLD_S:
            told_at = time.monotonic()
            tell(f"drawing faces, {start:,} of {count:,}")
        chunk = {name: value[start : start + step] for name, value in attributes.items()}
        rgb = picture(_look(chunk)).rgb
        pictures[start : start + step] = rgb.mul_(255).round_().clamp_(0, 255).to(torch.uint8)
    return pictures


def compose(canvas: Canvas, look: Look, brush: Callable[[Canvas, str], Canvas]) -> None:
    """Paint all that is before the background, from the back to the front.

    Args:
        canvas: already with its background.
        look: attributes ready for drawing.
        brush: given a canvas and the name of the part that comes next, gives the canvas to
            paint it on, which may take the paint in another way.
    """
    still = torch.zeros_like(look["shift"])
    body = canvas.turned(still, look["shift"] * 0.5, still - 0.035)
    head = canvas.turned(look["tilt"] * (math.pi / 180), look["shift"], still + 0.045)
    for part, draw in _LAYERS:
        draw(brush(body, part), brush(head, part), look)


def _look(attributes: Look) -> Look:
    """Attributes ready for drawing: numbers as (N, 1, 1), indices (N,), colours (N, 3, 1, 1)."""
    look = {
        name: value if name in ATTRIBUTES else value.float()[:, None, None]
        for name, value in attributes.items()
    }
    look["w"], look["h"] = look["face_width"], look["face_length"]
    look["side"] = look["parting"][:, None, None] * 2.0 - 1.0
    for name, key in (("skin", "skin_rgb"), ("hair_colour", "hair_rgb"), ("eye_colour", "iris"),
                      ("hat_colour", "hat_rgb"), ("clothes_colour", "cloth"),
                      ("background", "backdrop")):  # fmt: skip
        look[key] = colours(name, attributes[name])
    look["skin_dark"] = look["skin_rgb"] * features.SHADOW
    look["hair_dark"] = look["hair_rgb"] * 0.74
    look["hair_light"] = look["hair_rgb"].lerp(torch.ones(1), 0.28)
    look["cloth_dark"] = look["cloth"] * 0.78
    look["hat_dark"] = look["hat_rgb"] * 0.76
    look["hat_line"] = hats.line(look)
    return look


def _background(canvas: Canvas, look: Look) -> None:
    """A flat colour with a paler disc behind the head."""
    canvas.rgb.copy_(look["backdrop"].expand_as(canvas.rgb))
    pale = look["backdrop"].lerp(torch.ones(1), 0.42)
    canvas.paint(circle(canvas.x[:1], canvas.y[:1], 0.9 * EXTENT), pale)


def _sky(canvas: Canvas) -> None:
    """A moon and stars, so bright that moonlight leaves them their colours."""
    x, y = canvas.x[:1], canvas.y[:1]
    canvas.paint(circle(x + 0.66, y + 0.66, 0.15), rgb("fff3c4") / _MOONLIGHT)
    stars = torch.stack([circle(x - at, y - height, 0.03) for at, height in _STARS]).amin(0)
    canvas.paint(stars, rgb("e8ecff") / _MOONLIGHT)


def _trunk(body: Canvas, head: Canvas, look: Look) -> None:
    body = body.window(*_LOWER)
    x, y = body.x, body.y
    body.paint(box(x, y - 1.3, 0.76, 0.5, 0.34), look["cloth"])
    # a soft shade on the side away from the light
    shade = body.cover(box(x, y - 1.3, 0.76, 0.5, 0.34)) * ((x - 0.15) * 0.9).clamp(0, 0.5)
    body.tint(shade, look["cloth_dark"])
    body.each(look, look["clothes"] == 2, _hood)


def _neck(body: Canvas, head: Canvas, look: Look) -> None:
    body, head = body.window(*_LOWER), head.window(*_LOWER)
    x, y = body.x, body.y
    neck = torch.minimum(box(x, y - 0.6, 0.17, 0.3, 0.05), ellipse(x, y - 0.85, 0.23, 0.12))
    body.paint(neck, look["skin_rgb"])
    chin = features.outline(head.x, head.y - 0.1, look)
    body.darken(torch.maximum(chin, neck), features.SHADOW)


def _collar(body: Canvas, head: Canvas, look: Look) -> None:
    body = body.window(*_LOWER)
    for index, draw in enumerate((_tee, _shirt, _strings, _turtleneck)):
        body.each(look, look["clothes"] == index, draw)


def _tee(body: Canvas, look: Look) -> None:
    ring = ellipse(body.x, body.y - 0.85, 0.25, 0.14).abs_().sub_(0.022)
    body.paint(torch.maximum(ring, 0.8 - body.y), look["cloth_dark"])


def _shirt(body: Canvas, look: Look) -> None:
    s, y = body.x.abs(), body.y
    beside = torch.maximum(0.805 - y, 0.78 * ((0.95 - y) * 0.8 - s))
    body.paint(torch.maximum(beside, s - 0.28), look["cloth"])
    # one flap of the collar, a triangle between three lines, and its mirror image
    inner, outer = (
        0.74 * (0.168 - s) + 0.673 * (0.745 - y),
        0.991 * (s - 0.168) - 0.13 * (y - 0.745),
    )
    flap = torch.maximum(torch.maximum(inner, outer), 0.9 * (y - 0.93) - 0.436 * (s - 0.01))
    body.paint(flap - 0.02, look["cloth_dark"])
    body.paint(flap, look["cloth"].lerp(torch.ones(1), 0.45))


def _hood(body: Canvas, look: Look) -> None:
    body.paint(ellipse(body.x, body.y - 0.82, 0.42, 0.2), look["cloth_dark"])


def _strings(body: Canvas, look: Look) -> None:
    s, y = body.x.abs(), body.y
    front = torch.maximum(ellipse(s, y - 0.87, 0.42, 0.21), -ellipse(s, y - 0.76, 0.31, 0.21))
    body.paint(front, look["cloth"].lerp(torch.ones(1), 0.12))
    body.paint(box(s - 0.13, y - 1.0, 0.018, 0.1, 0.018), torch.ones(1, 3, 1, 1))


def _turtleneck(body: Canvas, look: Look) -> None:
    x, y = body.x, body.y
    body.paint(box(x, y - 0.84, 0.23, 0.14, 0.06), look["cloth"])
    body.paint(box(x, y - 0.86, 0.21, 0.014, 0.014), look["cloth_dark"])


def _on_head(draw: Callable[[Canvas, Look], None], *window: float) -> Layer:
    """A layer in the coordinates of the head, within a window of it if one is given."""

    def layer(body: Canvas, head: Canvas, look: Look) -> None:
        draw(head.window(*window) if window else head, look)

    return layer


_LOWER, _FACE = (-1.0, 0.3, 1.0, 1.0), (-0.65, -0.5, 0.65, 0.75)
_LAYERS: tuple[tuple[str, Layer], ...] = (
    ("hair", _on_head(hair.behind)),
    ("clothes", _trunk),
    ("skin", _neck),
    ("clothes", _collar),
    ("skin", _on_head(features.skin, -0.75, -0.65, 0.75, 0.75)),
    ("hair", _on_head(features.beard, *_FACE)),
    ("skin", _on_head(features.nose, *_FACE)),
    ("mouth", _on_head(features.mouth, *_FACE)),
    ("hair", _on_head(features.moustache, *_FACE)),
    ("eyes", _on_head(features.eyes, *_FACE)),
    ("hair", _on_head(hair.front)),
    ("brows", _on_head(features.brows, -0.6, -0.5, 0.6, 0.1)),
    ("glasses", _on_head(features.glasses, -0.7, -0.4, 0.7, 0.4)),
    ("hat", _on_head(hats.hats, -1.0, -1.0, 1.0, 0.2)),
)
