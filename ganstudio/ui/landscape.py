"""What the discriminator says of every place of the plane, as a map behind the points."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject, QRectF
from PySide6.QtWidgets import QToolButton

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.train.verdicts import Judged
from ganstudio.ui import theme
from ganstudio.ui.asking import Asking
from ganstudio.ui.chart import Chart
from ganstudio.ui.colours import mix
from ganstudio.ui.studio import Studio

WHO = "plane"
SIDE = 120  # places along each side of the map
STRONGEST = 0.55  # how much of the role's colour the clearest verdict has
TIP = (
    "The discriminator's landscape: green where it says real, purple where it says fake. "
    "The line runs where it cannot tell."
)
MISSING = "No landscape: this run keeps no discriminator. Train one, or open a run of your own."


class Landscape(QObject):
    """A map under a chart, drawn while its switch is on and somebody looks.

    Args:
        studio: has the discriminator.
        chart: gets the map.
        reach: half the side of the square that is judged.
    """

    def __init__(self, studio: Studio, chart: Chart, reach: float) -> None:
        super().__init__(chart)
        self.studio, self._reach = studio, reach
        self.switch = QToolButton()
        self.switch.setText("Landscape")
        self.switch.setCheckable(True)
        self.switch.setToolTip(TIP)
        self.switch.toggled.connect(lambda _: self._follow())
        self._asking = Asking(studio, "plane-landscape", self)
        self._asking.answered.connect(self._on_judged)
        self.map, self.line = pg.ImageItem(), pg.IsocurveItem()
        self.map.setZValue(-20)
        self.line.setZValue(-10)
        for item in (self.map, self.line):
            chart.addItem(item, ignoreBounds=True)
            item.hide()
        self._model: m.Model | None = None
        self._judged: Judged | None = None
        self._told: m.Told = {}
        self._visible = False

    def look(self, visible: bool) -> None:
        """Whether anybody can see it."""
        self._visible = visible
        self._follow()

    def renew(self, model: m.Model | None) -> None:
        """There is a newer model of points, or none of points any more."""
        if model != self._model:
            self._model, self._judged, self._told = model, None, {}
            self._show()
        self._ask()

    def stand_on(self, stand: Stand) -> None:
        """Conditional models are judged for the class that Latent stands on."""
        known, told = self._told.get("classes"), stand.told.get("classes")
        if told is not None and (known is None or not np.array_equal(known, told)):
            self._told = {"classes": told}
            self._ask(soon=True)

    def recolour(self) -> None:
        """Draw the map in the window's colours."""
        self.line.setPen(pg.mkPen(theme.current().text, width=1))
        self._show()

    def grid(self) -> np.ndarray:
        """(SIDE * SIDE, 2) places, the second coordinate running fastest."""
        steps = np.linspace(-self._reach, self._reach, SIDE, dtype=np.float32)
        return np.stack(np.meshgrid(steps, steps, indexing="ij"), -1).reshape(-1, 2)

    def _follow(self) -> None:
        wanted = self.switch.isChecked() and self._visible
        self.studio.look_at_scores(WHO, wanted)
        if not wanted:
            self._asking.forget()
        self._show()
        self._ask(soon=True)

    def _ask(self, soon: bool = False) -> None:
        model = self._model
        if model is None or not (self.switch.isChecked() and self._visible):
            return
        told: m.Told = {}
        if model.classes:
            one = self._told.get("classes", np.zeros(1, np.int64))
            told = {"classes": np.repeat(one, SIDE * SIDE, axis=0)}
        self._asking.ask("judge", soon=soon, samples=self.grid(), told=told)

    def _on_judged(self, judged: Judged) -> None:
        self._judged = judged
        tip = f"{TIP} Shown is the {judged.scale.words}. {judged.scale.note}"
        self.switch.setToolTip(MISSING if judged.missing else tip)
        self._show()

    def _show(self) -> None:
        judged = self._judged
        whole = judged is not None and len(judged.scores) == SIDE * SIDE
        shown = whole and self.switch.isChecked()
        self.map.setVisible(shown)
        self.line.setVisible(bool(shown and judged and judged.scale.middle is not None))
        if not shown or judged is None:
            return
        scores = np.nan_to_num(judged.scores).reshape(SIDE, SIDE)
        side = 2 * self._reach * SIDE / (SIDE - 1)  # each place is the middle of its pixel
        corner = -side / 2
        self.map.setImage(painted(judged), levels=(0, 255))
        self.map.setRect(QRectF(corner, corner, side, side))
        if judged.scale.middle is not None:
            self.line.setData(scores, judged.scale.middle)
            self.line.setTransform(self.map.transform())


def painted(judged: Judged) -> np.ndarray:
    """(SIDE, SIDE, 3) uint8: the ground of the window, with green or purple in it."""
    colours, scores = theme.current(), np.nan_to_num(judged.scores).reshape(SIDE, SIDE)
    if judged.scale.probability:
        share = np.tanh(scores / 2)  # twice the probability, less 1
    else:
        middle = judged.scale.middle
        apart = scores - (float(np.median(scores)) if middle is None else middle)
        share = apart / max(float(np.abs(apart).max()), 1e-9)
    clear = np.abs(share)[..., None] * STRONGEST
    ground, real, fake = (
        np.array(list(bytes.fromhex(colour[1:])))
        for colour in (mix(colours.surface, colours.window, 0.5), colours.real, colours.fake)
    )
    tint = np.where(share[..., None] > 0, real, fake)
    return np.asarray((ground + clear * (tint - ground)).round().clip(0, 255), np.uint8)
