"""The gallery: the same noise drawn again and again while the generator learns."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.seed import SeedBox
from ganstudio.ui.segments import Segments
from ganstudio.ui.studio import Studio
from ganstudio.ui.tableau import Fixed, Tableau, compose
from ganstudio.ui.tiles import TileGrid

TAG = "gallery"
COUNTS = (16, 36, 64, 100)
SMALLEST_SOLID_PX, LARGEST_SOLID_PX = 24, 256
SETTLE_MS = 200  # after the last resize, before volumes are drawn anew
EMPTY = "No model yet. Once one is training or opened, its pictures of fixed noise appear here."
NO_PICTURES = np.zeros((0, 1, 1, 3), np.uint8)
LONELY = (
    "This run keeps no examples of its data, and its model needs some to begin with. "
    "The Latent panel takes your own."
)
POINTS = "This model makes points, not pictures. Have a look at the Plane panel."


class GalleryPanel(Panel):
    """A grid of fixed latents beside real samples; a click takes a tile to the Latent panel."""

    title = "Gallery"
    area = "centre"
    order = 10
    stage = ("image",)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._model: m.Model | None = None
        self._examples: m.Examples | None = None
        self._latents: Fixed | None = None  # asked for
        self._answered: Fixed | None = None  # of the newest samples
        self._shown: Tableau | None = None  # on the screen
        self._samples: dict[str, np.ndarray] = {}
        self._beside: dict[str, np.ndarray] = {}
        self._stale = False
        self._since = 0
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
        if studio.model is not None:
            self._on_model(m.ModelReady(studio.model_source, 0, studio.model, studio.examples))

    def release(self) -> None:
        """Stop the timer and both drawing threads."""
        theme.notifier.changed.disconnect(self._redraw_solids)
        self._settle.stop()
        for worker in self._workers.values():
            worker.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was missed while hidden."""
        super().showEvent(event)
        if self._stale:
            self._ask()

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
        column.addLayout(self._build_header())
        self.grids = {"Generated": TileGrid(), "Real": TileGrid(takes_clicks=False)}
        self.grids["Generated"].clicked.connect(self.take)
        self._stage = QWidget()
        self._split = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._stage)
        self._split.setContentsMargins(0, 0, 0, 0)
        self._split.setSpacing(theme.SPACE[5])
        for name, grid in self.grids.items():
            grid.menuWanted.connect(partial(self._open_menu, name))
            self._split.addWidget(grid, 1)
        self._notice = Notice(EMPTY)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._notice)
        self._pages.addWidget(self._stage)
        column.addWidget(self._pages, 1)
        self._renew()

    def _build_header(self) -> QHBoxLayout:
        self._heading, self._status = QLabel("Gallery"), QLabel()
        theme.tone(self._heading, "heading")
        theme.tone(self._status, "muted")
        self._view = Segments(("Generated", "Real", "Both"))
        self._view.chosen.connect(self._renew)
        self._count = QComboBox()
        for count in COUNTS:
            self._count.addItem(f"{count} tiles", count)
        self._count.setCurrentIndex(COUNTS.index(64))
        self._count.setToolTip("How many pictures the grid holds.")
        self._count.setAccessibleName("Number of tiles")
        self._count.currentIndexChanged.connect(self._draw_latents)
        self._seed = SeedBox("Chooses the noise behind the tiles.")
        self._seed.changed.connect(self._draw_latents)
        self._smooth = QToolButton()
        self._smooth.setText("Smooth")
        self._smooth.setCheckable(True)
        self._smooth.setChecked(True)
        self._smooth.setToolTip("Blend pixels when enlarging, instead of showing each as a square.")
        self._smooth.toggled.connect(self._set_smooth)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE[2])
        row.addWidget(self._heading)
        row.addWidget(self._status)
        row.addStretch(1)
        for widget in (self._view, self._count, self._seed, self._smooth):
            row.addWidget(widget)
        return row

    # What the studio says -------------------------------------------------------------------

    def _on_model(self, event: m.ModelReady) -> None:
        self._nimg = event.nimg
        known, self._examples = self._examples, event.examples
        if event.model != self._model or event.examples is not known:
            self._model = event.model
            self._samples.pop("Generated", None)
            self._answered = self._shown = None
            self.grids["Generated"].show_pictures(NO_PICTURES)
            self._set_reals(self.studio.reals)
            self._draw_latents()
        else:
            if self.studio.reals is None:
                self._set_reals(None)
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
        self._show_samples("Generated")
        self._renew()

    def _on_taken(self, stand: Stand) -> None:
        shown = self._shown
        found = -1 if shown is None else shown.picture_of(shown.fixed.find(stand))
        self.grids["Generated"].mark(found)

    # What the person does -------------------------------------------------------------------

    def take(self, index: int) -> None:
        """Offer what a tile was made of to the Latent panel."""
        shown = self._shown
        if shown is not None and 0 <= index < len(shown.pixels):
            self.studio.take_latent(*shown.fixed.of(shown.result_of(index)))

    def _draw_latents(self) -> None:
        self.grids["Generated"].mark(-1)
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
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if index >= 0:
            picture = grid.pictures[index]
            picture = picture if grid.drawn else pictures.enlarged(picture)
            stem = f"{name.lower()}-{index + 1}.png"
            menu.addAction("Copy picture").triggered.connect(lambda: pictures.copy(picture))
            menu.addAction("Save picture…").triggered.connect(lambda: self._save(picture, stem))
        save_grid = menu.addAction("Save grid…")
        save_grid.setEnabled(bool(grid.pictures))
        save_grid.triggered.connect(lambda: self._save_grid(name))
        menu.popup(position)

    def _save_grid(self, name: str) -> None:
        grid = self.grids[name]
        sheet = pictures.contact_sheet(grid.pictures, grid.arrangement.columns)
        self._save(pictures.enlarged(sheet, 1024), f"{name.lower()}-{self._nimg // 1000}k.png")

    def _save(self, picture: QImage, name: str) -> None:
        note = pictures.save(self, picture, name)
        if note is not None:
            self.studio.noted.emit(note)

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
        spec = None if self._model is None else self._model.spec
        fits = reals is not None and spec is not None and reals.shape[1:] == spec.shape
        if fits and reals is not None and spec is not None and spec.kind != "points":
            self._samples["Real"] = reals
            self._show_samples("Real")
        else:
            self._samples.pop("Real", None)
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
            size_px, colours = self._solid_px(name), theme.current()
            paint = partial(pictures.draw_solids, size_px=size_px, colours=colours)
            self._workers[name].submit(partial(work, paint))
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
            if self._shown is None or fixed is not self._shown.fixed:
                grid.mark(-1)
            self._shown = tableau
        grid.show_pictures(tableau.pixels, fixed.columns, fixed.row_names, drawn, tableau.headers)

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
        tip = "" if has_reals else "Real samples are there once training has started."
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
        for control in (self._view, self._count, self._seed, self._smooth):
            control.setEnabled(shown)
        if model is not None:
            self._smooth.setEnabled(shown and model.spec.kind == "image")
            self._seed.setEnabled(shown and model.z_dim > 0)
            self._heading.setText(self._title_of(model))
            source = self.studio.model_source
            live = "live" if source == "live" else source.rstrip("/").rsplit("/", 1)[-1]
            self._status.setText("  ·  ".join((f"{self._nimg / 1000:,.1f} kimg", live)))

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
