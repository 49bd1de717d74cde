"""What can be done with one tile of the gallery, or with all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMenu, QWidget

from ganstudio.latent.stand import Stand
from ganstudio.ui import drag, pictures
from ganstudio.ui.marks import GROUPS
from ganstudio.ui.studio import Studio
from ganstudio.ui.tiles import TileGrid


def open_menu(
    parent: QWidget, studio: Studio, grid: TileGrid, index: int, stand: Stand | None, name: str
) -> QMenu:
    """A menu for a tile, for the place in latent space that it shows, and for the whole grid.

    Args:
        parent: who owns it.
        studio: keeps groups and favourites.
        grid: the tiles.
        index: of the tile; -1 for none.
        stand: what the tile was made of; None where that is not known.
        name: of the grid, for file names.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if stand is not None:
        _offer_place(menu, studio, stand)
    if index >= 0:
        picture = grid.pictures[index]
        picture = picture if grid.drawn else pictures.enlarged(picture)
        stem = f"{name}-{index + 1}.png"
        menu.addAction("Copy picture").triggered.connect(lambda: pictures.copy(picture))
        menu.addAction("Save picture…").triggered.connect(
            lambda: save(parent, studio, picture, stem)
        )
    return menu


def offer_grid(menu: QMenu, grid: TileGrid, act: Callable[[], None]) -> None:
    """The last entry: all tiles as one picture."""
    entry = menu.addAction("Save grid…")
    entry.setEnabled(bool(grid.pictures))
    entry.triggered.connect(act)


def save(parent: QWidget, studio: Studio, picture: QImage, name: str) -> None:
    """Ask where to save a picture, and tell how it went."""
    note = pictures.save(parent, picture, name)
    if note is not None:
        studio.noted.emit(note)


def _offer_place(menu: QMenu, studio: Studio, stand: Stand) -> None:
    marks, there = studio.marks, studio.marks.group_of(stand)
    for group in GROUPS:
        entry = menu.addAction(f"In group {group}\t{group}")
        entry.setCheckable(True)
        entry.setChecked(group == there)
        entry.triggered.connect(partial(_toggle, studio, group, stand))
    if marks.cleared:
        menu.addAction("Bring both groups back").triggered.connect(marks.bring_back)
    else:
        clear = menu.addAction("Clear both groups")
        clear.setEnabled(bool(marks.a or marks.b))
        clear.triggered.connect(marks.clear)
    menu.addSeparator()
    menu.addAction("Add to favourites").triggered.connect(lambda: studio.starred.emit(stand))
    menu.addAction("Copy latent").triggered.connect(
        lambda: QGuiApplication.clipboard().setMimeData(drag.pack(stand))
    )
    menu.addSeparator()


def _toggle(studio: Studio, group: str, stand: Stand, *_: object) -> None:
    studio.marks.toggle(group, stand)
