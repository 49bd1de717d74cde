"""The gallery: the same noise drawn again and again while the generator learns."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import carrying, drag, pictures, theme, tile_menu
from ganstudio.ui.background import Background
from ganstudio.ui.gallery_header import GalleryHeader
from ganstudio.ui.marks import GROUPS
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.studio import Studio, Tiles
from ganstudio.ui.tableau import Fixed, Tableau, compose
from ganstudio.ui.tile_scores import TileScores
from ganstudio.ui.tiles import TileGrid

TAG = "gallery"
SMALLEST_SOLID_PX, LARGEST_SOLID_PX = 24, 256
SETTLE_MS = 200  # after the last resize, before volumes are drawn anew
EMPTY = "No model yet. Once one is training or opened, its pictures of fixed noise appear here."
NO_PICTURES = np.zeros((0, 1, 1, 3), np.uint8)
LONELY = (
    "This run keeps no examples of its data, and its model needs some to begin with. "
    "The Latent panel takes your own."
)
SOON_REAL = "Real samples are there once training has started."
NO_REALS = "This run keeps no samples of its data."
POINTS = "This model makes points, not pictures. Have a look at the Plane panel."


class GalleryPanel(Panel):
    """A grid of fixed latents beside real samples; a click takes a tile to the Latent panel."""

    title = "Gallery"
    area = "centre"
    order = 10
    stage = ("image",)
    keys = (("A, B", "Put the tile under the mouse into group A or B, or take it out"),)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._model: m.Model | None = None
        self._examples: m.Examples | None = None
        self._reals: np.ndarray | None = None
        self._latents: Fixed | None = None  # asked for
        self._answered: Fixed | None = None  # of the newest samples
        self._shown: Tableau | None = None  # on the screen
        self._samples: dict[str, np.ndarray] = {}
        self._beside: dict[str, np.ndarray] = {}
        self._marked: Stand | None = None  # where Latent was sent
        self._stale = False
        self._since = 0
        self._drawn: tuple[Tableau, bool] | None = None  # generated, in the order of drawing
        self.scores = TileScores(studio, self)
        self.scores.changed.connect(self._show_again)
        self._nimg = 0
        self._build()
        self._workers = {name: Background(f"gallery-{name}", self) for name in self.grids}
        for name, worker in self._workers.items():
            worker.done.connect(partial(self._on_drawn, name))
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._redraw_solids)
        theme.notifier.changed.connect(self._redraw_solids)
        studio.modelReady.connect(self._on_model)
        studio.rendered.connect(self._on_rendered)
        studio.started.connect(self._on_started)
        studio.latentTaken.connect(self._on_taken)
        studio.marks.changed.connect(self._show_marks)
        studio.tiles = self.tiles
        if studio.model is not None:
            self._on_model(m.ModelReady(studio.model_source, 0, studio.model, studio.examples))

    def release(self) -> None:
        """Stop the timer and both drawing threads."""
        theme.notifier.changed.disconnect(self._redraw_solids)
        self._settle.stop()
        self.scores.look(False)
        self.studio.tiles = Tiles  # the studio outlives the panel
        for worker in self._workers.values():
            worker.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was missed while hidden."""
        super().showEvent(event)
        self.scores.look(True)
        if self._stale:
            self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing is judged."""
        super().hideEvent(event)
        self.scores.look(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn the halves; volumes are drawn anew once the size settles."""
        super().resizeEvent(event)
        self._direct()
        if self._model is not None and self._model.spec.kind == "voxels":
            self._settle.start()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        edge = theme.SPACE[3]
        column.setContentsMargins(edge, theme.SPACE[2], edge, theme.SPACE[2])
        column.setSpacing(theme.SPACE[2])
        column.addWidget(self._build_header())
        self.grids = {"Generated": TileGrid(), "Real": TileGrid(takes_clicks=False)}
        self.grids["Generated"].clicked.connect(self.take)
        self.grids["Generated"].keyPressed.connect(self._on_key)
        self._stage = QWidget()
        self._split = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._stage)
        self._split.setContentsMargins(0, 0, 0, 0)
        self._split.setSpacing(theme.SPACE[5])
        for name, grid in self.grids.items():
            grid.menuWanted.connect(partial(self._open_menu, name))
            grid.dragWanted.connect(partial(self._drag, name))
            self._split.addWidget(grid, 1)
        self._notice = Notice(EMPTY)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._notice)
        self._pages.addWidget(self._stage)
        column.addWidget(self._pages, 1)
        self._renew()

    def _build_header(self) -> GalleryHeader:
        self._header = header = GalleryHeader((self.scores.switch, self.scores.sorting))
        self._view, self._count, self._seed = header.view, header.count, header.seed
        self._smooth, self._heading, self._status = header.smooth, header.heading, header.status
        self._view.chosen.connect(self._renew)
        self._count.currentIndexChanged.connect(self._draw_latents)
        self._seed.changed.connect(self._draw_latents)
        self._smooth.toggled.connect(self._set_smooth)
        return header

    # What the studio says -------------------------------------------------------------------

    def _on_model(self, event: m.ModelReady) -> None:
        self._nimg = event.nimg
        known, self._examples = self._examples, event.examples
        if event.model != self._model or event.examples is not known:
            self._model = event.model
            self._samples.pop("Generated", None)
            self._answered = self._shown = self._drawn = None
            self.scores.forget()
            self._show_marks()
            self.grids["Generated"].show_pictures(NO_PICTURES)
            self._set_reals(self.studio.reals)
            self._draw_latents()
        else:
            if self.studio.reals is not self._reals:  # another run of the same design
                self._set_reals(self.studio.reals)
            self._ask()
        self._renew()

    def _on_started(self, event: m.Started) -> None:
        self._set_reals(event.reals)
        self._renew()

    def _on_rendered(self, event: m.Rendered) -> None:
        latents = self._latents
        if event.tag != TAG or event.ticket < self._since or latents is None:
            return
        if len(event.samples) != len(latents.z):
            return
        self._nimg = event.nimg
        self._samples["Generated"], self._answered = event.samples, latents
        self._beside = event.beside
        self.scores.judge(latents, event.samples)
        self._show_samples("Generated")
        self._renew()

    def _on_taken(self, stand: Stand) -> None:
        self._marked = stand
        self._show_marks()

    # What the person does -------------------------------------------------------------------

    def take(self, index: int) -> None:
        """Offer what a tile was made of to the Latent panel."""
        shown = self._shown
        if shown is not None and 0 <= index < len(shown.pixels):
            self.studio.take_latent(*shown.fixed.of(shown.result_of(index)))

    def stand_of(self, index: int) -> Stand | None:
        """What a tile was made of; None where there is no such tile."""
        shown = self._shown
        if shown is None or not 0 <= index < len(shown.pixels):
            return None
        return Stand(*shown.fixed.of(shown.result_of(index)))

    def tiles(self) -> Tiles:
        """The places of all tiles that are generated, as they were drawn."""
        fixed = None if self._shown is None else self._shown.fixed
        if fixed is None:
            return Tiles()
        return Tiles(tuple(Stand(*fixed.of(i)) for i in range(len(fixed.z))), fixed.columns)

    def cargo(self, name: str, index: int) -> QMimeData | None:
        """What dragging a tile carries: its place in latent space, or a sample of the data."""
        if name == "Generated":
            stand = self.stand_of(index)
            return None if stand is None else drag.pack(stand)
        samples = self._samples.get(name)
        return None if samples is None else drag.pack_sample(samples[index])

    def _drag(self, name: str, index: int) -> None:
        carried = self.cargo(name, index)
        if carried is not None:
            grid = self.grids[name]
            carrying.drag_out(grid, carried, grid.pictures[index])

    def _on_key(self, index: int, letter: str) -> None:
        stand = self.stand_of(index)
        if stand is not None and letter in GROUPS:
            self.studio.marks.toggle(letter, stand)

    def _show_marks(self) -> None:
        """Outline the tile that Latent stands on, and letter those of the groups."""
        shown, found = self._shown, -1
        corners: dict[int, str] = {}
        if shown is not None:
            if self._marked is not None:
                found = shown.picture_of(shown.fixed.find(self._marked))
            for group in GROUPS:
                for stand in self.studio.marks.of(group):
                    place = shown.picture_of(shown.fixed.find(stand))
                    corners |= {place: group} if place >= 0 else {}
        self.grids["Generated"].mark(found)
        self.grids["Generated"].set_corners(corners)

    def _draw_latents(self) -> None:
        self._marked = None
        self._show_marks()
        if self._model is None:
            return
        if self._model.spec.kind != "points":
            count = int(self._count.currentData())
            self._latents = Fixed.draw(self._model, count, self._seed.value, self._examples)
            self._show_samples("Real")
        self._ask(anew=True)

    def _set_smooth(self, smooth: bool) -> None:
        for grid in self.grids.values():
            grid.set_smooth(smooth)

    def _open_menu(self, name: str, index: int, position: QPoint) -> None:
        grid = self.grids[name]
        stand = self.stand_of(index) if name == "Generated" else None
        menu = tile_menu.open_menu(self, self.studio, grid, index, stand, name.lower())
        tile_menu.offer_grid(menu, grid, partial(self._save_grid, name))
        menu.popup(position)

    def _save_grid(self, name: str, *_: object) -> None:
        grid = self.grids[name]
        sheet = pictures.contact_sheet(grid.pictures, grid.arrangement.columns)
        stem = f"{name.lower()}-{self._nimg // 1000}k.png"
        tile_menu.save(self, self.studio, pictures.enlarged(sheet, 1024), stem)

    # Showing --------------------------------------------------------------------------------

    def _ask(self, anew: bool = False) -> None:
        """Have the tiles drawn, now or when the panel is seen again."""
        self._stale = True
        if anew:
            self._since = 1 << 62  # answers to older latents are not wanted any more
        if self._latents is None or self._why_empty() or not self.isVisible():
            return
        ticket = self.studio.ask(TAG, self._latents.z, self._latents.told)
        self._since = min(self._since, ticket)
        self._stale = False

    def _set_reals(self, reals: np.ndarray | None) -> None:
        self._reals, spec = reals, None if self._model is None else self._model.spec
        fits = reals is not None and spec is not None and reals.shape[1:] == spec.shape
        if fits and reals is not None and spec is not None and spec.kind != "points":
            self._samples["Real"] = reals
            told = self._model is not None and bool(self._model.inputs)
            self.scores.judge_reals(None if told else reals)
            self._show_samples("Real")
        else:
            self._samples.pop("Real", None)
            self.scores.judge_reals(None)
            self.grids["Real"].show_pictures(NO_PICTURES)

    def _show_samples(self, name: str) -> None:
        samples = self._samples.get(name)
        latents = self._answered if name == "Generated" else self._latents
        if samples is None or latents is None:
            return
        if name == "Generated":
            work = partial(compose, latents, samples, self._beside)
        else:
            shown = samples[: int(self._count.currentData())]
            work = partial(compose, Fixed(np.zeros((len(shown), 0))), shown, {})
        if samples.ndim == 5:
            looks: dict[str, Any] = {"size_px": self._solid_px(name), "colours": theme.current()}
            if not self.grids[name].pictures:  # rather something rough than nothing for seconds
                self._workers[name].submit(partial(work, partial(pictures.sketch_solids, **looks)))
            self._workers[name].submit(partial(work, partial(pictures.draw_solids, **looks)))
        else:
            self._show_tableau(name, work(pictures.to_bytes))

    def _on_drawn(self, name: str, tableau: Tableau) -> None:
        samples = self._samples.get(name)
        gone = name == "Generated" and tableau.fixed is not self._answered
        if samples is not None and samples.ndim == 5 and not gone:
            self._show_tableau(name, tableau, drawn=True)

    def _show_tableau(self, name: str, tableau: Tableau, drawn: bool = False) -> None:
        fixed, grid = tableau.fixed, self.grids[name]
        if name == "Generated":
            self._drawn, tableau = (tableau, drawn), self.scores.arranged(tableau)
            if self._shown is None or fixed is not self._shown.fixed:
                self._marked = None
            self._shown = tableau
        grid.show_pictures(tableau.pixels, fixed.columns, fixed.row_names, drawn, tableau.headers)
        if name == "Generated":
            grid.set_badges(self.scores.badges(tableau))
            self._show_marks()
        else:
            grid.set_badges(self.scores.real_badges(len(grid.pictures)))

    def _show_again(self) -> None:
        """The same pictures with other scores, perhaps in another order."""
        if self._drawn is not None and self._shown is not None:
            tableau, drawn = self._drawn
            if self.scores.arranged(tableau).order is None and self._shown.order is None:
                self.grids["Generated"].set_badges(self.scores.badges(self._shown))
            else:
                self._show_tableau("Generated", tableau, drawn)
        real = self.grids["Real"]
        real.set_badges(self.scores.real_badges(len(real.pictures)))

    def _solid_px(self, name: str) -> int:
        tile = self.grids[name].tile_px if self.grids[name].pictures else 96
        return min(max(tile, SMALLEST_SOLID_PX), LARGEST_SOLID_PX)

    def _redraw_solids(self) -> None:
        for name in self.grids:
            if self._samples.get(name) is not None and self._samples[name].ndim == 5:
                self._show_samples(name)

    def _renew(self) -> None:
        """Bring header, toggles and page up to date."""
        model, has_reals = self._model, "Real" in self._samples
        why = self._why_empty()
        opened = model is not None and self.studio.model_source != "live"
        tip = "" if has_reals else NO_REALS if opened else SOON_REAL
        for name in ("Real", "Both"):
            self._view.enable(name, has_reals, tip)
        if not has_reals and self._view.value != "Generated":
            self._view.choose("Generated")
        view = self._view.value
        for name, grid in self.grids.items():
            grid.setVisible(view in (name, "Both"))
            grid.set_caption(name if view == "Both" else "")
        self._notice.say(why)
        shown = not why
        self._pages.setCurrentWidget(self._stage if shown else self._notice)
        for control in self._header.controls:
            control.setEnabled(shown)
        if model is not None:
            self._smooth.setEnabled(shown and model.spec.kind == "image")
            self._seed.setEnabled(shown and model.z_dim > 0)
            source = self.studio.model_source
            live = "live" if source == "live" else source.rstrip("/").rsplit("/", 1)[-1]
            status = "  ·  ".join((f"{self._nimg / 1000:,.1f} kimg", live))
            self._header.show_words(self._title_of(model), status)

    def _why_empty(self) -> str:
        """Why there is nothing to see; empty if there is."""
        model = self._model
        if model is None:
            return EMPTY
        if model.spec.kind == "points":
            return POINTS
        needed = [taken.kind for taken in model.inputs if taken.kind != "classes"]
        return LONELY if needed and self._examples is None else ""

    def _title_of(self, model: m.Model) -> str:
        catalogue = self.studio.catalogue
        if catalogue is None:
            return f"{model.variant} on {model.data}"
        variant, data = catalogue.variants.get(model.variant), catalogue.data.get(model.data)
        return f"{variant.title if variant else model.variant} on " + (
            data.title if data else model.data
        )

    def _direct(self) -> None:
        wide = self.width() > self.height()
        sideways = QBoxLayout.Direction.LeftToRight
        self._split.setDirection(sideways if wide else QBoxLayout.Direction.TopToBottom)
