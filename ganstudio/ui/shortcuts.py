"""Every key of the window and of its panels in one list, to be searched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QMenuBar,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ganstudio.ui import theme
from ganstudio.ui.panels.base import Panel

Keys = tuple[tuple[str, str], ...]
WIDE_PX, HIGH_PX, KEYS_PX = 520, 620, 190
EVERYWHERE = "In every dialog and form"
COMMON: Keys = (
    ("Tab, Shift+Tab", "To the next part, or the one before"),
    ("Return", "Press the button that was reached with Tab"),
    ("Up, Down", "A number or a slider one step further"),
    ("Page Up, Page Down", "Ten steps at once"),
)
NOTE = "Keys of a panel work once it was clicked."


def of_menus(bar: QMenuBar) -> dict[str, Keys]:
    """What has a key in the menus, by menu."""
    found: dict[str, Keys] = {}
    for top in bar.actions():
        menu = top.menu()
        if isinstance(menu, QMenu):
            rows = tuple(
                (_spoken(action.shortcuts()), _plain(action.text()))
                for action in menu.actions()
                if not action.shortcut().isEmpty()
            )
            if rows:
                found[_plain(top.text())] = rows
    return found


def of_panels(panels: Iterable[type[Panel]]) -> dict[str, Keys]:
    """The keys of panels that have any, by title."""
    listed = sorted(panels, key=lambda panel: panel.title)
    return {panel.title: panel.keys for panel in listed if panel.keys}


class Shortcuts(QDialog):
    """The list, in groups; typing leaves what has these words in its keys or its text.

    Args:
        groups: keys as people read them and what they do, by where they work.
        parent: the window, which stays usable beside it.
    """

    def __init__(self, groups: Mapping[str, Keys], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(WIDE_PX, HIGH_PX)
        self.filter, self.tree, note = QLineEdit(), QTreeWidget(), QLabel(NOTE)
        self.filter.setPlaceholderText("Search keys and what they do")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Search")
        self.filter.textChanged.connect(self._sift)
        theme.tone(note, "small")
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(theme.SPACE[3])
        self.tree.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tree.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        self.tree.setAccessibleName("Shortcuts")
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        self.tree.header().resizeSection(0, KEYS_PX)
        for title, keys in groups.items():
            self._add(title, keys)
        self.tree.expandAll()
        column = QVBoxLayout(self)
        column.setSpacing(theme.SPACE[2])
        for part in (self.filter, self.tree, note):
            column.addWidget(part)

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The rows that pass the search, from top to bottom."""
        return [
            (row.text(0), row.text(1))
            for group in self._groups()
            for row in _rows(group)
            if not row.isHidden()
        ]

    def _add(self, title: str, keys: Keys) -> None:
        group = QTreeWidgetItem([title])
        font = group.font(0)
        font.setBold(True)
        group.setFont(0, font)
        self.tree.addTopLevelItem(group)
        group.setFirstColumnSpanned(True)
        for pressed, does in keys:
            row = QTreeWidgetItem([pressed, does])
            row.setToolTip(1, does)
            group.addChild(row)

    def _groups(self) -> list[QTreeWidgetItem]:
        return [item for i in range(self.tree.topLevelItemCount())
                if (item := self.tree.topLevelItem(i)) is not None]  # fmt: skip

    def _sift(self, text: str) -> None:
        words = text.lower().split()
        for group in self._groups():
            for row in _rows(group):
                known = f"{group.text(0)} {row.text(0)} {row.text(1)}".lower()
                row.setHidden(not all(word in known for word in words))
            group.setHidden(all(row.isHidden() for row in _rows(group)))


def _rows(group: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [row for i in range(group.childCount()) if (row := group.child(i)) is not None]


def _spoken(keys: Iterable[QKeySequence]) -> str:
    return ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in keys)


def _plain(text: str) -> str:
    """The text of a menu without the mark of its letter."""
    return text.replace("&", "").rstrip("…")
