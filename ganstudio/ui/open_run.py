"""Choose a run from the runs folder: go on with it, or only look at what it made."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ganstudio.recipe import RecipeError, read
from ganstudio.train.lock import Holder, holder
from ganstudio.ui import theme

MOST_RUNS = 500
RESUME = "Continue from its last checkpoint, to the bit"
HELD = "Being trained by {}: it can be explored, and trained once that ends."
BY = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class RunLine:
    """What the list tells about one run folder."""

    folder: Path
    variant: str
    data: str
    kimg: str
    changed: datetime
    by: Holder | None = None  # who trains it now


def list_runs(root: Path) -> list[RunLine]:
    """The runs below a folder, newest first; what is no run is left out."""
    lines = []
    for recipe in root.glob("*/recipe.toml"):
        try:
            content = read(recipe)
            kimg, changed = _newest(recipe.parent)
        except (OSError, RecipeError, OverflowError):
            continue
        variant, data = str(content.get("variant", "?")), str(content.get("data", "?"))
        by = holder(recipe.parent)
        lines.append(RunLine(recipe.parent, variant, data, kimg, changed, by))
    return sorted(lines, key=lambda line: line.changed, reverse=True)[:MOST_RUNS]


def _newest(folder: Path) -> tuple[str, datetime]:
    """How far the last checkpoint is, from its name alone, and when the newest was written."""
    reached, written = -1.0, 0.0
    for path in folder.glob("checkpoints/*k"):
        with suppress(ValueError):
            reached = max(reached, float(path.name.removesuffix("k")))
            written = max(written, path.stat().st_mtime)
    kimg = f"{reached:,.1f}" if reached >= 0 else "–"
    return kimg, datetime.fromtimestamp(written or folder.stat().st_mtime)


class OpenRun(QDialog):
    """The runs there are.

    Args:
        root: the folder of runs.
        training: whether a session exists; then runs cannot be opened before it is stopped.
        parent: the window.

    Signals:
        resumeWanted (Path): go on with this run.
        exploreWanted (Path): show its model.
    """

    resumeWanted = Signal(object)  # noqa: N815
    exploreWanted = Signal(object)  # noqa: N815

    def __init__(self, root: Path, training: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.root, self._training = root, training
        self.setWindowTitle("Open run")
        self.resize(680, 420)
        column = QVBoxLayout(self)
        column.setSpacing(theme.SPACE[2])
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        theme.tone(self.hint, "muted")
        column.addWidget(self.hint)
        self.list = QTreeWidget()
        self.list.setHeaderLabels(["Run", "Variant", "Data", "kimg", "Last change"])
        self.list.setRootIsDecorated(False)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.itemSelectionChanged.connect(self._refresh)
        self.list.itemDoubleClicked.connect(lambda: self._choose(self.exploreWanted))
        column.addWidget(self.list, 1)
        column.addLayout(self._make_buttons())
        self._fill()

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        other = QPushButton("Other folder…")
        self.explore, self.resume = QPushButton("Explore"), QPushButton("Go on training")
        self.explore.setToolTip("Show its newest model, without training")
        theme.tone(self.resume, "primary")
        cancel = QPushButton("Cancel")
        other.clicked.connect(self._browse)
        cancel.clicked.connect(self.reject)
        self.explore.clicked.connect(lambda: self._choose(self.exploreWanted))
        self.resume.clicked.connect(lambda: self._choose(self.resumeWanted))
        row.addWidget(other)
        row.addStretch(1)
        for button in (cancel, self.explore, self.resume):
            row.addWidget(button)
        return row

    def _fill(self, wanted: Path | None = None) -> None:
        """List the runs; ``wanted`` is chosen, or else the newest."""
        self.list.clear()
        lines = list_runs(self.root)
        for line in lines:
            when = f"{line.changed:%Y-%m-%d %H:%M}" if line.by is None else "being trained"
            item = QTreeWidgetItem([line.folder.name, line.variant, line.data, line.kimg, when])
            item.setData(0, Qt.ItemDataRole.UserRole, line.folder)
            item.setData(0, BY, line.by)
            item.setToolTip(0, str(line.folder))
            item.setTextAlignment(3, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.list.addTopLevelItem(item)
            if line.folder == wanted:
                self.list.setCurrentItem(item)  # scrolls to it too
        self.list.header().setStretchLastSection(False)
        for column in range(1, 5):
            self.list.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        if self._training:
            self.hint.setText("A training is going on: stop it before you open another run.")
        elif lines:
            self.hint.setText(f"Runs in {self.root}")
        else:
            self.hint.setText(f"No runs in {self.root} yet. Training makes the first one.")
        first = self.list.topLevelItem(0)
        if wanted is None and first is not None:
            self.list.setCurrentItem(first)
        self._refresh()

    def _refresh(self) -> None:
        ready = bool(self.list.selectedItems()) and not self._training
        by = self.list.selectedItems()[0].data(0, BY) if ready else None
        self.explore.setEnabled(ready)
        self.resume.setEnabled(ready and by is None)
        self.resume.setToolTip(HELD.format(by) if by is not None else RESUME)

    def _choose(self, signal: SignalInstance) -> None:
        chosen = self.list.selectedItems()
        if chosen and not self._training:
            self.accept()
            signal.emit(chosen[0].data(0, Qt.ItemDataRole.UserRole))

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder of runs", str(self.root))
        if folder:
            picked = Path(folder)
            inside = (picked / "recipe.toml").is_file()
            self.root = picked.parent if inside else picked
            self._fill(picked if inside else None)
