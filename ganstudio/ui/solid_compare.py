"""Files of others beside a generated solid: opened, voxelised, compared, sought and found."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.solids.opening import SUFFIXES, Opened
from ganstudio.solids.voxelise import SIDES, Up, resized
from ganstudio.train import messages as m
from ganstudio.ui import theme
from ganstudio.ui.background import Background
from ganstudio.ui.errand import Errand, ErrandBar
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.segments import Segments
from ganstudio.ui.solid_guests import Guest, alike, described, read
from ganstudio.ui.studio import Studio

TAG = "solid-compare"
SEARCH_S = 8.0
MODEL_SIDE = 0  # as many voxels as the model's
KINDS = f"Meshes and voxels ({' '.join(f'*{suffix}' for suffix in SUFFIXES)})"
NOTHING = "Open a mesh or voxel file, or drop one on the view, to see it beside the generated one."
EMPTY = "Nothing is above the threshold."
NO_RUN = "The run of this model is not known, so neither is its training set."


class SolidCompare(QWidget):
    """Opens files, holds them against the generated solid, and searches data and latent space.

    Args:
        studio: does the searching.

    Attributes:
        guests: what stands beside the generated solid, in order.

    Signals:
        changed: ``guests`` are others.
        found (Stand): the latent whose solid is most like the opened one.
    """

    changed = Signal()
    found = Signal(object)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.file: Guest | None = None
        self.neighbour: Guest | None = None
        self._path: Path | None = None
        self._own: np.ndarray | None = None  # the generated one
        self._threshold = 0.5
        self._errand = Errand(studio, TAG, self)
        self._errand.done.connect(self._on_done)
        self._errand.dropped.connect(lambda why: self._fail(f"{why}." if why else "Cancelled."))
        self._reading = 0  # counts up: what was asked for before is not wanted any more
        self._unmeasured = False
        self._reader = Background("open solid", self)
        self._reader.done.connect(self._take)
        self._reader.broken.connect(lambda error: self._fail(f"Not opened: {error}.", "error"))
        self._scale = Background("likeness", self)
        self._scale.done.connect(self._show_likeness)
        self._scale.broken.connect(lambda error: self._show_fault(f"Not compared: {error}."))
        self._build()
        self._renew()

    @property
    def guests(self) -> list[Guest]:
        """What stands beside the generated solid."""
        return [guest for guest in (self.file, self.neighbour) if guest is not None]

    @property
    def side(self) -> int:
        """Voxels per side that files are brought to."""
        chosen = int(self.resolution.currentData())
        return chosen or self._model_side() or SIDES[1]

    def release(self) -> None:
        """End the threads."""
        self._reading += 1
        self._reader.close()
        self._scale.close()

    # What the person does -------------------------------------------------------------------

    def ask_open(self) -> None:
        """Let the person choose a file."""
        path, _ = QFileDialog.getOpenFileName(self, "Open solid", "", KINDS)
        if path:
            self.open(Path(path))

    def open(self, path: Path) -> None:
        """Show a file beside the generated solid, as soon as it is read."""
        self._path = path
        self._reading += 1
        self._say(f"Reading {path.name}…")
        self.fault.hide()
        number, side, fill = self._reading, self.side, self.fill.isChecked()
        up: Up = "y" if self.up.value == "Y" else "z"
        wanted = lambda: number == self._reading  # noqa: E731
        self._reader.submit(lambda: (number, read(path, side, up, fill, wanted)))

    def take(self, guest: Guest) -> None:
        """Show any solid beside the generated one."""
        self._path = None
        self._reading += 1
        self._set(guest)

    def clear(self) -> None:
        """Nothing stands beside the generated solid any more."""
        self._path, self.neighbour = None, None
        self._reading += 1
        self._set(None)

    def find_nearest(self) -> None:
        """Search the training set for what is most like the opened solid, or the generated one."""
        guest, run = self.file, self._run()
        if guest is None and self._own is not None:
            guest = Guest("", self._own)
        if run is None or guest is None:
            self._fail(NO_RUN if run is None else NOTHING)
            return
        subject = guest.solid(self._threshold)
        if not subject.any():
            self._fail(EMPTY)
            return
        sized = guest.fine is None and subject.shape == (self._model_side(),) * 3
        root = self._studio.data_root
        self._errand.begin("nearest", grid=subject, run=run, data_root=root, sized=sized)
        self._show_work("Reading the training set")

    def find_latent(self) -> None:
        """Search latent space for what is most like the opened solid."""
        side = self._model_side()
        if self.file is None or not side:
            return
        if not self.file.solid(self._threshold).any():
            self._fail(EMPTY)
        else:
            target = self._target(self.file, side).astype(np.float32)[None] * 2 - 1
            self._errand.begin("projection", target=target, seconds=SEARCH_S)
            self._show_work("Searching latent space")

    # What the panel tells -------------------------------------------------------------------

    def hold_against(self, grid: np.ndarray | None, threshold: float) -> None:
        """The generated solid is this one now."""
        if grid is not self._own or threshold != self._threshold:
            self._own, self._threshold = grid, threshold
            self._compare()
            self._renew()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: measure what came meanwhile."""
        super().showEvent(event)
        if self._unmeasured:
            self._compare()

    def forget(self) -> None:
        """Another model: its training set is another."""
        self._errand.cancel()
        if self.neighbour is not None:
            self.neighbour = None
            self.changed.emit()
        self._own = None
        if self._path is not None and not int(self.resolution.currentData()):
            self.open(self._path)  # at the sides of this model
        self._renew()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[2])
        box = QWidget()
        flow = FlowLayout(box, theme.SPACE[2])
        for part in (*self._build_opening(), *self._build_searching()):
            flow.addWidget(part)
        column.addWidget(box)
        self.line = QLabel(NOTHING)
        self.line.setWordWrap(True)
        theme.tone(self.line, "muted")
        column.addWidget(self.line)
        self.fault = QLabel()
        self.fault.setWordWrap(True)
        self.fault.hide()
        column.addWidget(self.fault)
        self.bar = ErrandBar(self._errand, "How far the search is", "Stop searching.")
        column.addWidget(self.bar)

    def _build_opening(self) -> tuple[QWidget, ...]:
        opening = QPushButton("Open…")
        opening.setToolTip("Open a mesh or voxel file, or drop one on the view.")
        theme.decorate(opening, "import")
        opening.clicked.connect(self.ask_open)
        self.resolution = QComboBox()
        self.resolution.addItem("Model's voxels", MODEL_SIDE)
        for side in SIDES:
            self.resolution.addItem(f"{side} voxels", side)
        self.resolution.setToolTip("Voxels per side that files are brought to.")
        self.resolution.setAccessibleName("Resolution")
        self.up = Segments(("Z", "Y"))
        self.up.setToolTip("Which axis of the file points up. GLB files say so themselves.")
        self.fill = QCheckBox("Fill")
        self.fill.setToolTip("Make solid what the surface of a mesh encloses.")
        self.fill.setChecked(True)
        self._close = QToolButton()
        self._close.setToolTip("Show the generated solid alone again.")
        self._close.setAccessibleName("Close the file")
        theme.decorate(self._close, "close")
        self._close.clicked.connect(self.clear)
        up = QWidget()
        row = QHBoxLayout(up)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        label = QLabel("Up")
        theme.tone(label, "muted")
        row.addWidget(label)
        row.addWidget(self.up)
        self.resolution.currentIndexChanged.connect(self._again)
        self.up.chosen.connect(self._again)
        self.fill.toggled.connect(self._again)
        parts = opening, self.resolution, up, self.fill, self._close
        for part in parts:
            part.setMinimumHeight(opening.sizeHint().height())  # one line through all of them
        return parts

    def _build_searching(self) -> tuple[QWidget, ...]:
        self.nearest, self.latent = QPushButton("Nearest in data"), QPushButton("Find its latent")
        self.nearest.setToolTip(
            "Search the training set for what shares most voxels with the opened file, or with "
            "the generated object: a copy was learnt by heart."
        )
        self.latent.setToolTip("Search latent space for what comes closest to the opened file.")
        theme.decorate(self.nearest, "search")
        theme.decorate(self.latent, "points")
        self.nearest.clicked.connect(self.find_nearest)
        self.latent.clicked.connect(self.find_latent)
        return self.nearest, self.latent

    # ------------------------------------------------------------------------------------------

    def _again(self, *_: object) -> None:
        """Read the file anew, as is wished now."""
        if self._path is not None:
            self.open(self._path)

    def _take(self, answer: tuple[int, Opened | str]) -> None:
        number, opened = answer
        if number != self._reading:  # closed meanwhile, or another took its place
            return
        if isinstance(opened, str):
            self._fail(f"Not opened: {opened}.", "error")
        else:
            self._set(Guest(*opened))

    def _set(self, guest: Guest | None) -> None:
        self.file = guest
        self.fault.hide()
        self.changed.emit()
        self._compare()
        self._renew()

    def _compare(self) -> None:
        """Have the likeness of all that stands there measured."""
        own = self._own
        self._unmeasured = not self.isVisible()
        if not self.guests:
            self._say(NOTHING)
        elif own is None:
            self._say("  ·  ".join(described(guest) for guest in self.guests))
        elif not self._unmeasured:
            self._scale.submit(partial(alike, own, self.guests, self._threshold))

    def _show_likeness(self, lines: list[str]) -> None:
        if self.guests:
            self._say("  ·  ".join(lines))

    def _target(self, guest: Guest, side: int) -> np.ndarray:
        """What is sought, in the model's voxels: as large as the generated one, on its floor."""
        own = None if self._own is None else self._own > self._threshold
        if own is not None and own.any():
            return guest.beside(own, self._threshold)
        return np.asarray(resized(guest.solid(self._threshold), side))

    def _model_side(self) -> int:
        model = self._studio.model
        return model.spec.shape[-1] if model is not None and model.spec.kind == "voxels" else 0

    def _run(self) -> Path | None:
        """The folder whose recipe names the training set."""
        source = self._studio.model_source
        if source == "live":
            return self._studio.run_folder
        return Path(source) if source else None

    def _renew(self) -> None:
        model = self._model_side() > 0
        self._close.setVisible(self.file is not None or self.neighbour is not None)
        self.nearest.setEnabled(model and (self.file is not None or self._own is not None))
        self.latent.setEnabled(model and self.file is not None)

    def _say(self, text: str) -> None:
        self.line.setText(text)

    def _fail(self, text: str, tone: str = "warn") -> None:
        """Say why not; above it what stands there."""
        self._show_fault(text, tone)
        self._compare()

    def _show_fault(self, text: str, tone: str = "warn") -> None:
        """On a line of its own, where it stays until the next wish."""
        theme.tone(self.fault, tone)
        self.fault.setText(text)
        self.fault.show()

    # What the studio says -------------------------------------------------------------------

    def _show_work(self, text: str) -> None:
        self.fault.hide()
        self._say(f"{text}…")

    def _on_done(self, event: m.Done) -> None:
        if event.task == "nearest":
            self._show_nearest(event)
        else:
            self.found.emit(event.result.stand)

    def _show_nearest(self, event: m.Done) -> None:
        near = event.result
        told = f"IoU {near.ious[0]:.2f}, the best of {near.among:,}"
        self.neighbour = Guest(f"Sample {int(near.indices[0]) + 1}", near.grids[0], told)
        self.changed.emit()
        self._compare()
        self._renew()
