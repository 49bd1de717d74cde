"""Explore mode: the whole window for the stage, the latent and what walks through latent space."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence

from ganstudio.ui import theme
from ganstudio.ui.docks import Dock, Docks, State

KEY = "F11"
TIP = "Explore: the whole window for samples and latent space; training goes on"
LATENT_SHARE, TOOL_SHARE = 0.29, 0.46  # of the window; of what is left of it
GONE = ("left", "bottom")  # areas that make room


class Explore(QObject):
    """Puts setting up and watching aside, and brings the docks back exactly as they were.

    Panels of the centre that show samples of their own stay where they are, the other ones of
    the centre stand beside them, those of the right get more room, and the rest is hidden. What
    is moved about meanwhile is remembered apart from the layout for training.

    Args:
        docks: of the window.

    Attributes:
        action: switches it, for a menu and a button.

    Signals:
        changed (bool): whether it is on now.
    """

    changed = Signal(bool)

    def __init__(self, docks: Docks) -> None:
        super().__init__(docks.window)
        self.docks = docks
        self._plain: State | None = None  # the layout for training, while exploring
        self._own: State | None = None  # how exploring was left
        self.action = QAction("Explore", self)
        self.action.setCheckable(True)
        self.action.setShortcut(QKeySequence(KEY))
        self.action.setToolTip(f"{TIP}  ({KEY})")
        theme.decorate(self.action, "frame")
        self.action.toggled.connect(self._on_toggled)

    @property
    def on(self) -> bool:
        """Whether the window explores."""
        return self._plain is not None

    def enter(self) -> None:
        """Give the whole window to exploring."""
        if not self.on:
            self._plain = self.docks.state()
            if self._own is None or not self.docks.restore(self._own):
                self.arrange()
            self._tell()

    def leave(self) -> None:
        """Put every dock back where it was."""
        if self._plain is not None:
            self._own, plain = self.docks.state(), self._plain
            self._plain = None
            self.docks.restore(plain)
            self._tell()

    def arrange(self) -> None:
        """Stage, tools and latent side by side, as at first."""
        docks = self.docks.docks.values()
        for dock in docks:
            dock.setVisible(dock.panel.area not in GONE)
        stages, tools = self._members(stage=True), self._members(stage=False)
        if stages and tools:
            self._tab(stages, Qt.DockWidgetArea.LeftDockWidgetArea)
            self._tab(tools, Qt.DockWidgetArea.RightDockWidgetArea)
            width = round(self.docks.window.width() * (1 - LATENT_SHARE))
            share = round(TOOL_SHARE * width)
            sizes = [width - share, share]
            self.docks.centre.resizeDocks([stages[0], tools[0]], sizes, Qt.Orientation.Horizontal)
        right = [dock for dock in docks if dock.panel.area == "right" and not dock.isFloating()]
        if right:
            wide = round(self.docks.window.width() * LATENT_SHARE)
            self.docks.window.resizeDocks(right[:1], [wide], Qt.Orientation.Horizontal)

    def keep(self, settings: QSettings) -> None:
        """Write both layouts and which of them is on."""
        settings.setValue("explore/on", self.on)
        own = self.docks.state() if self.on else self._own
        self.docks.keep(settings, plain=self._plain)
        if own is not None:
            settings.setValue("explore/window", own[0])
            settings.setValue("explore/centre", own[1])

    def bring_back(self, settings: QSettings) -> None:
        """Go on exploring if that was left on; the layout for training was restored before."""
        own = tuple(settings.value(f"explore/{part}") for part in ("window", "centre"))
        if isinstance(own[0], QByteArray) and isinstance(own[1], QByteArray):
            self._own = (own[0], own[1])
        plain = self.docks.kept(settings)
        if settings.value("explore/on", False, bool) and self._own is not None and plain:
            self._plain = plain
            if not self.docks.restore(self._own):
                self.arrange()
            self._tell()

    def _members(self, stage: bool) -> list[Dock]:
        """Docked panels of the centre: those that are a stage, or the others."""
        return [
            dock
            for dock in self.docks.of("centre")
            if bool(dock.panel.stage) is stage and not dock.isFloating()
        ]

    def _tab(self, members: list[Dock], area: Qt.DockWidgetArea) -> None:
        """Stack these on one side of the centre."""
        for dock in members:
            self.docks.centre.addDockWidget(area, dock)
            if dock is not members[0]:
                self.docks.centre.tabifyDockWidget(members[0], dock)
        members[0].raise_()

    def _on_toggled(self, on: bool) -> None:
        if on:
            self.enter()
        else:
            self.leave()

    def _tell(self) -> None:
        if self.action.isChecked() != self.on:
            self.action.setChecked(self.on)
        self.changed.emit(self.on)
