"""The little cube in the corner: it shows from which side one looks, and chooses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette, QPen, QPolygonF, QTransform

from ganstudio.ui.gl.camera import Camera, Vector

Side = Literal["front", "back", "left", "right", "top", "bottom"]

#: Azimuth and elevation, in degrees, from which each side is seen square.
VIEWS: dict[Side, tuple[float, float]] = {
    "front": (-90, 0), "right": (0, 0), "back": (90, 0), "left": (180, 0),
    "top": (-90, 89), "bottom": (-90, -89),
}  # fmt: skip
#: Outward normal, and the way up on each side.
_FACES: dict[Side, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "front": ((0, -1, 0), (0, 0, 1)), "right": ((1, 0, 0), (0, 0, 1)),
    "back": ((0, 1, 0), (0, 0, 1)), "left": ((-1, 0, 0), (0, 0, 1)),
    "top": ((0, 0, 1), (0, 1, 0)), "bottom": ((0, 0, -1), (0, -1, 0)),
}  # fmt: skip
SQUARE = 100.0  # side of the square in which a face is painted before it is bent


@dataclass(frozen=True)
class Face:
    """A side that can be seen.

    Attributes:
        side: which one.
        outline: its corners on the screen: top left, top right, bottom right, bottom left.
        facing: 1 where it looks straight at the eye, 0 at its edge.
    """

    side: Side
    outline: QPolygonF
    facing: float


def faces(camera: Camera, area: QRectF) -> list[Face]:
    """The sides that can be seen, drawn without perspective inside an area."""
    right, up, back = camera.axes
    scale = min(area.width(), area.height()) / 2 / 3**0.5
    centre = area.center()

    def at(point: Vector) -> QPointF:
        x, y = scale * float(point @ right), -scale * float(point @ up)
        return QPointF(centre.x() + x, centre.y() + y)

    seen = []
    for side, (normal, above) in _FACES.items():
        n, u = np.array(normal, dtype=float), np.array(above, dtype=float)
        facing, across = float(n @ back), np.cross(u, n)
        if facing > 0.02:
            corners = [n + u - across, n + u + across, n - u + across, n - u - across]
            seen.append(Face(side, QPolygonF([at(corner) for corner in corners]), facing))
    return seen


def side_at(camera: Camera, area: QRectF, position: QPointF) -> Side | None:
    """Which side of the cube lies under a point; None beside it."""
    for face in faces(camera, area) if area.contains(position) else ():
        if face.outline.containsPoint(position, Qt.FillRule.OddEvenFill):
            return face.side
    return None


def paint(
    painter: QPainter, camera: Camera, area: QRectF, palette: QPalette, hovered: Side | None
) -> None:
    """Draw it into an area; the side under the mouse is marked."""
    if area.isEmpty():
        return
    ground = palette.color(QPalette.ColorRole.Window)
    text = palette.color(QPalette.ColorRole.WindowText)
    accent = palette.color(QPalette.ColorRole.Highlight)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for face in faces(camera, area):
        fill = _mix(ground, text, 0.07 + 0.10 * face.facing)
        if face.side == hovered:
            fill = _mix(fill, accent, 0.55)
        painter.setPen(QPen(_mix(ground, text, 0.38), 1))
        painter.setBrush(fill)
        painter.drawPolygon(face.outline)
        if face.facing > 0.25:
            _write(painter, face, _mix(fill, text, 0.85))
    painter.restore()


def _write(painter: QPainter, face: Face, colour: QColor) -> None:
    """The name of a side, bent into it."""
    square = QPolygonF(QRectF(0, 0, SQUARE, SQUARE))
    square.removeLast()
    bend = QTransform.quadToQuad(square, face.outline)
    if not isinstance(bend, QTransform):
        return
    painter.save()
    painter.setTransform(bend, combine=True)
    font = QFont(painter.font())
    font.setPixelSize(27)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(
        QRectF(0, 0, SQUARE, SQUARE), Qt.AlignmentFlag.AlignCenter, face.side.capitalize()
    )
    painter.restore()


def _mix(one: QColor, other: QColor, share: float) -> QColor:
    return QColor.fromRgbF(
        *(
            a + (b - a) * share
            for a, b in zip(one.getRgbF()[:3], other.getRgbF()[:3], strict=True)  # type: ignore[index]
        )
    )
