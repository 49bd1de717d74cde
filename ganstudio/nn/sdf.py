"""Signed distances of flat shapes, and a canvas that paints them anti-aliased, many at once.

A distance is negative inside a shape, positive outside, and measured in the canvas's own
units, where the picture spans -1 to 1 unless told otherwise. Joining shapes is
``torch.minimum``, keeping what they share ``torch.maximum``, cutting one out of the other
``torch.maximum(a, -b)``. Every argument broadcasts against (N, H, W), so that one call draws
a shape of its own in each picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, floor

import torch
from torch import Tensor

Number = Tensor | float
Look = dict[str, Tensor]


def circle(x: Tensor, y: Tensor, radius: Number) -> Tensor:
    """Distance to a circle around the origin."""
    return (x * x).addcmul_(y, y).sqrt_().sub_(radius)


def ellipse(x: Tensor, y: Tensor, rx: Number, ry: Number) -> Tensor:
    """Distance to an ellipse around the origin: exact on the outline, close to it nearby.

    Source: the implicit function divided by the length of its gradient, a first-order
    estimate (Taubin 1994).
    """
    ax, ay = x / rx, y / ry
    reach = (ax * ax + ay * ay).sqrt_()
    slope = ((ax / rx).square_() + (ay / ry).square_()).sqrt_().add_(1e-6)
    return reach * (reach - 1) / slope


def box(x: Tensor, y: Tensor, half_x: Number, half_y: Number, radius: float = 0.0) -> Tensor:
    """Distance to a rectangle around the origin with rounded corners.

    Args:
        x: coordinates to the right.
        y: coordinates downwards.
        half_x: half the width, corners included.
        half_y: half the height, corners included.
        radius: of the corners; at most the smaller half.
    """
    qx, qy = x.abs() - half_x + radius, y.abs() - half_y + radius
    inside = torch.maximum(qx, qy).clamp_(max=0)
    return circle(qx.clamp_(min=0), qy.clamp_(min=0), radius).add_(inside)


def segment(
    x: Tensor, y: Tensor, start: tuple[Number, Number], end: tuple[Number, Number]
) -> Tensor:
    """Distance to a straight line between two points; subtract half a width for a stroke."""
    px, py = x - start[0], y - start[1]
    bx, by = end[0] - start[0], end[1] - start[1]
    along = ((px * bx + py * by) / (bx * bx + by * by)).clamp_(0, 1)
    return circle(px - along * bx, py - along * by, 0.0)


def blend(a: Tensor, b: Tensor, softness: float) -> Tensor:
    """Join two shapes with a fillet of this size where they meet."""
    overlap = (softness - (a - b).abs()).clamp_(min=0)
    return torch.minimum(a, b) - overlap.square_() / (4 * softness)


@dataclass
class Canvas:
    """A stack of pictures being painted, with the coordinates of every pixel.

    Attributes:
        rgb: (N, 3, H, W) float32 in [0, 1], painted in place.
        x: (N, H, W) coordinates to the right; every picture may turn its own.
        y: (N, H, W) coordinates downwards.
        px: extent of one pixel in these units.
        row: where the first row lies in the whole picture, for windows.
        column: where the first column lies.
        extent: the whole picture spans from minus this to this.
    """

    rgb: Tensor
    x: Tensor
    y: Tensor
    px: float
    row: int = 0
    column: int = 0
    extent: float = 1.0

    @classmethod
    def blank(cls, count: int, size: int, extent: float = 1.0) -> Canvas:
        """Black pictures of ``size`` pixels a side, spanning -extent to extent."""
        px = 2 * extent / size
        line = (torch.arange(size) + 0.5) * px - extent
        shape = (count, size, size)
        x, y = line.view(1, 1, -1).expand(shape), line.view(1, -1, 1).expand(shape)
        return cls(torch.zeros(count, 3, size, size), x, y, px, extent=extent)

    def turned(self, angle: Tensor, dx: Tensor, dy: Tensor) -> Canvas:
        """The same pictures seen from coordinates that are moved and turned, one way each.

        Args:
            angle: (N, 1, 1) radians, clockwise on the screen.
            dx: (N, 1, 1) new origin, to the right.
            dy: (N, 1, 1) new origin, downwards.
        """
        x, y, cos, sin = self.x - dx, self.y - dy, angle.cos(), angle.sin()
        return replace(self, x=x * cos + y * sin, y=y * cos - x * sin)

    def window(self, left: float, top: float, right: float, bottom: float) -> Canvas:
        """A part of the same pictures, by unturned coordinates; painting it paints them."""
        rows = self._pixels(top, bottom, self.row, self.rgb.shape[2])
        columns = self._pixels(left, right, self.column, self.rgb.shape[3])
        x, y, rgb = (
            self.x[:, rows, columns],
            self.y[:, rows, columns],
            self.rgb[:, :, rows, columns],
        )
        return replace(
            self, rgb=rgb, x=x, y=y, row=self.row + rows.start, column=self.column + columns.start
        )

    def _pixels(self, low: float, high: float, origin: int, extent: int) -> slice:
        first = floor((low + self.extent) / self.px) - origin
        last = ceil((high + self.extent) / self.px) - origin
        return slice(min(max(0, first), extent), max(0, min(extent, last)))

    def cover(self, distance: Tensor) -> Tensor:
        """How much of each pixel a shape covers, (N, H, W) in [0, 1]."""
        return (distance * (-1 / self.px)).add_(0.5).clamp_(0, 1)

    def paint(self, distance: Tensor, colour: Tensor, alpha: Number = 1.0) -> None:
        """Paint a shape over what is there.

        Args:
            distance: (N, H, W) to the shape.
            colour: (N, 3, 1, 1) or a whole field (N, 3, H, W), in [0, 1].
            alpha: opacity, a number or broadcast against the distance.
        """
        cover = self.cover(distance)
        self.tint(cover if isinstance(alpha, float) and alpha == 1.0 else cover.mul_(alpha), colour)

    def tint(self, weight: Tensor, colour: Tensor) -> None:
        """Mix a colour in with a weight a pixel, (N, H, W) in [0, 1]: shadows, glows, blush."""
        self.rgb.lerp_(colour, weight.unsqueeze(1))

    def darken(self, distance: Tensor, tone: Tensor, alpha: float = 1.0) -> None:
        """Let a shape cast its shadow on whatever is there.

        Args:
            distance: (N, H, W) to the shape.
            tone: (1, 3, 1, 1) what full shadow leaves of each colour.
            alpha: depth of the shadow.
        """
        self.rgb.mul_(1 - self.cover(distance).mul_(alpha).unsqueeze(1) * (1 - tone))

    def each(self, look: Look, who: Tensor, draw: Callable[[Canvas, Look], None]) -> None:
        """Let ``draw`` paint some of the pictures only, as if there were no others.

        Args:
            look: what ``draw`` wants to know, one row a picture in each tensor.
            who: (N,) bool, the pictures to paint.
            draw: called once with their part of canvas and look, or never if there are none.
        """
        index = who.nonzero().squeeze(1)
        if len(index) == 0:
            return
        part = replace(self, rgb=self.rgb[index], x=self.x[index], y=self.y[index])
        draw(part, {name: value[index] for name, value in look.items()})
        self.rgb[index] = part.rgb
