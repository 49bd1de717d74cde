"""A morph: from one solid to another on a slider, as a film, or as a row of mesh files."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.latent.stand import Stand
from ganstudio.latent.walks import KeyFrames
from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.decimals import Decimals
from ganstudio.ui.errand import Errand
from ganstudio.ui.film_box import FilmBox
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.shots import Shots, fits
from ganstudio.ui.sliders import Groove
from ganstudio.ui.solid_export import FORMATS, MESHES, Choice
from ganstudio.ui.studio import Studio
from ganstudio.ui.well import Well

TAG, PICTURE_PX = "solid-morph", 96
STEPS, TICK_MS, USUAL_S, USUAL_MESHES = 1000, 33, 3.0, 24
FROM_TIP = "Where the morph begins: click to take what stands there now, or drop a tile."
TO_TIP = "Where it ends: click to take what stands there now, or drop a tile."
SHORT = "A morph needs both ends: take or drop an object on each well."
UNFIT = "Not taken: it is a latent of another model."
SPIN_PX = 104


class SolidMorph(QWidget):
    """Two wells, the way between them, and the ways to keep it.

    Args:
        studio: draws the small pictures, and writes films and meshes.

    Attributes:
        shots: draws the pictures; its ``here`` is what an empty well takes.
        choice: how meshes are written.
        threshold: voxels above it are solid in these meshes.

    Signals:
        moved (Stand): show this; it goes on moving.
        rested (Stand): the hand let go here.
    """

    moved = Signal(object)
    rested = Signal(object)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.choice, self.threshold = Choice(), 0.5
        self._drawing: list[Well] = []
        self.shots = Shots(studio, TAG, self, PICTURE_PX)
        self.shots.ready.connect(self._on_pictures)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self._on_tick)
        self._forth = True
        self._errand = Errand(studio, TAG, self)
        self._errand.done.connect(self._on_done)
        self._build()
        self._errand.turned.connect(lambda _: self._renew())
        self._renew()

    @property
    def walk(self) -> KeyFrames | None:
        """The way from one end to the other; None while one is missing."""
        model = self._studio.model
        ends = [well.stands[0] for well in (self.start, self.end) if well.stands]
        if model is None or len(ends) < 2:
            return None
        try:
            return KeyFrames(
                tuple(ends), self.seconds.value(), easing="linear",
                classes=len(model.classes), prior=model.prior,
            )  # fmt: skip
        except ValueError:  # the ends do not go together
            return None

    def release(self) -> None:
        """Stop the clock and the drawing thread."""
        self._clock.stop()
        self.shots.release()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: nothing moves while nobody looks."""
        super().hideEvent(event)
        self.pause()

    def forget(self) -> None:
        """Another model: its latents mean nothing any more."""
        self.start.put([])
        self.end.put([])
        self._renew()

    def use(self, choice: Choice) -> None:
        """Write meshes so from now on."""
        self.choice = choice

    def draw(self) -> None:
        """Have the pictures of both ends drawn by the newest weights."""
        self._drawing = [well for well in (self.start, self.end) if well.stands]
        if self._drawing:
            self.shots.ask([well.stands[0] for well in self._drawing])

    def toggle(self) -> None:
        """Go to and fro by itself, or stand still."""
        if self._clock.isActive():
            self.pause()
        elif self.walk is not None:
            self._clock.start()
            theme.decorate(self._play, "pause")

    def pause(self) -> None:
        """Stand still."""
        if self._clock.isActive():
            self._clock.stop()
            self._rest()
        theme.decorate(self._play, "play")

    def film(self, path: Path, fps: int, height_px: int) -> None:
        """Have the morph written as a film."""
        walk = self.walk
        if walk is not None and not self.box.busy:
            size = (height_px, height_px)
            self._errand.begin("film", walk=walk, path=path, fps=fps, size=size)

    def ask_meshes(self) -> None:
        """Ask where to, and have the morph written as mesh files."""
        suffix = self.choice.suffix if self.choice.suffix in MESHES else MESHES[0]
        path = pictures.ask_save(
            self, "Export a row of meshes", f"morph{suffix}",
            ";;".join(f"{FORMATS[end]} (*{end})" for end in (suffix, *MESHES) if end in FORMATS),
        )  # fmt: skip
        if path is not None:
            self.meshes(path)

    def meshes(self, path: Path) -> None:
        """Have as many meshes written as are wished, into a folder of this name."""
        walk = self.walk
        if walk is not None and not self.box.busy:  # one at a time: it would end a film
            self._errand.begin(
                "meshes", walk=walk, folder=path.with_suffix(""), suffix=path.suffix.lower(),
                count=self.count.value(), wishes=self.choice.wishes(self.threshold),
                name=path.stem,
            )  # fmt: skip

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        here = lambda: self.shots.here  # noqa: E731
        self.start, self.end = Well("From", FROM_TIP, here=here), Well("To", TO_TIP, here=here)
        for well in (self.start, self.end):
            well.changed.connect(partial(self._check, well))
            well.clicked.connect(lambda well=well: self.rested.emit(well.stands[0]))
            well.refused.connect(self._refuse)
        self.slider = Groove(0, STEPS, 0)
        self.slider.setToolTip("Where between both: drag to morph.")
        self.slider.setAccessibleName("Where between both")
        self.slider.valueChanged.connect(self._on_moved)
        self.slider.sliderReleased.connect(self._rest)
        self._play = QToolButton()
        self._play.setToolTip("Morph to and fro, and pause")
        self._play.setAccessibleName("Play")
        theme.decorate(self._play, "play")
        self._play.clicked.connect(self.toggle)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE[2])
        for part in (self.start, self._play):
            row.addWidget(part)
        row.addWidget(self.slider, 1)
        row.addWidget(self.end)
        self.box = FilmBox("morph", self._errand)
        self.box.wanted.connect(self.film)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[2])
        column.addLayout(row)
        column.addWidget(self.box)
        column.addWidget(self._build_meshes())

    def _build_meshes(self) -> QWidget:
        self.seconds, self.count = Decimals(), QSpinBox()
        self.seconds.setRange(0.2, 120.0)
        self.seconds.setDecimals(1)
        self.seconds.setSuffix(" s")
        self.seconds.setValue(USUAL_S)
        self.seconds.setToolTip("How long the morph takes, in the film and played here.")
        self.seconds.setAccessibleName("Seconds")
        self.count.setRange(2, 1000)
        self.count.setSuffix(" meshes")
        self.count.setValue(USUAL_MESHES)
        self.count.setToolTip("How many meshes from one end to the other.")
        self.count.setAccessibleName("Number of meshes")
        for spin in (self.seconds, self.count):
            spin.setFixedWidth(SPIN_PX)
            spin.lineEdit().setTextMargins(5, 0, 0, 0)
        self._meshes = QPushButton("Export meshes…")
        self._meshes.setToolTip("Write the morph as numbered mesh files, for animation programs.")
        theme.decorate(self._meshes, "export")
        self._meshes.clicked.connect(self.ask_meshes)
        box = QWidget()
        flow = FlowLayout(box, theme.SPACE[1])
        for part in (self.seconds, self.count, self._meshes):
            flow.addWidget(part)
        return box

    # Moving ---------------------------------------------------------------------------------

    def _stand(self) -> Stand | None:
        walk = self.walk
        return None if walk is None else walk.at(self.slider.value() / STEPS * walk.duration)

    def _on_moved(self) -> None:
        stand = self._stand()
        if stand is not None:
            self.moved.emit(stand)
            if not (self.slider.isSliderDown() or self._clock.isActive()):
                self.rested.emit(stand)  # by a key

    def _rest(self) -> None:
        stand = self._stand()
        if stand is not None:
            self.rested.emit(stand)

    def _on_tick(self) -> None:
        """One step further, and back again at the end."""
        step = max(round(STEPS * TICK_MS / 1000 / self.seconds.value()), 1)
        at = self.slider.value() + (step if self._forth else -step)
        if not 0 < at < STEPS:
            self._forth = at <= 0
        self.slider.setValue(min(max(at, 0), STEPS))

    def _check(self, well: Well) -> None:
        """Take nothing of another model."""
        model = self._studio.model
        if well.stands and (model is None or not fits(well.stands[0], model)):
            well.put([])
            self._refuse(UNFIT)
        self._renew()
        self.draw()

    def _renew(self) -> None:
        ready = self.walk is not None
        for part in (self.slider, self._play, self.count, self.seconds):
            part.setEnabled(ready)
        self._meshes.setEnabled(ready and not self.box.busy)
        self.box.allow(ready, "" if ready else SHORT)
        if not ready:
            self.pause()

    # What the studio says -------------------------------------------------------------------

    def _on_pictures(self, pixels: np.ndarray) -> None:
        for well, picture in zip(self._drawing, pixels, strict=False):
            well.show_image(pictures.to_qimage(picture))

    def _on_done(self, event: m.Done) -> None:
        if event.task == "meshes":
            left = f", {event.result.empty} were empty" if event.result.empty else ""
            text = f"{event.result.count} meshes in {event.result.folder.name}{left}."
        else:
            text = f"Film written in {event.seconds:.1f} s."
        self._studio.noted.emit(m.Noted(text))

    def _refuse(self, reason: str) -> None:
        self._studio.noted.emit(m.Noted(reason, "warning"))
