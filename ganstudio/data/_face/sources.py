"""What a face can be drawn from: a map of its parts, or their outlines."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from ganstudio.data._face.attributes import rgb
from ganstudio.data._face.drawing import EXTENT, compose, paint
from ganstudio.nn.sdf import Canvas, Look

CODES = {
    "background": "1e2a78", "clothes": "2fa84f", "skin": "f4b942", "hair": "8e3bb0",
    "mouth": "e0263c", "eyes": "ffffff", "brows": "5a2a10", "glasses": "00c8d7", "hat": "ff6fb5",
}  # fmt: skip
"""The colour that stands for each part of a face in a map."""

_CODES = {part: rgb(code) for part, code in CODES.items()}
_FINER = 2  # outlines are found on a finer grid, so that they come out smooth
_INK = 0.12


@dataclass
class _Map(Canvas):
    """Takes any paint as the part's own flat colour, and no shade at all."""

    code: Tensor = field(default_factory=lambda: _CODES["background"])

    def tint(self, weight: Tensor, colour: Tensor) -> None:
        self.rgb.copy_(torch.where(weight.unsqueeze(1) > 0.5, self.code, self.rgb))

    def darken(self, distance: Tensor, tone: Tensor, alpha: float = 1.0) -> None:
        pass


def _named(canvas: Canvas, part: str) -> _Map:
    """The same canvas, taking paint for this part."""
    return _Map(canvas.rgb, canvas.x, canvas.y, canvas.px, canvas.row, canvas.column,
                canvas.extent, _CODES[part])  # fmt: skip


def label_map(attributes: Look, size: int) -> Tensor:
    """Faces with each part in the one flat colour of ``CODES``.

    Args:
        attributes: as for ``render``.
        size: pixels a side.

    Returns:
        (N, 3, size, size) uint8.
    """

    def picture(look: Look) -> Canvas:
        blank = Canvas.blank(len(look["expression"]), size, EXTENT)
        blank.rgb.copy_(_CODES["background"].expand_as(blank.rgb))
        compose(blank, look, _named)
        return blank

    return paint(attributes, size, picture)


def outline(attributes: Look, size: int) -> Tensor:
    """Faces as dark lines on white, along the borders of their parts.

    Args:
        attributes: as for ``render``.
        size: pixels a side.

    Returns:
        (N, 3, size, size) uint8, all channels alike.
    """
    step = max(1, (1 << 24) // (size * _FINER) ** 2)
    drawn = []
    for start in range(0, len(attributes["expression"]), step):
        chunk = {name: value[start : start + step] for name, value in attributes.items()}
        drawn.append(_lines(label_map(chunk, size * _FINER)))
    return torch.cat(drawn).expand(-1, 3, -1, -1).contiguous()


def _lines(parts: Tensor) -> Tensor:
    """Where a pixel differs from the one to its right or below, (N, 1, H, W) uint8 at half size."""
    border = torch.zeros(len(parts), 1, *parts.shape[2:])
    border[:, 0, :, :-1] += (parts[:, :, :, 1:] != parts[:, :, :, :-1]).any(dim=1)
    border[:, 0, :-1] += (parts[:, :, 1:] != parts[:, :, :-1]).any(dim=1)
    depth = (avg_pool2d(border.clamp_(max=1), _FINER) * 1.8).clamp_(max=1)
    return (255 * (1 - (1 - _INK) * depth)).round_().to(torch.uint8)
