"""Where the tiles of a grid stand: as large as the space allows."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize

from ganstudio.ui.pictures import largest

GAP_PX, GROUP_GAP_PX = 4, 10  # between tiles; what groups are further apart
RAGGED = 0.75  # what a last row with empty places is worth against a full one


@dataclass(frozen=True)
class Arrangement:
    """Where the tiles of a grid stand.

    Attributes:
        columns: tiles in a row.
        rows: rows.
        tile: size of one.
        origin: corner of the first.
        group: tiles that belong together and stand side by side.
    """

    columns: int
    rows: int
    tile: QSize
    origin: QPoint
    group: int = 1

    def place(self, index: int) -> QRect:
        """The rectangle of one tile."""
        row, column = divmod(index, self.columns)
        step_x, step_y = self.tile.width() + GAP_PX, self.tile.height() + GAP_PX
        apart = GROUP_GAP_PX * (column // self.group) if self.group > 1 else 0
        return QRect(self.origin + QPoint(column * step_x + apart, row * step_y), self.tile)


def arrange(
    count: int, picture: QSize, space: QRect, columns: int = 0, crisp: bool = True, group: int = 1
) -> Arrangement:
    """Choose the columns that make tiles largest, with few empty places in the last row.

    Args:
        count: tiles.
        picture: proportions and pixels of one.
        space: where the grid goes.
        columns: as many and no choice; 0 to choose.
        crisp: prefer whole multiples of the picture's pixels.
        group: tiles that stay side by side; ``count`` is a multiple of it.
    """
    best: tuple[float, int, QSize] | None = None
    for tried in [columns] if columns else range(group, count + 1, group):
        rows = -(-count // tried)
        cell = QRect(
            0, 0, (space.width() - _gaps(tried, group)) // tried,
            (space.height() - (rows - 1) * GAP_PX) // rows,
        )  # fmt: skip
        if cell.width() < 1 or cell.height() < 1:
            continue
        tile = largest(picture, cell, crisp).size()
        width = largest(picture, cell, crisp=False).width()
        ragged = 1.0 if count == rows * tried else RAGGED * count / (rows * tried)
        score = width * ragged
        if best is None or score > best[0]:
            best = score, tried, tile
    _, tried, tile = best or (0.0, columns or group, QSize(1, 1))
    rows = -(-count // tried)
    width = tried * tile.width() + _gaps(tried, group)
    height = rows * (tile.height() + GAP_PX) - GAP_PX
    origin = QPoint(
        space.x() + (space.width() - width) // 2, space.y() + (space.height() - height) // 2
    )
    return Arrangement(tried, rows, tile, origin, group)


def _gaps(columns: int, group: int) -> int:
    """Empty space in a row, in all."""
    between = (columns // group - 1) * GROUP_GAP_PX if group > 1 else 0
    return (columns - 1) * GAP_PX + max(between, 0)
