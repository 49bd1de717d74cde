"""The result, and to its left what it was made from."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ganstudio.ui import theme
from ganstudio.ui.canvas import SIDE_PX, Canvas

LEAST_PX = 88  # of each picture where there are several: two of them fit a narrow dock


class Stage(QWidget):
    """A canvas, with names over it and its neighbours as soon as there are neighbours.

    Args:
        canvas: where the result is shown.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self.canvas = canvas
        self.views: list[QWidget] = []
        self._names: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE[2])
        self._grid.setVerticalSpacing(theme.SPACE[1])
        self._grid.setRowStretch(1, 1)
        self.show_views([])

    def show_views(self, views: list[tuple[str, QWidget]]) -> None:
        """Put these to the left of the result, each with its name."""
        for part in (*self._names, *self.views, self.canvas):
            self._grid.removeWidget(part)
        for view in self.views:
            if view not in [wanted for _, wanted in views]:
                view.hide()
        for label in self._names:
            label.deleteLater()
        self.views, self._names = [view for _, view in views], []
        shown = [*views, ("Result", self.canvas)]
        least = LEAST_PX if views else SIDE_PX
        self.canvas.setMinimumSize(least, least)
        for column in range(max(self._grid.columnCount(), len(shown))):
            self._grid.setColumnStretch(column, int(column < len(shown)))
        for column, (name, view) in enumerate(shown):
            if views:
                self._name(name, column)
                view.setMinimumSize(LEAST_PX, LEAST_PX)
            self._grid.addWidget(view, 1, column)
            view.show()

        self._limit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Never higher than the pictures are wide: what is left goes to the neighbours."""
        self._limit()

    def _limit(self) -> None:
        gap = self._grid.horizontalSpacing() * len(self.views)
        side = max((self.width() - gap) // (len(self.views) + 1), self.canvas.minimumHeight())
        names = self._names[0].sizeHint().height() if self._names else 0
        self.setMaximumHeight(side + names + (self._grid.verticalSpacing() if names else 0))

    def _name(self, text: str, column: int) -> None:
        label = QLabel(text)
        theme.tone(label, "small")
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        label.setMinimumWidth(1)  # a long name must not widen its column
        self._names.append(label)
        self._grid.addWidget(label, 0, column)
