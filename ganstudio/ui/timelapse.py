"""The training as a film on the disk: asks how it shall be, has it made, tells how far it is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ganstudio.knobs import Config, knob
from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.form import Form
from ganstudio.ui.studio import Studio

TASK = TAG = "timelapse"
KINDS = "MP4 film (*.mp4);;Animated picture (*.gif);;Animated picture, smaller (*.webp)"


class FilmKnobs(Config):
    """How the film of a training is made."""

    seconds: float = knob(
        10.0, low=1, high=600, unit="s", title="Length",
        help="Each kept moment is shown equally long.",
    )  # fmt: skip
    fps: float = knob(
        30.0, low=1, high=60, unit="/ s", title="Frames",
        help="An animated picture shows 50 at most.",
    )  # fmt: skip
    samples: int = knob(
        16, low=1, high=256, help="How many samples are shown; the same latents at every moment."
    )
    seed: int = knob(0, low=0, high=2**31 - 1, help="Of the latents.")
    height: int = knob(
        512, low=64, high=2160, unit="px", help="Of a frame; the width follows from the samples."
    )
    label: bool = knob(
        True, title="Write kimg", help="How far trained the model was, in the corner."
    )


class FilmDialog(QDialog):
    """Asks how the film shall be.

    Args:
        moments: how many moments there are to show.
        points: whether the samples are points, of which many make one picture.
        parent: the window.

    Signals:
        wanted (FilmKnobs): make it so.
    """

    wanted = Signal(object)

    def __init__(self, moments: int, points: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Film of the training")
        column = QVBoxLayout(self)
        column.setSpacing(theme.SPACE[3])
        about = QLabel(
            f"The same latents at {moments} kept moments, from the first one to the newest. "
            "Training and exploring go on while the film is made."
        )
        about.setWordWrap(True)
        column.addWidget(about)
        names = [name for name in FilmKnobs.model_fields if not (points and name == "samples")]
        self.form = Form(FilmKnobs, only=names)
        self.form.changed.connect(self._refresh)
        column.addWidget(self.form)
        row = QHBoxLayout()
        cancel, self.save = QPushButton("Cancel"), QPushButton("Save as…")
        cancel.setToolTip("Make no film")
        self.save.setToolTip("Choose where to, as MP4 or as an animated picture")
        theme.tone(self.save, "primary")
        self.save.setDefault(True)
        cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self._on_save)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.save)
        column.addLayout(row)

    def _refresh(self) -> None:
        self.save.setEnabled(not self.form.check())

    def _on_save(self) -> None:
        knobs = FilmKnobs(**self.form.values())
        self.accept()
        self.wanted.emit(knobs)


class Timelapse(QObject):
    """Has films of a training made, one at a time.

    Args:
        studio: does the work.
        window: the panel that asks; dialogs stand over it.

    Signals:
        progressed (float, str): the share that is done and what is being done.
        ended: there is none being made any more.
    """

    progressed = Signal(float, str)
    ended = Signal()

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio, self._window = studio, window
        self._ticket = 0
        for signal, slot in (
            (studio.progressed, self._on_progressed), (studio.done, self._on_done),
            (studio.dropped, self._on_dropped),
        ):  # fmt: skip
            signal.connect(slot)

    @property
    def busy(self) -> bool:
        """Whether a film is being made."""
        return self._ticket > 0

    def ask(self) -> FilmDialog | None:
        """Ask how the film shall be; None if there is nothing to show."""
        studio = self._studio
        if not studio.moments() or studio.model is None or self.busy:
            return None
        points = studio.model.spec.kind == "points"
        dialog = FilmDialog(len(studio.moments()), points, self._window.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._ask_where)
        dialog.open()
        return dialog

    def make(self, path: Path, knobs: FilmKnobs) -> None:
        """Begin to make it."""
        points = self._studio.model is not None and self._studio.model.spec.kind == "points"
        self._ticket = self._studio.work(
            TASK, TAG, path=path, run=self._studio.moments_run, n=0 if points else knobs.samples,
            seed=knobs.seed, seconds=knobs.seconds, fps=knobs.fps, height=knobs.height,
            label=knobs.label,
        )  # fmt: skip
        self.progressed.emit(0.0, "waiting")

    def cancel(self) -> None:
        """Let go of the film that is being made; nothing of it is kept."""
        if self.busy:
            self._studio.cancel(self._ticket)

    def _ask_where(self, knobs: FilmKnobs) -> None:
        run = self._studio.moments_run
        name = f"{run.name if run is not None else 'training'}.mp4"
        path = pictures.ask_save(self._window, "Save film", name, KINDS)
        if path is not None:
            self.make(path, knobs)

    def _on_progressed(self, event: m.Progressed) -> None:
        if event.ticket == self._ticket:
            self.progressed.emit(event.share, event.text)

    def _on_done(self, event: m.Done) -> None:
        if event.ticket == self._ticket:
            self._end()
            path, skipped = event.result.path, event.result.skipped
            word = "moment" if skipped == 1 else "moments"
            rest = f"; {skipped} {word} could not be read" if skipped else ""
            self._studio.noted.emit(m.Noted(f"Saved {path}{rest}"))

    def _on_dropped(self, event: m.Dropped) -> None:
        if event.ticket == self._ticket:  # why is said by the studio
            self._end()

    def _end(self) -> None:
        self._ticket = 0
        self.ended.emit()
