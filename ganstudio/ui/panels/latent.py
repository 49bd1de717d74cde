"""The latent: one point of the noise, what else is told, and what the generator makes of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.background import Background
from ganstudio.ui.canvas import Canvas
from ganstudio.ui.colours import Palette
from ganstudio.ui.inputs_box import InputsBox
from ganstudio.ui.latents import Point, from_text, to_text
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.seed import SeedBox
from ganstudio.ui.stage import Stage
from ganstudio.ui.studio import Studio
from ganstudio.ui.ways import Ways

TAG = "latent"
DISPLAY_MS = 16
SMALLEST_SOLID_PX, LARGEST_SOLID_PX = 200, 512
DRAG_TIP = "Drag to walk along the first two directions."
EMPTY = "No model yet. Once one is training or opened, move its noise here and watch."


class LatentPanel(Panel):
    """A big picture of one sample, and all that the generator of the moment can be given."""

    title = "Latent"
    area = "right"
    order = 10

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._point: Point | None = None
        self._examples: m.Examples | None = None
        self._turn = 0
        self._unsent = self._stale = False
        self._solid: np.ndarray | None = None
        self._build()
        self._worker = Background("latent", self)
        self._worker.done.connect(self._on_drawn)
        self._throttle = QTimer(self, singleShot=True, interval=DISPLAY_MS)
        self._throttle.timeout.connect(self._on_display)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        here = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence("R"), self, self._seed.roll, context=here)
        theme.notifier.changed.connect(self._draw_solid)
        studio.modelReady.connect(self._on_model)
        studio.rendered.connect(self._on_rendered)
        studio.latentTaken.connect(self._on_taken)
        if studio.model is not None:
            self._on_model(m.ModelReady(studio.model_source, 0, studio.model, studio.examples))

    @property
    def point(self) -> Point | None:
        """Where it stands; None before there is a model."""
        return self._point

    @property
    def stand(self) -> Stand | None:
        """All that the generator is given; None before there is a model."""
        point = self._point
        if point is None:
            return None
        return Stand(point.z, self.inputs.told, point.psi, point.shift)

    def release(self) -> None:
        """Stop the timer and the drawing thread."""
        theme.notifier.changed.disconnect(self._draw_solid)
        self._throttle.stop()
        self._worker.close()
        self.inputs.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was missed while hidden."""
        super().showEvent(event)
        if self._stale:
            self._ask()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self._canvas = Canvas()
        self._canvas.dragged.connect(self._on_dragged)
        self._canvas.pressed.connect(self.setFocus)
        self._canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._canvas.customContextMenuRequested.connect(self._open_menu)
        self._status = QLabel()
        theme.tone(self._status, "small")
        self._status.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._status.setWordWrap(True)
        body = QWidget()
        column = QVBoxLayout(body)
        edge = theme.SPACE[3]
        column.setContentsMargins(edge, edge, 0, theme.SPACE[2])
        column.setSpacing(theme.SPACE[2])
        self._stage = Stage(self._canvas)
        self._noise = self._build_noise()
        for part in (self._stage, self._build_caption(), self._noise):
            row = QHBoxLayout()
            row.setContentsMargins(0, 0, edge, 0)
            row.addWidget(part)
            column.addLayout(row, 1 if part is self._stage else 0)
        self._ways = Ways()
        self._ways.moved.connect(self._on_moved)
        self._ways.truncated.connect(self._on_psi)
        self._ways.turnWanted.connect(self.new_directions)
        self._ways.spaceChosen.connect(self._on_space)
        self.inputs = InputsBox()
        self.inputs.changed.connect(self._on_told)
        self.inputs.refused.connect(lambda why: self.studio.noted.emit(m.Noted(why, "warning")))
        self._ways.top.addWidget(self.inputs)
        column.addWidget(self._ways, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(Notice(EMPTY))
        self._pages.addWidget(body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)

    def _build_noise(self) -> QWidget:
        bar = QWidget()
        self._seed = SeedBox("Chooses where the walk begins; R rolls a new one.")
        self._seed.changed.connect(self._resample)
        self._reset = QPushButton("Reset")
        self._reset.setToolTip("All sliders and the truncation as they were at first.")
        self._reset.clicked.connect(self.reset)
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        row.addWidget(self._seed, 1)
        row.addWidget(self._reset)
        return bar

    def _build_caption(self) -> QWidget:
        """What is known of the picture, and in the corner below it what can be done with it."""
        bar, more = QWidget(), QToolButton()
        theme.tone(more, "flat")
        more.setToolTip("Copy, paste and save")
        more.setAccessibleName("More")
        theme.decorate(more, "more")
        more.clicked.connect(
            lambda: self._open_menu(
                self._canvas.mapFromGlobal(more.mapToGlobal(QPoint(0, more.height())))
            )
        )
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addSpacing(more.sizeHint().width())  # so that the text stands in the middle
        row.addWidget(self._status, 1)
        row.addWidget(more)
        return bar

    # What the studio says -------------------------------------------------------------------

    def _on_model(self, event: m.ModelReady) -> None:
        point, known, self._examples = self._point, self._examples, event.examples
        if point is None or event.model != point.model:
            self._adopt(event.model, event.examples)
        elif event.examples is not known:  # another run of the same design
            self.inputs.take(event.model, event.examples)
            self._stand(point)
        else:
            self._ask()

    def _adopt(self, model: m.Model, examples: m.Examples | None) -> None:
        self.inputs.take(model, examples)
        self._stage.show_views(self.inputs.views)
        noise = model.z_dim > 0
        self._noise.setVisible(noise)
        self._canvas.set_draggable(noise)
        self._canvas.setToolTip(DRAG_TIP if noise else "")
        self._solid = None
        self._canvas.show_text("")
        self._status.setText("")
        self._pages.setCurrentIndex(1)
        self._throttle.start()  # all panels hear of a model before they hear of a point of it
        self._stand(Point.at(model, model.draw(1, self._seed.value)[0], self._turn))

    def _on_taken(self, stand: Stand) -> None:
        point = self._point
        if point is None or stand.z.shape != (point.model.z_dim,):
            return
        self.inputs.show_told(stand.told)
        there = Point.at(point.model, stand.z, self._turn, point.space)
        self._stand(replace(there, psi=stand.psi))

    def _on_rendered(self, event: m.Rendered) -> None:
        if event.tag != TAG or self._point is None:
            return
        spec, samples = self._point.model.spec, event.samples
        if samples.shape[1:] != spec.shape:
            return
        self._status.setText(f"{event.nimg / 1000:,.1f} kimg  ·  {event.milliseconds:.1f} ms")
        if spec.kind == "points":
            self._canvas.show_point(float(samples[0, 0]), float(samples[0, 1]))
        elif spec.kind == "voxels":
            self._solid = samples[:1]
            self._draw_solid()
        else:
            self._canvas.show_image(pictures.to_qimage(pictures.to_bytes(samples[:1])[0]))

    def _draw_solid(self) -> None:
        """Draw the newest volume in the colours of now, on the thread."""
        if self._solid is None or self._point is None:
            return
        side = min(self._canvas.width(), self._canvas.height())
        size_px = min(max(side, SMALLEST_SOLID_PX), LARGEST_SOLID_PX)
        looks = size_px, theme.current()
        self._worker.submit(partial(_draw_solid, self._point.model, self._solid, *looks))

    def _on_drawn(self, drawn: tuple[m.Model, np.ndarray]) -> None:
        model, pixels = drawn
        if self._point is not None and model is self._point.model:  # else it came too late
            self._canvas.show_image(pictures.to_qimage(pixels[0]), drawn=True)

    # What the person does -------------------------------------------------------------------

    def reset(self) -> None:
        """All sliders and the truncation as they were at first."""
        if self._point is not None:
            self._stand(self._point.back())

    def new_directions(self) -> None:
        """Other random directions, from where it stands."""
        if self._point is not None:
            self._turn += 1
            self._stand(self._point.turned(self._turn))

    def copy_latent(self) -> None:
        """Put the numbers of the latent on the clipboard, truncation included."""
        if self._point is not None:
            QGuiApplication.clipboard().setText(to_text(self._point.used))
            self.studio.noted.emit(m.Noted("Latent copied."))

    def paste_latent(self) -> None:
        """Stand on the latent whose numbers the clipboard holds."""
        point = self._point
        if point is None:
            return
        try:
            z = from_text(QGuiApplication.clipboard().text())
            self._stand(Point.at(point.model, z, self._turn, point.space))
        except ValueError as error:
            self.studio.noted.emit(m.Noted(f"Not pasted: {error}.", "warning"))

    def _resample(self, seed: int) -> None:
        point = self._point
        if point is not None:
            z = point.model.draw(1, seed)[0]
            fresh = Point.at(point.model, z, self._turn, point.space)
            self._stand(replace(fresh, psi=point.psi))

    def _on_moved(self, index: int, amount: float) -> None:
        if self._point is not None:
            self._stand(self._point.move(index, amount))

    def _on_psi(self, psi: float) -> None:
        if self._point is not None:
            self._stand(replace(self._point, psi=psi))

    def _on_space(self, space: str) -> None:
        if self._point is not None:
            self._stand(self._point.walking("w" if space == "w" else "z"))

    def _on_told(self) -> None:
        if self._point is not None:
            self._stand(self._point)

    def _on_dragged(self, right: float, up: float) -> None:
        if self._point is not None:
            across = 2 * self._point.reach
            self._stand(self._point.nudge(right * across, up * across))

    def _open_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, slot in (("Copy latent", self.copy_latent), ("Paste latent", self.paste_latent)):
            action = menu.addAction(text)
            action.setEnabled(self._point is not None and self._point.model.z_dim > 0)
            action.triggered.connect(slot)
        menu.addSeparator()
        image = self._canvas.image
        for text, slot in (("Copy picture", self._copy), ("Save picture…", self._save)):
            action = menu.addAction(text)
            action.setEnabled(image is not None)
            action.triggered.connect(slot)
        menu.addSeparator()
        smooth = menu.addAction("Smooth pixels")
        smooth.setCheckable(True)
        smooth.setEnabled(not self._canvas.drawn)
        smooth.setChecked(self._canvas.smooth)
        smooth.toggled.connect(self._canvas.set_smooth)
        menu.popup(self._canvas.mapToGlobal(position))

    def _copy(self) -> None:
        if self._canvas.image is not None:
            pictures.copy(pictures.enlarged(self._canvas.image))

    def _save(self) -> None:
        if self._canvas.image is not None:
            note = pictures.save(self, pictures.enlarged(self._canvas.image), "latent.png")
            if note is not None:
                self.studio.noted.emit(note)

    # Sending --------------------------------------------------------------------------------

    def _stand(self, point: Point) -> None:
        """Stand here: show it on the controls, tell the others, have it drawn."""
        self._point = point
        self._ways.show_point(point)
        self._reset.setEnabled(point.moved)
        self._unsent = True
        if not self._throttle.isActive():
            self._on_display()

    def _on_display(self) -> None:
        """Send what changed, at most once in a frame."""
        stand = self.stand
        if self._unsent and stand is not None:
            self._unsent = False
            self._throttle.start()
            self._ask()
            self.studio.latentChanged.emit(stand)

    def _ask(self) -> None:
        stand = self.stand
        self._stale = not self.isVisible()
        if stand is not None and not self._stale:
            self.studio.ask(TAG, stand.z[None], stand.told, stand.psi, stand.shifts)


def _draw_solid(
    model: m.Model, voxels: np.ndarray, size_px: int, colours: Palette
) -> tuple[m.Model, np.ndarray]:
    """The picture of a volume, with the model that made it."""
    return model, pictures.draw_solids(voxels, size_px, colours)
