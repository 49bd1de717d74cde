"""What became of somebody's own files, told before a training: how many are left out, and why."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListView, QPushButton, QVBoxLayout, QWidget

from ganstudio.knobs import Config, knobs_of
from ganstudio.recipe import Recipe
from ganstudio.ui import theme
from ganstudio.ui.background import Background
from ganstudio.ui.errand import sentence
from ganstudio.ui.fold import Fold
from ganstudio.ui.studio import Studio

if TYPE_CHECKING:
    from ganstudio.data.base import Remark
    from ganstudio.train.files_told import Found

log = logging.getLogger(__name__)

SETTLE_MS = 700  # a folder is read when nothing was changed that long
TELL_MS = 250
MOST_ROWS = 6  # that are seen at once
ALL = QModelIndex()


class FilesFound(QWidget):
    """Reads the files that are set up on a thread, and lists those that are not used as they are.

    They are read as a training reads them, and what is decoded is kept for it. Nothing is read
    while nobody can see it; what is not wanted any more ends soon.

    Args:
        studio: knows where data sets are kept.
        parent: where it stands.

    Attributes:
        line: how far it is, or that all is well.
        fold: heads the list.
        faults: what is listed.
    """

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._recipe: Recipe | None = None
        self._known: Any = None  # of what the last answer tells
        self._reading: Any = None
        self._unwanted, self._told = Event(), ""
        self._lay_out()
        self._work = Background("files", self)
        self._work.done.connect(self._on_read)
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self._read)
        self._telling = QTimer(self, interval=TELL_MS)
        self._telling.timeout.connect(self._tell)
        self.hide()

    def follow(self, recipe: Recipe | None) -> None:
        """This would be trained; None while what is set up has faults, or is being trained."""
        self._recipe = recipe
        about = _about(recipe)
        self.setVisible(about is not None and about == self._known)
        self._settling.stop()
        if about is None or about in (self._known, self._reading):
            return
        self._let_go()
        if self._seen:
            self._settling.start()

    def look_again(self) -> None:
        """It may be seen now: read what was left while it was not."""
        self.follow(self._recipe)

    def close_down(self) -> None:
        """End the thread and the clocks."""
        self._let_go()
        self._settling.stop()
        self._work.close()

    # Building -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.line, self.fold, self.faults = QLabel(), Fold(""), Faults()
        self.line.setWordWrap(True)
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self._list = QListView()
        self._list.setModel(self.faults)
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setAccessibleName("Files that are left out or converted")
        self.fold.body.addWidget(self._list)
        self.copy = _link("Copy list", "Copy the whole list", self._copy)
        self.again = _link("Read again", "Read the files again", self._read_again)
        links = QHBoxLayout()
        links.setSpacing(theme.SPACE[3])
        links.addWidget(self.again)
        links.addWidget(self.copy)
        links.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.line)
        column.addWidget(self.fold)
        column.addLayout(links)

    # Reading --------------------------------------------------------------------------------

    @property
    def _seen(self) -> bool:
        """Whether it would be seen, had it anything to say."""
        holder = self.parentWidget()
        return holder is not None and holder.isVisible()

    def _read(self) -> None:
        recipe, about = self._recipe, _about(self._recipe)
        if recipe is None or about is None or not self._seen:
            return
        self._reading, self._known = about, None
        self._unwanted, self._told = Event(), ""
        self._work.submit(partial(self._look, recipe, about, self._unwanted))
        self._telling.start()

    def _read_again(self) -> None:
        self._let_go()
        self._read()

    def _look(self, recipe: Recipe, about: Any, unwanted: Event) -> tuple[Any, Found | None]:
        """On the thread; None as soon as nobody wants it."""
        from ganstudio.train.files_told import Found, look_through  # imports torch

        def tell(text: str) -> None:
            if unwanted.is_set():
                raise _UnwantedError
            self._told = text

        try:
            return about, look_through(recipe, self._studio.data_root, tell)
        except _UnwantedError:
            return about, None
        except Exception as error:  # a training would fail in the same way
            log.exception("files failed")
            return about, Found(stop=f"{type(error).__name__} {error}".rstrip())

    def _let_go(self) -> None:
        self._unwanted.set()
        self._telling.stop()
        self._reading = None

    def _on_read(self, read: tuple[Any, Found | None]) -> None:
        about, found = read
        if found is None or about != self._reading:
            return
        self._telling.stop()
        self._reading, self._known = None, about
        if found.stop:
            self._say(f"Training cannot start: {found.stop}.", "warned")
        else:
            self._say("" if found.remarks else _all_well(found.used), "small")
        self.faults.show(found.remarks, _folders(about))
        self.fold.set_title(_counted(found))
        self.fold.setVisible(bool(found.remarks))
        self.copy.setVisible(bool(found.remarks))
        self.again.show()
        row_px = self._list.sizeHintForRow(0)
        rows = min(MOST_ROWS, self.faults.rowCount())
        self._list.setFixedHeight(max(row_px, 1) * rows + 2 * self._list.frameWidth())
        self.setVisible(about == _about(self._recipe))

    # Telling --------------------------------------------------------------------------------

    def _tell(self) -> None:
        """How far it is, for those who wait for a large folder."""
        self._say(f"{sentence(self._told or 'looking through your files')}…", "small")
        for part in (self.fold, self.copy, self.again):
            part.hide()
        self.setVisible(_about(self._recipe) == self._reading)

    def _say(self, text: str, tone: str) -> None:
        self.line.setText(text)
        self.line.setVisible(bool(text))
        self.line.setMargin(theme.SPACE[2] if tone == "warned" else 0)
        theme.tone(self.line, tone)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(map(str, self.faults.remarks)))


class Faults(QAbstractListModel):
    """Files with what is the matter and what is done; any number of them costs nothing to show.

    Attributes:
        remarks: one a row.
    """

    def __init__(self) -> None:
        super().__init__()
        self.remarks: tuple[Remark, ...] = ()
        self._folders: tuple[str, ...] = ()

    def show(self, remarks: tuple[Remark, ...], folders: tuple[str, ...]) -> None:
        """List these; names are told from their folder on."""
        self.beginResetModel()
        self.remarks, self._folders = remarks, folders
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = ALL) -> int:
        """Qt: how many there are."""
        return 0 if parent.isValid() else len(self.remarks)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """Qt: a row, as it is shown and in full."""
        remark = self.remarks[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{sentence(remark.done)}: {self._name(remark.path)}\n{remark.what}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{remark.path}\n{remark.what}\n{sentence(remark.done)}"
        if role == Qt.ItemDataRole.DecorationRole:
            left_out = remark.done == "left out"
            return theme.icon(*(("warning", theme.current().warn) if left_out else ("info",)))
        return None

    def _name(self, path: str) -> str:
        folder = next((one for one in self._folders if path.startswith(one + os.sep)), "")
        return path[len(folder) + 1 :] if folder else path


class _UnwantedError(Exception):
    """Nobody waits for it any more."""


def _about(recipe: Recipe | None) -> Any:
    """What of a recipe decides which files are read and how; None where they are nobody's own."""
    if recipe is None or not _paths(recipe.dataset):
        return None
    return recipe.data, recipe.dataset, recipe.spec.condition.kind


def _paths(dataset: Config) -> list[str]:
    return [name for name, knob in knobs_of(type(dataset)).items() if knob.browse]


def _folders(about: Any) -> tuple[str, ...]:
    _, dataset, _ = about
    named = (getattr(dataset, name) for name in _paths(dataset))
    return tuple(os.path.expanduser(str(Path(name))) for name in named)


def _counted(found: Found) -> str:
    of = "" if found.stop else f"of {found.used + found.left_out:,} "  # a stop says it itself
    parts = []
    if found.left_out:
        parts.append(f"{found.left_out:,} {of}files left out")
    if found.converted:
        parts.append(f"{found.converted:,} {'' if parts else f'{of}files '}converted")
    return ", ".join(parts)


def _all_well(used: int) -> str:
    return f"All {used:,} files can be used as they are."


def _link(text: str, tip: str, act: Callable[[], object]) -> QPushButton:
    link = QPushButton(text)
    theme.tone(link, "link")
    link.setToolTip(tip)
    link.clicked.connect(lambda _=False: act())
    return link
