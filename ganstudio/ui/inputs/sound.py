"""A sound: one of the data or a wav file, seen as its spectrogram, and heard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout

from ganstudio.train.messages import Examples, Model
from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.easel import Easel
from ganstudio.ui.inputs.base import Input
from ganstudio.ui.player import Player
from ganstudio.ui.strip import Strip

VIEW_TIP = "The sound as a picture: time to the right, pitch upwards. Drop a wav file on it."
NO_WAVE = "This sound is only known as its spectrogram."


@dataclass(frozen=True)
class _Read:
    """What a wav file holds: the spectrogram (1, 1, mels, frames), and what of it counts."""

    told: np.ndarray
    heard: np.ndarray


class SoundInput(Input):
    """What the generator listens to."""

    kind = "sound"

    def __init__(self) -> None:
        super().__init__()
        self.easel, self.strip = Easel(), Strip()
        self.easel.smooth = True
        self.easel.setToolTip(VIEW_TIP)
        self.easel.setAccessibleName("Spectrogram")
        self.view = self.easel
        self.player = Player(self)
        self._reader = Background("sound", self)
        self._reader.done.connect(self._on_read)
        self.open, self.play = QPushButton("Open…"), QPushButton("Play")
        theme.decorate(self.open, "folder")
        theme.decorate(self.play, "play")
        self.open.setToolTip("Take a wav file as the sound")
        for button in (self.open, self.play):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        line = QHBoxLayout()
        line.setSpacing(theme.SPACE[1])
        line.addWidget(self.open)
        line.addWidget(self.play)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.strip)
        column.addLayout(line)
        self._told = np.zeros((1, 1, 1, 1), np.float32)
        self._wave: np.ndarray | None = None
        self._waves: np.ndarray | None = None
        self.open.clicked.connect(self._open)
        self.play.clicked.connect(self._play)
        self.strip.chosen.connect(self._choose)
        self.easel.fileDropped.connect(self.open_file)

    def take(self, model: Model, examples: Examples | None) -> None:
        """Show its sounds."""
        self._waves = None if examples is None else examples.waves
        super().take(model, examples)
        known = self.known is not None
        if self.known is not None:
            self.strip.show_pictures(pictures.spectrograms(self.known))
            self.strip.mark(0)
        self.strip.setVisible(known)

    @property
    def first(self) -> np.ndarray:
        """The first sound, or silence."""
        known = self.known is not None and len(self.known) > 0
        return super().first if known else np.full((1, *self.spec.shape), -1, np.float32)

    @property
    def told(self) -> np.ndarray:
        """(1, 1, mels, frames) float32 in [-1, 1]."""
        return self._told

    def show_told(self, value: np.ndarray) -> None:
        """Show a spectrogram; it can be heard if it is one of the data's."""
        self._told, index = value, -1
        if self.known is not None:
            equal = (self.known == value).reshape(len(self.known), -1).all(axis=1)
            index = int(np.argmax(equal)) if equal.any() else -1
        self._hold(self._waves[index] if self._waves is not None and index >= 0 else None)
        self.strip.mark(index if index < self.strip.count else -1)
        self.easel.show_image(pictures.to_qimage(pictures.spectrograms(value)[0]))

    def open_file(self, path: Path) -> None:
        """Take a wav file, as soon as it is read."""
        mels, frames = self.spec.shape[1:]
        self._reader.submit(partial(_read, path, mels, frames))

    def release(self) -> None:
        """Be silent, and read no more."""
        self._reader.close()
        self.player.close()

    def _on_read(self, read: _Read | str) -> None:
        if isinstance(read, str):
            self.refused.emit(read)
        elif read.told.shape[1:] == self.spec.shape:  # else another model came meanwhile
            self.show_told(read.told)
            self._hold(read.heard)
            self.changed.emit()

    def _hold(self, wave: np.ndarray | None) -> None:
        self._wave = wave
        self.play.setEnabled(wave is not None and not self.player.why)
        self.play.setToolTip(self.player.why or ("Play the sound" if wave is not None else NO_WAVE))

    def _open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Sound", "", "Sounds (*.wav);;All files (*)")
        if path:
            self.open_file(Path(path))

    def _play(self) -> None:
        from ganstudio.sounds import RATE

        if self._wave is not None:
            self.player.play(self._wave, RATE)

    def _choose(self, index: int) -> None:
        if self.known is not None:
            self.show_told(self.known[index : index + 1])
            self.changed.emit()


def _read(path: Path, mels: int, frames: int) -> _Read | str:
    """A file as the generator takes it, or why it cannot be read."""
    from ganstudio import sounds  # reads files and computes spectrograms, when first needed

    try:
        wave = sounds.read_wav(path, frames * sounds.HOP / sounds.RATE)
        told = np.asarray(sounds.log_mel(wave, mels, frames), np.float32)[None, None]
    except (OSError, ValueError, EOFError) as error:
        return f"{path.name} cannot be read as a sound: {error}"
    heard = wave[: frames * sounds.HOP]  # no more than it listens to
    return _Read(told, (heard * 32767).astype(np.int16))
