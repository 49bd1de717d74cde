"""What happened, line by line: notes, checkpoints, turned knobs, refusals and failures."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from ganstudio.train import messages as m
from ganstudio.ui import theme
from ganstudio.ui.panels.base import Panel
from ganstudio.ui.studio import Studio

MOST_LINES = 2000
LEVELS = ("info", "warning", "error")
_ROLES = {"info": "muted", "warning": "warn", "error": "error"}
_LEVEL = Qt.ItemDataRole.UserRole


class LogPanel(Panel):
    """Newest at the bottom; failures unfold to their traceback."""

    title = "Log"
    area = "bottom"
    order = 90
    explains = True

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.list = QTreeWidget()
        self.list.setColumnCount(3)
        self.list.setHeaderHidden(True)
        self.list.setIndentation(16)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName("Log")
        header = self.list.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.list.setColumnWidth(0, 92)
        self.list.setColumnWidth(1, 66)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE[3], theme.SPACE[2], theme.SPACE[3], theme.SPACE[2])
        column.setSpacing(theme.SPACE[1])
        column.addLayout(self._make_bar())
        column.addWidget(self.list, 1)
        self._connect()

    def release(self) -> None:
        """Follow the palette no longer."""
        theme.notifier.changed.disconnect(self._repaint_lines)

    def add(self, text: str, level: str = "info", detail: str = "") -> QTreeWidgetItem:
        """Write one line.

        Args:
            text: what happened.
            level: ``info``, ``warning`` or ``error``.
            detail: unfolds under the line, such as a traceback.
        """
        item = QTreeWidgetItem([time.strftime("%H:%M:%S"), level, " ".join(text.split())])
        item.setData(0, _LEVEL, level)
        item.setToolTip(2, text)
        if detail:
            self._add_detail(item, detail)
        bar = self.list.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 2
        self.list.addTopLevelItem(item)
        while self.list.topLevelItemCount() > MOST_LINES:
            self.list.takeTopLevelItem(0)
        self._paint(item)
        self._filter_one(item)
        if at_end:
            self.list.scrollToBottom()
        self._refresh()
        return item

    def text(self) -> str:
        """The marked lines, or all that are shown, as plain text."""
        chosen = self.list.selectedItems()
        items = [self._top(place) for place in range(self.list.topLevelItemCount())]
        lines = []
        for item in items:
            if item.isHidden() or (chosen and item not in chosen):
                continue
            lines.append("  ".join(item.text(part) for part in range(3)))
            lines += [child.text(0) for child in _children(item)]
        return "\n".join(lines)

    def copy(self) -> None:
        """Put ``text`` on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())

    def clear(self) -> None:
        """Forget all lines; the run's own log file keeps them."""
        self.list.clear()
        self._refresh()

    def _make_bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE[2])
        self.empty = QLabel("Nothing happened yet.")
        theme.tone(self.empty, "muted")
        self.filter = QComboBox()
        self.filter.addItems(["All", "Warnings and errors", "Errors"])
        self.filter.setAccessibleName("Which lines are shown")
        self.filter.currentIndexChanged.connect(self._filter)
        self.copy_button, self.clear_button = QToolButton(), QToolButton()
        row.addWidget(self.empty)
        row.addStretch(1)
        row.addWidget(self.filter)
        for button, icon, text, tip, act in (
            (self.copy_button, "copy", "Copy", "Copy the marked lines, or all", self.copy),
            (self.clear_button, "close", "Clear", "Empty this list", self.clear),
        ):
            button.setText(text)
            button.setToolTip(tip)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setIconSize(QSize(14, 14))
            button.setEnabled(False)
            theme.decorate(button, icon)
            button.clicked.connect(act)
            row.addWidget(button)
        return row

    def _connect(self) -> None:
        studio = self.studio
        studio.noted.connect(lambda event: self.add(event.text, event.level, event.detail))
        studio.started.connect(self._on_started)
        studio.saved.connect(self._on_saved)
        studio.tuned.connect(self._on_tuned)
        studio.rewound.connect(lambda event: self.add(f"Rewound to {_kimg(event.nimg)}"))
        studio.diverged.connect(self._on_diverged)
        studio.refused.connect(self._on_refused)
        studio.failed.connect(self._on_failed)
        theme.notifier.changed.connect(self._repaint_lines)

    def _on_started(self, event: m.Started) -> None:
        word = "Goes on" if event.resumed else "Started"
        facts = "\n".join(f"{name}: {value}" for name, value in event.summary.items())
        length = f"until {_kimg(event.target_nimg)}"
        self.add(f"{word}: {event.run.name}, {length}", detail=f"folder: {event.run}\n{facts}")

    def _on_saved(self, event: m.Saved) -> None:
        self.add(f"Saved at {_kimg(event.nimg)}: {_short(event.checkpoint)}")

    def _on_tuned(self, event: m.Tuned) -> None:
        self.add(f"{event.knob}: {event.before} → {event.value}, at {_kimg(event.nimg)}")

    def _on_diverged(self, event: m.Diverged) -> None:
        lines = [f"worth trying: {one.text}" for one in event.remedies]
        if event.evidence is not None:
            lines.append(f"the evidence: {event.evidence}")
        self.add(str(event), "error", "\n".join(lines)).setExpanded(True)

    def _on_refused(self, event: m.Refused) -> None:
        self.add(f"{type(event.command).__name__} was refused: {event.reason}", "warning")

    def _on_failed(self, event: m.Failed) -> None:
        safe = f" Rescued: {event.rescued}." if event.rescued else ""
        item = self.add(f"{event.reason}{safe}", "error", event.traceback)
        item.setExpanded(True)
        self.list.scrollToItem(item, QAbstractItemView.ScrollHint.PositionAtTop)

    def _add_detail(self, item: QTreeWidgetItem, detail: str) -> None:
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        for line in detail.rstrip().splitlines():
            child = QTreeWidgetItem([line])
            child.setFont(0, fixed)
            item.addChild(child)
            child.setFirstColumnSpanned(True)

    def _paint(self, item: QTreeWidgetItem) -> None:
        level = item.data(0, _LEVEL)
        colours = theme.current()
        item.setForeground(0, QColor(colours.muted))
        item.setForeground(1, QColor(getattr(colours, _ROLES[level])))
        item.setForeground(2, QColor(colours.error if level == "error" else colours.text))
        for child in _children(item):
            child.setForeground(0, QColor(colours.muted))
            child.setFirstColumnSpanned(True)

    def _repaint_lines(self) -> None:
        for place in range(self.list.topLevelItemCount()):
            self._paint(self._top(place))

    def _filter(self) -> None:
        for place in range(self.list.topLevelItemCount()):
            self._filter_one(self._top(place))

    def _filter_one(self, item: QTreeWidgetItem) -> None:
        item.setHidden(LEVELS.index(item.data(0, _LEVEL)) < self.filter.currentIndex())

    def _refresh(self) -> None:
        some = self.list.topLevelItemCount() > 0
        self.empty.setVisible(not some)
        self.copy_button.setEnabled(some)
        self.clear_button.setEnabled(some)

    def _top(self, place: int) -> QTreeWidgetItem:
        item = self.list.topLevelItem(place)
        assert item is not None
        return item


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = [item.child(place) for place in range(item.childCount())]
    return [child for child in found if child is not None]


def _kimg(nimg: int) -> str:
    return f"{nimg / 1000:,.1f} kimg"


def _short(path: Path) -> str:
    """The last parts of a path, enough to find it."""
    return "/".join(path.parts[-2:])
