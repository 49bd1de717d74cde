"""The transport row: train and pause, single steps, slow motion, back, stop, save."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from ganstudio.recipe import Recipe, RecipeError
from ganstudio.train import messages as m
from ganstudio.ui import theme
from ganstudio.ui.panels.base import RecipeSource
from ganstudio.ui.progress import Progress
from ganstudio.ui.studio import Studio

PACES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # steps a second in slow motion
WORDS_PX = 1230  # of the row; below it buttons show icons alone
PACE_PX = 1380  # below it the slow motion tells its pace only while it is on
WORDS = {
    "idle": "Idle", "loading": "Loading", "running": "Running", "paused": "Paused",
    "stopping": "Stopping", "finished": "Ended", "failed": "Failed",
}  # fmt: skip
_COLOURS = {
    "loading": "warn", "running": "real", "paused": "accent", "stopping": "warn",
    "finished": "accent", "failed": "error",
}  # fmt: skip


class Transport(QWidget):
    """Buttons that are always there, greyed when they cannot help, and what is going on.

    Args:
        studio: what is driven.

    Signals:
        startRefused (str): Train was pressed, but the recipe has faults; one line each.
    """

    startRefused = Signal(str)  # noqa: N815

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self.source: RecipeSource | None = None
        self._faults = "Loading torch…"
        self._can_rewind, self._stopping = False, False
        self._target, self._nimg, self._reached, self._detail = 0, 0, "", ""
        self._make_actions()
        self._lay_out()
        studio.stateChanged.connect(self._on_state)
        studio.started.connect(self._on_started)
        studio.statsArrived.connect(self._on_stats)
        studio.saved.connect(self._on_saved)
        studio.rewound.connect(lambda event: self._show_progress(event.nimg))
        self._on_state(studio.state, "")

    @property
    def actions_in_order(self) -> list[QAction]:
        """All actions, for a menu."""
        return [self.train, self.step, self.step_d, self.step_g, self.slow, self.rewind,
                self.stop, self.save]  # fmt: skip

    def add(self, action: QAction) -> None:
        """Offer one more action at the end of the row, before what is going on."""
        for part in (_bar(), _button(action)):
            self._row.insertWidget(self._row.count() - 2, part)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Icons alone where words would not fit."""
        super().resizeEvent(event)
        styles = Qt.ToolButtonStyle
        narrow = self.width() < WORDS_PX
        wanted = styles.ToolButtonIconOnly if narrow else styles.ToolButtonTextBesideIcon
        for button in self.findChildren(QToolButton):
            if not isinstance(button, _KeyButton) and button.toolButtonStyle() != wanted:
                button.setToolButtonStyle(wanted)
        self._show_pace()
        self._show_detail()

    def set_source(self, source: RecipeSource | None) -> None:
        """Take what is to be trained from here, and grey Train while it has faults."""
        if source is not None and source is not self.source:
            source.recipeChanged.connect(self.refresh)
        self.source = source
        self.refresh()

    def refresh(self) -> None:
        """Grey and word every button as the state and the recipe say."""
        state, session = self.studio.state, self.studio.training
        self._faults = "" if session else self._check()
        free = not session and not self._faults
        steady = state in ("running", "paused") and not self._stopping
        self.train.setEnabled(free or (session and steady))
        words = {"loading": "Loading", "running": "Pause", "paused": "Go on",
                 "stopping": "Stopping"}  # fmt: skip
        if self._stopping:
            state = "stopping"
        self.train.setText(words.get(state, "Train") if session else "Train")
        theme.decorate(self.train, "pause" if state == "running" else "play", "window")
        why = f"\n\nCannot start yet:\n{self._faults}" if self._faults else ""
        self.train.setToolTip(f"Train, and pause after the step in hand  (Space){why}")
        for action in (self.step, self.step_d, self.step_g):
            action.setEnabled(free or (session and state == "paused"))
        self.rewind.setEnabled(session and steady and self._can_rewind)
        self.stop.setEnabled(session and state != "stopping")
        self.save.setEnabled(session and steady)
        self.pace.setEnabled(self.slow.isChecked())
        self.pace_label.setEnabled(self.slow.isChecked())
        self._show_pace()

    # What the actions do --------------------------------------------------------------------

    def toggle(self) -> None:
        """Start, pause or go on, whichever makes sense now."""
        if self.studio.state == "running":
            self.studio.pause()
        elif self.studio.training:
            self.studio.run()
        else:
            self._start(paused=False)

    def step_once(self, side: m.Side | None = None) -> None:
        """One step; without a session one is started first and waits after it."""
        if self.studio.training or self._start(paused=True):
            self.studio.step(side)

    def _start(self, paused: bool) -> bool:
        recipe = self._recipe()
        if recipe is None:
            self.startRefused.emit(self._faults)
            return False
        self._can_rewind = False
        self.studio.start(recipe, paused)
        self._send_pace()
        self.refresh()
        return True

    def _stop(self) -> None:
        self._stopping = self.studio.training  # said at once: the step in hand may take long
        self.studio.stop()
        self.refresh()

    def _send_pace(self) -> None:
        rate = PACES[self.pace.value()] if self.slow.isChecked() else None
        self.pace_label.setText(f"{PACES[self.pace.value()]:g} steps/s")
        self.studio.post(m.Pace(rate))

    def _toggle_slow(self) -> None:
        self._send_pace()
        self.refresh()

    def _recipe(self) -> Recipe | None:
        self._faults = "Nothing is set up yet."
        if self.source is None:
            return None
        try:
            return self.source.recipe()
        except RecipeError as error:
            self._faults = "\n".join(error.faults)
            return None

    def _check(self) -> str:
        return "" if self._recipe() else self._faults

    # What the session says --------------------------------------------------------------------

    def _on_state(self, state: str, text: str) -> None:
        self._stopping = self._stopping and self.studio.training
        self.state_word.setText(WORDS[state])
        self.state_word.setProperty("state", state)
        self.dot.colour_role = _COLOURS.get(state, "muted")
        self.dot.update()
        self._detail = text.split("\n")[0]
        self._show_detail()
        self.detail.setToolTip(text or self._reached)  # in full, where there is no room
        self.progress.set_busy(state == "loading")
        self._show_bar()
        self.refresh()

    def _on_started(self, event: m.Started) -> None:
        self._target = event.target_nimg
        self._can_rewind = event.resumed
        self._show_progress(event.nimg)
        if event.resumed:
            self._send_pace()
        self.refresh()

    def _on_stats(self, stats: list[m.Stats]) -> None:
        self._show_progress(stats[-1].nimg)

    def _on_saved(self, event: m.Saved) -> None:
        self._can_rewind = True
        self.rewind.setToolTip(
            f"Back to the last checkpoint, {event.nimg / 1000:,.1f} kimg  (Ctrl+R)"
        )
        self.refresh()

    def _show_progress(self, nimg: int) -> None:
        self._nimg = nimg
        self._show_bar()
        self._reached = f"{nimg / 1000:,.1f} of {max(self._target, 1) / 1000:,.0f} kimg"
        if not self._detail:
            self.detail.setToolTip(self._reached)
        self._show_detail()

    def _show_detail(self) -> None:
        """What is going on, or how far it is; less exactly where there is little room."""
        room, metrics = max(self.detail.width(), 0), self.detail.fontMetrics()
        texts = [self._detail or self._reached]
        if self._reached and not self._detail:
            share = self._nimg / max(self._target, 1)
            texts += [f"{self._nimg / 1000:,.1f} kimg", f"{100 * share:.0f} %"]
        fitting = (text for text in texts if metrics.horizontalAdvance(text) <= room)
        cut = metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, room)
        self.detail.setText(next(fitting, cut))

    def _show_pace(self) -> None:
        self.pace_label.setVisible(self.slow.isChecked() or self.width() >= PACE_PX)

    def _show_bar(self) -> None:
        if not self.progress.busy:
            share = self._nimg / max(self._target, 1)
            self.progress.setValue(min(1000, round(1000 * share)))

    # How it looks -------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        def action(text: str, icon: str, tip: str, key: str) -> QAction:
            made = QAction(text, self)
            theme.decorate(made, icon)
            made.setShortcut(QKeySequence(key))
            made.setToolTip(f"{tip}  ({key})")
            return made

        self.train = action("Train", "play", "Train, and pause after the step in hand", "Space")
        self.train.setAutoRepeat(False)
        self.train.setIconVisibleInMenu(False)  # it is tinted for the button's ground
        self.step = action("Step", "step", "One full round: D's updates, then G's", "F6")
        self.step_d = action("Step D", "step-d", "One update of the discriminator alone", "F7")
        self.step_g = action("Step G", "step-g", "One update of the generator alone", "F8")
        for step in (self.step, self.step_d, self.step_g):
            step.setAutoRepeat(False)
        self.slow = action("Slow", "slow", "Slow motion: only so many steps a second", "F9")
        self.slow.setCheckable(True)
        self.rewind = action("Rewind", "rewind", "Back to the last checkpoint", "Ctrl+R")
        self.stop = action("Stop", "stop", "Save, and end this training", "Ctrl+.")
        self.save = action("Save", "save", "Write a checkpoint now", "Ctrl+S")
        self.train.triggered.connect(self.toggle)
        self.step.triggered.connect(lambda: self.step_once())
        self.step_d.triggered.connect(lambda: self.step_once("discriminator"))
        self.step_g.triggered.connect(lambda: self.step_once("generator"))
        self.slow.toggled.connect(self._toggle_slow)
        self.rewind.triggered.connect(lambda: self.studio.post(m.Rewind()))
        self.stop.triggered.connect(self._stop)
        self.save.triggered.connect(lambda: self.studio.post(m.Save()))

    def _lay_out(self) -> None:
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE[3], theme.SPACE[2], theme.SPACE[3], theme.SPACE[2])
        row.setSpacing(theme.SPACE[2])
        row.addWidget(_KeyButton(self.train, "Space"))
        row.addSpacing(theme.SPACE[1])
        for group in ((self.step, self.step_d, self.step_g), (self.slow,)):
            for action in group:
                row.addWidget(_button(action))
            if group != (self.slow,):
                row.addWidget(_bar())
        self.pace = QSlider(Qt.Orientation.Horizontal)
        self.pace.setRange(0, len(PACES) - 1)
        self.pace.setValue(2)
        self.pace.setFixedWidth(76)
        self.pace.setAccessibleName("Steps a second in slow motion")
        self.pace.setToolTip("Steps a second in slow motion")
        self.pace_label = QLabel(f"{PACES[2]:g} steps/s")
        self.pace_label.setMinimumWidth(self.fontMetrics().horizontalAdvance("0.5 steps/s "))
        theme.tone(self.pace_label, "muted")
        self.pace.valueChanged.connect(self._send_pace)
        row.addWidget(self.pace)
        row.addWidget(self.pace_label)
        row.addWidget(_bar())
        for action in (self.rewind, self.stop, self.save):
            row.addWidget(_button(action))
        row.addStretch(1)
        row.addWidget(self._make_status(), 100)

    def _make_status(self) -> QWidget:
        box = QWidget()
        box.setMinimumWidth(120)
        box.setMaximumWidth(212)
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        line = QHBoxLayout()
        line.setSpacing(theme.SPACE[2])
        self.dot, self.state_word, self.detail = _Dot(), QLabel(), QLabel()
        theme.tone(self.state_word, "heading")
        theme.tone(self.detail, "muted")
        self.detail.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.detail.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line.addWidget(self.dot)
        line.addWidget(self.state_word)
        line.addWidget(self.detail, 1)
        column.addLayout(line)
        self.progress = Progress()
        self.progress.setRange(0, 1000)
        self.progress.setValue(0)
        self.progress.setAccessibleName("How far the training is")
        column.addWidget(self.progress)
        return box


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setIconSize(QSize(theme.ICON_PX, theme.ICON_PX))
    button.setMinimumHeight(34)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # each has a key of its own
    return button


