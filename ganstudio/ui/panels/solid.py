"""The solid viewport: objects that the generator makes, to be turned around."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.gl.scene import Shape, Surface
from ganstudio.ui.gl.still import Still
from ganstudio.ui.gl.viewport import Viewport, probe
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.solid_controls import FORMATS, SolidControls
from ganstudio.ui.studio import Studio
from ganstudio.ui.tableau import Fixed

TAG = "solid"
EMPTY = "Train on furniture to see solids here, or open a run that makes voxels."
HINT = "Drag to turn  ·  right drag to move  ·  wheel to zoom  ·  F to frame"
STANDS_IN = "Plain pictures stand in for the viewport; all else works."
NOTHING = "Nothing above the threshold"


class SolidPanel(Panel):
    """One object at the Latent panel's point, or several from noise, in an OpenGL viewport."""

    title = "Solid"
    area = "centre"
    order = 20
    stage = ("voxels",)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._model: m.Model | None = None
        self._point: Stand | None = None
        self._count, self._seed, self._chosen = 1, 0, 0
        self._latents: Fixed | None = None  # asked for
        self._shown: Fixed | None = None  # of what stands there
        self._grids: list[np.ndarray] = []
        self._since, self._stale = 0, False
        self._threshold = 0.5
        self._surface: Surface = "cubes"
        self._unable = False  # OpenGL was tried, and failed
        self._build()
        self._writer = Background("export", self, keep_all=True)
        self._writer.done.connect(lambda path: self._tell(m.Noted(f"Saved {path.name}")))
        self._writer.broken.connect(
            lambda error: self._tell(m.Noted(f"Not saved: {error}", "error"))
        )
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        here = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence("F"), self, lambda: self.view.frame(), context=here)
        studio.modelReady.connect(self._on_model)
        studio.latentChanged.connect(self._on_latent)
        studio.rendered.connect(self._on_rendered)
        studio.stateChanged.connect(self._on_state)
        if studio.model is not None:
            self._on_model(m.ModelReady(studio.model_source, 0, studio.model))

    def release(self) -> None:
        """Write what waits, stop timers and threads, free what the graphics device holds."""
        self._writer.close()
        self.view.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: catch up with what was missed while hidden."""
        super().showEvent(event)
        if self._stale:
            self._ask()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.controls = SolidControls()
        self._status, self._hint, self._missing = QLabel(), QLabel(HINT), QLabel()
        theme.tone(self._status, "chip")
        theme.tone(self._hint, "small")
        theme.tone(self._missing, "warn")
        self._missing.setWordWrap(True)
        for label in (self._status, self._hint):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            label.setContentsMargins(*[theme.SPACE[1]] * 4)
        self._stage = QWidget()
        self._layers = QGridLayout(self._stage)
        self._layers.setContentsMargins(0, 0, 0, 0)
        self._pages = QStackedWidget()
        self._pages.addWidget(_empty_page())
        self._pages.addWidget(self._stage)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)  # the floor runs to the edges
        column.setSpacing(0)
        edge, gap = theme.SPACE[3], theme.SPACE[2]
        self.controls.row.setContentsMargins(edge, gap, edge, gap)
        self._missing.setContentsMargins(edge, 0, edge, gap)
        column.addWidget(self.controls)
        column.addWidget(self._missing)
        column.addWidget(self._pages, 1)
        # a viewport makes every repaint of the whole window go through OpenGL, which costs
        # milliseconds in software: there is none before there are solids
        self._install(Still(), probe().missing)
        self._connect_controls()
        self._renew()

    def _connect_controls(self) -> None:
        controls = self.controls
        controls.thresholdMoved.connect(self._set_threshold)
        controls.surfaceChosen.connect(self._set_surface)
        controls.countChosen.connect(self._set_count)
        controls.rolled.connect(self._roll)
        controls.turntable.connect(lambda on: self.view.set_turntable(on))
        controls.floor.connect(lambda on: self.view.set_floor(on))
        controls.box.connect(lambda on: self.view.set_bounding_box(on))
        controls.framed.connect(lambda: self.view.frame())
        controls.exportWanted.connect(self._export)
        controls.pictureWanted.connect(self._save_picture)

    def _install(self, view: Viewport | Still, missing: str) -> None:
        """Put the widget that shows the objects into its place."""
        self.view = view
        view.shown.connect(self._on_shown)
        view.refused.connect(lambda reason: self._say(reason, "warn"))
        view.picked.connect(self.take)
        view.touched.connect(self._hint.hide)
        if isinstance(view, Viewport):
            view.unavailable.connect(self._fall_back)
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
        self._layers.addWidget(self._status, 0, 1, bottom | left)
        self._layers.addWidget(self._hint, 0, 1, bottom | right)
        self._status.raise_()
        self._hint.raise_()
        self._missing.setText(f"{missing} {STANDS_IN}" if missing else "")
        self._missing.setVisible(bool(missing))
        self._hint.setVisible(not missing)
        for switch in self.controls.switches.values():
            switch.setEnabled(not missing)
        for name in ("Cubes", "Smooth"):
            tip = (
                "The export follows this; the plain picture always shows cubes." if missing else ""
            )
            self.controls.surface.enable(name, True, tip)

    def _fall_back(self, reason: str) -> None:
        """The viewport cannot draw: pictures take its place."""
        self._unable = True
        self._exchange(Still(), f"{reason}.")

    def _raise_viewport(self) -> None:
        """There are solids to show: from now on in OpenGL, where this machine can."""
        if not self._unable and not probe().missing and not isinstance(self.view, Viewport):
            self._exchange(Viewport(), "")

    def _exchange(self, view: Viewport | Still, missing: str) -> None:
        """Let another widget show the objects, as they stand now."""
        before = self.view
        self._install(view, missing)
        before.release()
        self._layers.removeWidget(before)
        before.hide()
        before.deleteLater()
        switches = self.controls.switches
        view.set_threshold(self._threshold)
        view.set_surface(self._surface)
        view.set_pickable(self._count > 1)
        view.set_turntable(switches["turntable"].isChecked())
        view.set_floor(switches["floor"].isChecked())
        view.set_bounding_box(switches["box"].isChecked())
        view.set_calm(self.studio.state == "running")
        view.show_grids(self._grids)

    # What the studio says -------------------------------------------------------------------

    def _on_model(self, event: m.ModelReady) -> None:
        if event.model.spec.kind == "voxels":
            self._raise_viewport()
        if event.model != self._model:
            self._model = event.model
            self._point, self._shown, self._grids, self._chosen = None, None, [], 0
            self.view.show_grids([])
        self._renew()
        self._ask()

    def _on_latent(self, stand: Stand) -> None:
        before, self._point = self._point, stand
        if self._count == 1:
            self._ask()
        elif not _same(stand.told, {} if before is None else before.told):
            self._ask(anew=True)

    def _on_rendered(self, event: m.Rendered) -> None:
        latents = self._latents
        if event.tag != TAG or event.ticket < self._since or latents is None:
            return
        if event.samples.ndim == 5 and len(event.samples) == len(latents.z):
            if self._shown is None or not np.array_equal(latents.z, self._shown.z):
                self._chosen = 0  # other objects, or other places for them
            self._shown = latents
            self._grids = list(pictures.to_occupancy(event.samples))
            self.view.show_grids(self._grids)

    def _on_state(self, state: str, _: str) -> None:
        self.view.set_calm(state == "running")

    # What the person does -------------------------------------------------------------------

    def take(self, index: int) -> None:
        """Give the object of this index to the Latent panel; exports mean it from now on."""
        if self._shown is not None and 0 <= index < len(self._shown.z):
            self._chosen = index
            self.studio.take_latent(*self._shown.of(index))

    def _set_threshold(self, threshold: float) -> None:
        self._threshold = threshold
        self.view.set_threshold(threshold)

    def _set_surface(self, surface: str) -> None:
        self._surface = "smooth" if surface == "smooth" else "cubes"
        self.view.set_surface(self._surface)

    def _set_count(self, count: int) -> None:
        self._count, self._chosen = count, 0
        self.view.set_pickable(count > 1)
        self._ask(anew=True)

    def _roll(self) -> None:
        self._seed, self._chosen = self._seed + 1, 0
        self._ask(anew=True)

    def _export(self, suffix: str) -> None:
        """Write the object, or the one clicked last, on a thread."""
        if not self._grids:
            return
        grid = self._grids[min(self._chosen, len(self._grids) - 1)]
        name = f"{self._model.data if self._model else 'solid'}{suffix}"
        path = pictures.ask_save(self, "Export", name, f"{FORMATS[suffix]} (*{suffix})")
        if path is not None:
            # printers need a watertight mesh, which only the smooth surface is sure to be
            surface: Surface = "smooth" if suffix == ".stl" else self._surface
            self._writer.submit(partial(_save, path, grid, self._threshold, surface))

    def _save_picture(self) -> None:
        note = pictures.save(self, self.view.picture(), "solid.png")
        if note is not None:
            self._tell(note)

    # Showing --------------------------------------------------------------------------------

    def _ask(self, anew: bool = False) -> None:
        """Have the objects made, now or when the panel is seen again."""
        self._stale = True
        if anew:
            self._since = 1 << 62  # answers to older latents are not wanted any more
        model = self._model
        if model is None or model.spec.kind != "voxels" or not self.isVisible():
            return
        self._latents = latents = self._wish(model)
        stand = self._point if self._count == 1 else None
        psi, shift = (1.0, None) if stand is None else (stand.psi, stand.shifts)
        ticket = self.studio.ask(TAG, latents.z, latents.told, psi, shift)
        self._since = min(self._since, ticket)
        self._stale = False

    def _wish(self, model: m.Model) -> Fixed:
        """Latents, all of them told what the Latent panel tells."""
        stand = self._point
        if self._count == 1 and stand is not None and len(stand.z) == model.z_dim:
            return Fixed(stand.z[None], stand.told)
        told = {} if stand is None else stand.repeated(self._count)
        return Fixed(model.draw(self._count, self._seed), told)

    def _on_shown(self, shapes: list[Shape]) -> None:
        counts = [shape.voxels for shape in shapes]
        if not shapes:
            self._say("")
        elif not any(counts):
            self._say(NOTHING, "warn")
        elif len(shapes) == 1:
            size = " × ".join(str(n) for n in shapes[0].high - shapes[0].low)
            self._say(f"{counts[0]:,} voxels  ·  {size}")
        else:
            self._say(f"{len(shapes)} objects  ·  {min(counts):,} to {max(counts):,} voxels")

    def _tell(self, note: m.Noted) -> None:
        """Where it stays readable: what the panel shows may change at any moment."""
        self.studio.noted.emit(note)

    def _say(self, text: str, tone: str = "chip") -> None:
        theme.tone(self._status, tone)
        self._status.setText(text)
        self._status.setVisible(bool(text))

    def _renew(self) -> None:
        """The right page, and controls that do something."""
        solid = self._model is not None and self._model.spec.kind == "voxels"
        self._pages.setCurrentIndex(int(solid))
        self.controls.setEnabled(solid)


def _same(one: m.Told, other: m.Told) -> bool:
    kinds = set(one) == set(other)
    return kinds and all(np.array_equal(one[kind], other[kind]) for kind in one)


def _save(path: Path, grid: np.ndarray, threshold: float, surface: Surface) -> Path:
    from ganstudio.solids.formats import save  # imports trimesh, when first needed

    return save(path, grid, threshold, surface)


def _empty_page() -> QWidget:
    """What the panel shows where no solids are made."""
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
    column.addWidget(Notice(EMPTY))
    column.addStretch(3)
    return page
