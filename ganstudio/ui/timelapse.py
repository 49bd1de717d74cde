"""The training as a film on the disk: asks how it shall be, has it made, tells how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ganstudio.knobs import Config, knob
from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.errand import Errand
from ganstudio.ui.favourites import Favourites
from ganstudio.ui.form import Form
from ganstudio.ui.shots import fits
from ganstudio.ui.studio import Studio, Tiles

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
    latents: Literal["seed", "gallery", "favourites"] = knob(
        "seed", help="Random ones by a seed, the tiles of the gallery, or the stars of the run."
    )
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
        sources: of the latents: what can be chosen, and why not if it cannot.
        points: whether the samples are points, of which many make one picture.
        parent: the window.

    Signals:
        wanted (FilmKnobs): make it so.
    """

    wanted = Signal(object)

    def __init__(
        self,
        moments: int,
        sources: Mapping[str, str],
        points: bool = False,
        parent: QWidget | None = None,
    ) -> None:
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
        left_out = ("latents", "samples") if points else ()
        names = [name for name in FilmKnobs.model_fields if name not in left_out]
        self._sources = sources
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
        chosen = self.form.values().get("latents", "seed")
        for name in ("samples", "seed"):
            if name in self.form.rows:
                self.form.rows[name].setEnabled(chosen == "seed")
        lack = self._sources.get(chosen, "")
        self.form.blame({"latents": lack} if lack else {})
        self.save.setEnabled(not self.form.check() and not lack)

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
        self._errand = Errand(studio, TAG, self)
        self._errand.progressed.connect(lambda now: self.progressed.emit(now.share, now.text))
        self._errand.done.connect(self._on_done)
        self._errand.turned.connect(lambda busy: None if busy else self.ended.emit())

    @property
    def busy(self) -> bool:
        """Whether a film is being made."""
        return self._errand.busy

    def ask(self) -> FilmDialog | None:
        """Ask how the film shall be; None if there is nothing to show."""
        studio = self._studio
        if not studio.moments() or studio.model is None or self.busy:
            return None
        points = studio.model.spec.kind == "points"
        lacks = {"gallery": "" if studio.tiles().stands else "The gallery shows no tiles."}
        lacks["favourites"] = "" if self._stars() else "This run has no stars that fit its model."
        dialog = FilmDialog(len(studio.moments()), lacks, points, self._window.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._ask_where)
        dialog.open()
        return dialog

    def make(self, path: Path, knobs: FilmKnobs) -> None:
        """Begin to make it."""
        points = self._studio.model is not None and self._studio.model.spec.kind == "points"
        tiles = Tiles()
        if knobs.latents == "gallery":
            tiles = self._studio.tiles()
        elif knobs.latents == "favourites":
            tiles = Tiles(self._stars())
        self._errand.begin(
            TASK, path=path, run=self._studio.moments_run, n=0 if points else knobs.samples,
            seed=knobs.seed, seconds=knobs.seconds, fps=knobs.fps, height=knobs.height,
            label=knobs.label, places=tiles.stands or None, columns=tiles.columns,
        )  # fmt: skip
        self.progressed.emit(0.0, "waiting")

    def cancel(self) -> None:
        """Let go of the film that is being made; nothing of it is kept."""
        self._errand.cancel()

    def _stars(self) -> tuple[Stand, ...]:
        """The favourites of the run, those of its model."""
        run, model = self._studio.moments_run, self._studio.model
        kept = [] if run is None else Favourites(run).read()[0]
        return tuple(one.stand for one in kept if model is not None and fits(one.stand, model))

    def _ask_where(self, knobs: FilmKnobs) -> None:
        run = self._studio.moments_run
        name = f"{run.name if run is not None else 'training'}.mp4"
        path = pictures.ask_save(self._window, "Save film", name, KINDS)
        if path is not None:
            self.make(path, knobs)

    def _on_done(self, event: m.Done) -> None:
        path, skipped = event.result.path, event.result.skipped
        word = "moment" if skipped == 1 else "moments"
        rest = f"; {skipped} {word} could not be read" if skipped else ""
        self._studio.noted.emit(m.Noted(f"Saved {path}{rest}"))
