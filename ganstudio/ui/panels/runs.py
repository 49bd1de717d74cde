"""The runs there are: open one, go on with it, branch off it, lay its curves over others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.recipe import RecipeError
from ganstudio.train import messages as m
from ganstudio.train.lock import Holder, holder
from ganstudio.ui import theme
from ganstudio.ui.background import Background
from ganstudio.ui.branching import Branching
from ganstudio.ui.curve_looks import MOST_OTHERS, other_colour
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.run_chores import RunChores
from ganstudio.ui.run_list import RunList, RunReader
from ganstudio.ui.run_tree import RunTree
from ganstudio.ui.studio import Studio

SETTLE_MS = 400  # several things that happen at once are one reason to look again
EMPTY = "No runs in {} yet. Training makes the first one."
BUSY = "A training is going on: stop it first."
HELD = "Being trained by {}: it can be opened, and trained once that ends."
HELD_MS = 3000  # between two looks at runs that other programs train


class RunsPanel(Panel):
    """The folder of runs as a tree, branches under what they branched from."""

    title = "Runs"
    area = "left"
    order = 40
    keys = (
        ("Return", "Open the run"),
        ("Space", "Lay its curves over others, or take them away"),
        ("Left, Right", "Fold and unfold branches"),
        ("Delete", "Move the run to the trash"),
    )

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._list: RunList | None = None
        self._build()
        reader = RunReader()
        self._read = lambda: reader.read(studio.runs_root)
        self._reader = Background("runs", self)
        self._reader.done.connect(self._on_read)
        self._reader.broken.connect(self._on_broken)
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self.refresh)
        self._looking = QTimer(self, singleShot=True, interval=HELD_MS)
        self._looking.timeout.connect(self.refresh)
        self._stale = True
        theme.notifier.changed.connect(self._colour)
        for signal, slot in (
            (studio.started, self._on_started), (studio.saved, self._later),
            (studio.measured, self._later), (studio.stateChanged, self._on_state),
            (studio.comparedChanged, self._on_compared), (studio.catalogueReady, self._enable),
            (studio.heldChanged, self._later),
        ):  # fmt: skip
            signal.connect(slot)
        self._enable()

    def release(self) -> None:
        """Stop timer and threads."""
        theme.notifier.changed.disconnect(self._colour)
        self._settling.stop()
        self._looking.stop()
        self._reader.close()
        self._chores.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was missed while hidden."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    # Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE[3], theme.SPACE[2], theme.SPACE[3], theme.SPACE[2])
        column.setSpacing(theme.SPACE[2])
        self._branching = Branching(self.studio, self)
        self._chores = RunChores(self.studio, self)
        self._chores.done.connect(self.refresh)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Filter by name, variant or data")
        self.search.setClearButtonEnabled(True)
        self.search.setToolTip("Only runs that have all these words are listed.")
        self.again = QToolButton()
        theme.decorate(self.again, "reset")
        self.again.setToolTip("Read the folder again")
        self.again.clicked.connect(self.refresh)
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.again)
        column.addLayout(top)
        self.tree = RunTree()
        self.search.textChanged.connect(self._on_filter)
        self.tree.chosen.connect(self._enable)
        self.tree.opened.connect(lambda folder: self._open())
        self.tree.ticked.connect(self._on_ticked)
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.notice = Notice("Reading the runs…")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.notice)
        self._pages.addWidget(self.tree)
        column.addWidget(self._pages, 1)
        column.addWidget(self._make_buttons())

    def _make_buttons(self) -> QWidget:
        """In two lines where the panel is narrow."""
        buttons = QWidget()
        row = FlowLayout(buttons, theme.SPACE[1])
        self.open, self.resume, self.branch = (QPushButton(t) for t in ("Open", "Go on", "Branch…"))
        theme.decorate(self.branch, "branch")
        for button, act in (
            (self.open, self._open), (self.resume, self._resume),
            (self.branch, self._of(self._branching.ask)),
        ):  # fmt: skip
            button.setStyleSheet("padding: 5px 8px;")  # all in a line of a narrow panel
            button.clicked.connect(act)
            row.addWidget(button)
        self.more = QToolButton()
        theme.decorate(self.more, "more")
        self.more.setToolTip("More that can be done with the chosen run")
        self.more.setMenu(self._make_menu())
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self.more)
        return buttons

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)

        def add(text: str, tip: str, act: Callable[[], None], icon: str = "") -> QAction:
            action = menu.addAction(text)
            action.setToolTip(tip)
            action.triggered.connect(lambda: act())
            if icon:
                theme.decorate(action, icon)
            return action

        self.tick = add("Lay its curves over", "Compare it with the run in view", self._toggle)
        self.untick = add("Lay over none", "Show the curves of one run alone", self._untick)
        menu.addSeparator()
        self.show_files = add(
            "Show files", "In the system's file browser", self._of(self._chores.show), "folder"
        )
        self.duplicate = add(
            "Duplicate", "Copy the whole run", self._of(self._chores.duplicate), "copy"
        )
        self.remove = add(
            "Move to trash", "It can be put back from there", self._of(self._chores.trash)
        )
        self.remove.setShortcut(QKeySequence.StandardKey.Delete)
        self.remove.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.tree.addAction(self.remove)
        return menu

    def _of(self, act: Callable[[Path], object]) -> Callable[[], None]:
        """Do something with the run that is chosen then."""

        def chosen() -> None:
            if self.tree.run is not None:
                act(self.tree.run)

        return chosen

    # What is there --------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the folder again, unless nobody looks."""
        self._stale = not self.isVisible()
        if not self._stale:
            self._reader.submit(self._read)

    def _later(self, *_: object) -> None:
        self._stale = True
        if self.isVisible() and not self._settling.isActive():
            self._settling.start()

    def _on_read(self, runs: RunList) -> None:
        self._list = runs
        if any(not by.ours for by in runs.held.values()):
            self._looking.start()
        self.tree.show_list(runs)
        self._colour()
        self._turn_page()
        self._enable()

    def _on_broken(self, error: Exception) -> None:
        self._say(f"{error}")
        self._turn_page()

    def _turn_page(self) -> None:
        any_runs = self._list is not None and bool(self._list.survey.runs)
        if not any_runs:
            self.notice.say(EMPTY.format(self.studio.runs_root))
        elif not self.tree.count:
            self.notice.say("No run has all these words.")
        self._pages.setCurrentIndex(1 if any_runs and self.tree.count else 0)

    def _on_filter(self, text: str) -> None:
        self.tree.filter(text)
        self._turn_page()

    def _on_started(self, event: m.Started) -> None:
        self.tree.set_live(event.run)
        self._later()

    def _on_state(self, state: str, text: str) -> None:
        if not self.studio.training:
            self.tree.set_live(None)
            self._later()
        self._enable()

    # What the person does -------------------------------------------------------------------

    def _enable(self) -> None:
        run, busy = self.tree.run, self.studio.training
        by = self._held(run)
        loading = not self._branching.able
        self.open.setEnabled(run is not None and not busy)
        self.open.setToolTip(
            BUSY if busy else "Show its newest model and its curves, without training (Return)"
        )
        self.resume.setEnabled(run is not None and not busy and not loading and by is None)
        why = BUSY if busy else HELD.format(by) if by is not None else ""
        self.resume.setToolTip(why or "Train on from its last checkpoint, to the bit")
        self.branch.setEnabled(run is not None and not loading)
        self.branch.setToolTip("Train on from one of its checkpoints, as a run of its own")
        for action in (self.tick, self.show_files, self.duplicate, self.remove):
            if action is not None:
                action.setEnabled(run is not None)
        if self.remove is not None:
            own = busy and run == self.studio.run_folder
            self.remove.setEnabled(run is not None and by is None and not own)
            where = "It can be put back from there" if by is None else HELD.format(by)
            self.remove.setToolTip(BUSY if own else where)
        ticked = self.tree.ticked_runs()
        self.tick.setText("Do not lay its curves over" if run in ticked else "Lay its curves over")
        self.untick.setEnabled(bool(ticked))

    def _held(self, run: Path | None) -> Holder | None:
        """The other program that trains a run, as far as is known."""
        by = None if self._list is None or run is None else self._list.held.get(run)
        return None if by is None or by.ours else by

    def _open(self) -> None:
        run = self.tree.run
        if run is None:
            return
        if self.studio.training:
            self._say(BUSY, "warning")
        else:
            self.studio.explore(run)

    def _resume(self) -> None:
        run = self.tree.run
        if run is None or self.studio.training:
            return
        if (by := holder(run)) is not None:  # since the list was read
            self._say(HELD.format(by), "warning")
            self.refresh()
            return
        try:
            self.studio.resume(run)
        except (RecipeError, OSError) as error:
            self._say(f"{run.name} cannot be gone on with: {error}")

    def _show_menu(self, place: QPoint) -> None:
        if self.tree.indexAt(place).isValid():
            self._enable()
            self.more.menu().popup(self.tree.viewport().mapToGlobal(place))

    # Curves over each other -------------------------------------------------------------------

    def _toggle(self) -> None:
        run, ticked = self.tree.run, self.tree.ticked_runs()
        if run is not None:
            left = [one for one in ticked if one != run]
            self.tree.tick(left if run in ticked else [*ticked, run])
            self._on_ticked()

    def _untick(self) -> None:
        self.tree.tick([])
        self._on_ticked()

    def _on_ticked(self) -> None:
        """Those that were ticked earlier keep their colours; a colour for a seventh is lacking."""
        ticked = self.tree.ticked_runs()
        kept = [run for run in self.studio.compared if run in ticked]
        fresh = [run for run in ticked if run not in kept]
        wanted = [*kept, *fresh]
        if len(wanted) > MOST_OTHERS:
            self._say(f"At most {MOST_OTHERS} runs can be told apart over each other.", "warning")
        self.studio.compare(wanted[:MOST_OTHERS])
        self._on_compared()

    def _on_compared(self) -> None:
        self.tree.tick(self.studio.compared)
        self._colour()
        self._enable()

    def _colour(self) -> None:
        compared = self.studio.compared
        self.tree.colour({run: other_colour(i) for i, run in enumerate(compared)})

    def _say(self, text: str, level: m.Level = "error") -> None:
        self.studio.noted.emit(m.Noted(text, level))
