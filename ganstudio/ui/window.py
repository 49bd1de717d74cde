"""The frame: docks every panel it finds, and holds transport row, menus and status bar."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDesktopServices,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QFrame,
    QLabel,
    QMainWindow,
    QMenu,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from ganstudio import __version__, registry
from ganstudio.recipe import Recipe, RecipeError
from ganstudio.train import messages as m
from ganstudio.ui import theme
from ganstudio.ui.background import Background
from ganstudio.ui.banner import Banner
from ganstudio.ui.bundle import save_bundle
from ganstudio.ui.docks import Dock, Docks
from ganstudio.ui.errand import sentence
from ganstudio.ui.explore import Explore
from ganstudio.ui.keys import Presses, tab_only
from ganstudio.ui.moment_chip import MomentChip
from ganstudio.ui.open_run import OpenRun
from ganstudio.ui.panels.base import RecipeSource
from ganstudio.ui.plugins_dialog import PluginsDialog, news
from ganstudio.ui.shortcuts import COMMON, EVERYWHERE, Shortcuts, of_menus, of_panels
from ganstudio.ui.statusline import StatusLine
from ganstudio.ui.studio import Studio
from ganstudio.ui.transport import Transport

log = logging.getLogger(__name__)

TITLE = "GAN Studio"
CLOSE_TIMEOUT_S = 3.0  # a wait that freezes the window; what takes longer is asked again
CLOSE_RETRY_MS = 100
UNSEEN_MS = 2000  # a window on a screen that nobody looks at is not painted, and goes on
ABOUT = (
    "<h3>GAN Studio {version}</h3><p>Train generative adversarial networks, watch them learn, "
    "and move through what they dream up while they train.</p>"
    "<p>MIT licence. Built with PyTorch, Qt for Python and pyqtgraph.</p>"
)


class MainWindow(QMainWindow):
    """The window. It knows no panel by name: what lies under ``ui/panels`` is docked.

    Args:
        studio: the bridge to training and exploring; closed with the window.
        settings: where layout and looks are kept between starts.

    Signals:
        painted: its first picture is on the screen.
        filled: the panels that were not in that picture are built too.
    """

    painted = Signal()
    filled = Signal()

    def __init__(self, studio: Studio, settings: QSettings | None = None) -> None:
        super().__init__()
        self.studio = studio
        self.settings = settings or QSettings("ganstudio", "window")
        self._kind, self._closing, self._closed, self._sized = "", False, False, False
        self._leaving = False
        self._state: str = studio.state
        self._questions: dict[str, str] = {}  # that the training waits for, by what they are about
        self._told: dict[str, str] = {}  # errors by what they are about, until it is well again
        self._restored = self._painted = False
        self._retry = QTimer(self, singleShot=True, interval=CLOSE_RETRY_MS)
        self._retry.timeout.connect(self.close)
        self._recipes = Background("recipe", self)  # one may name a folder of many captions
        self._recipes.done.connect(self._on_recipe)
        self._unseen = QTimer(self, singleShot=True, interval=UNSEEN_MS)
        self._unseen.timeout.connect(self._on_painted)
        self.setWindowTitle(TITLE)
        self.setMinimumSize(1100, 640)
        self.resize(self.screen().availableSize().boundedTo(QSize(1600, 1000)))
        self.banner, self.transport, self.status = Banner(), Transport(studio), StatusLine(studio)
        self.setStatusBar(self.status)
        self._lay_out()
        self.docks = Docks(self, self.centre)
        for key, panel in registry.discover("ui.panels").items():
            self.docks.add(key, panel, studio)
        self.docks.arrange()
        self.explore = Explore(self.docks)
        self.transport.add(self.explore.action)
        self.source: RecipeSource | None = None
        self.docks.exchanged = self._on_exchanged
        self.docks.filled = self.filled.emit
        self._make_menus()
        self.moment_chip = MomentChip(studio)
        self.moment_chip.stand_in(self)
        self._connect()
        self._grey()
        self._bring_back()
        tab_only(self)
        presses = Presses(self)
        for holder in (self, *self.docks.docks.values()):  # a floating one is a window too
            holder.installEventFilter(presses)

    def show_failure(self, event: m.Failed) -> None:
        """Say in the banner that something raised; the log has the rest."""
        lead = {"session": "Training stopped: ", "explorer": "The samples cannot be drawn: "}
        safe = f"  What was reached is kept in {event.rescued}" if event.rescued else ""
        offers: dict[str, Callable[[], object]] = {}
        run = self.studio.run_folder
        if event.where == "session" and event.cause == "device" and run is not None:
            offers["Go on on the CPU"] = lambda: self.resume(run, paused=False, device="cpu")
            offers["Show log"] = self.docks.raise_explainer
        self.banner.say(f"{lead.get(event.where, '')}{event.reason}{safe}", offers=offers)

    def show_divergence(self, event: m.Diverged) -> None:
        """Say in the banner what overflowed and where training stands again; offer what to do."""
        studio = self.studio
        text = f"{event}."
        if event.remedies:
            text += f" Worth trying: {'; '.join(one.text for one in event.remedies)}."
        offers: dict[str, Callable[[], object]] = {}

        def change() -> None:
            for one in event.live:
                studio.tune(one.knob, one.value)
            studio.run()

        if event.live:
            offers["Change that and go on"] = change
        offers["Go on as it is"] = studio.run
        offers["Stop"] = studio.stop
        self._ask("diverged", text, offers)

    def _ask(self, about: str, text: str, offers: Mapping[str, Callable[[], object]]) -> None:
        """Ask in the banner, instead of what was asked about this before."""
        if self._questions.get(about, text) != text:
            self.banner.withdraw(self._questions[about])
        self._questions[about] = text
        self.banner.say(text, offers=offers)

    # Menus ------------------------------------------------------------------------------------

    def _make_menus(self) -> None:
        bar = self.menuBar()
        file = bar.addMenu("&File")
        self.from_new = _add(file, "New", self.new, "Ctrl+N", "plus")
        _add(file, "Open run…", self.open_run, "Ctrl+O", "folder")
        file.addSeparator()
        self.from_recipe = _add(file, "Open recipe…", self.open_recipe, "", "import")
        _add(file, "Save recipe as…", self.save_recipe, "Ctrl+Shift+S", "export")
        file.addSeparator()
        file.addAction(self.transport.save)
        file.addSeparator()
        _add(file, "Quit", self.close, "Ctrl+Q")
        self._fill_edit(bar.addMenu("&Edit"))
        train = bar.addMenu("&Train")
        train.addActions(self.transport.actions_in_order[:-1])
        view = bar.addMenu("&View")
        self.docks.fill_menu(view)
        view.addSeparator()
        view.addAction(self.explore.action)
        self.looks = _add(view, "Light", self.switch_looks, "Ctrl+L", "sun")
        _add(view, "Reset layout", self.reset_layout, "", "dock")
        help_menu = bar.addMenu("&Help")
        keys = _add(help_menu, "Keyboard shortcuts", self.show_shortcuts)
        keys.setShortcuts([QKeySequence("F1"), QKeySequence("Ctrl+/")])
        _add(help_menu, "Open runs folder", self.open_runs_folder, "", "folder")
        _add(help_menu, "Save debug bundle…", self.save_bundle, "", "export")
        _add(help_menu, "Plug-ins…", self.show_plugins)
        _add(help_menu, "About GAN Studio", self.about, "", "info")
        self._name_looks()

    def _fill_edit(self, menu: QMenu) -> None:
        """Undo and Redo, worded after the knob that they would turn."""
        turns = self.studio.turns
        for action, key, icon in (
            (turns.createUndoAction(menu, "Undo"), "Ctrl+Z", "undo"),
            (turns.createRedoAction(menu, "Redo"), "Ctrl+Shift+Z", "redo"),
        ):
            action.setShortcut(QKeySequence(key))
            theme.decorate(action, icon)
            menu.addAction(action)

    def new(self) -> None:
        """Set up the default recipe again."""
        if self.source is not None and self.studio.catalogue is not None:
            self.source.set_recipe(Recipe.make())

    def open_run(self) -> None:
        """Choose a run, to go on with it or only to look at it."""
        dialog = OpenRun(self.studio.runs_root, self.studio.training, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.resumeWanted.connect(self.resume)
        dialog.exploreWanted.connect(self.studio.explore)
        dialog.open()

    def resume(self, folder: Path, paused: bool = True, device: str | None = None) -> None:
        """Go on with a run; it waits until Go on is pressed, unless told otherwise."""
        try:
            self.studio.resume(folder, paused, device)
        except (RecipeError, OSError) as error:
            self.banner.say(f"{folder.name} cannot be opened: {error}")

    def open_recipe(self) -> None:
        """Take variant, data set and knobs from a file."""
        path, _ = QFileDialog.getOpenFileName(self, "Open recipe", "", "Recipes (*.toml)")
        if path and self.source is not None:
            self._recipes.submit(partial(_read_recipe, Path(path)))

    def _on_recipe(self, read: Recipe | str) -> None:
        if isinstance(read, str):
            self.banner.say(read)
        elif self.source is not None and not self.studio.training:  # it may have begun meanwhile
            self.source.set_recipe(read)

    def save_recipe(self) -> None:
        """Write what is set up to a file that the command line takes too."""
        if self.source is None:
            return
        try:
            text = self.source.recipe().to_toml()
        except RecipeError as error:
            self.banner.say(f"The recipe still has faults: {error}", error=False)
            return
        path, _ = QFileDialog.getSaveFileName(self, "Save recipe", "recipe.toml", "*.toml")
        if path:
            try:
                Path(path).write_text(text, encoding="utf-8")
            except OSError as error:
                self.banner.say(f"The recipe cannot be written: {error}")

    def switch_looks(self) -> None:
        """From dark to light and back."""
        mode: theme.Mode = "light" if theme.current().dark else "dark"
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, mode)
        self.settings.setValue("looks", mode)
        self._name_looks()

    def reset_layout(self) -> None:
        """Every panel back where it stood at first."""
        if self.explore.on:
            self.explore.arrange()
        else:
            self.docks.arrange()
            self.docks.size()

    def open_runs_folder(self) -> None:
        """Show where runs are kept, in the system's file browser."""
        self.studio.runs_root.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.studio.runs_root)))

    def show_shortcuts(self) -> None:
        """List every key; the list stays beside the window until it is closed."""
        panels = [dock.panel for dock in self.docks.docks.values()]
        groups = {**of_menus(self.menuBar()), EVERYWHERE: COMMON, **of_panels(panels)}
        dialog = Shortcuts(groups, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    def show_plugins(self) -> None:
        """List what other packages offer, to switch it on or off."""
        dialog = PluginsDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _tell_of_plugins(self) -> None:
        if text := news():
            self.banner.say(text, error=False)

    def save_bundle(self) -> None:
        """Put what helps to find a fault into one file, which is sent nowhere."""
        text, wrong = save_bundle(self, self.studio, self.source)
        if text:
            self.banner.say(text, error=wrong)

    def about(self) -> None:
        """What this is."""
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle("About")
        box.setText(ABOUT.format(version=__version__))
        box.setIconPixmap(self.windowIcon().pixmap(64, 64))
        box.open()

    # Closing ----------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save first: a running session is asked to stop, and the window goes when it has."""
        if self._closed:
            event.accept()
            return
        if not self._closing:
            self.keep_layout()
        again, self._closing = self._closing, True
        self.studio.closing = True
        if self.studio.training:  # its end closes the window, see ``_on_state``
            saves = self.studio.state in ("running", "paused", "stopping")
            word, work = ("Saving…", "the step in hand") if saves else ("Closing…", "loading")
            self._veil_over(f"{word} {work} takes long." if again else word)
            if self.studio.state != "stopping":
                self.studio.stop()
            event.ignore()
            return
        self._veil_over("Closing…")
        self.repaint()
        self._unseen.stop()
        self.docks.hold()
        if not self.studio.close(CLOSE_TIMEOUT_S):
            self._retry.start()
            event.ignore()
            return
        self._retry.stop()
        self._recipes.close()
        self.docks.release()
        self._closed = True
        event.accept()

    def leave(self) -> None:
        """Close, whatever dialog is open and even if the training cannot be saved."""
        self._leaving = True
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()
        self.close()

    def keep_layout(self) -> None:
        """Remember sizes and places for the next start."""
        self.settings.setValue("layout/geometry", self.saveGeometry())
        self.explore.keep(self.settings)
        self.settings.sync()

    def _on_state(self, state: str, _: str) -> None:
        self._grey()
        before, self._state = self._state, state
        if state == "loading" and before != "loading":  # what is said from now on is of this run
            self.banner.clear()
        if state in ("running", "finished", "failed"):  # answered, perhaps in the row of buttons
            for text in self._questions.values():
                self.banner.withdraw(text)
            self._questions.clear()
        if not self._closing or self.studio.training:
            return
        if state == "failed" and not self._leaving:  # the banner says what; closing goes on
            self._stay()
        else:
            QTimer.singleShot(0, self.close)

    def _stay(self) -> None:
        """Do not close, for there is something that the person must see first."""
        self._closing = self.studio.closing = False
        self.veil.hide()

    def _grey(self) -> None:
        """A recipe can be taken once torch is there, and while nothing is trained."""
        able = self.studio.catalogue is not None and not self.studio.training
        for action in (self.from_new, self.from_recipe):
            action.setEnabled(able and self.source is not None)

    def _veil_over(self, text: str) -> None:
        self.veil.setText(text)
        self.veil.setGeometry(self.rect())
        self.veil.show()
        self.veil.raise_()

    # Frame ------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        top = QFrame()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.transport)
        holder = QWidget()
        inset = QVBoxLayout(holder)
        inset.setContentsMargins(theme.SPACE[3], 0, theme.SPACE[3], theme.SPACE[2])
        inset.addWidget(self.banner)
        column.addWidget(holder)
        bar = self.addToolBar("Transport")
        bar.setObjectName("transport")
        bar.setMovable(False)
        bar.toggleViewAction().setVisible(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.addWidget(top)
        self.centre = QMainWindow()
        self.centre.setWindowFlags(Qt.WindowType.Widget)
        self.setCentralWidget(self.centre)
        self.veil = QLabel(self)
        self.veil.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.veil.setStyleSheet("background: rgba(10, 12, 16, 190); color: white; font-size: 15pt;")
        self.veil.hide()

    def _connect(self) -> None:
        self.banner.logWanted.connect(self.docks.raise_explainer)
        self.transport.startRefused.connect(lambda why: self.banner.say(why, error=False))
        studio = self.studio
        studio.catalogueReady.connect(self._grey)
        studio.catalogueReady.connect(self._tell_of_plugins)
        studio.stateChanged.connect(self._on_state)
        studio.modelReady.connect(self._on_model)
        studio.failed.connect(self.show_failure)
        studio.diverged.connect(self.show_divergence)
        studio.started.connect(self._on_started)
        studio.refused.connect(self._on_refused)
        studio.noted.connect(self._on_noted)

    def _on_refused(self, event: m.Refused) -> None:
        self.status.showMessage(sentence(event.reason), 8000)
        if not isinstance(event.command, m.Stop):
            return
        if self._leaving:
            self.studio.post(m.Stop(save=False))
            return
        self._stay()
        self._ask(
            "unsaved",
            f"The training is not saved and waits, paused: {event.reason}",
            {
                "Try again": self.studio.stop,
                "End without saving": lambda: self.studio.post(m.Stop(save=False)),
            },
        )

    def _on_noted(self, event: m.Noted) -> None:
        known = self._told.pop(event.topic, "")
        if event.level == "error":
            self.banner.say(event.text)
            if event.topic:
                self._told[event.topic] = event.text
        else:
            self.status.showMessage(event.text, 8000)
            if event.level == "info" and known and known == self.banner.text:  # well again
                self.banner.dismiss()

    def _on_started(self, event: m.Started) -> None:
        self.setWindowTitle(f"{event.run.name} — {TITLE}")

    def _on_model(self, event: m.ModelReady) -> None:
        kind = event.model.spec.kind
        if kind != self._kind:
            first, self._kind = not self._kind, kind
            if not (first and self._restored):  # a layout that was kept has its own front
                self.docks.raise_stage(kind)

    def _take_source(self) -> None:
        """Have Train start what is set up in the panel that says so, if there is one."""
        contents = [dock.content for dock in self.docks.docks.values() if dock.built]
        found = [content for content in contents if isinstance(content, RecipeSource)]
        self.source = found[0] if found else None
        self.transport.set_source(self.source)

    def _on_exchanged(self, dock: Dock) -> None:
        """A panel was built, failed, or works again."""
        self._take_source()
        self._grey()
        tab_only(dock)

    def _name_looks(self) -> None:
        dark = theme.current().dark
        self.looks.setText("Light" if dark else "Dark")
        theme.decorate(self.looks, "sun" if dark else "moon")

    def _bring_back(self) -> None:
        geometry = self.settings.value("layout/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self._restored = self._sized = self.docks.bring_back(self.settings)
        self.explore.bring_back(self.settings)

    def showEvent(self, event: QShowEvent) -> None:
        """Sizes can only be given once the window has its own."""
        super().showEvent(event)
        if not self._sized:
            self._sized = True
            self.docks.size()
        if not self._painted:
            self._unseen.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Once there is something to look at, build what nobody has seen yet."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self._unseen.start(0)

    def _on_painted(self) -> None:
        self._painted = True
        self.painted.emit()
        self.docks.fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The veil covers all."""
        super().resizeEvent(event)
        self.veil.setGeometry(self.rect())


def _read_recipe(path: Path) -> Recipe | str:
    """The recipe of a file, or why there is none; looks at the files that it names."""
    try:
        return Recipe.load(path)
    except (RecipeError, OSError) as error:
        return f"{path.name} is no usable recipe: {error}"


def _add(
    menu: QMenu, text: str, act: Callable[[], object], key: str = "", icon: str = ""
) -> QAction:
    action = menu.addAction(text)
    action.triggered.connect(lambda: act())
    if key:
        action.setShortcut(QKeySequence(key))
    if icon:
        theme.decorate(action, icon)
    return action
