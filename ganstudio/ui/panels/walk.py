"""The walk: key frames in latent space, played live and written as a film."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.latent.stand import Stand
from ganstudio.latent.walks import KeyFrames
from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.canvas import Canvas
from ganstudio.ui.film_box import FilmBox
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.key_strip import KeyStrip
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.shots import Shots, fits
from ganstudio.ui.sliders import Groove
from ganstudio.ui.studio import Studio
from ganstudio.ui.walk_controls import WalkControls

TASK, TAG = "film", "walk"
TICK_MS, STEPS, RANDOM = 33, 1000, 6
FRAME_PX, KEY_PX = 384, 96
MOST_STEPS_BACK = 64
EMPTY = "No model yet. Once one is training or opened, walk through its latent space here."
NO_NOISE = "This model takes no noise, so there is nothing to walk through."
UNFIT = "Not added: it is a latent of another model."
SHORT = "A walk needs two key frames."


class WalkPanel(Panel):
    """Key frames on a strip, the way between them, and the picture of the moment."""

    title = "Walk"
    area = "centre"
    order = 60

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.stands: list[Stand] = []
        self._images: list[QImage | None] = []
        self._asked: list[Stand] = []  # whose pictures come next
        self._past: list[list[tuple[Stand, QImage | None]]] = []  # key frames before each change
        self._model: m.Model | None = None
        self._second, self._then, self._ticket = 0.0, 0.0, 0
        self._stale = False
        self._frames = Shots(studio, TAG, self, FRAME_PX)
        self._keys = Shots(studio, f"{TAG}-keys", self, KEY_PX)
        self._frames.ready.connect(self._on_frame)
        self._keys.ready.connect(self._on_keys)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self._on_tick)
        self._build()
        studio.modelReady.connect(self._on_model)
        studio.pinned.connect(self.add)
        studio.progressed.connect(self._on_progressed)
        studio.done.connect(self._on_done)
        studio.dropped.connect(self._on_dropped)
        if studio.model is not None:
            self._on_model(m.ModelReady(studio.model_source, 0, studio.model))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._renew()

    @property
    def path(self) -> KeyFrames | None:
        """The walk as it is set up; None while it has no two key frames."""
        model = self._model
        if model is None or len(self.stands) < 2:
            return None
        asked = self.controls
        stands = tuple(self.stands)
        if asked.end == "There and back":
            stands = (*stands, *stands[-2:0:-1])
        return KeyFrames(
            stands,
            asked.seconds.value(),
            asked.way,
            asked.easing,
            asked.end != "Once",
            len(model.classes),
            model.prior,
        )

    @property
    def playing(self) -> bool:
        """Whether it moves."""
        return self._clock.isActive()

    def release(self) -> None:
        """Stop the clock and both drawing threads."""
        self._clock.stop()
        self._frames.release()
        self._keys.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was missed while hidden."""
        super().showEvent(event)
        if self._stale:
            self._draw_keys()
            self._seek(self._second)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: stand still."""
        super().hideEvent(event)
        self.pause()

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
        return bool(self._past) and event.matches(QKeySequence.StandardKey.Undo)

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        edge = theme.SPACE[3]
        column.setContentsMargins(edge, theme.SPACE[2], edge, theme.SPACE[2])
        column.setSpacing(theme.SPACE[2])
        self.canvas = Canvas()
        self.canvas.set_draggable(False)
        self.canvas.setMinimumSize(96, 96)
        column.addWidget(self.canvas, 20)
        column.addLayout(self._build_player())
        self.strip = KeyStrip()
        column.addWidget(self.strip)
        column.addWidget(self._build_buttons())
        self.controls = WalkControls()
        self.controls.changed.connect(self._renew)
        column.addWidget(self.controls)
        self.film = FilmBox("walk")
        self.film.wanted.connect(self.export)
        self.film.cancelled.connect(lambda: self.studio.cancel(self._ticket))
        column.addWidget(self.film)
        column.addStretch(1)  # what the picture cannot use
        row = self.strip.row
        row.dropped.connect(self.insert)
        row.moved.connect(self.move_frame)
        row.refused.connect(lambda why: self.studio.noted.emit(m.Noted(why, "warning")))
        row.removed.connect(self.remove)
        row.doubled.connect(lambda index: self.insert(self.stands[index], index + 1))
        row.taken.connect(lambda index: self.studio.latentTaken.emit(self.stands[index]))
        row.picked.connect(self._on_picked)
        self._notice = Notice(EMPTY)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._notice)
        self._pages.addWidget(body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)

    def _build_player(self) -> QHBoxLayout:
        self._play = QToolButton()
        self._play.setToolTip("Play the walk, and pause")
        self._play.setAccessibleName("Play")
        self._play.clicked.connect(self.toggle)
        self.scrub = Groove(0, STEPS, 0)
        self.scrub.setToolTip("Where on the walk; drag to look")
        self.scrub.setAccessibleName("Where on the walk")
        self.scrub.valueChanged.connect(self._on_scrubbed)
        self._time = QLabel()
        theme.tone(self._time, "muted")
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE[2])
        row.addWidget(self._play)
        row.addWidget(self.scrub, 1)
        row.addWidget(self._time)
        return row

    def _build_buttons(self) -> QWidget:
        box = QWidget()
        flow = FlowLayout(box, theme.SPACE[1])
        self._add, self._random, self._undo, self._clear = (
            QPushButton(text) for text in ("Add", "Random", "", "")
        )
        self._undo.setAccessibleName("Undo")
        self._clear.setAccessibleName("Clear")
        for button, icon, tip, act in (
            (self._add, "pin", "Add what Latent shows as a key frame  (P)", self.add),
            (self._random, "dice", f"{RANDOM} random latents as key frames", self.fill),
            (
                self._undo,
                "undo",
                "Take the last change back  (Ctrl+Z)",
                self.undo,
            ),
            (self._clear, "close", "Remove all key frames", self.clear),
        ):
            theme.decorate(button, icon)
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, act=act: act())
            flow.addWidget(button)
        return box

    # What the person does -------------------------------------------------------------------

    def add(self, stand: Stand | None = None) -> None:
        """One more key frame at the end: this one, or what Latent shows."""
        stand = stand or self._keys.here
        if stand is not None:
            self.insert(stand, len(self.stands))

    def insert(self, stand: Stand, index: int) -> None:
        """One more key frame before that of this index."""
        if self._model is None or not fits(stand, self._model):
            self.studio.noted.emit(m.Noted(UNFIT, "warning"))
            return
        self._remember()
        self.stands.insert(index, stand)
        self._images.insert(index, None)
        self._renew()
        self.strip.choose(index)
        self._draw_keys()

    def remove(self, index: int) -> None:
        """One key frame less."""
        self._remember()
        del self.stands[index], self._images[index]
        self._renew()

    def move_frame(self, index: int, to: int) -> None:
        """Another order."""
        self._remember()
        self.stands.insert(to, self.stands.pop(index))
        self._images.insert(to, self._images.pop(index))
        self.strip.row.chosen = to
        self._renew()

    def clear(self) -> None:
        """No key frame is left."""
        self._remember()
        self.stands, self._images = [], []
        self._renew()

    def undo(self) -> None:
        """The key frames as they were before the last change of them."""
        if self._past:
            before = self._past.pop()
            self.stands = [stand for stand, _ in before]
            self._images = [image for _, image in before]
            self._renew()
            self._draw_keys()
            self._seek(self._second)

    def _remember(self) -> None:
        before = list(zip(self.stands, self._images, strict=True))
        self._past = [*self._past, before][-MOST_STEPS_BACK:]

    def fill(self) -> None:
        """A random walk instead of the key frames there are."""
        if self._model is None:
            return
        self._remember()
        told = {} if self._keys.here is None else self._keys.here.told
        seed = int(np.random.default_rng().integers(1 << 31))
        self.stands = [Stand(z, told) for z in self._model.draw(RANDOM, seed)]
        self._images = [None] * RANDOM
        self._second = 0.0
        self._renew()
        self._draw_keys()
        self._seek(0.0)

    def toggle(self) -> None:
        """Play, or pause."""
        if self.playing:
            self.pause()
            return
        path = self.path
        if path is not None:
            if not path.loop and self._second >= path.duration:
                self._second = 0.0
            self._then = time.monotonic()
            self._clock.start()
            self._show_play()

    def pause(self) -> None:
        """Stand still."""
        self._clock.stop()
        self._show_play()

    def export(self, file: Path, fps: int, height_px: int) -> None:
        """Have the walk written as a film."""
        path = self.path
        if path is None or self._model is None:
            return
        shape = self._model.spec.shape
        across = shape[2] / shape[1] if self._model.spec.kind == "image" else 1.0
        size = (max(round(height_px * across), 1), height_px)
        self._ticket = self.studio.work(TASK, TAG, walk=path, path=file, fps=fps, size=size)
        self.film.begin()

    # What the studio says -------------------------------------------------------------------

    def _on_model(self, event: m.ModelReady) -> None:
        known, self._model = self._model, event.model
        if event.model != known:
            self.pause()
            self.canvas.show_text("")
            self.clear()
            self._past = []
            self._renew()
        elif self.stands:
            self._draw_keys()
            if not self.playing:
                self._seek(self._second)

    def _on_progressed(self, event: m.Progressed) -> None:
        if event.ticket == self._ticket and self.film.busy:
            self.film.show_progress(event.share, event.text)

    def _on_done(self, event: m.Done) -> None:
        if event.ticket == self._ticket and self.film.busy:
            self.film.end()
            self.studio.noted.emit(m.Noted(f"Film written in {event.seconds:.1f} s."))

    def _on_dropped(self, event: m.Dropped) -> None:
        if event.ticket == self._ticket:
            self.film.end()

    # Walking --------------------------------------------------------------------------------

    def _on_tick(self) -> None:
        """One frame further, unless the one before is still being drawn."""
        path, now = self.path, time.monotonic()
        if path is None:
            self.pause()
            return
        if self._frames.busy:
            return
        self._second, self._then = self._second + now - self._then, now
        if path.loop:
            self._second %= path.duration
        elif self._second >= path.duration:
            self._second = path.duration
            self.pause()
        self._seek(self._second)

    def _on_scrubbed(self, step: int) -> None:
        path = self.path
        if path is not None:
            self._then = time.monotonic()
            self._seek(step / STEPS * path.duration)

    def _on_picked(self, index: int) -> None:
        path = self.path
        if path is not None:
            self.pause()
            self._seek(path.starts()[index])

    def _seek(self, second: float) -> None:
        """Stand at this second: show it on the controls and have it drawn."""
        path = self.path
        self._stale = not self.isVisible()
        if path is None or self._stale:
            return
        self._second = min(second, path.duration)
        self._show_place(path)
        stand = path.at(self._second)
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
        drawn = (pictures.to_qimage(picture) for picture in pixels)
        known = dict(zip(map(id, self._asked), drawn, strict=True))
        self._images = [
            known.get(id(stand), image)
            for stand, image in zip(self.stands, self._images, strict=True)
        ]
        self.strip.show_frames(self.stands, self._images)
        if any(image is None for image in self._images):
            self._draw_keys()

    # Showing --------------------------------------------------------------------------------

    def _renew(self) -> None:
        """Bring strip, buttons and page up to date."""
        model, path = self._model, self.path
        why = EMPTY if model is None else "" if model.z_dim else NO_NOISE
        self._notice.say(why)
        self._pages.setCurrentIndex(0 if why else 1)
        self.strip.show_frames(self.stands, self._images)
        self._clear.setEnabled(bool(self.stands))
        self._undo.setEnabled(bool(self._past))
        for part in (self._play, self.scrub):
            part.setEnabled(path is not None)
        self.film.allow(path is not None, "" if path is not None else SHORT)
        if path is None:
            self.pause()
            self._second = 0.0
            self.canvas.show_text("" if self.stands else SHORT)
            self._time.setText("–")
            self.strip.show_head(-1)
            return
        self._second = min(self._second, path.duration)
        self._show_place(path)
        self._show_play()

    def _show_place(self, path: KeyFrames) -> None:
        self.scrub.blockSignals(True)
        self.scrub.setValue(round(STEPS * self._second / path.duration))
        self.scrub.blockSignals(False)
        self.scrub.update()
        self._time.setText(f"{self._second:.1f} / {path.duration:.1f} s")
        self.strip.show_head(self._head(path))

    def _head(self, path: KeyFrames) -> float:
        """How far the walk is, in key frames; on the way back it returns."""
        at, last = self._second / path.times[0], len(self.stands) - 1
        if self.controls.end == "There and back":
            return at if at <= last else 2 * last - at
        return at if at <= last else last * (1 - (at - last))

    def _show_play(self) -> None:
        theme.decorate(self._play, "pause" if self.playing else "play")
