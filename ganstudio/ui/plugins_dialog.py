"""What other packages offer: a list in which each is switched on or off, and why one failed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ganstudio import plugins
from ganstudio.plugins import Plugin
from ganstudio.ui import theme

NONE = "No installed package offers a plug-in. They come as Python packages, installed with pip."
ABOUT = (
    "Plug-ins come with other Python packages and can do all that this program can. Nothing of "
    "them has run before you tick them: tick those whose package you trust."
)
LATER = "This takes effect at the next start."
ROOMS = {
    "gans": "variant", "data": "data set", "metrics": "score", "ui.panels": "panel",
    "ui.inputs": "input", "train.tasks": "task", "train.pairs": "pair that races",
}  # fmt: skip
STATES = {"on": "On", "off": "Off", "failed": "Failed"}
NAME, ADDS, PACKAGE, STATE = range(4)


class PluginsDialog(QDialog):
    """Lists plug-ins without importing any; a tick allows one for good.

    Args:
        parent: the window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Plug-ins")
        self.resize(680, 420)
        column = QVBoxLayout(self)
        column.setSpacing(theme.SPACE[2])
        self.hint = QLabel(ABOUT if plugins.found() else NONE)
        self.hint.setWordWrap(True)
        theme.tone(self.hint, "muted")
        column.addWidget(self.hint)
        self.list = QTreeWidget()
        self.list.setHeaderLabels(["Plug-in", "Adds a", "Package", "State"])
        self.list.setRootIsDecorated(False)
        self.list.setVisible(bool(plugins.found()))
        column.addWidget(self.list, 2)
        self.trace = QPlainTextEdit(readOnly=True)
        column.addWidget(self.trace, 1)
        if not plugins.found():
            column.addStretch(1)
        column.addLayout(self._make_buttons())
        for plugin in plugins.found():
            self.list.addTopLevelItem(_row(plugin))
        self._dress()
        self.list.itemChanged.connect(self._on_ticked)
        self.list.currentItemChanged.connect(self._explain)
        if (first := self._first()) is not None:
            self.list.setCurrentItem(first)
        self._explain()

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.copy = QPushButton("Copy")
        self.copy.setToolTip("Copy why it failed")
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.trace.toPlainText())
        )
        self.note = QLabel()
        self.note.setWordWrap(True)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(self.copy)
        row.addWidget(self.note, 1)
        row.addWidget(close)
        return row

    def _dress(self) -> None:
        header = self.list.header()
        header.setStretchLastSection(False)
        for place in (ADDS, PACKAGE, STATE):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)

    def _first(self) -> QTreeWidgetItem | None:
        """One that failed, or else the first."""
        rows = [self.list.topLevelItem(i) for i in range(self.list.topLevelItemCount())]
        failed = [row for row in rows if row is not None and _of(row) in plugins.failures]
        return next(iter(failed or rows), None)

    def _on_ticked(self, row: QTreeWidgetItem, column: int) -> None:
        plugin, wanted = _of(row), row.checkState(NAME) is Qt.CheckState.Checked
        if column != NAME or wanted == plugins.allowed(plugin):
            return
        try:
            (plugins.allow if wanted else plugins.forbid)([plugin])
            theme.tone(self.note, "muted")
            self.note.setText(LATER)
        except OSError as error:
            theme.tone(self.note, "error")
            self.note.setText(f"{plugins.settings_path()} cannot be written: {error.strerror}")
        self.list.blockSignals(True)
        _fill(row)
        self.list.blockSignals(False)

    def _explain(self) -> None:
        row = self.list.currentItem()
        trace = plugins.failures.get(_of(row), "") if row is not None else ""
        self.trace.setPlainText(trace)
        self.trace.setVisible(bool(trace))
        self.copy.setVisible(bool(trace))


def news() -> str:
    """What a person should hear of the plug-ins: of new ones once, of failed ones each time."""
    if plugins.failures:
        names = ", ".join(sorted(one.name for one in plugins.failures))
        word = "The plug-in" if len(plugins.failures) == 1 else "The plug-ins"
        return f"{word} {names} cannot be used: Help > Plug-ins shows why."
    fresh = plugins.unnoticed()
    if not fresh:
        return ""
    try:
        plugins.notice(fresh)
    except OSError:
        return ""  # or it would be told at every start
    packages = ", ".join(sorted({one.distribution for one in fresh}))
    return f"{packages} offers plug-ins. They are switched off: Help > Plug-ins switches them on."


def _row(plugin: Plugin) -> QTreeWidgetItem:
    adds = ROOMS.get(plugin.room, plugin.room)
    row = QTreeWidgetItem([plugin.key, adds, f"{plugin.distribution} {plugin.version}", ""])
    row.setData(NAME, Qt.ItemDataRole.UserRole, plugin)
    row.setToolTip(NAME, plugin.target)
    _fill(row)
    return row


def _fill(row: QTreeWidgetItem) -> None:
    plugin = _of(row)
    ticked = Qt.CheckState.Checked if plugins.allowed(plugin) else Qt.CheckState.Unchecked
    row.setCheckState(NAME, ticked)
    row.setText(STATE, STATES[plugins.state(plugin)])


def _of(row: QTreeWidgetItem) -> Plugin:
    plugin: Plugin = row.data(NAME, Qt.ItemDataRole.UserRole)
    return plugin
