"""The grid: many latents side by side, spanned, swept or mixed; and sums of latents."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QMenu

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import grid_plan, pictures, theme
from ganstudio.ui.carrying import drag_out
from ganstudio.ui.errand import Errand
from ganstudio.ui.grid_controls import GridControls
from ganstudio.ui.grid_plan import Plan
from ganstudio.ui.panels.base import ModelPanel
from ganstudio.ui.run_place import run_place
from ganstudio.ui.shots import Shots, fits
from ganstudio.ui.studio import Studio
from ganstudio.ui.sums import SumRow
from ganstudio.ui.tiles import TileGrid
from ganstudio.ui.well import Well

TAG, MAPPING = "grid", "mapping"
SETTLE_MS, TILE_PX, WELL_PX = 60, 96, 96
EMPTY = "No model yet. Once one is training or opened, lay out its latents here."
NO_NOISE = "This model takes no noise, so there is nothing to lay out."
UNFIT = "Not taken: it is a latent of another model."


class GridPanel(ModelPanel):
    """A table of latents made in one of several ways; a click takes a tile to Latent."""

    title = "Grid"
    area = "centre"
    order = 65
    empty, noiseless = EMPTY, NO_NOISE
    keys = (
        ("Return", "Take what a well holds to Latent"),
        ("Delete, Backspace", "Empty a well"),
    )

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.plan: Plan | None = None
        self._run: Path | None = None  # whose directions are offered
        self._stale = False
        self._told: m.Told = {}  # by Latent, wherever a tile leaves something out
        self._styles: tuple[tuple[Stand, ...], np.ndarray] | None = None  # of whom, mapped to what
        self._asked_styles: tuple[Stand, ...] = ()
        self._shots = Shots(studio, TAG, self, TILE_PX)
        self._well_shots = Shots(studio, f"{TAG}-wells", self, WELL_PX)
        self._shown_wells: list[Well] = []
        self._shots.ready.connect(self._on_tiles)
        self._well_shots.ready.connect(self._on_wells)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self.lay_out)
        self._mapping = Errand(studio, f"{TAG}-styles", self)
        self._mapping.done.connect(self._on_mapped)
        self._build()
        studio.done.connect(self._on_found, Qt.ConnectionType.QueuedConnection)
        studio.latentTaken.connect(self._on_taken)
        studio.latentChanged.connect(self._on_latent)
        self.listen()

    @property
    def wells(self) -> list[Well]:
        """All wells of the panel."""
        return [*self.controls.wells, *self.sums.wells]

    def release(self) -> None:
        """Stop the timer and the drawing threads."""
        self._settle.stop()
        self._shots.release()
        self._well_shots.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was missed while hidden."""
        super().showEvent(event)
        self._offer_banks()
        if self._stale:
            self.lay_out()
            self.draw_wells()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.controls = GridControls(lambda: self._shots.here)
        self.controls.changed.connect(self._settle.start)
        self.controls.randomWanted.connect(self.shuffle)
        self.controls.exportWanted.connect(self.export)
        self.tiles = TileGrid()
        self.tiles.setMinimumHeight(120)
        self.tiles.clicked.connect(self.take)
        self.tiles.dragWanted.connect(self._drag)
        self.tiles.menuWanted.connect(self._open_menu)
        self.sums = SumRow(lambda: self._shots.here)
        self.sums.changed.connect(self.add_up)
        self.sums.taken.connect(self.studio.latentTaken.emit)
        for well in self.wells:
            well.changed.connect(partial(self._check, well))
            well.refused.connect(self.warn)
        for well in self.controls.wells:
            well.clicked.connect(partial(self._take_well, well))
        column = self.page.column
        column.addWidget(self.controls)
        column.addWidget(self.tiles, 1)
        self._left_out = QLabel()
        theme.tone(self._left_out, "small")
        self._left_out.hide()
        column.addWidget(self._left_out)
        column.addWidget(self.sums)

    # What the person does -------------------------------------------------------------------

    def take(self, index: int) -> None:
        """Offer a tile's place to Latent."""
        if self.plan is not None and 0 <= index < len(self.plan.stands):
            self.studio.latentTaken.emit(self.plan.stands[index])
            self.tiles.mark(index)

    def shuffle(self) -> None:
        """Other random latents wherever the grid takes some."""
        if self.model is not None:
            told = {} if self._shots.here is None else self._shots.here.told
            seed = int(np.random.default_rng().integers(1 << 31))
            self.controls.shuffle([Stand(z, told) for z in self.model.draw(32, seed)])
            self.draw_wells()
            self.lay_out()

    def add_up(self) -> None:
        """A - B + C anew."""
        model = self.model
        if model is not None:
            try:
                self.sums.add_up(model)
            except ValueError as error:
                self.warn(f"No sum: {error}.")
            self.draw_wells()

    def export(self) -> None:
        """Save the grid as one picture."""
        grid = self.tiles
        if grid.pictures:
            sheet = pictures.contact_sheet(grid.pictures, grid.arrangement.columns)
            name = f"grid-{self.controls.mode.lower()}.png"
            note = pictures.save(self, pictures.enlarged(sheet, 1024), name)
            if note is not None:
                self.studio.noted.emit(note)

    def _take_well(self, well: Well) -> None:
        self.studio.latentTaken.emit(well.stands[-1])

    def _drag(self, index: int) -> None:
        if self.plan is not None and 0 <= index < len(self.plan.stands):
            drag_out(self.tiles, self.plan.stands[index], self.tiles.pictures[index])

    def _open_menu(self, index: int, position: QPoint) -> None:
        menu = QMenu(self)
        if self.plan is not None and 0 <= index < len(self.plan.stands):
            stand = self.plan.stands[index]
            for well in self.sums.terms:
                put = menu.addAction(f"Put into {well.name} of the sum")
                put.triggered.connect(lambda _=False, well=well: well.take(stand))
            menu.addSeparator()
        menu.addAction("Save grid…").triggered.connect(self.export)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(position)

    def _check(self, well: Well) -> None:
        """Take nothing of another model."""
        model = self.model
        kept = [stand for stand in well.stands if model is not None and fits(stand, model)]
        if len(kept) < len(well.stands):
            well.put(kept)
            self.warn(UNFIT)
        self.draw_wells()

    # What the studio says -------------------------------------------------------------------

    def take_model(self, event: m.ModelReady) -> None:
        """Lay out latents of another model."""
        model = event.model
        self.plan = self._styles = None
        self._stale = True
        self.tiles.show_pictures(np.zeros((0, 1, 1, 3), np.uint8))
        for well in self.wells:
            well.put([])
        self.controls.take(model)
        self._offer_banks()
        if model.z_dim:
            self.controls.shuffle([Stand(z) for z in model.draw(32, 0)])
            self._settle.start()

    def take_weights(self, event: m.ModelReady) -> None:
        """Draw the same latents by newer weights."""
        self._styles, self._stale = None, True
        self._settle.start()
        if run_place(self.studio) != self._run:  # another run of the same design
            self._offer_banks()

    def _on_taken(self, stand: Stand) -> None:
        marked = self.tiles.marked
        if self.plan is None or marked < 0 or self.plan.stands[marked] is not stand:
            self.tiles.mark(-1)

    def _on_latent(self, stand: Stand) -> None:
        """Draw anew if Latent tells something else that tiles take from there."""
        before, self._told = self._told, stand.told
        other = {
            kind for kind, value in stand.told.items()
            if not np.array_equal(value, before.get(kind, value))
        }  # fmt: skip
        stands = [] if self.plan is None else self.plan.stands
        if any(other - tile.told.keys() for tile in stands):
            self._settle.start()

    # Showing --------------------------------------------------------------------------------

    def lay_out(self) -> None:
        """Plan the grid as set up and have it drawn."""
        self._stale = not self.isVisible()
        model = self.model
        if model is None or not model.z_dim or self._stale:
            return
        try:
            self.plan = self._planned(model)
        except ValueError as error:
            self.plan = None
            self.warn(f"No grid: {error}.")
        self._left_out.setText("" if self.plan is None else self.plan.note)
        self._left_out.setVisible(bool(self._left_out.text()))
        if self.plan is not None:
            self.tiles.mark(-1)
            self._shots.ask(self.plan.stands)
        if not all(well.image for well in self.wells if well.stands):
            self.draw_wells()

    def draw_wells(self) -> None:
        """Have the pictures of what the wells hold drawn."""
        self._shown_wells = [well for well in self.wells if well.stands]
        if self._shown_wells and self.isVisible() and self.model is not None:
            middles = [self.sums.middle(well.stands, self.model) for well in self._shown_wells]
            self._well_shots.ask(middles)

    def _planned(self, model: m.Model) -> Plan | None:
        asked, side = self.controls, self.controls.side.value()
        if asked.mode == "Styles":
            return self._styled(model, asked.rows_of(side), asked.columns_of(side - 1))
        return asked.plan(model, self._shots.here)

    def _styled(self, model: m.Model, rows: list[Stand], columns: list[Stand]) -> Plan | None:
        """The table of mixed styles, once it is known what the latents are mapped to."""
        wanted, known = (*rows, *columns), self._styles
        if known is None or [id(stand) for stand in known[0]] != [id(stand) for stand in wanted]:
            here = {} if self._shots.here is None else self._shots.here.told
            told = [replace(stand, told=here | stand.told) for stand in wanted]
            self._asked_styles = wanted
            self._mapping.begin(MAPPING, stands=told)
            return None
        chosen = self.controls.layers(model.layers)
        return grid_plan.by_style(rows, columns, known[1], chosen, model.layers)

    def _on_mapped(self, event: m.Done) -> None:
        self._styles = self._asked_styles, event.result.w
        self.lay_out()

    def _on_found(self, event: m.Done) -> None:
        """Other directions; queued, so that Latent has kept them by then."""
        if event.task == "directions":
            self._offer_banks()

    def _offer_banks(self) -> None:
        self._run = run_place(self.studio)
        self.controls.offer_banks(self.studio)

    def _on_tiles(self, pixels: np.ndarray) -> None:
        plan = self.plan
        if plan is not None and len(pixels) == len(plan.stands):
            self.tiles.show_pictures(
                pixels, plan.columns, plan.rows, self._shots.drawn, plan.headers
            )

    def _on_wells(self, pixels: np.ndarray) -> None:
        for well, picture in zip(self._shown_wells, pixels, strict=False):
            well.show_image(pictures.to_qimage(picture))
