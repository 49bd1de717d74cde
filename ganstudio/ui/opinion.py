"""The discriminator's opinion of one sample as pictures to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from ganstudio.samples import SampleKind
from ganstudio.train.verdicts import Objected
from ganstudio.ui import heat, pictures
from ganstudio.ui.colours import Palette
from ganstudio.ui.heat import Sign

SOLID_PX = 256
PLANE_PX, VIEW = 320, 1.2  # of the picture of a plane; half its side in the units of points


@dataclass(frozen=True)
class Wish:
    """How an opinion is to be shown.

    Attributes:
        look: ``Heat``, ``Wanted`` or ``Change``.
        opacity: of the heat, 0 to 1.
        amount: how far to go towards what is wanted, as a share of the furthest.
        sign: what of the heat is shown.
    """

    look: str
    opacity: float
    amount: float
    sign: Sign = "both"


def paint(found: Objected, kind: SampleKind, wish: Wish, colours: Palette) -> np.ndarray | QImage:
    """The picture that is wished for; some milliseconds for a solid, so not on the GUI thread.

    Args:
        found: what the discriminator has to say.
        kind: of the samples.
        wish: how it is shown.
        colours: of the window.

    Returns:
        (H, W, 3) uint8; of points a picture drawn for the screen.
    """
    furthest = float(found.amounts[-1]) if len(found.amounts) else 0.0
    if kind == "points":
        return _plane(found, wish.amount * furthest, colours)
    if found.missing:
        return _plain(found.sample, kind, colours)
    if wish.look == "Heat":
        if kind == "voxels":
            solid = pictures.to_occupancy(found.sample[None])[0]
            sheet = heat.projections(found.heat, solid, wish.opacity, colours, wish.sign)
            return _beside(sheet, found.sample, colours)
        picture = pictures.to_bytes(found.sample[None])[0]
        return heat.overlay(picture, found.heat, wish.opacity, colours, wish.sign)
    wanted, _ = found.wanted(wish.amount * furthest)
    if wish.look == "Wanted":
        return _plain(wanted, kind, colours)
    if kind == "voxels":
        before, after = pictures.to_occupancy(np.stack([found.sample, wanted]))
        return _beside(heat.projections(after - before, before, 1.0, colours), wanted, colours)
    return heat.change(found.sample, wanted, colours)


def _beside(sheet: np.ndarray, sample: np.ndarray, colours: Palette) -> np.ndarray:
    """Three views, and in the empty quarter the object itself."""
    factor = max(SOLID_PX // sheet.shape[0] + 1, 1) * 2
    large = np.repeat(np.repeat(sheet, factor, 0), factor, 1)
    side = (sheet.shape[0] // 2) * factor
    large[-side:, -side:] = pictures.draw_solids(sample[None], side, colours)[0]
    return large


def _plain(sample: np.ndarray, kind: SampleKind, colours: Palette) -> np.ndarray:
    if kind == "voxels":
        return np.asarray(pictures.draw_solids(sample[None], SOLID_PX, colours)[0])
    return np.asarray(pictures.to_bytes(sample[None])[0])


def _plane(found: Objected, amount: float, colours: Palette) -> QImage:
    """The point, and the way that the discriminator would have it go."""
    image = QImage(PLANE_PX, PLANE_PX, QImage.Format.Format_RGB32)
    image.fill(QColor(colours.window))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle, half = PLANE_PX / 2, PLANE_PX / 2 / VIEW

    def at(point: np.ndarray) -> QPointF:
        return QPointF(middle + half * float(point[0]), middle - half * float(point[1]))

    painter.setPen(QPen(QColor(colours.line), 1))
    painter.drawLine(QPointF(0, middle), QPointF(PLANE_PX, middle))
    painter.drawLine(QPointF(middle, 0), QPointF(middle, PLANE_PX))
    painter.drawRect(QRectF(middle - half, middle - half, 2 * half, 2 * half))
    if len(found.path):
        painter.setPen(QPen(QColor(colours.disc), 2))
        painter.drawPolyline(QPolygonF([at(point) for point in found.path]))
        painter.setBrush(QColor(colours.surface))
        painter.drawEllipse(at(found.wanted(amount)[0]), 5, 5)
    painter.setPen(QPen(QColor(colours.surface), 2))
    painter.setBrush(QColor(colours.fake))
    painter.drawEllipse(at(found.sample), 7, 7)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.end()
    return image
