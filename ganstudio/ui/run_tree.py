"""The runs as a tree: branches under what they branched from, filtered, sorted, ticked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter, QResizeEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyleOption, QTreeView

from ganstudio.train.tree import RunSummary
from ganstudio.ui.run_list import RunList
from ganstudio.ui.run_rows import (
    BEST,
    COLUMNS,
    DATA,
    KIMG,
    LEFT,
    NUMBERS,
    ORDER,
    PATH,
    RIGHT,
    RUN,
    SCORE,
    TEXT,
    TIPS,
    VARIANT,
    WHEN,
    branches,
    run_row,
)

WIDTHS_PX = {VARIANT: 88, DATA: 88, KIMG: 62, SCORE: 66, BEST: 62, WHEN: 64}
NEEDS_PX = {
    VARIANT: 600,
    DATA: 600,
    BEST: 600,
    SCORE: 360,
    WHEN: 255,
}  # narrower, these are left out
HEADER = "QHeaderView::section { padding-right: 13px; }"  # room for the arrow of the order
INDENT_PX, ARROW_PX = 13, 9


class RunTree(QTreeView):
    """Shows a list of runs; what was folded, chosen and ticked stays when it is read again.

    Signals:
        chosen: another run is chosen, or none.
        opened (Path): a run was double-clicked, or Return was pressed.
        ticked: other runs shall be laid over the curves.
    """

    chosen = Signal()
    opened = Signal(object)
    ticked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._model = QStandardItemModel(0, len(COLUMNS), self)
        self._model.setHorizontalHeaderLabels(list(COLUMNS))
        for column, tip in enumerate(TIPS):
            heading = self._model.horizontalHeaderItem(column)
            heading.setToolTip(tip)
            heading.setTextAlignment(RIGHT if column in NUMBERS else LEFT)
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self._model)
        self._shown.setRecursiveFilteringEnabled(True)
        self._shown.setFilterRole(TEXT)
        self._shown.setSortRole(ORDER)
        self.setModel(self._shown)
        self._items: dict[Path, QStandardItem] = {}
        self._list: RunList | None = None
        self._live: Path | None = None
        self._folded: set[Path] = set()
        self._filling = False
        self._dress()
        self._model.itemChanged.connect(self._on_changed)
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit())
        self.activated.connect(self._on_activated)
        self.collapsed.connect(lambda index: self._fold(index, True))
        self.expanded.connect(lambda index: self._fold(index, False))

    def _dress(self) -> None:
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setIndentation(INDENT_PX)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAllColumnsShowFocus(True)
        self.setAccessibleName("Runs")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setExpandsOnDoubleClick(False)
        self.setSortingEnabled(True)
        self.sortByColumn(WHEN, Qt.SortOrder.DescendingOrder)
        self.setStyleSheet("QTreeView::item { border-radius: 0; } " + HEADER)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(RUN, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS_PX.items():
            header.resizeSection(column, width)

    # What is shown --------------------------------------------------------------------------

    def show_list(self, runs: RunList) -> None:
        """Show these runs."""
        if runs == self._list:
            return
        chosen, ticked, top = self.run, self.ticked_runs(), self.verticalScrollBar().value()
        self._list, self._filling = runs, True
        self._items.clear()
        self._shown.setDynamicSortFilter(False)  # once at the end, not for every row
        self._model.removeRows(0, self._model.rowCount())
        by_parent = branches(runs)
        tops = [self._make(run, runs, by_parent) for run in by_parent.get(None, [])]
        left = [run for run in runs.survey.runs if run.path not in self._items]
        for run in left:  # each the parent of the other: somebody renamed folders
            if run.path not in self._items:
                tops.append(self._make(run, runs, by_parent))
        self.tick([run for run in ticked if run in self._items])
        self._mark_live()
        for row in tops:
            self._model.appendRow(row)
        self._shown.setDynamicSortFilter(True)
        self.expandAll()
        for folder in self._folded & set(self._items):
            self.collapse(self._shown.mapFromSource(self._items[folder].index()))
        self._filling = False
        if chosen is not None:
            self.choose(chosen)
        self.verticalScrollBar().setValue(top)
        if self.ticked_runs() != ticked:
            self.ticked.emit()

    def _make(
        self, run: RunSummary, runs: RunList, by_parent: dict[Path | None, list[RunSummary]]
    ) -> list[QStandardItem]:
        """The line of a run with all that branched off it under it."""
        row = run_row(run, runs.scores.get(run.path), runs.held.get(run.path))
        self._items[run.path] = row[RUN]
        for branch in by_parent.get(run.path, ()):
            if branch.path not in self._items:
                row[RUN].appendRow(self._make(branch, runs, by_parent))
        return row

    def filter(self, text: str) -> None:
        """Leave those that have all these words in name, variant or data, and what is above."""
        words = "".join(f"(?=.*{re.escape(word)})" for word in text.lower().split())
        self._shown.setFilterRegularExpression(f"^{words}")
        if text:
            self.expandAll()

    def set_live(self, folder: Path | None) -> None:
        """Which run is being trained."""
        if folder != self._live:
            self._live = folder
            self._mark_live()

    @property
    def count(self) -> int:
        """Runs that pass the filter at the top of the tree."""
        return self._shown.rowCount()

    # What is chosen -------------------------------------------------------------------------

    @property
    def run(self) -> Path | None:
        """The run that is chosen."""
        rows = self.selectionModel().selectedRows(RUN)
        return Path(rows[0].data(PATH)) if rows else None

    @property
    def summary(self) -> RunSummary | None:
        """What is known of the run that is chosen."""
        run, known = self.run, self._list.survey.runs if self._list is not None else ()
        return next((one for one in known if one.path == run), None)

    def choose(self, folder: Path) -> None:
        """Choose a run and bring it into view."""
        item = self._items.get(folder)
        if item is not None:
            index = self._shown.mapFromSource(item.index())
            self.setCurrentIndex(index)

    def ticked_runs(self) -> list[Path]:
        """The runs to be laid over the curves, from top to bottom."""
        checked = Qt.CheckState.Checked
        return [folder for folder, item in self._items.items() if item.checkState() == checked]

    def tick(self, folders: Sequence[Path]) -> None:
        """Tick these and no others; announces nothing."""
        filling, self._filling = self._filling, True
        for folder, item in self._items.items():
            wanted = Qt.CheckState.Checked if folder in folders else Qt.CheckState.Unchecked
            if item.checkState() != wanted:
                item.setCheckState(wanted)
        self._filling = filling

    def colour(self, colours: dict[Path, str]) -> None:
        """Write the names of ticked runs in the colours of their curves."""
        filling, self._filling = self._filling, True
        for folder, item in self._items.items():
            shade = QColor(colours[folder]) if folder in colours else None
            if item.data(Qt.ItemDataRole.ForegroundRole) != shade:
                item.setData(shade, Qt.ItemDataRole.ForegroundRole)
        self._filling = filling

    # What the person does -------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow tree shows fewer columns, so that names can be read."""
        super().resizeEvent(event)
        for column, least in NEEDS_PX.items():
            self.setColumnHidden(column, self.viewport().width() < least)

    def drawBranches(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """An arrow before a run with branches; the style's own is drawn on a patch of colour."""
        if not self._shown.hasChildren(index):
            return
        option = QStyleOption()
        option.initFrom(self)
        option.rect = QRect(
            rect.right() - (INDENT_PX + ARROW_PX) // 2, rect.center().y() - ARROW_PX // 2,
            ARROW_PX, ARROW_PX,
        )  # fmt: skip
        down = self.isExpanded(index)
        kind = QStyle.PrimitiveElement
        arrow = kind.PE_IndicatorArrowDown if down else kind.PE_IndicatorArrowRight
        self.style().drawPrimitive(arrow, option, painter, self)

    def _on_changed(self, item: QStandardItem) -> None:
        if not self._filling and item.column() == RUN:
            self.ticked.emit()

    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(Path(index.siblingAtColumn(RUN).data(PATH)))

    def _fold(self, index: QModelIndex, folded: bool) -> None:
        path = index.data(PATH)
        if path and not self._filling:
            (self._folded.add if folded else self._folded.discard)(Path(path))

    def _mark_live(self) -> None:
        filling, self._filling = self._filling, True
        for folder, item in self._items.items():
            font = item.font()
            if font.bold() != (folder == self._live):
                font.setBold(folder == self._live)
                item.setFont(font)
        self._filling = filling
