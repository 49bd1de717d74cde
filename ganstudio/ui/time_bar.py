"""The row under the curves: the training as a film, back to now, export, go on from a moment."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from ganstudio.ui import theme
from ganstudio.ui.journey import FIRST_PACE, PACES, Journey
from ganstudio.ui.progress import Progress
from ganstudio.ui.time_track import TimeTrack

NO_MOMENTS = "No moments are kept yet: training keeps some from its start on."
PLAY_TIP = "Play the training as a film, from the moment shown, or from the start."
EXPORT_TIP = "Save the training as a film, MP4 or GIF: the same latents at every kept moment."
BRANCH_TIP = (
    "Train on from the full checkpoint next to this moment, as a run of its own. The run it comes "
    "from stays as it is."
)
WIDE_PX = 700
PROGRESS_PX, PERCENT_PX = 110, 34


class TimeBar(QWidget):
    """Controls of a journey, and what one can do with the moment shown.

    Signals:
        filmWanted: save the training as a film.
        filmCancelled: let go of the film that is being made.
        branchWanted: train on from the moment shown.
    """

    filmWanted = Signal()  # noqa: N815
    filmCancelled = Signal()  # noqa: N815
    branchWanted = Signal()  # noqa: N815

    def __init__(self, journey: Journey) -> None:
        super().__init__()
        self._journey, self._end, self._able = journey, 0.0, False
        self.track = TimeTrack()
        self.track.picked.connect(journey.go)
        self.play = QToolButton()
        self.play.setToolTip(PLAY_TIP)
        self.play.clicked.connect(self._on_play)
        self.pace = QComboBox()
        for pace in PACES:
            self.pace.addItem(f"{pace} / s", pace)
        self.pace.setCurrentIndex(PACES.index(FIRST_PACE))
        self.pace.setToolTip("How many kept moments the film shows a second.")
        self.pace.setAccessibleName("Moments a second")
        self.pace.currentIndexChanged.connect(lambda i: journey.set_pace(PACES[i]))
        self.now = QPushButton("Now")
        self.now.setToolTip("Back to the newest model (End).")
        self.now.clicked.connect(journey.now)
        self.branch = QPushButton("Continue from here…")
        self.branch.setToolTip(BRANCH_TIP)
        theme.decorate(self.branch, "branch")
        self.branch.clicked.connect(self.branchWanted)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[2])
        parts: tuple[QWidget, ...] = (
            self.play, self.pace, self.track, self.now, self._make_film(), self.branch
        )  # fmt: skip
        for part in parts:
            row.addWidget(part, int(part is self.track))
        journey.moved.connect(self.refresh)
        journey.playing.connect(self._show_playing)
        self._show_playing(False)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow, the strip of moments gets the room of long words."""
        super().resizeEvent(event)
        wide = self.width() >= WIDE_PX
        self.branch.setText("Continue from here…" if wide else "Branch…")
        self.film.setText("Film…" if wide else "")
        self._row.setSpacing(theme.SPACE[2] if wide else theme.SPACE[1])
        if self._film.currentIndex() == 0:
            self.end_film()

    def set_end(self, nimg: float) -> None:
        """How far trained the newest model is, in real samples seen."""
        if nimg != self._end:
            self._end = nimg
            self.refresh()

    def set_branchable(self, able: bool) -> None:
        """Whether there is a run to go on from."""
        if able != self._able:
            self._able = able
            self.refresh()

    def show_film(self, share: float, text: str = "") -> None:
        """Say how far the film is, 0 to 1."""
        self._film.setCurrentIndex(1)
        self._film.setFixedWidth(max(self.film.sizeHint().width(), PROGRESS_PX))
        self._progress.setValue(round(1000 * share))
        self._film.setToolTip(f"Making the film: {text}")
        self._percent.setText(f"{100 * share:.0f} %")

    def end_film(self) -> None:
        """None is being made any more."""
        self._film.setCurrentIndex(0)
        self._film.setFixedWidth(self.film.sizeHint().width())
        self._film.setToolTip("")

    def refresh(self) -> None:
        """Show where the journey stands."""
        journey, moments = self._journey, self._journey.moments
        self.track.show_state(moments, self._end, journey.at)
        for part in (self.play, self.pace):
            part.setEnabled(len(moments) > 1)
        self.film.setEnabled(len(moments) > 1)
        self.now.setEnabled(journey.at is not None)
        self.branch.setEnabled(self._able)
        self.play.setToolTip(PLAY_TIP if moments else NO_MOMENTS)

    def _make_film(self) -> QStackedWidget:
        """The button, and in its place how far the film is."""
        self.film = QPushButton("Film…")
        self.film.setToolTip(EXPORT_TIP)
        self.film.setAccessibleName("Film of the training")
        theme.decorate(self.film, "export")
        self.film.clicked.connect(self.filmWanted)
        making = QWidget()
        row = QHBoxLayout(making)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        self._progress, self._percent, self.cancel = Progress(), QLabel(), QToolButton()
        cancel = self.cancel
        self._progress.setRange(0, 1000)
        self._progress.setMinimumWidth(30)
        self._percent.setFixedWidth(PERCENT_PX)
        theme.tone(self._percent, "small")
        theme.decorate(cancel, "close")
        theme.tone(cancel, "flat")
        cancel.setIconSize(QSize(14, 14))
        cancel.setToolTip("Stop making the film; nothing of it is kept.")
        cancel.clicked.connect(self.filmCancelled)
        row.addWidget(self._progress, 1)
        row.addWidget(self._percent)
        row.addWidget(cancel)
        self._film = QStackedWidget()
        self._film.addWidget(self.film)
        self._film.addWidget(making)
        self._film.setFixedWidth(self.film.sizeHint().width())
        return self._film

    def _on_play(self) -> None:
        if self._journey.plays:
            self._journey.stop()
        else:
            self._journey.play()

    def _show_playing(self, plays: bool) -> None:
        theme.decorate(self.play, "pause" if plays else "play")
        self.play.setAccessibleName("Stop the film" if plays else "Play the training as a film")
