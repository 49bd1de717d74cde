"""Where the panels stand: docks in four areas, tabs where several share one, layouts kept."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable

import shiboken6
from PySide6.QtCore import QByteArray, QObject, QPoint, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QTabBar,
    QTabWidget,
    QToolButton,
    QWidget,
)

from ganstudio.ui import theme
from ganstudio.ui.fault_card import FaultCard
from ganstudio.ui.notice import Notice
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.studio import Studio

log = logging.getLogger(__name__)

LAYOUT_VERSION = 2  # raise it when a kept layout would no longer make sense
LEFT_PX, RIGHT_PX, BOTTOM_PX, LEAST_PX = 340, 320, 260, 220

State = tuple[QByteArray, QByteArray]  # of the window and of its centre


class Docks:
    """Puts every panel into a dock and the docks into their areas.

    The centre is a window inside the window, so that its panels can be tabbed, split and
    floated like all others while the rest keeps its size.

    Args:
        window: takes the docks of left, right and bottom.
        centre: takes those of the centre.
    """

    def __init__(self, window: QMainWindow, centre: QMainWindow) -> None:
        self.window, self.centre = window, centre
        self.docks: dict[str, Dock] = {}
        self.exchanged: Callable[[Dock], object] = lambda dock: None  # another panel stands in it
        self.filled: Callable[[], object] = lambda: None  # every panel is built
        self._filling = QTimer(window, interval=0)
        self._filling.timeout.connect(self._fill_next)
        self._tidying = QTimer(window)
        self._tidying.setSingleShot(True)
        self._tidying.setInterval(0)
        self._tidying.timeout.connect(self.tidy)
        corners = Qt.Corner
        window.setCorner(corners.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        window.setCorner(corners.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        for host in (window, centre):
            host.setDockOptions(
                QMainWindow.DockOption.AllowNestedDocks
                | QMainWindow.DockOption.AllowTabbedDocks
                | QMainWindow.DockOption.AnimatedDocks
            )
            host.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)

    def add(self, key: str, panel: type[Panel], studio: Studio) -> None:
        """Dock a panel; it is built when it is first seen, asked for, or by ``fill``.

        One that raises is replaced by a card that says why. One that explains is built now.
        """
        dock = Dock(key, panel, lambda: self._build(key, panel, studio))
        dock.filled.connect(lambda: self.exchanged(dock))
        self.docks[key] = dock
        if panel.explains:
            dock.fill()  # it must hear of everything that goes wrong
        dock.topLevelChanged.connect(self._later)
        dock.dockLocationChanged.connect(self._later)
        dock.visibilityChanged.connect(self._later)
        dock.setParent(self._host(dock))

    def fill(self) -> None:
        """Build all panels that are not there yet, one at a time, between what the person does."""
        self._filling.start()

    def hold(self) -> None:
        """Build no more of them."""
        self._filling.stop()

    def _fill_next(self) -> None:
        waiting = [dock for dock in self.docks.values() if not dock.built]
        if waiting:
            min(waiting, key=lambda dock: not dock.seen).fill()
        else:
            self._filling.stop()
            self.filled()

    def blame(self, objects: Iterable[object]) -> Dock | None:
        """The dock of the panel that the first of these is or belongs to; None if none does."""
        contents = {dock.content: dock for dock in self.docks.values() if dock.built}
        for one in objects:
            while isinstance(one, QObject) and shiboken6.isValid(one):
                if one in contents:
                    return contents[one]
                one = one.parent()
        return None

    def fail(self, dock: Dock, reason: str, trace: str, studio: Studio) -> None:
        """Show in a panel's place that it failed, and let go of it."""
        if not isinstance(dock.content, Panel):
            return
        title = dock.windowTitle()
        failed, key = dock.content, dock.objectName()
        card = FaultCard(f"{title} failed", reason, trace, lambda: self.retry(dock, studio))
        dock.put(card)
        self.exchanged(dock)
        _let_go(key, failed)
        failed.deleteLater()

    def retry(self, dock: Dock, studio: Studio) -> None:
        """Build a failed panel anew; a card says so if that fails too."""
        before = dock.content
        dock.put(self._build(dock.objectName(), dock.panel, studio))
        before.deleteLater()
        self.exchanged(dock)

    def _build(self, key: str, panel: type[Panel], studio: Studio) -> QWidget:
        """A panel, or the card that says why there is none."""
        try:
            return panel(studio)
        except Exception as error:
            title = str(getattr(panel, "title", key))
            trace = "".join(traceback.format_exception(error))
            log.error("the panel %s cannot be shown\n%s", key, trace)
            reason = f"{type(error).__name__}: {error}"
            return FaultCard(
                f"{title} cannot be shown", reason, trace,
                lambda: self.retry(self.docks[key], studio),
            )  # fmt: skip

    def arrange(self) -> None:
        """Put all docks where they stand at first."""
        for area in ("left", "centre", "right", "bottom"):
            members = self.of(area)
            for dock in members:
                host = self._host(dock)
                dock.setFloating(False)
                host.addDockWidget(_AREAS[area], dock)
                if dock is not members[0]:
                    host.tabifyDockWidget(members[0], dock)
                dock.show()
            if members:
                members[0].raise_()
        self._later()

    def size(self) -> None:
        """Give the areas their first sizes, smaller in a small window."""
        width, height = self.window.width(), self.window.height()
        for area, wanted, most, way in (
            ("left", LEFT_PX, 0.235 * width, Qt.Orientation.Horizontal),
            ("right", RIGHT_PX, 0.22 * width, Qt.Orientation.Horizontal),
            ("bottom", BOTTOM_PX, 0.3 * height, Qt.Orientation.Vertical),
        ):
            members = self.of(area)
            if members:
                self.window.resizeDocks(members[:1], [round(min(wanted, most))], way)

    def raise_stage(self, kind: str) -> None:
        """Bring the first open panel of the centre that shows such samples to the front."""
        for dock in self.of("centre"):
            if kind in dock.panel.stage and not dock.isHidden():
                dock.raise_()
                return

    def raise_explainer(self) -> None:
        """Bring the panel that shows failures in full to the front."""
        for dock in self.docks.values():
            if dock.panel.explains:
                dock.show()
                dock.raise_()

    def fill_menu(self, menu: QMenu) -> None:
        """Add one tick per panel, to show and hide it, in the order of their tabs."""
        for area in _AREAS:
            for dock in self.of(area):
                menu.addAction(dock.toggleViewAction())

    def state(self) -> State:
        """The layout as it is now."""
        return self.window.saveState(LAYOUT_VERSION), self.centre.saveState(LAYOUT_VERSION)

    def restore(self, state: State) -> bool:
        """Go back to a layout; False if it does not fit."""
        done = self.window.restoreState(state[0], LAYOUT_VERSION)
        done = self.centre.restoreState(state[1], LAYOUT_VERSION) and done
        for dock in self.docks.values():
            if dock.isFloating() and not _on_a_screen(dock):
                dock.setFloating(False)
        self._later()
        return done

    def keep(self, settings: QSettings, plain: State | None = None) -> None:
        """Write the layout; ``plain`` instead, where the one in force is only for a while."""
        window, centre = plain or self.state()
        settings.setValue("layout/window", window)
        settings.setValue("layout/centre", centre)

    def kept(self, settings: QSettings) -> State | None:
        """The layout that was kept; None if there is none."""
        window, centre = (settings.value(f"layout/{part}") for part in ("window", "centre"))
        found = isinstance(window, QByteArray) and isinstance(centre, QByteArray)
        return (window, centre) if found else None

    def bring_back(self, settings: QSettings) -> bool:
        """Restore the layout that was kept; False if there is none that fits."""
        state = self.kept(settings)
        return state is not None and self.restore(state)

    def release(self) -> None:
        """Tell every panel that the window goes."""
        self._tidying.stop()
        self.hold()
        for key, dock in self.docks.items():
            if dock.built and isinstance(dock.content, Panel):
                _let_go(key, dock.content)

    def tidy(self) -> None:
        """Hide titles that a tab already shows; style the tabs that Qt made meanwhile."""
        for dock in self.docks.values():
            host = self._host(dock)
            tabbed = not dock.isFloating() and any(
                not other.isHidden() for other in host.tabifiedDockWidgets(dock)
            )
            dock.show_title(not tabbed)
        for host in (self.window, self.centre):
            for bar in host.findChildren(QTabBar):
                if bar.parent() is host and not bar.property("dressed"):
                    self._dress(bar)

    def _dress(self, bar: QTabBar) -> None:
        bar.setProperty("dressed", True)
        bar.setExpanding(False)
        bar.setDocumentMode(True)
        bar.setDrawBase(False)
        bar.setToolTip("Right-click to float or close")
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        bar.customContextMenuRequested.connect(lambda point: self._tab_menu(bar, point))
        bar.tabBarDoubleClicked.connect(lambda index: self._float(bar, index))

    def _tab_menu(self, bar: QTabBar, point: QPoint) -> None:
        index = bar.tabAt(point)
        dock = self._at(bar, index)
        if dock is None:
            return
        menu = QMenu(bar)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(theme.icon("float"), "Float", dock.undock)
        menu.addAction(theme.icon("close"), "Close", dock.close)
        menu.popup(bar.mapToGlobal(point))

    def _float(self, bar: QTabBar, index: int) -> None:
        dock = self._at(bar, index)
        if dock is not None:
            dock.undock()

    def _at(self, bar: QTabBar, index: int) -> Dock | None:
        """The dock of a tab; Qt tells only its title."""
        title = bar.tabText(index)
        host = bar.parent()
        for dock in self.docks.values():
            if dock.windowTitle() == title and self._host(dock) is host:
                return dock
        return None

    def of(self, area: str) -> list[Dock]:
        """The docks that stand in an area at first, in order."""
        members = [dock for dock in self.docks.values() if dock.panel.area == area]
        return sorted(members, key=lambda dock: (dock.panel.order, dock.objectName()))

    def _host(self, dock: Dock) -> QMainWindow:
        return self.centre if dock.panel.area == "centre" else self.window

    def _later(self) -> None:
        self._tidying.start()


_AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "centre": Qt.DockWidgetArea.TopDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}


class Dock(QDockWidget):
    """One panel with its title row.

    Args:
        key: its name in the layout.
        panel: the class that says where it stands.
        build: makes the panel, or the card that says why there is none.

    Attributes:
        panel: as above.
        built: whether the panel is there, or is being built.
        seen: whether it stands in front.

    Signals:
        filled: the panel is there.
    """

    filled = Signal()

    def __init__(self, key: str, panel: type[Panel], build: Callable[[], QWidget]) -> None:
        super().__init__(str(getattr(panel, "title", key)))
        self.panel, self._build = panel, build
        self.built = self.seen = False
        self._content: QWidget = Notice(panel.meanwhile)
        self.setObjectName(key)
        self._pages = QStackedWidget()  # as large at least as the content, shown or not
        for page in (self._content, QWidget()):
            page.setMinimumWidth(LEAST_PX)
            self._pages.addWidget(page)
        self.setWidget(self._pages)
        self.visibilityChanged.connect(self._turn)
        self._title = _TitleBar(self)
        self._none = QWidget()
        self._none.setFixedHeight(0)
        self._none.setParent(self)
        self.setTitleBarWidget(self._title)

    @property
    def content(self) -> QWidget:
        """The panel, or the card that says why there is none; built now if nobody has seen it."""
        self.fill()
        return self._content

    def fill(self) -> None:
        """Build the panel if it is not there yet."""
        if not self.built:
            self.built = True  # now: one that opens a dialog meanwhile is not built twice
            notice = self._content
            self.put(self._build())
            notice.deleteLater()
            self.filled.emit()

    def put(self, content: QWidget) -> None:
        """Show this from now on; what was there has no parent any more."""
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        if not content.minimumWidth():
            content.setMinimumWidth(LEAST_PX)  # growing texts must not push neighbours out
        before, self._content = self._content, content
        before.hide()
        self._pages.removeWidget(before)
        before.setParent(None)
        self._pages.insertWidget(0, content)
        if isinstance(content, Panel):
            content.called.connect(self.bring)
        self._turn(self.seen)

    def bring(self) -> None:
        """To the front of its tabs, opened if it was closed."""
        self.show()
        self.raise_()

    def undock(self) -> None:
        """Make it a window of its own, where it stood: behind another tab it is off the screen."""
        self.raise_()
        self.setFloating(True)

    def _turn(self, seen: bool) -> None:
        """Hide the content behind another tab: Qt moves such docks away but calls them visible.

        One that is floated from behind a tab it still calls hidden.
        """
        self.seen = seen = seen or (self.isFloating() and self.isVisible())
        if seen and not self.panel.meanwhile:
            self.fill()
        self._pages.setCurrentIndex(0 if seen else 1)

    def show_title(self, wanted: bool) -> None:
        """Show the title row, or nothing where a tab names the panel already."""
        bar = self._title if wanted else self._none
        if self.titleBarWidget() is not bar:
            self.setTitleBarWidget(bar)
            self._title.setVisible(wanted)
            self._none.setVisible(not wanted)


class _TitleBar(QWidget):
    """Title, float and close; dragging it moves the dock."""

    def __init__(self, dock: Dock) -> None:
        super().__init__(dock)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE[3], 3, theme.SPACE[1], 3)
        row.setSpacing(2)
        title = QLabel(dock.windowTitle())
        theme.tone(title, "heading")
        row.addWidget(title, 1)
        for icon, tip, act in (
            ("float", "Float or dock", lambda: dock.setFloating(not dock.isFloating())),
            ("close", "Close; the View menu brings it back", dock.close),
        ):
            button = QToolButton()
            theme.decorate(button, icon, "muted")
            theme.tone(button, "flat")
            button.setIconSize(QSize(14, 14))
            button.setToolTip(f"{tip}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(act)
            row.addWidget(button)


def _let_go(key: str, panel: Panel) -> None:
    try:
        panel.release()
    except Exception:
        log.exception("the panel %s did not let go", key)


def _on_a_screen(widget: QWidget) -> bool:
    """Whether any part can be seen: screens come and go between two starts."""
    frame = widget.frameGeometry()
    screens = QGuiApplication.screens()
    return any(screen.availableGeometry().intersects(frame) for screen in screens)
