"""Longer work that a panel has done: one piece at a time, how far it is, and a way to stop."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ganstudio.train import messages as m
from ganstudio.ui.progress import Progress
from ganstudio.ui.studio import Studio


class Errand(QObject):
    """Has the workshop do one thing at a time; a newer one takes the place of an older one.

    Args:
        studio: does the work.
        tag: who asks; nobody else uses it.
        parent: who owns it.

    Signals:
        turned (bool): it is busy from now on, or no longer; before ``done`` and ``dropped``.
        progressed (Progressed): how far it is.
        done (Done): what came of it.
        dropped (str): nothing came of it, and why; empty if it was cancelled.
    """

    turned = Signal(bool)
    progressed = Signal(object)
    done = Signal(object)
    dropped = Signal(str)

    def __init__(self, studio: Studio, tag: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio, self._tag = studio, tag
        self._ticket = 0
        studio.progressed.connect(self._on_progressed)
        studio.done.connect(self._on_done)
        studio.dropped.connect(self._on_dropped)

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way."""
        return self._ticket > 0

    def begin(self, task: str, **arguments: Any) -> None:
        """Have this done; the arguments are those of the task."""
        self._ticket = self._studio.work(task, self._tag, **arguments)
        self.turned.emit(True)

    def cancel(self) -> None:
        """Let go of it; ``dropped`` answers."""
        if self.busy:
            self._studio.cancel(self._ticket)

    def forget(self) -> None:
        """Want no answer any more, at once."""
        self.cancel()
        self._end()

    def _end(self) -> None:
        if self.busy:
            self._ticket = 0
            self.turned.emit(False)

    def _on_progressed(self, event: m.Progressed) -> None:
        if event.ticket == self._ticket:
            self.progressed.emit(event)

    def _on_done(self, event: m.Done) -> None:
        if event.ticket == self._ticket:
            self._end()
            self.done.emit(event)

    def _on_dropped(self, event: m.Dropped) -> None:
        if event.ticket == self._ticket:
            self._end()
            self.dropped.emit(event.reason)


class ErrandBar(QWidget):
    """How far an errand is, and Cancel; there only while it is busy.

    Args:
        errand: is watched.
        name: of the bar, for those who hear it, such as "How far the map is".
        tip: of Cancel.
    """

    def __init__(self, errand: Errand, name: str, tip: str) -> None:
        super().__init__()
        self.progress, cancel = Progress(), QPushButton("Cancel")
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(name)
        cancel.setToolTip(tip)
        cancel.clicked.connect(errand.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.progress, 1)
        row.addWidget(cancel)
        self.hide()
        errand.turned.connect(self._on_turned)
        errand.progressed.connect(lambda event: self.progress.setValue(round(1000 * event.share)))

    def _on_turned(self, busy: bool) -> None:
        self.progress.setValue(0)
        self.setVisible(busy)


def sentence(text: str) -> str:
    """What a task says it does, as a sentence begins; the rest stays as it is written."""
    return text[:1].upper() + text[1:]
