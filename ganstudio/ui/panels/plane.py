"""The plane: points of the data and points of the generator in one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import theme
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.studio import Studio

if TYPE_CHECKING:
    import pyqtgraph as pg

TAG, POINT_TAG = "plane", "plane-point"
COUNT = 1024
VIEW = 1.2
REACH_PX = 14
EMPTY = "Models that make points in the plane are shown here. Train one on a set of points."


class PlanePanel(Panel):
    """Real points, generated points and the one that Latent stands on; click to take one."""

    title = "Plane"
    area = "centre"
    order = 30
    stage = ("points",)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._model: m.Model | None = None
        self._reals: np.ndarray | None = None
        self._z = np.zeros((0, 0), np.float32)
        self._classes: np.ndarray | None = None
        self._fakes = np.zeros((0, 2), np.float32)
        self._here: Stand | None = None
        self._stale = False
        self._build()
        theme.notifier.changed.connect(self._recolour)
        studio.modelReady.connect(self._on_model)
        studio.rendered.connect(self._on_rendered)
        studio.started.connect(self._show_reals)
        studio.latentChanged.connect(self._on_latent)
        if studio.model is not None:
            self._on_model(m.ModelReady(studio.model_source, 0, studio.model))

    def release(self) -> None:
        """Let go of the plot."""
        self.landscape.look(False)
        theme.notifier.changed.disconnect(self._recolour)
        self._chart.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was missed while hidden."""
        super().showEvent(event)
        self.landscape.look(True)
        if self._stale:
            self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: no place is judged."""
        super().hideEvent(event)
        self.landscape.look(False)

    def _build(self) -> None:
        import pyqtgraph as pg  # takes long, and the window asks all panels where they stand

        from ganstudio.ui.chart import Chart
        from ganstudio.ui.landscape import Landscape

        self._chart = Chart()
        self._chart.setAspectLocked(True)
        self._real = pg.ScatterPlotItem(pxMode=True, size=4, pen=None)
        self._fake = pg.ScatterPlotItem(pxMode=True, size=5, pen=None)
        self._spot = pg.ScatterPlotItem(pxMode=True, size=15)
        for item in (self._real, self._fake, self._spot):
            self._chart.addItem(item, ignoreBounds=True)
        self._chart.scene().sigMouseClicked.connect(self._on_click)
        self.landscape = Landscape(self.studio, self._chart, 2 * VIEW)  # wide panels too
        self._legend, self._status = QLabel(), QLabel()
        theme.tone(self._status, "muted")
        self._home = QPushButton("Fit")
        self._home.setToolTip("Back to the whole plane.")
        self._home.clicked.connect(self.fit)
        view = self._chart.getViewBox()
        view.sigRangeChangedManually.connect(lambda: self._home.setEnabled(True))
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE[4])
        row.addWidget(self._legend)
        row.addStretch(1)
        row.addWidget(self._status)
        row.addWidget(self.landscape.switch)
        row.addWidget(self._home)
        self._pages = QStackedWidget()
        self._pages.addWidget(Notice(EMPTY))
        self._pages.addWidget(self._chart)
        column = QVBoxLayout(self)
        edge = theme.SPACE[3]
        column.setContentsMargins(edge, theme.SPACE[2], edge, theme.SPACE[2])
        column.setSpacing(theme.SPACE[2])
        column.addLayout(row)
        column.addWidget(self._pages, 1)
        self._recolour()
        self.fit()
        self._show_page()

    def fit(self) -> None:
        """Show the square that all data sets lie in."""
        self._chart.setRange(xRange=(-VIEW, VIEW), yRange=(-VIEW, VIEW), padding=0)
        self._home.setEnabled(False)

    # What the studio says -------------------------------------------------------------------

    def _on_model(self, event: m.ModelReady) -> None:
        if event.model != self._model:
            self._model = event.model
            self._z = event.model.draw(COUNT, seed=0)
            names = len(event.model.classes)
            self._classes = np.arange(COUNT) % names if names else None
            self._place_fakes(np.zeros((0, 2), np.float32))
            self._spot.setData([], [])
            self._show_reals()
            self._show_page()
        elif self.studio.reals is not self._reals:  # another run of the same design
            self._show_reals()
        self.landscape.renew(event.model if event.model.spec.shape == (2,) else None)
        self._ask()

    def _show_reals(self, event: m.Started | None = None) -> None:
        reals = self._reals = self.studio.reals if event is None else event.reals
        fits = reals is not None and reals.ndim == 2 and reals.shape[1] == 2
        shown = reals[:COUNT] if fits and reals is not None else np.zeros((0, 2))
        self._real.setData(shown[:, 0], shown[:, 1])

    def _on_rendered(self, event: m.Rendered) -> None:
        if event.samples.ndim != 2 or event.samples.shape[1] != 2:
            return
        if event.tag == TAG and len(event.samples) == len(self._z):
            self._place_fakes(event.samples)
            self._status.setText(f"{event.nimg / 1000:,.1f} kimg")
        elif event.tag == POINT_TAG:
            self._spot.setData(event.samples[:, 0], event.samples[:, 1])

    def _on_latent(self, stand: Stand) -> None:
        self._here = stand
        self.landscape.stand_on(stand)
        self._ask_point()

    # What the person does -------------------------------------------------------------------

    def take_nearest(self, x: float, y: float, reach: float) -> int:
        """Take the generated point nearest to a place to the Latent panel.

        Args:
            x: place in the plane.
            y: place in the plane.
            reach: how far away it may be.

        Returns:
            Its index, or -1 if there is none within reach.
        """
        if not len(self._fakes):
            return -1
        distance = np.hypot(self._fakes[:, 0] - x, self._fakes[:, 1] - y)
        index = int(np.argmin(distance))
        if distance[index] > reach:
            return -1
        told = {} if self._classes is None else {"classes": self._classes[[index]]}
        self.studio.take_latent(self._z[index].copy(), told)
        return index

    def _on_click(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        view = self._chart.getViewBox()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place: QPointF = view.mapSceneToView(event.scenePos())
        self.take_nearest(place.x(), place.y(), REACH_PX * view.viewPixelSize()[0])

    # Showing --------------------------------------------------------------------------------

    def _ask(self) -> None:
        points = self._model is not None and self._model.spec.shape == (2,)
        self._stale = points and not self.isVisible()
        if points and not self._stale:
            self.studio.ask(
                TAG, self._z, {} if self._classes is None else {"classes": self._classes}
            )
            self._ask_point()

    def _ask_point(self) -> None:
        points = self._model is not None and self._model.spec.shape == (2,)
        if self._here is None or self._model is None or not points:
            return
        if not self.isVisible():
            self._stale = True
            return
        stand = self._here
        if stand.z.shape == (self._model.z_dim,):
            self.studio.ask(
                POINT_TAG, stand.z[None], stand.told, stand.psi, stand.shifts, stand.noise
            )

    def _place_fakes(self, fakes: np.ndarray) -> None:
        self._fakes = fakes
        self._fake.setData(fakes[:, 0], fakes[:, 1])

    def _show_page(self) -> None:
        points = self._model is not None and self._model.spec.shape == (2,)
        self._pages.setCurrentIndex(1 if points else 0)
        for part in (self._legend, self._status, self.landscape.switch, self._home):
            part.setVisible(points)

    def _recolour(self) -> None:
        colours = theme.current()
        for item, colour, alpha in (
            (self._real, colours.real, 150), (self._fake, colours.fake, 200),
        ):  # fmt: skip
            shade = QColor(colour)
            shade.setAlpha(alpha)
            item.setBrush(shade)
        self._spot.setBrush(QColor(colours.fake))
        self._spot.setPen(colours.text, width=2)  # of px: a QPen's would grow with the dot
        self.landscape.recolour()
        dots = ((colours.real, "Real"), (colours.fake, "Generated"))
        parts = [f'<span style="color:{colour}">●</span>&nbsp; {name}' for colour, name in dots]
        ring = f'<span style="color:{colours.text}">◉</span>&nbsp; Latent'
        self._legend.setText("&nbsp;&nbsp;&nbsp;&nbsp;".join([*parts, ring]))
