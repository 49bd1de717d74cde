"""The inspector: what the discriminator says of a sample, and what it would change."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QHideEvent,
    QImage,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.train.verdicts import Judged, Objected
from ganstudio.ui import own_sample, pictures, theme
from ganstudio.ui.asking import Asking
from ganstudio.ui.background import Background
from ganstudio.ui.canvas import Canvas
from ganstudio.ui.inspector_controls import InspectorControls
from ganstudio.ui.notice import Notice
from ganstudio.ui.objecting import Objecting
from ganstudio.ui.opinion import Wish, paint
from ganstudio.ui.own_bar import OwnBar
from ganstudio.ui.own_sample import Own
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.score_chart import ScoreChart
from ganstudio.ui.studio import Studio
from ganstudio.ui.verdict import Verdict, remarks

WHO = "inspector"
CROWD = {"points": 256, "image": 64, "voxels": 24}  # generated and real samples in the histogram
CROWD_SEED = 1
LEAST_PX = 120  # side of the picture
EMPTY = (
    "No model yet. Once one is training or opened, its discriminator says here what it thinks "
    "of each sample."
)
NO_CRITIC = (
    "This run keeps its generator alone, so there is nobody to judge. Train a model, or open "
    "a run with checkpoints of your own."
)
HINTS = {
    "image": "Drop a tile, a picture or a latent here to have it judged.",
    "voxels": "Front, side, above, and as it stands. Drop a tile or a solid to have it judged.",
    "points": "The line is the way that the discriminator would have it go.",
}


class InspectorPanel(Panel):
    """The score of the Latent panel's sample among real and generated ones, and the reasons."""

    title = "Inspector"
    area = "right"
    order = 40

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._model: m.Model | None = None
        self._stand: Stand | None = None
        self._own: Own | None = None  # judged instead of the Latent panel's
        self._found: Objected | None = None
        self._crowd: Judged | None = None
        self._z = np.zeros((0, 0), np.float32)
        self._build()
        self._reasons = Asking(studio, "inspector-reasons", self)
        self._scores = Asking(studio, "inspector-scores", self)
        self._objecting = Objecting(studio, self)
        self._reasons.answered.connect(self._on_reasons)
        self._scores.answered.connect(self._on_crowd)
        self._painter = Background("inspector", self)
        self._painter.done.connect(self._on_painted)
        self.setAcceptDrops(True)
        theme.notifier.changed.connect(self._repaint)
        studio.modelReady.connect(self._on_model)
        studio.latentChanged.connect(self._on_latent)
        if studio.model is not None:
            self._on_model(m.ModelReady(studio.model_source, 0, studio.model))

    def release(self) -> None:
        """Want nothing any more; end both threads."""
        theme.notifier.changed.disconnect(self._repaint)
        self._rest()
        self._objecting.release()
        self._painter.close()
        self.own_bar.reader.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks: ask."""
        super().showEvent(event)
        self.studio.look_at_scores(WHO, True)
        self._objecting.set_needless(self._own is None)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: no discriminator is copied, nothing is asked."""
        super().hideEvent(event)
        self._rest()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.verdict, self.own_bar = Verdict(), OwnBar()
        self.own_bar.taken.connect(self.judge)
        self.own_bar.backWanted.connect(lambda: self.judge(None))
        self.own_bar.refused.connect(self._say)
        self._canvas, self._hint = Canvas(), QLabel(HINTS["image"])
        self._canvas.set_draggable(False)
        self._canvas.setMinimumSize(LEAST_PX, LEAST_PX)
        theme.tone(self._hint, "small")
        self._hint.setWordWrap(True)
        self.controls, self.chart = InspectorControls(), ScoreChart()
        self.controls.changed.connect(self._on_controls)
        self.controls.smoothed.connect(self._ask_reasons)
        body = QWidget()
        column = QVBoxLayout(body)
        edge = theme.SPACE[3]
        column.setContentsMargins(edge, theme.SPACE[2], edge, theme.SPACE[2])
        column.setSpacing(theme.SPACE[2])
        column.addWidget(self.verdict)
        column.addWidget(self.own_bar)
        column.addWidget(self._canvas, 20)
        column.addLayout(self._build_foot())
        for part in (self.controls, self.chart):
            column.addWidget(part)
        column.addStretch(1)
        self._notice = Notice(EMPTY)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._notice)
        self._pages.addWidget(scroll)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)

    def _build_foot(self) -> QHBoxLayout:
        """Beneath the picture: what can be dropped, and a way for those who do not drag."""
        self._open = QToolButton()
        theme.decorate(self._open, "folder")
        theme.tone(self._open, "flat")
        self._open.setToolTip("Open a file to have it judged.")
        self._open.setAccessibleName("Judge a file")
        self._open.clicked.connect(self.own_bar.choose)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE[2])
        row.addWidget(self._hint, 1)
        row.addWidget(self._open, 0, Qt.AlignmentFlag.AlignTop)
        return row

    # What the studio says -------------------------------------------------------------------

    def _on_model(self, event: m.ModelReady) -> None:
        model = event.model
        if model != self._model:
            self._model, self._found, self._crowd = model, None, None
            self.own_bar.model = model
            self._set_own(None)
            self._z = model.draw(CROWD[model.spec.kind], CROWD_SEED)
            if self._stand is None or self._stand.z.shape != (model.z_dim,):
                self._stand = Stand(model.draw(1, 0)[0])
            self._reasons.forget()
            self._scores.forget()
            nobody = np.zeros(0, np.float32)
            self.chart.show_scores(nobody, nobody, self.chart.scale)
            self._hint.setText(HINTS[model.spec.kind])
            self.controls.show_amount_only(model.spec.kind == "points")
            self._show_verdict()
        self._ask()

    def _on_latent(self, stand: Stand) -> None:
        self._stand = stand
        if self._own is None:
            self._ask_reasons()

    def _on_reasons(self, found: Objected) -> None:
        if self._model is None or found.sample.shape != self._model.spec.shape:
            return
        self._found = found
        self._show_verdict()
        self._repaint()
        if self._reasons.about is None:
            self._objecting.tell(found)

    def _on_crowd(self, crowd: Judged) -> None:
        self._crowd = crowd
        self.chart.show_scores(crowd.reals, crowd.scores, crowd.scale)
        self._show_verdict()

    # What the person does -------------------------------------------------------------------

    def judge(self, own: Own | None) -> None:
        """Have this judged instead of the Latent panel's sample; None goes back to that."""
        stand = None if own is None else own.stand
        if stand is not None and self._model and stand.z.shape != (self._model.z_dim,):
            self._say(f"{own.name if own else ''} is a latent of another model.")
            return
        self._set_own(own)
        self._ask_reasons()

    def _set_own(self, own: Own | None) -> None:
        self._own = own
        self._objecting.set_needless(self.isVisible() and own is None)
        self.own_bar.show_own(own)

    def _on_controls(self) -> None:
        found = self._found
        alone = found is not None and not found.missing and len(found.amounts) < 2
        if alone and self.controls.look != "Heat":
            self._ask_reasons()  # the way there was not looked for yet
        self._repaint()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Anything that may be a sample is welcome."""
        if self._model is not None and own_sample.welcome(event.mimeData()):
            event.acceptProposedAction()
            self._canvas.set_aimed(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing is held over it any more."""
        self._canvas.set_aimed(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Read it on a thread, then judge it."""
        self._canvas.set_aimed(False)
        if self.own_bar.drop(event.mimeData()):
            event.acceptProposedAction()

    def _say(self, text: str) -> None:
        self.studio.noted.emit(m.Noted(text, "warning"))

    # Asking ---------------------------------------------------------------------------------

    def _ask(self) -> None:
        if self._model is not None and self.isVisible():
            self._ask_reasons(soon=False)
            self._scores.ask(
                "judge", z=self._z, reals=len(self._z), data_root=self.studio.data_root
            )

    def _ask_reasons(self, soon: bool = True) -> None:
        """Have the sample in question judged; ``soon`` where a person has just moved it."""
        stand, own = self._stand, self._own
        if self._model is None or not self.isVisible() or stand is None:
            return
        if stand.z.shape != (self._model.z_dim,):
            return
        wish: dict[str, object] = {"stand": stand}
        if own is not None and own.stand is not None:
            wish = {"stand": own.stand}
        elif own is not None:
            wish = {"sample": own.sample, "told": stand.told}
        if self.controls.look == "Heat":
            wish["steps"] = 0  # nobody sees what is wanted: a ninth of the work
        smooth = self.controls.smooth
        self._reasons.ask("objections", soon=soon, about=own, smooth=smooth, **wish)

    def _rest(self) -> None:
        self._reasons.forget()
        self._scores.forget()
        self.studio.look_at_scores(WHO, False)
        self._objecting.set_needless(False)

    # Showing --------------------------------------------------------------------------------

    def _show_verdict(self) -> None:
        """Score, standing and the right page."""
        found, model = self._found, self._model
        missing = found is not None and bool(found.missing)
        self._notice.say(EMPTY if model is None else NO_CRITIC)
        self._pages.setCurrentIndex(int(model is not None and not missing))
        for part in (self.controls, self._hint):
            part.setEnabled(found is not None)
        if found is None or missing:
            self.verdict.wait()
            self.chart.mark(float("nan"))
            return
        shown = self._shown_score(found)
        changed = None if self.controls.look == "Heat" else shown
        self.verdict.show_found(found, remarks(found, self._crowd, changed, self._taken_for()))
        self.chart.mark(shown)

    def _shown_score(self, found: Objected) -> float:
        """Of what is seen now: the sample as it is, or as it is wanted."""
        if self.controls.look == "Heat":
            return found.score
        return found.wanted(self.controls.amount * float(found.amounts[-1]))[1]

    def _taken_for(self) -> str:
        """The class that a sample of the person's own is judged as; empty for none."""
        if self._own is None or self._own.sample is None or self._model is None:
            return ""
        classes, told = self._model.classes, (self._stand.told if self._stand else {})
        if classes and "classes" in told and told["classes"].ndim == 1:
            return classes[int(told["classes"][0])]
        return ""

    def _repaint(self) -> None:
        """Have the chosen view drawn, on a thread, for solids take a while."""
        found, model, controls = self._found, self._model, self.controls
        if found is None or model is None:
            self._canvas.show_text("")
            return
        self._show_verdict()
        wish = Wish(controls.look, controls.opacity, controls.amount, controls.sign)
        kind, colours = model.spec.kind, theme.current()
        if kind == "voxels":
            self._painter.submit(lambda: paint(found, kind, wish, colours))
        else:
            self._on_painted(paint(found, kind, wish, colours))

    def _on_painted(self, painted: np.ndarray | QImage) -> None:
        drawn = isinstance(painted, QImage)
        image = painted if isinstance(painted, QImage) else pictures.to_qimage(painted)
        solid = self._model is not None and self._model.spec.kind == "voxels"
        self._canvas.show_image(image, drawn or solid)