def _bar() -> QFrame:
    bar = QFrame()
    theme.tone(bar, "bar")
    bar.setFixedHeight(22)
    return bar


class _KeyButton(QToolButton):
    """The main button: words, and the key that does the same in a small cap."""

    def __init__(self, action: QAction, key: str) -> None:
        super().__init__()
        self.key = key
        self.setProperty("tone", "primary")
        self.setDefaultAction(action)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(theme.ICON_PX, theme.ICON_PX))
        self.setFixedSize(152, 34)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.font()
        font.setPointSizeF(8)
        painter.setFont(font)
        ink = QColor("#0d1120" if theme.current().dark else "#ffffff")
        if not self.isEnabled():
            ink = QColor(theme.current().muted)
        width = painter.fontMetrics().horizontalAdvance(self.key) + 12
        cap = QRectF(self.width() - width - 8, (self.height() - 18) / 2, width, 18)
        ink.setAlpha(40)
        painter.setBrush(ink)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(cap, 4, 4)
        ink.setAlpha(190)
        painter.setPen(ink)
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self.key)


class _Dot(QWidget):
    """A small light in the colour of a state."""

    def __init__(self) -> None:
        super().__init__()
        self.colour_role = "muted"
        self.setFixedSize(10, 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(theme.current(), self.colour_role)))
        painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()
