"""Where on a walk one is: play, a groove to drag, and the time."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from ganstudio.latent.walks import KeyFrames
from ganstudio.ui import theme
from ganstudio.ui.sliders import Groove

TICK_MS, STEPS = 33, 1000


class WalkPlayer(QWidget):
    """Moves along a walk, no faster than its pictures come.

    Args:
        awaited: whether the picture of the moment before is still being drawn.

    Attributes:
        path: the walk; None while there is none.
        second: where on it.

    Signals:
        sought (float): stand at this second.
    """

    sought = Signal(float)

    def __init__(self, awaited: Callable[[], bool]) -> None:
        super().__init__()
        self.path: KeyFrames | None = None
        self.second, self._then = 0.0, 0.0
        self._awaited = awaited
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self.tick)
        self.button, self.scrub, self.time = QToolButton(), Groove(0, STEPS, 0), QLabel()
        self.button.setToolTip("Play the walk, and pause")
        self.button.setAccessibleName("Play")
        self.button.clicked.connect(self.toggle)
        self.scrub.setToolTip("Where on the walk; drag to look")
        self.scrub.setAccessibleName("Where on the walk")
        self.scrub.valueChanged.connect(self._on_scrubbed)
        theme.tone(self.time, "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[2])
        row.addWidget(self.button)
        row.addWidget(self.scrub, 1)
        row.addWidget(self.time)
        self._show_button()

    @property
    def playing(self) -> bool:
        """Whether it moves."""
        return self._clock.isActive()

    def follow(self, path: KeyFrames | None) -> None:
        """Another walk, at the same second as far as it goes; None for none."""
        self.path = path
        for part in (self.button, self.scrub):
            part.setEnabled(path is not None)
        if path is None:
            self.pause()
            self.second = 0.0
            self.time.setText("–")
        else:
            self.stand(self.second)

    def stand(self, second: float) -> None:
        """Show this second, without telling anybody."""
        if self.path is None:
            return
        self.second = min(second, self.path.duration)
        self.scrub.blockSignals(True)
        self.scrub.setValue(round(STEPS * self.second / self.path.duration))
        self.scrub.blockSignals(False)
        self.scrub.update()
        self.time.setText(f"{self.second:.1f} / {self.path.duration:.1f} s")

    def toggle(self) -> None:
        """Play, or pause."""
        if self.playing:
            self.pause()
        elif self.path is not None:
            if not self.path.loop and self.second >= self.path.duration:
                self.second = 0.0
            self._then = time.monotonic()
            self._clock.start()
            self._show_button()

    def pause(self) -> None:
        """Stand still."""
        self._clock.stop()
        self._show_button()

    def tick(self) -> None:
        """One frame further, unless the one before is still being drawn."""
        path, now = self.path, time.monotonic()
        if path is None or self._awaited():
            return
        second, self._then = self.second + now - self._then, now
        if path.loop:
            second %= path.duration
        elif second >= path.duration:
            second = path.duration
            self.pause()
        self.sought.emit(second)

    def _on_scrubbed(self, step: int) -> None:
        if self.path is not None:
            self._then = time.monotonic()
            self.sought.emit(step / STEPS * self.path.duration)

    def _show_button(self) -> None:
        theme.decorate(self.button, "pause" if self.playing else "play")
