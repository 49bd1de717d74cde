"""Lets a sound be heard, with whatever this machine has for it."""

from __future__ import annotations

import importlib
import shutil
import tempfile
import wave
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QProcess, QUrl, Signal

PROGRAMS = ("aplay", "paplay", "afplay")
SILENT = "No sound can be played here: neither QtMultimedia nor aplay, paplay or afplay is found."
END_MS = 1000


class Player(QObject):
    """Plays one sound at a time.

    Attributes:
        why: why nothing can be played; empty where it can.

    Signals:
        ended: the sound is over, or was stopped.
    """

    ended = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._effect = _multimedia()
        self._program = next((found for name in PROGRAMS if (found := shutil.which(name))), "")
        self.why = "" if self._effect is not None or self._program else SILENT
        self._process = QProcess(self)
        self._process.finished.connect(lambda *_: self.ended.emit())
        self._process.errorOccurred.connect(lambda _: self.ended.emit())
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._playing: Any = None
        self._played = 0

    @property
    def busy(self) -> bool:
        """Whether a program is playing."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    def play(self, sound: np.ndarray, rate: int) -> None:
        """Play this from the start, instead of what is playing.

        Args:
            sound: (T,) int16.
            rate: samples a second.
        """
        if self.why:
            return
        self.stop()
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="ganstudio-sound-")
        for old in Path(self._folder.name).iterdir():
            with suppress(OSError):  # some systems keep a file while it is open
                old.unlink()
        self._played += 1  # a name of its own: Qt plays what it read under a name before
        path = Path(self._folder.name) / f"sound-{self._played}.wav"
        write_wav(path, sound, rate)
        if self._effect is None:
            self._process.start(self._program, [str(path)])
            return
        self._playing = self._effect(self)
        self._playing.setSource(QUrl.fromLocalFile(str(path)))
        self._playing.play()

    def stop(self) -> None:
        """Be silent."""
        if self._playing is not None:
            self._playing.stop()
            self._playing.deleteLater()
            self._playing = None
        if self.busy:
            self._process.kill()  # the player that was started here, and no other
            self._process.waitForFinished(END_MS)

    def close(self) -> None:
        """Be silent and leave nothing behind."""
        self.stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def write_wav(path: Path, sound: np.ndarray, rate: int) -> None:
    """Write a sound (T,) int16 as a file that every player knows."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.ascontiguousarray(sound, "<i2").tobytes())


def _multimedia() -> Any:
    """Qt's own player of short sounds; it is missing from the smaller Qt packages."""
    try:
        return importlib.import_module("PySide6.QtMultimedia").QSoundEffect
    except ImportError:
        return None
