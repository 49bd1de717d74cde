"""The map: samples, made and real, laid out so that likes lie together."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QWidget,
)

from ganstudio.latent.plane import NO_UMAP, has_umap
from ganstudio.latent.stand import Stand
from ganstudio.samples import SampleSpec
from ganstudio.train import messages as m
from ganstudio.train.frames import single
from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.cloud_view import CloudView, Kind
from ganstudio.ui.errand import Errand, ErrandBar, sentence
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.panels.base import ModelPanel
from ganstudio.ui.segments import Segments
from ganstudio.ui.shots import Shots, fits
from ganstudio.ui.studio import Studio

TASK, HERE = "cloud", "map-here"
COUNTS = (256, 512, 1024, 2048)
REALS = 512
FOLLOW_MS = 120
THUMB_PX = 48
NEIGHBOURS, COARSE = 3, 4  # whose places Latent's is between; by how much pictures are averaged
EMPTY = "No model yet. Once one is training or opened, its samples are laid out here."
NO_NOISE = "This model takes no noise, so there is no cloud of latents."
REAL_TIP = "This one is real: it has no latent."
SOUGHT_TIP = f"{REAL_TIP} Find holds it now and can look for the closest."


class MapPanel(ModelPanel):
    """A cloud of samples: hover to see one, click to go to its latent."""

    title = "Map"
    area = "centre"
    order = 70
    empty, noiseless = EMPTY, NO_NOISE

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._here: Stand | None = None
        self._cloud: Any = None  # what the task found, see ``train/tasks/cloud.py``
        self._here_ticket, self._nimg, self._missing = 0, 0, True
        self.errand = Errand(studio, "map", self)
        self.errand.progressed.connect(lambda event: self._said.setText(sentence(event.text)))
        self.errand.done.connect(self._on_done)
        self.errand.dropped.connect(lambda why: self._said.setText(why or "Cancelled."))
        self._build()
        self._closer = Shots(studio, f"{TASK}-hover", self, 2 * THUMB_PX)
        self._closer.ready.connect(self._show_closer)
        self._worker = Background("map", self)
        self._worker.done.connect(self._on_placed)
        self._follow = QTimer(self, singleShot=True, interval=FOLLOW_MS)
        self._follow.timeout.connect(self._ask_here)
        studio.latentChanged.connect(self._on_latent)
        studio.rendered.connect(self._on_rendered)
        self.listen()

    def release(self) -> None:
        """Stop the timer and the thread."""
        theme.notifier.changed.disconnect(self._recolour)
        self._follow.stop()
        self._closer.release()
        self._worker.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Lay out what was not laid out while hidden."""
        super().showEvent(event)
        if self._missing:
            self.compute()
        else:
            self._follow.start()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.view = CloudView()
        self.view.hovered.connect(self._on_hovered)
        self.view.clicked.connect(self.take)
        self._said = QLabel()
        self._said.setWordWrap(True)
        theme.tone(self._said, "small")
        column = self.page.column
        column.addWidget(self._build_controls())
        column.addWidget(self.view, 1)
        self.bar = ErrandBar(self.errand, "How far the map is", "Stop; the map stays as it is")
        column.addWidget(self.bar)
        column.addWidget(self._said)

    def _build_controls(self) -> QWidget:
        box = QWidget()
        flow = FlowLayout(box, theme.SPACE[1])
        self.layout_choice = Segments(("PCA", "UMAP"))
        self.layout_choice.setToolTip("How many dimensions become two")
        self.layout_choice.enable("UMAP", has_umap(), "" if has_umap() else f"{NO_UMAP}.")
        self.layout_choice.chosen.connect(self.compute)
        self.count = QComboBox()
        for count in COUNTS:
            self.count.addItem(f"{count:,} dots", count)
        self.count.setCurrentIndex(COUNTS.index(512))
        self.count.setToolTip("How many samples are made")
        self.count.setAccessibleName("Samples made")
        self.count.currentIndexChanged.connect(self.compute)
        self._again = QPushButton("Renew")
        self._again.setToolTip("Lay it out anew with the newest weights")
        theme.decorate(self._again, "reset")
        self._again.clicked.connect(self.compute)
        self._boxes: dict[Kind, QCheckBox] = {}
        for part in (self.layout_choice, self.count, self._again):
            flow.addWidget(part)
        names: dict[Kind, str] = {"real": "Real", "fake": "Generated"}
        for kind, name in names.items():
            tick = QCheckBox(name)
            tick.setChecked(True)
            tick.setToolTip(f"Show {name.lower()} samples")
            tick.toggled.connect(partial(self.view.show_kind, kind))
            self._boxes[kind] = tick
            flow.addWidget(tick)
        self._recolour()
        theme.notifier.changed.connect(self._recolour)
        return box

    # What the person does -------------------------------------------------------------------

    def compute(self, *_: object) -> None:
        """Lay out samples of the newest model, now or when the panel is seen."""
        self._missing = True
        if self.why_empty() or not self.isVisible():
            return
        self._missing = False
        reals, spec = self.studio.reals, None if self.model is None else self.model.spec
        fitting = reals is not None and spec is not None and reals.shape[1:] == spec.shape
        self.errand.begin(
            TASK,
            count=int(self.count.currentData()),
            layout="umap" if self.layout_choice.value == "UMAP" else "pca",
            reals=reals if fitting else None,
            real_count=REALS,
            data_root=self.studio.data_root,
            thumbnail_px=THUMB_PX,
        )
        self._said.setText("")

    def take(self, kind: str, index: int) -> None:
        """Go to the latent of a dot; a real one has none, so that it goes to Find."""
        if self._cloud is None:
            return
        if kind == "real":
            sample = self._cloud.reals[index]
            self._said.setText(REAL_TIP if sample.ndim == 1 else SOUGHT_TIP)
            self.studio.sought.emit(sample)
            return
        self.studio.latentTaken.emit(self._stand(index))

    # What the studio says -------------------------------------------------------------------

    def take_model(self, event: m.ModelReady) -> None:
        """Lay out samples of another model."""
        self._cloud, self._here = None, None
        self.errand.forget()
        nothing = np.zeros((0, 2))
        self.view.show_dots(nothing, nothing)
        self._said.setText("")
        self.compute()

    def take_weights(self, event: m.ModelReady) -> None:
        """Say that there are newer weights; the map stays until it is renewed."""
        if self._cloud is not None and event.nimg != self._nimg and not self.errand.busy:
            self._say_age(newest=event.nimg)

    def _on_latent(self, stand: Stand) -> None:
        self._here = stand
        if self.isVisible() and not self._follow.isActive():
            self._follow.start()

    def _on_done(self, event: m.Done) -> None:
        cloud = self._cloud = event.result
        self._nimg = event.nimg
        self.view.show_dots(cloud.places[cloud.real], cloud.places[~cloud.real])
        self._boxes["real"].setEnabled(bool(cloud.real.any()))
        self._say_age()
        self._follow.start()

    # Where Latent stands --------------------------------------------------------------------

    def _ask_here(self) -> None:
        here, model = self._here, self.model
        if here is None or model is None or self._cloud is None or not self.isVisible():
            return
        if fits(here, model):
            self._here_ticket = self.studio.ask(
                HERE, here.z[None], here.told, here.psi, here.shifts, here.noise
            )

    def _on_rendered(self, event: m.Rendered) -> None:
        model, cloud = self.model, self._cloud
        if event.tag == HERE and event.ticket == self._here_ticket and model and cloud is not None:
            self._worker.submit(partial(_between, event.samples[0], model.spec, cloud))

    def _on_placed(self, found: tuple[object, tuple[float, float]]) -> None:
        if found[0] is self._cloud:
            self.view.show_spot(found[1])

    # Showing --------------------------------------------------------------------------------

    def _stand(self, index: int) -> Stand:
        """The place of one of those that were made."""
        told = {key: value[index : index + 1] for key, value in self._cloud.told.items()}
        return Stand(self._cloud.z[index], told)

    def _on_hovered(self, kind: str, index: int) -> None:
        """The kept thumbnail at once; of a made one a finer picture follows."""
        self._closer.forget()
        if self._cloud is not None and kind:
            every = np.flatnonzero(self._cloud.real == (kind == "real"))
            self.view.show_thumb(pictures.to_qimage(self._cloud.thumbnails[every[index]]))
            if kind == "fake":
                self._closer.ask([self._stand(index)])

    def _show_closer(self, pixels: np.ndarray) -> None:
        if self.view.lit[0] == "fake":
            self.view.show_thumb(pictures.to_qimage(pixels[0]))

    def _say_age(self, newest: int | None = None) -> None:
        cloud = self._cloud
        real, made = int(cloud.real.sum()), cloud.count
        parts = [f"{made:,} generated at {self._nimg / 1000:,.1f} kimg"]
        parts.append(f"{real:,} real" if real else "no real samples at hand")
        if newest is not None and newest != self._nimg:
            parts.append(f"Renew shows {newest / 1000:,.1f} kimg")
        self._said.setText("  ·  ".join(parts))

    def _recolour(self) -> None:
        for kind, tick in self._boxes.items():
            tick.setStyleSheet(f"padding: 5px 4px; color: {getattr(theme.current(), kind)};")


def _between(
    sample: np.ndarray, spec: SampleSpec, cloud: Any
) -> tuple[object, tuple[float, float]]:
    """Where a sample belongs: between the made ones that look most like it."""
    made = ~cloud.real
    side = cloud.thumbnails.shape[1]
    mine = _coarse(single(sample, spec, (side, side))[None])
    far = np.linalg.norm(_coarse(cloud.thumbnails[made]) - mine, axis=1)
    nearest = np.argsort(far)[:NEIGHBOURS]
    weights = 1 / (far[nearest] ** 2 + 1e-6)
    x, y = (weights[:, None] * cloud.places[made][nearest]).sum(0) / weights.sum()
    return cloud, (float(x), float(y))


def _coarse(thumbnails: np.ndarray) -> np.ndarray:
    """(N, F) float32: the pictures, averaged to a few pixels."""
    count, side = thumbnails.shape[:2]
    kept = side // COARSE * COARSE
    blocks = thumbnails[:, :kept, :kept].reshape(
        count, kept // COARSE, COARSE, kept // COARSE, COARSE, 3
    )
    coarse: np.ndarray = blocks.mean((2, 4), dtype=np.float32).reshape(count, -1) / 255
    return coarse
