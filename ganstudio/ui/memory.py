"""What is kept of a walk: the places visited, the way back, and favourites with names."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.latent.stand import Stand
from ganstudio.samples import Told
from ganstudio.ui import theme
from ganstudio.ui.favourites import Favourite, Favourites
from ganstudio.ui.latents import Point
from ganstudio.ui.marks import same_place
from ganstudio.ui.reel import Frame, Reel
from ganstudio.ui.segments import Segments
from ganstudio.ui.trail import Trail, Visit

HISTORY, STARS = "History", "Stars"
NO_VISITS = "Each place where you rest is kept here."
NO_FAVOURITES = "Star a place with S to keep it here, in this run."


class Memory(QWidget):
    """Two rows of places to choose from, and the steps back and forth.

    Signals:
        visitWanted (Visit): return to it.
        standWanted (Stand): go to a favourite.
        dragWanted (Stand, QImage): a place is being dragged out; the image may be None.
        changed: there is another visit or favourite, or another one is current.
        noted (str, str): something to tell, and how grave it is.
    """

    visitWanted = Signal(object)  # noqa: N815
    standWanted = Signal(object)  # noqa: N815
    dragWanted = Signal(object, object)  # noqa: N815
    changed = Signal()
    noted = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.trail = Trail()
        self.kept: list[Favourite] = []
        self._favourites: Favourites | None = None
        self._chosen: Favourite | None = None
        self.visits, self.stars = Reel(empty=NO_VISITS), Reel(named=True, empty=NO_FAVOURITES)
        self.view = Segments((HISTORY, STARS))
        self.undo_button, self.redo_button = QToolButton(), QToolButton()
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self._refresh()

    @property
    def starred(self) -> Favourite | None:
        """The favourite that is the current place, if it is one."""
        current = self.trail.current
        if current is None:
            return None
        return next((kept for kept in self.kept if same_place(kept.stand, current.stand)), None)

    def open(self, run: Path | None) -> None:
        """Another run: show its favourites; with None none can be kept."""
        self._favourites = None if run is None else Favourites(run)
        self.kept, faults = ([], []) if self._favourites is None else self._favourites.read()
        for fault in faults:
            self.noted.emit(fault, "warning")
        self._refresh()

    def forget(self) -> None:
        """Another model: where one was means nothing any more."""
        self.trail.clear()
        self._refresh()

    def arrive(self, point: Point, stand: Stand, told: Told, image: QImage | None) -> None:
        """The hand rests here."""
        fresh = self.trail.arrive(point, stand, told)
        current = self.trail.current
        newer = image is not None and current is not None and current.image is not image
        if current is not None and newer:  # nothing was drawn yet, or by an older model
            current.image = image
        if fresh is not None or newer:
            self._refresh(follow=fresh is not None)

    def amend(self, point: Point, stand: Stand) -> None:
        """The current place is reached otherwise on newer weights; that is no step."""
        self.trail.amend(point, stand)
        self._refresh(follow=False)

    def undo(self) -> None:
        """One step back."""
        self._return(self.trail.undo())

    def redo(self) -> None:
        """One step forth again."""
        self._return(self.trail.redo())

    def star(self, stand: Stand, image: QImage | None, name: str = "") -> Favourite | None:
        """Keep a place among the favourites; None if that cannot be."""
        if self._favourites is None:
            self.noted.emit("Not kept: there is no run to keep it in yet.", "warning")
            return None
        try:
            favourite = self._favourites.add(stand, image, name)
        except FileNotFoundError as error:  # the run was thrown away meanwhile
            self.noted.emit(f"Not kept: {error}.", "warning")
            return None
        except OSError as error:
            self.noted.emit(f"Not kept: {error}.", "error")
            return None
        self.kept = [*self.kept, favourite]
        self.view.choose(STARS)
        self._refresh()
        self.noted.emit(f"Kept as {favourite.name}.", "info")
        return favourite

    def unstar(self, favourite: Favourite) -> None:
        """Put a favourite into the system's trash; it stays where that cannot be."""
        if self._favourites is None:
            return
        try:
            self._favourites.remove(favourite)
        except OSError as error:
            self.noted.emit(f"Not removed: {error}.", "error")
            return
        self.kept = [kept for kept in self.kept if kept is not favourite]
        self._refresh()
        self.noted.emit(f"{favourite.name} is in the trash.", "info")

    def rename(self, favourite: Favourite, name: str) -> None:
        """Call a favourite something else."""
        if self._favourites is None:
            return
        try:
            renamed = self._favourites.rename(favourite, name)
        except (OSError, ValueError) as error:
            self.noted.emit(f"Not renamed: {error}.", "warning")
            return
        self.kept = [renamed if kept is favourite else kept for kept in self.kept]
        self._refresh()

    def _return(self, visit: Visit | None) -> None:
        if visit is not None:
            self._refresh()
            self.visitWanted.emit(visit)

    def _lay_out(self) -> None:
        for button, icon, tip in (
            (self.undo_button, "undo", "Undo (Ctrl+Z): one step back"),
            (self.redo_button, "redo", "Redo (Ctrl+Shift+Z): one step forth again"),
        ):
            theme.decorate(button, icon)
            theme.tone(button, "flat")
            button.setToolTip(tip)
            button.setAccessibleName(tip.split(" (")[0])
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.view.setToolTip("Places where you rested, or places that you starred.")
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.view)
        head.addStretch(1)
        head.addWidget(self.undo_button)
        head.addWidget(self.redo_button)
        self._pages.addWidget(self.visits)
        self._pages.addWidget(self.stars)
        self._pages.setFixedHeight(self.visits.height())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addLayout(head)
        column.addWidget(self._pages)

    def _connect(self) -> None:
        self.undo_button.clicked.connect(self.undo)
        self.redo_button.clicked.connect(self.redo)
        self.view.chosen.connect(self._turn_page)
        self.visits.clicked.connect(self._on_visit)
        self.visits.dragWanted.connect(
            lambda index: self._drag(self.trail.visits[index].stand, self.trail.visits[index].image)
        )
        self.visits.menuWanted.connect(self._open_visit_menu)
        self.stars.clicked.connect(lambda index: self.standWanted.emit(self.kept[index].stand))
        self.stars.dragWanted.connect(
            lambda index: self._drag(self.kept[index].stand, self.kept[index].image)
        )
        self.stars.menuWanted.connect(self._open_star_menu)
        self.stars.renameWanted.connect(lambda index: self._ask_name(self.kept[index]))
        self.stars.deleteWanted.connect(lambda index: self.unstar(self.kept[index]))

    def _turn_page(self, name: str) -> None:
        page = self.stars if name == STARS else self.visits
        self._pages.setCurrentWidget(page)
        self._pages.setFixedHeight(page.height())

    def _on_visit(self, index: int) -> None:
        visit = self.trail.visits[index]
        self.trail.go(visit)
        self._return(visit)

    def _drag(self, stand: Stand, image: QImage | None) -> None:
        self.dragWanted.emit(stand, image)

    def _open_visit_menu(self, index: int, place: QPoint) -> None:
        visit, menu = self.trail.visits[index], self._menu()
        menu.addAction("Go there", partial(self._on_visit, index))
        menu.addAction("Keep as favourite", partial(self.star, visit.stand, visit.image))
        menu.popup(place)

    def _open_star_menu(self, index: int, place: QPoint) -> None:
        favourite, menu = self.kept[index], self._menu()
        menu.addAction("Go there", partial(self.standWanted.emit, favourite.stand))
        menu.addAction("Rename…", partial(self._ask_name, favourite))
        menu.addAction("Move to trash", partial(self.unstar, favourite))
        menu.popup(place)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _ask_name(self, favourite: Favourite) -> None:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Rename favourite")
        dialog.setLabelText("Name")
        dialog.setTextEchoMode(QLineEdit.EchoMode.Normal)
        dialog.setTextValue(favourite.name)
        dialog.textValueSelected.connect(partial(self.rename, favourite))
        dialog.open()

    def _refresh(self, follow: bool = True) -> None:
        trail, starred = self.trail, self.starred
        tips = [_tip(visit.stand) for visit in trail.visits]
        frames = [Frame(v.image, "", tip) for v, tip in zip(trail.visits, tips, strict=True)]
        self.visits.show_frames(frames, trail.index, follow)
        kept = [
            Frame(one.image, one.name, f"{one.name}\nDouble-click to rename.") for one in self.kept
        ]
        self.stars.show_frames(kept, -1 if starred is None else self.kept.index(starred), follow)
        self.undo_button.setEnabled(trail.can_undo)
        self.redo_button.setEnabled(trail.can_redo)
        self.changed.emit()


def _tip(stand: Stand) -> str:
    bent = [f"truncation {stand.psi:.2f}"] if stand.psi != 1 else []
    bent += [f"noise {stand.noise:.2f}"] if stand.noise != 1 else []
    bent += ["moved in w"] if stand.shift is not None else []
    return "Click to go back there, drag it elsewhere." + (f"\n{', '.join(bent)}" if bent else "")
