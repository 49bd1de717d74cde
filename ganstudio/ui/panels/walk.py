"""The walk: key frames in latent space, played live and written as a film."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent

from ganstudio.latent.stand import Stand
from ganstudio.latent.walks import KeyFrames
from ganstudio.train import messages as m
from ganstudio.ui import pictures
from ganstudio.ui.canvas import Canvas
from ganstudio.ui.errand import Errand
from ganstudio.ui.film_box import FilmBox
from ganstudio.ui.key_buttons import RANDOM, KeyButtons
from ganstudio.ui.key_list import KeyList
from ganstudio.ui.key_strip import KeyStrip
from ganstudio.ui.panels.base import ModelPanel
from ganstudio.ui.shots import Shots, fits
from ganstudio.ui.studio import Studio
from ganstudio.ui.walk_controls import WalkControls
from ganstudio.ui.walk_player import WalkPlayer

TASK, TAG = "film", "walk"
FRAME_PX, KEY_PX = 384, 96
STRIP_SHARE = 0.1  # of the panel's height, for a key frame
EMPTY = "No model yet. Once one is training or opened, walk through its latent space here."
NO_NOISE = "This model takes no noise, so there is nothing to walk through."
UNFIT = "Not added: it is a latent of another model."
SHORT = "A walk needs two key frames."


class WalkPanel(ModelPanel):
    """Key frames on a strip, the way between them, and the picture of the moment."""

    title = "Walk"
    area = "centre"
    order = 60
    empty, noiseless, scrolled = EMPTY, NO_NOISE, True
    keys = (
        ("Ctrl+Z", "Take the last change of the key frames back"),
        ("Left, Right", "Choose the key frame before or after"),
        ("Return", "Take the key frame to Latent"),
        ("Ctrl+D", "Duplicate the key frame"),
        ("Delete, Backspace", "Remove the key frame"),
    )

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.list = KeyList()
        self._asked: list[Stand] = []  # whose pictures come next
        self._stale = False
        self._frames = Shots(studio, TAG, self, FRAME_PX)
        self._keys = Shots(studio, f"{TAG}-keys", self, KEY_PX)
        self._frames.ready.connect(self._on_frame)
        self._keys.ready.connect(self._on_keys)
        self.errand = Errand(studio, TAG, self)
        self.errand.done.connect(self._on_written)
        self._build()
        studio.pinned.connect(self.add)
        self.listen()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._renew()

    @property
    def stands(self) -> list[Stand]:
        """The key frames."""
        return self.list.stands

    @property
    def path(self) -> KeyFrames | None:
        """The walk as it is set up; None while it has no two key frames."""
        return None if self.model is None else self.controls.path(self.stands, self.model)

    def release(self) -> None:
        """Stop the clock and both drawing threads."""
        self.player.pause()
        self._frames.release()
        self._keys.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was missed while hidden."""
        super().showEvent(event)
        if self._stale:
            self._draw_keys()
            self._seek(self.player.second)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low panel the key frames give way to the picture."""
        super().resizeEvent(event)
        self.strip.fit(round(STRIP_SHARE * self.height()))

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: stand still."""
        super().hideEvent(event)
        self.player.pause()

    def event(self, event: QEvent) -> bool:
        """Keep Ctrl+Z from the window's shortcuts while there is a change to take back."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and self._undoes(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Z takes the last change back."""
        if self._undoes(event):
            self.undo()
        else:
            super().keyPressEvent(event)

    def _undoes(self, event: QKeyEvent) -> bool:
        return self.list.undoable and event.matches(QKeySequence.StandardKey.Undo)

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        column = self.page.column
        self.canvas = Canvas()
        self.canvas.set_draggable(False)
        self.canvas.setMinimumSize(96, 96)
        column.addWidget(self.canvas, 20)
        self.player = WalkPlayer(lambda: self._frames.busy)
        self.player.sought.connect(self._seek)
        column.addWidget(self.player)
        self.strip = KeyStrip()
        column.addWidget(self.strip)
        self.buttons = KeyButtons(self.add, self.fill, self.undo, self.clear)
        column.addWidget(self.buttons)
        self.controls = WalkControls()
        self.controls.changed.connect(self._renew)
        column.addWidget(self.controls)
        self.film = FilmBox("walk", self.errand)
        self.film.wanted.connect(self.export)
        column.addWidget(self.film)
        column.addStretch(1)  # what the picture cannot use
        row = self.strip.row
        row.dropped.connect(self.insert)
        row.moved.connect(self.move_frame)
        row.refused.connect(self.warn)
        row.removed.connect(self.remove)
        row.doubled.connect(lambda index: self.insert(self.stands[index], index + 1))
        row.taken.connect(lambda index: self.studio.latentTaken.emit(self.stands[index]))
        row.picked.connect(self._on_picked)

    # What the person does -------------------------------------------------------------------

    def add(self, stand: Stand | None = None) -> None:
        """One more key frame at the end: this one, or what Latent shows."""
        stand = stand or self._keys.here
        if stand is not None:
            self.insert(stand, len(self.stands))

    def insert(self, stand: Stand, index: int) -> None:
        """One more key frame before that of this index."""
        if self.model is None or not fits(stand, self.model):
            self.warn(UNFIT)
            return
        self.list.insert(index, stand)
        self._renew()
        self.strip.choose(index)
        self._draw_keys()

    def remove(self, index: int) -> None:
        """One key frame less."""
        self.list.remove(index)
        self._renew()

    def move_frame(self, index: int, to: int) -> None:
        """Another order."""
        self.list.move(index, to)
        self.strip.row.chosen = to
        self._renew()

    def clear(self) -> None:
        """No key frame is left."""
        self.list.fill([])
        self._renew()

    def undo(self) -> None:
        """The key frames as they were before the last change of them."""
        if self.list.undoable:
            self.list.undo()
            self._renew()
            self._draw_keys()
            self._seek(self.player.second)

    def fill(self) -> None:
        """A random walk instead of the key frames there are."""
        if self.model is None:
            return
        told = {} if self._keys.here is None else self._keys.here.told
        seed = int(np.random.default_rng().integers(1 << 31))
        self.list.fill([Stand(z, told) for z in self.model.draw(RANDOM, seed)])
        self.player.second = 0.0
        self._renew()
        self._draw_keys()
        self._seek(0.0)

    def export(self, file: Path, fps: int, height_px: int) -> None:
        """Have the walk written as a film."""
        path = self.path
        if path is None or self.model is None:
            return
        shape = self.model.spec.shape
        across = shape[2] / shape[1] if self.model.spec.kind == "image" else 1.0
        size = (max(round(height_px * across), 1), height_px)
        self.errand.begin(TASK, walk=path, path=file, fps=fps, size=size)

    # What the studio says -------------------------------------------------------------------

    def take_model(self, event: m.ModelReady) -> None:
        """Walk through another model: none of the key frames is a place of it."""
        self.player.pause()
        self.canvas.show_text("")
        self.list.forget()
        self._renew()

    def take_weights(self, event: m.ModelReady) -> None:
        """Draw the same places by newer weights."""
        if self.stands:
            self._draw_keys()
            if not self.player.playing:
                self._seek(self.player.second)

    def _on_written(self, event: m.Done) -> None:
        self.studio.noted.emit(m.Noted(f"Film written in {event.seconds:.1f} s."))

    # Walking --------------------------------------------------------------------------------

    def _on_picked(self, index: int) -> None:
        path = self.path
        if path is not None:
            self.player.pause()
            self._seek(path.starts()[index])

    def _seek(self, second: float) -> None:
        """Stand at this second: show it on the controls and have it drawn."""
        path = self.path
        self._stale = not self.isVisible()
        if path is None or self._stale:
            return
        self.player.stand(second)
        self._show_head(path)
        stand = path.at(self.player.second)
        self._frames.ask([stand])
        if self.controls.follow.isChecked():
            self.studio.latentTaken.emit(stand)

    def _draw_keys(self) -> None:
        self._stale = not self.isVisible()
        if self.stands and not self._stale:
            self._asked = list(self.stands)
            self._keys.ask(self._asked)

    def _on_frame(self, pixels: np.ndarray) -> None:
        if len(pixels) and self.stands:
            self.canvas.show_image(pictures.to_qimage(pixels[0]), drawn=self._frames.drawn)

    def _on_keys(self, pixels: np.ndarray) -> None:
        """Each picture to its key frame, wherever that stands by now."""
        if len(pixels) != len(self._asked):
            return
        self.list.show(self._asked, [pictures.to_qimage(picture) for picture in pixels])
        self.strip.show_frames(self.stands, self.list.images)
        if any(image is None for image in self.list.images):
            self._draw_keys()

    # Showing --------------------------------------------------------------------------------

    def _renew(self) -> None:
        """Bring strip, player and buttons up to date."""
        path = self.path
        self.strip.show_frames(self.stands, self.list.images)
        self.buttons.allow(bool(self.stands), self.list.undoable)
        self.film.allow(path is not None, "" if path is not None else SHORT)
        self.player.follow(path)
        self._show_head(path)
        if path is None:
            self.canvas.show_text("" if self.stands else SHORT)

    def _show_head(self, path: KeyFrames | None) -> None:
        second, count = self.player.second, len(self.stands)
        self.strip.show_head(-1 if path is None else self.controls.head(second, path, count))
