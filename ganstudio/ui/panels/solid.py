"""The solid panel: generated objects to turn around, take, morph, add up, compare and export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QKeySequence,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import drag, pictures, theme
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.shots import fits
from ganstudio.ui.solid_wall import Cast, Wall
from ganstudio.ui.studio import Studio

if TYPE_CHECKING:
    from ganstudio.ui.gl.still import Still
    from ganstudio.ui.gl.viewport import Viewport

EMPTY = (
    "Train on furniture to see solids here, or open a run that makes voxels. Meshes and voxel "
    "files can be dropped here at any time."
)
GENERATED = "Generated"
OBJECTIONS = "objection"  # what the colouring by value is called then


class SolidPanel(Panel):
    """One object at the Latent panel's point, or a wall of them from noise, and their tools."""

    title = "Solid"
    area = "centre"
    order = 20
    stage = ("voxels",)
    keys = (
        ("F", "Frame: show everything as large as it goes"),
        ("Left, Right, Up, Down", "Turn the objects"),
    )

    def __init__(self, studio: Studio) -> None:
        from ganstudio.ui.solid_writer import SolidWriter

        super().__init__(studio)
        self._model: m.Model | None = None
        self._point: Stand | None = None
        self._latent: Stand | None = None  # where Latent stands: may lag behind what is shown
        self._values: np.ndarray | None = None  # objections to Latent's object
        self._count, self._seed, self._chosen = 1, 0, 0
        self._left = 0  # how many objects the wall had that one of them was taken from
        self._stale = False
        self.wall = Wall(studio, self)
        self.wall.changed.connect(self._on_wall)
        self.wall.progressed.connect(
            lambda done, all_: self.stage_view.say(f"Drawing {done} of {all_} objects")
        )
        self.writer = SolidWriter(self)
        self._build()
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        here = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence("F"), self, lambda: self.view.frame(), context=here)
        studio.modelReady.connect(self._on_model)
        studio.latentChanged.connect(self._on_latent)
        studio.stateChanged.connect(lambda state, _: self.stage_view.set_calm(state == "running"))
        studio.objections.connect(self._on_objections)
        if studio.model is not None:
            self._on_model(m.ModelReady(studio.model_source, 0, studio.model))

    @property
    def view(self) -> Viewport | Still:
        """What draws the objects now."""
        return self.stage_view.view

    def release(self) -> None:
        """Write what waits, stop timers and threads, free what the graphics device holds."""
        for part in (self.writer, self.compare, self.morph, self.sums, self.stage_view):
            part.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: catch up with what was missed while hidden."""
        super().showEvent(event)
        self._want_objections()
        if self._stale:
            self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: nobody sees the colours any more."""
        super().hideEvent(event)
        self._want_objections()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        # drawing and files take long to import, and the window asks all panels where they stand
        from ganstudio.ui.solid_compare import SolidCompare
        from ganstudio.ui.solid_controls import SolidControls
        from ganstudio.ui.solid_morph import SolidMorph
        from ganstudio.ui.solid_stage import SolidStage, empty_page
        from ganstudio.ui.solid_sums import SolidSums
        from ganstudio.ui.solid_tools import SolidTools

        self.controls = SolidControls()
        self.stage_view = SolidStage(self.controls)
        self.compare = SolidCompare(self.studio)
        self.morph, self.sums = SolidMorph(self.studio), SolidSums(self.studio)
        self.tools = SolidTools((self.compare, self.morph, self.sums))
        self._pages = QStackedWidget()
        self._pages.addWidget(empty_page(EMPTY))
        self._pages.addWidget(self.stage_view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        edge, gap = theme.SPACE[3], theme.SPACE[2]
        self.controls.row.setContentsMargins(edge, gap, edge, gap)
        column.addWidget(self.controls)
        column.addWidget(self._pages, 1)
        column.addWidget(self.tools)
        self._connect()
        self._renew()

    def _connect(self) -> None:
        self.controls.view.changed.connect(self._want_objections)
        self.controls.view.colour.activated.connect(lambda _: self._want_objections())
        self.controls.countChosen.connect(self._set_count)
        self.controls.rolled.connect(self._roll)
        self.controls.exportWanted.connect(self._export)
        self.controls.pictureWanted.connect(self._save_picture)
        self.stage_view.shown.connect(self.controls.show_histogram)
        self.stage_view.picked.connect(self.take)
        self.stage_view.opened.connect(self.enter)
        self.stage_view.thresholdMoved.connect(lambda _: self._on_threshold())
        self.tools.chosen.connect(lambda _: self._on_tool())
        self.tools.backWanted.connect(self.back)
        self.writer.chosen.connect(self.morph.use)
        self.writer.noted.connect(self.studio.noted)
        self.writer.scaled.connect(self.controls.view.voxel_mm.setValue)
        self.compare.changed.connect(self._on_guests)
        self.compare.found.connect(self.go)
        self.morph.moved.connect(self.stand_at)
        self.morph.rested.connect(self.go)
        self.sums.stood.connect(self.go)

    # What the studio says -------------------------------------------------------------------

    def _on_model(self, event: m.ModelReady) -> None:
        if event.model.spec.kind == "voxels":
            self.stage_view.raise_viewport()
        if event.model != self._model:
            self._model = event.model
            self._point, self._latent, self._values, self._chosen = None, None, None, 0
            self._left = 0
            self.wall.forget()
            for tool in (self.compare, self.morph, self.sums):
                tool.forget()
            self._show()
        else:
            self._draw_wells()
        self._renew()
        self._ask()

    def _on_latent(self, stand: Stand) -> None:
        before, self._point, self._latent = self._point, stand, stand
        if self._count == 1:
            self._ask()
        elif not _same(stand.told, {} if before is None else before.told):
            self._ask(anew=True)
        self._tell_tools()

    def _want_objections(self) -> None:
        wanted = self.isVisible() and self.controls.view.values_wanted
        self.studio.want_objections("solid", wanted)

    def _on_objections(self, values: np.ndarray | None) -> None:
        # during a morph another object stands here than the one that was judged
        self._values = values if self._point is self._latent else None
        self._dye()

    def _dye(self) -> None:
        """Have the object coloured by its values, if it is the one they were found for."""
        own = self._count == 1 and bool(self.wall.grids)
        self.stage_view.set_values(self._values if own else None, OBJECTIONS)

    def _on_wall(self) -> None:
        if self._chosen >= len(self.wall.grids):
            self._chosen = 0
        self._show()
        self._tell_tools()

    # What the person does -------------------------------------------------------------------

    def take(self, index: int) -> None:
        """Give the object of this index to the Latent panel; exports mean it from now on."""
        shown = self.wall.shown
        if shown is not None and 0 <= index < len(shown.z):
            self._chosen = index
            self._tell_tools()
            self.studio.latentTaken.emit(shown.stand(index))

    def enter(self, index: int) -> None:
        """Show one object of the wall alone; ``back`` leads to the wall again."""
        shown = self.wall.shown
        if self._count > 1 and shown is not None and 0 <= index < len(shown.z):
            self.go(shown.stand(index))

    def back(self) -> None:
        """Show the wall again that an object was taken from."""
        if self._left:
            self._choose_count(self._left)

    def go(self, stand: Stand) -> None:
        """Show this place alone, and have Latent stand there too."""
        if self.stand_at(stand):
            self.studio.latentTaken.emit(stand)

    def stand_at(self, stand: Stand) -> bool:
        """Show this place alone; False if it is another model's."""
        if self._model is None or not fits(stand, self._model):
            self._tell(m.Noted("Not shown: it is a latent of another model.", "warning"))
            return False
        self._point, self._values = stand, None
        if self._count > 1:
            left = self._count
            self._choose_count(1)
            self._left = left
            self.tools.offer_back(left)
        else:
            self._ask()
        return True

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt: meshes, voxels and latents are welcome."""
        from ganstudio.ui.solid_guests import file_in

        data = event.mimeData()
        if file_in(data) or drag.unpack(data) or drag.unpack_sample(data) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt: open a file, go to a latent, show a training sample beside the generated one."""
        from ganstudio.ui.solid_guests import Guest, file_in

        data, path = event.mimeData(), file_in(event.mimeData())
        stand, sample = drag.unpack(data), drag.unpack_sample(data)
        if path is not None:
            self.tools.open("Compare")
            self.compare.open(path)
        elif stand is not None:
            self.go(stand)
        elif sample is not None and sample.ndim == 4:
            self.tools.open("Compare")
            self.compare.take(Guest("Training sample", (sample[0] + 1) / 2))
        event.acceptProposedAction()

    def _set_count(self, count: int) -> None:
        self._count, self._chosen, self._left = count, 0, 0
        self.tools.offer_back(0)
        self._ask(anew=True)

    def _choose_count(self, count: int) -> None:
        """As if the person had."""
        self.controls.count.setCurrentIndex(self.controls.count.findData(count))

    def _roll(self) -> None:
        self._seed, self._chosen = self._seed + 1, 0
        self._ask(anew=True)

    def _on_threshold(self) -> None:
        self._tell_tools()
        self.writer.follow(self._grid, self.stage_view.threshold)

    # Files ----------------------------------------------------------------------------------

    @property
    def _grid(self) -> np.ndarray | None:
        """The object that is meant: the only one, or the one clicked last; else what was opened."""
        grids = self.wall.grids or [guest.grid for guest in self.compare.guests]
        return grids[min(self._chosen, len(grids) - 1)] if grids else None

    def _export(self, suffix: str) -> None:
        """Ask how to write the object, or the one clicked last."""
        grid = self._grid
        if grid is not None:
            name = self._model.data if self._model and self.wall.grids else "solid"
            view = self.stage_view
            self.writer.ask(grid, view.threshold, name, suffix, view.surface)

    def _save_picture(self) -> None:
        note = pictures.save(self, self.stage_view.view.picture(), "solid.png")
        if note is not None:
            self._tell(note)

    # Showing --------------------------------------------------------------------------------

    def _ask(self, anew: bool = False) -> None:
        """Have the objects made, now or when the panel is seen again."""
        self._stale = True
        if anew:
            self.wall.drop()  # answers to older latents are not wanted any more
        model = self._model
        if model is None or model.spec.kind != "voxels" or not self.isVisible():
            return
        self.wall.want(self._wish(model), anew)
        self._stale = False

    def _wish(self, model: m.Model) -> Cast:
        """Latents, all of them told what the Latent panel tells."""
        stand = self._point
        if self._count == 1 and stand is not None and len(stand.z) == model.z_dim:
            return Cast(stand.z[None], stand.told, stand)
        told = {} if stand is None else stand.repeated(self._count)
        return Cast(model.draw(self._count, self._seed), told)

    def _show(self) -> None:
        """Put into the view what stands there now."""
        comparing = self.tools.tool == "Compare" and bool(self.compare.guests)
        grids, names = list(self.wall.grids), []
        if comparing:
            own = grids[self._chosen : self._chosen + 1]
            grids = [*own, *(guest.grid for guest in self.compare.guests)]
            names = [GENERATED] * len(own) + [guest.name for guest in self.compare.guests]
        self.stage_view.set_pickable(len(grids) > 1 and not comparing)
        self._dye()
        self.stage_view.show_grids(grids, names)
        self._renew()

    def _on_tool(self) -> None:
        self._show()
        self._tell_tools()
        self._draw_wells()

    def _draw_wells(self) -> None:
        """Pictures by the newest weights, of the tool that is seen."""
        if self.isVisible():
            if self.tools.tool == "Morph":
                self.morph.draw()
            elif self.tools.tool == "Arithmetic":
                self.sums.draw()

    def _on_guests(self) -> None:
        if self.compare.guests:
            self.stage_view.raise_viewport()
        self._show()

    def _tell_tools(self) -> None:
        """What the tools mean by the object that stands there."""
        shown, grids = self.wall.shown, self.wall.grids
        chosen = min(self._chosen, len(grids) - 1)
        here = self._point if shown is None or self._count == 1 else shown.stand(chosen)
        if here is None and shown is not None:
            here = shown.stand(chosen)
        self.morph.shots.here = self.sums.shots.here = here
        self.morph.threshold = self.stage_view.threshold
        if self.tools.tool == "Compare":
            self.compare.hold_against(grids[chosen] if grids else None, self.stage_view.threshold)

    def _tell(self, note: m.Noted) -> None:
        """Where it stays readable: what the panel shows may change at any moment."""
        self.studio.noted.emit(note)

    def _renew(self) -> None:
        """The right page, and controls that do something."""
        solid = self._model is not None and self._model.spec.kind == "voxels"
        guests = bool(self.compare.guests)
        self._pages.setCurrentIndex(int(solid or guests))
        self.controls.setEnabled(solid or guests)
        for tool in ("Morph", "Arithmetic"):
            self.tools.allow(tool, solid)


def _same(one: m.Told, other: m.Told) -> bool:
    kinds = set(one) == set(other)
    return kinds and all(np.array_equal(one[kind], other[kind]) for kind in one)
