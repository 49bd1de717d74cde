"""From picture to latent: what is drawn, dropped or opened, and the latent that comes closest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QWidget,
)

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import drag, theme
from ganstudio.ui.decimals import Decimals
from ganstudio.ui.errand import Errand, ErrandBar, sentence
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.panels.base import ModelPanel
from ganstudio.ui.shots import fits
from ganstudio.ui.studio import Studio
from ganstudio.ui.targets import PictureTarget, SolidTarget, Target
from ganstudio.ui.trio import Trio

TASK = "projection"
PAUSE_MS = 350  # of the brush, before a search while drawing
USUAL_S = 1.5
EMPTY = "No model yet. Once one is training or opened, find the latent of your own picture here."
NO_NOISE = "This model takes no noise: it has no latent to be found."
POINTS = "This model makes points. A click in the Plane panel finds the latent of one."
HINT = "Paint what to look for, open it, or take one of the row above. Then press Find."
THROUGH = {"Style w": "w", "Each layer": "w+", "Noise z": "z"}


class FindPanel(ModelPanel):
    """A target, the search, and how close it came; what is found goes to Latent."""

    title = "Find"
    area = "centre"
    order = 75
    empty, noiseless, scrolled = EMPTY, NO_NOISE, True
    keys = (
        ("Ctrl+Z", "Take the last stroke back"),
        ("Ctrl+V", "Paste a picture as the target"),
    )

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._here: Stand | None = None
        self._known: np.ndarray | None = None
        self.errand = Errand(studio, "find", self)
        self.errand.turned.connect(lambda busy: self._find.setEnabled(not busy))
        self.errand.progressed.connect(self._on_progressed)
        self.errand.done.connect(self._on_done)
        self.errand.dropped.connect(lambda why: self._said.setText(why or "Cancelled."))
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.search)
        self._build()
        self.setAcceptDrops(True)
        studio.started.connect(lambda event: self._offer(event.reals))
        studio.latentChanged.connect(self._on_latent)
        studio.sought.connect(self._take_sample)
        self.listen()

    @property
    def target(self) -> Target:
        """Where the target is made, for the kind of samples that the model makes."""
        voxels = self.model is not None and self.model.spec.kind == "voxels"
        return self.solid if voxels else self.picture

    def release(self) -> None:
        """Stop the timer and the threads."""
        self._pause.stop()
        for target in (self.picture, self.solid):
            target.release()
        self.trio.release()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Pictures side by side where there is room."""
        super().resizeEvent(event)
        self._direct()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        column = self.page.column
        self.picture, self.solid, self.trio = PictureTarget(), SolidTarget(), Trio()
        for target in (self.picture, self.solid):
            target.changed.connect(self._on_target)
            target.refused.connect(self.warn)
            column.addWidget(target, 2 if target is self.solid else 0)
        column.addWidget(self.trio, 1)
        column.addWidget(self._build_controls())
        self.bar = ErrandBar(
            self.errand, "How far the search is", "Stop searching; Latent stays where it is"
        )
        column.addWidget(self.bar)
        self._said = QLabel()
        self._said.setWordWrap(True)
        theme.tone(self._said, "muted")
        column.addWidget(self._said)
        column.addStretch(0)

    def _build_controls(self) -> QWidget:
        box = QWidget()
        flow = FlowLayout(box, theme.SPACE[1])
        self._find = QPushButton("Find")
        theme.tone(self._find, "primary")
        self._find.setToolTip("Search for the latent that comes closest, and take it to Latent")
        self._find.clicked.connect(self.search)
        self.seconds = Decimals()
        self.seconds.setRange(0.5, 120)
        self.seconds.setDecimals(1)
        self.seconds.setSingleStep(0.5)
        self.seconds.setValue(USUAL_S)
        self.seconds.setSuffix(" s")
        self.seconds.lineEdit().setTextMargins(5, 0, 0, 0)
        self.seconds.setFixedWidth(80)
        self.seconds.setToolTip("How long to search; longer comes closer")
        self.seconds.setAccessibleName("Seconds to search")
        self.through = QComboBox()
        self.through.addItems(list(THROUGH))
        self.through.setToolTip(
            "What is moved: the style of all layers; of each layer alone, which comes closest and "
            "strays furthest; or the noise itself"
        )
        self.through.setAccessibleName("What is moved")
        self.hold = QCheckBox("Keep class")
        self.hold.setToolTip("Search within the class that Latent tells, instead of trying each")
        self.live = QCheckBox("While drawing")
        self.live.setToolTip("Search again whenever the brush rests")
        for part in (self._find, self.seconds, self.through, self.hold, self.live):
            flow.addWidget(part)
        return box

    # What the person does -------------------------------------------------------------------

    def search(self) -> None:
        """Search for what is drawn."""
        model = self.model
        if model is None or self.why_empty():
            return
        self._pause.stop()
        here = self._here if self._here is not None and fits(self._here, model) else None
        sought = self.target.sample
        through = THROUGH[self.through.currentText()] if model.w_dim else None
        self.trio.begin(sought)
        self.errand.begin(
            TASK,
            target=sought,
            told=None if here is None else here.told,
            stand=here,
            seconds=self.seconds.value(),
            steps=max(400, round(400 * self.seconds.value())),
            through=through,
            hold_class=self.hold.isChecked(),
        )
        self._said.setText("")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files, and samples of the set, are welcome."""
        data = event.mimeData()
        held = data.hasFormat(drag.SAMPLE_MIME) or any(url.isLocalFile() for url in data.urls())
        if self.model is not None and held:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Look for what was dropped."""
        data, model = event.mimeData(), self.model
        sample = drag.unpack_sample(data)
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if sample is not None and model is not None:
            self._take_sample(sample)
        elif paths:
            self.target.open_file(paths[0])
        event.acceptProposedAction()

    def _take_sample(self, sample: np.ndarray) -> None:
        """Look for one of the data."""
        model = self.model
        if model is None or self.why_empty():
            return
        if sample.shape == model.spec.shape:
            self.target.show_sample(sample)
            self.called.emit()
        else:
            self.warn(f"Not taken: {model.spec} are wanted.")

    def _on_target(self) -> None:
        if self.model is not None and self.live.isChecked() and self.isVisible():
            self._pause.start()

    # What the studio says -------------------------------------------------------------------

    def take_model(self, event: m.ModelReady) -> None:
        """Seek in another model: offer a target of its kind."""
        self.errand.forget()
        self._known = None
        self.trio.clear(self.target.view)
        self._said.setText(HINT)
        if not self.why_empty():
            self._take(self._reals(event.examples))
        for target in (self.picture, self.solid):
            target.setVisible(target is self.target)
        self._direct()
        self.through.setVisible(event.model.w_dim > 0)
        self.hold.setVisible(bool(event.model.classes))

    def _reals(self, examples: m.Examples | None) -> np.ndarray | None:
        """Some of the model's data, if there is any at hand."""
        for known in (self.studio.reals, None if examples is None else examples.x):
            if known is not None and self.model and known.shape[1:] == self.model.spec.shape:
                return known
        return None

    def _offer(self, reals: np.ndarray) -> None:
        """A training has started: these are of its data."""
        model = self.model
        if model is None or self.why_empty() or self._known is not None:
            return
        if reals.shape[1:] == model.spec.shape:
            self._take(reals)

    def _take(self, known: np.ndarray | None) -> None:
        if self.model is not None:
            self._known = known
            self.target.take(self.model, known)

    def _on_latent(self, stand: Stand) -> None:
        self._here = stand

    def _on_progressed(self, event: m.Progressed) -> None:
        if event.text:
            self._said.setText(sentence(event.text))
        if event.preview is not None and self.isVisible():
            self.trio.show_found(event.preview)

    def _on_done(self, event: m.Done) -> None:
        found = event.result
        self.trio.show_found(found.sample)
        self._said.setText(
            f"Distance {found.loss:.3g}, from {found.begun:.3g} at the best random latent, after "
            f"{found.steps:,} steps in {found.seconds:.1f} s. Latent stands there now."
        )
        self.studio.latentTaken.emit(found.stand)

    # Showing --------------------------------------------------------------------------------

    def _direct(self) -> None:
        self.trio.direct(self.page.room_px)

    def why_empty(self) -> str:
        """Points have a panel of their own."""
        points = self.model is not None and self.model.spec.kind == "points"
        return POINTS if points else super().why_empty()
