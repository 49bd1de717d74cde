"""Where solids are seen: the viewport, or pictures where there is none, with what is said there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ganstudio.ui import theme
from ganstudio.ui.gl.scene import SURFACES, Shape, Surface
from ganstudio.ui.gl.still import Still
from ganstudio.ui.gl.viewport import Viewport, probe
from ganstudio.ui.notice import Notice
from ganstudio.ui.solid_controls import SolidControls

HINT = "Drag to turn  ·  right drag to move  ·  wheel to zoom  ·  F to frame"
WALL_HINT = "Click an object to take it to Latent  ·  double-click to see it alone"
NOTHING = "Nothing above the threshold"
STANDS_IN = "Plain pictures stand in for the viewport; all else works."
ON_TIP = "The export follows this; the plain picture always shows cubes."


class SolidStage(QWidget):
    """Shows solids as its controls say, in OpenGL where the machine can.

    Args:
        controls: whose wishes it carries out.

    Attributes:
        view: what draws them now.
        threshold: voxels above it are solid.
        surface: ``cubes``, ``smooth`` or ``volume``.

    Signals:
        shown (list[Shape]): these stand there now.
        picked (int): the object of this index was clicked.
        opened (int): it was double-clicked.
        thresholdMoved (float): by the controls.
    """

    shown = Signal(object)
    picked = Signal(int)
    opened = Signal(int)
    thresholdMoved = Signal(float)  # noqa: N815

    def __init__(self, controls: SolidControls) -> None:
        super().__init__()
        self.controls = controls
        self.threshold = 0.5
        self.surface: Surface = "cubes"
        self._grids: list[np.ndarray] = []
        self._names: tuple[str, ...] = ()
        self._pickable = self._calm = self._hinting = False
        self._values: np.ndarray | None = None
        self._title = ""
        self._last = -1  # picked
        self._unable = False  # OpenGL was tried, and failed
        self.status, self.hint, self.missing = QLabel(), QLabel(HINT), QLabel()
        theme.tone(self.status, "chip")
        theme.tone(self.hint, "small")
        theme.tone(self.missing, "warn")
        self.missing.setWordWrap(True)
        self.missing.setContentsMargins(theme.SPACE[3], 0, theme.SPACE[3], theme.SPACE[2])
        for label in (self.status, self.hint):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            label.setContentsMargins(*[theme.SPACE[1]] * 4)
            label.setMinimumWidth(1)  # a long line never holds the panel wide
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)  # the floor runs to the edges
        column.setSpacing(0)
        column.addWidget(self.missing)
        self._layers = QGridLayout()
        column.addLayout(self._layers, 1)
        # a viewport holds a context and a thread: there is none before there are solids
        self.view: Viewport | Still = Still()
        self._install(self.view, probe().missing)
        self._connect()

    def release(self) -> None:
        """Stop timers and threads, free what the graphics device holds."""
        self.view.release()

    # What stands there ------------------------------------------------------------------------

    def show_grids(self, grids: Sequence[np.ndarray], names: Sequence[str] = ()) -> None:
        """Show these, each (X, Y, Z), float in [0, 1] or bool; with a name over each, if given."""
        self._grids, self._names = list(grids), tuple(names)
        self._dye()
        self.view.set_names(self._names)
        self.view.show_grids(self._grids)

    def set_pickable(self, on: bool) -> None:
        """Whether objects can be clicked."""
        if on != self._pickable:
            self._pickable, self._last = on, -1
            self.view.set_pickable(on)
            self.hint.setText(WALL_HINT if on else HINT)
            self._fit()

    def set_calm(self, on: bool) -> None:
        """Draw less often, because something else needs the processor."""
        self._calm = on
        self.view.set_calm(on)

    def set_values(self, values: np.ndarray | None, title: str = "") -> None:
        """A number for each voxel of the only object, for colours; None for no more."""
        if values is not self._values or title != self._title:
            self._values, self._title = values, title
            self._dye()

    def raise_viewport(self) -> None:
        """There are solids to show: from now on in OpenGL, where this machine can."""
        if not self._unable and not probe().missing and not isinstance(self.view, Viewport):
            self._exchange(Viewport(), "")

    def say(self, text: str, tone: str = "chip") -> None:
        """Say something in the corner of the view; empty for nothing."""
        theme.tone(self.status, tone)
        self.status.setText(text)
        self.status.setVisible(bool(text))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the hint stays while there is room for it."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A double click on an object opens it; elsewhere it frames everything."""
        if event.type() == QEvent.Type.MouseButtonPress and watched is self.view:
            self._last = -1  # until this click picks one
        if (
            event.type() == QEvent.Type.MouseButtonDblClick
            and watched is self.view
            and self._pickable
            and self._last >= 0
        ):
            self.opened.emit(self._last)
            return True
        return super().eventFilter(watched, event)

    # ------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        controls = self.controls
        controls.thresholdMoved.connect(self._set_threshold)
        controls.surfaceChosen.connect(self._set_surface)
        controls.turntable.connect(lambda on: self.view.set_turntable(on))
        controls.floor.connect(lambda on: self.view.set_floor(on))
        controls.box.connect(lambda on: self.view.set_bounding_box(on))
        controls.framed.connect(lambda: self.view.frame())
        controls.view.changed.connect(lambda: controls.view.dress(self.view))

    def _install(self, view: Viewport | Still, missing: str) -> None:
        """Put the widget that shows the objects into its place."""
        self.view = view
        view.shown.connect(self._describe)
        view.refused.connect(lambda reason: self.say(reason, "warn"))
        view.picked.connect(self._on_picked)
        view.touched.connect(self._quieten)
        view.installEventFilter(self)
        if isinstance(view, Viewport):
            view.unavailable.connect(self.fall_back)
        bottom, left, right = (
            Qt.AlignmentFlag.AlignBottom, Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight,
        )  # fmt: skip
        # the labels lie over the view, a little away from its corners
        gap = theme.SPACE[2]
        self._layers.setRowMinimumHeight(1, gap)
        self._layers.setColumnMinimumWidth(0, gap)
        self._layers.setColumnMinimumWidth(2, gap)
        self._layers.setColumnStretch(1, 1)
        self._layers.setRowStretch(0, 1)
        self._layers.setSpacing(0)
        self._layers.addWidget(view, 0, 0, 2, 3)
        self._layers.addWidget(self.status, 0, 1, bottom | left)
        self._layers.addWidget(self.hint, 0, 1, bottom | right)
        self.status.raise_()
        self.hint.raise_()
        self.missing.setText(f"{missing} {STANDS_IN}" if missing else "")
        self.missing.setVisible(bool(missing))
        self._hinting = not missing
        self._fit()
        for switch in self.controls.switches.values():
            switch.setEnabled(not missing)
        self.controls.view.enable(not missing)
        for name in ("Cubes", "Smooth", "Volume"):
            self.controls.surface.enable(name, True, ON_TIP if missing else "")

    def fall_back(self, reason: str) -> None:
        """The viewport cannot draw: pictures take its place."""
        self._unable = True
        self._exchange(Still(), f"{reason}.")

    def _exchange(self, view: Viewport | Still, missing: str) -> None:
        """Let another widget show the objects, as they stand now."""
        before = self.view
        self._install(view, missing)
        before.release()
        self._layers.removeWidget(before)
        before.hide()
        before.deleteLater()
        switches = self.controls.switches
        view.set_threshold(self.threshold)
        view.set_surface(self.surface)
        view.set_pickable(self._pickable)
        view.set_turntable(switches["turntable"].isChecked())
        view.set_floor(switches["floor"].isChecked())
        view.set_bounding_box(switches["box"].isChecked())
        self.controls.view.dress(view)
        view.set_calm(self._calm)
        self._dye()
        view.set_names(self._names)
        view.show_grids(self._grids)

    def _describe(self, shapes: list[Shape]) -> None:
        """Say what stands there."""
        counts = [shape.voxels for shape in shapes]
        if not shapes:
            self.say("")
        elif not any(counts):
            self.say(NOTHING, "warn")
        elif len(shapes) == 1:
            size = " × ".join(str(n) for n in shapes[0].high - shapes[0].low)
            self.say(f"{counts[0]:,} voxels  ·  {size}")
        else:
            self.say(f"{len(shapes)} objects  ·  {min(counts):,} to {max(counts):,} voxels")
        self.shown.emit(shapes)

    def _quieten(self) -> None:
        """Whoever takes the mouse needs no hint any more."""
        self._hinting = False
        self._fit()

    def _fit(self) -> None:
        wide = self.status.sizeHint().width() * bool(self.status.text())
        room = self.width() - wide - 4 * theme.SPACE[2]
        self.hint.setVisible(self._hinting and self.hint.sizeHint().width() <= room)

    def _dye(self) -> None:
        """Hand over the numbers for colours, if they are those of what stands there."""
        values = self._values
        if values is None or [values.shape] != [grid.shape for grid in self._grids]:
            values = None
        self.view.set_values(None if values is None else [values], self._title)
        self.controls.view.offer_values(None if values is None else self._title)

    def _on_picked(self, index: int) -> None:
        self._last = index
        self.picked.emit(index)

    def _set_threshold(self, threshold: float) -> None:
        self.threshold = threshold
        self.view.set_threshold(threshold)
        self.thresholdMoved.emit(threshold)

    def _set_surface(self, surface: str) -> None:
        self.surface = next((each for each in SURFACES if each == surface), "cubes")
        self.view.set_surface(self.surface)


def empty_page(text: str) -> QWidget:
    """What is shown where no solids are made."""
    cube, heading = QPushButton(), QLabel("Solids")
    cube.setFlat(True)
    cube.setIconSize(QSize(64, 64))
    cube.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    cube.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    theme.tone(cube, "flat")
    theme.decorate(cube, "cube", "muted")
    theme.tone(heading, "title")
    heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
    page = QWidget()
    column = QVBoxLayout(page)
    column.addStretch(2)
    column.addWidget(cube)
    column.addWidget(heading)
    column.addWidget(Notice(text))
    column.addStretch(3)
    return page
