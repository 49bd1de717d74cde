"""All that goes into the Latent panel and out of it: clipboard, files, things dragged, keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QTemporaryDir
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.ui import carrying, pictures
from ganstudio.ui.canvas import Canvas
from ganstudio.ui.minis import spot
from ganstudio.ui.studio import Studio

_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
KEYS = (  # keys as people read them, what they do, and the name of the deed
    ("R", "Roll a new seed", "roll"),
    ("[  ]", "Seed minus and plus one", ""),
    ("Home, Backspace", "Reset", "reset"),
    ("P", "Pin to the walk", "pin"),
    ("S", "Star: keep as favourite", "star"),
    ("Ctrl+Z", "One step back", "undo"),
    ("Ctrl+Shift+Z", "One step forth", "redo"),
    ("Ctrl+C", "Copy the latent", "copy"),
    ("Ctrl+V", "Paste a latent", "paste"),
)
_PLAIN = {
    Qt.Key.Key_R: "roll", Qt.Key.Key_Home: "reset", Qt.Key.Key_Backspace: "reset",
    Qt.Key.Key_P: "pin", Qt.Key.Key_S: "star",
}  # fmt: skip
_WITH_CTRL = {
    Qt.Key.Key_Z: "undo", Qt.Key.Key_Y: "redo", Qt.Key.Key_C: "copy", Qt.Key.Key_V: "paste",
}  # fmt: skip


def deed_of(event: QKeyEvent) -> str:
    """What a key does in the panel, such as ``undo``; empty for nothing."""
    keys, held = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.text() in ("[", "]"):  # with AltGr on some keyboards
        return "seed minus" if event.text() == "[" else "seed plus"
    if held == Qt.KeyboardModifier.NoModifier:
        return _PLAIN.get(keys, "")
    if held == _CTRL | _SHIFT:
        return "redo" if keys == Qt.Key.Key_Z else ""
    return _WITH_CTRL.get(keys, "") if held == _CTRL else ""


class Desk:
    """Carries places and pictures between the panel and the world.

    Args:
        studio: hears how it went.
        canvas: shows the picture.
        here: where the panel stands; None before there is a model.
        go: has the panel stand elsewhere; raises ValueError if it cannot.
    """

    def __init__(
        self,
        studio: Studio,
        canvas: Canvas,
        here: Callable[[], Stand | None],
        go: Callable[[Stand], None],
    ) -> None:
        self._studio, self._canvas, self._here, self._go = studio, canvas, here, go
        self._folder: QTemporaryDir | None = None

    @property
    def picture(self) -> QImage | None:
        """What the canvas shows; a point of the plane is drawn for it."""
        if self._canvas.point is not None:
            return spot(*self._canvas.point)
        return self._canvas.image

    def say(self, text: str, level: str = "warning") -> None:
        """Tell the person."""
        self._studio.noted.emit(m.Noted(text, level))  # type: ignore[arg-type]

    def copy(self) -> None:
        """Put the place on the clipboard, as itself and as text."""
        stand = self._here()
        if stand is not None:
            carrying.copy(stand)
            self.say("Latent copied.", "info")

    def paste(self) -> None:
        """Stand on the place that the clipboard holds."""
        self._bring(carrying.pasted, "Not pasted")

    def open(self) -> None:
        """Stand on the place in a file that the person chooses."""
        self._bring(lambda: carrying.ask_open(self._canvas), "Not opened")

    def drop(self, data: QMimeData) -> None:
        """Stand on the place that was dropped."""
        self._bring(lambda: carrying.read(data), "Not taken")

    def save(self) -> None:
        """Write the place to a file that the command line takes too."""
        stand = self._here()
        if stand is None:
            return
        try:
            name = carrying.ask_save(self._canvas, stand)
        except (OSError, ValueError) as error:
            self.say(f"Not saved: {error}.", "error")
        else:
            if name:
                self.say(f"Saved {name}", "info")

    def carry(self, source: QWidget, stand: Stand, image: QImage | None) -> None:
        """Let the person drag a place and its picture out of a widget."""
        if self._folder is None:
            self._folder = QTemporaryDir()
        shown = None if image is None else pictures.enlarged(image)
        carrying.drag_out(source, stand, shown, Path(self._folder.path()))

    def carry_this(self) -> None:
        """Let the person drag the picture out."""
        stand = self._here()
        if stand is not None:
            self.carry(self._canvas, stand, self.picture)

    def menu(self, place: QPoint) -> None:
        """Show what can be done with the place and its picture."""
        canvas = self._canvas
        menu = QMenu(canvas)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        parts = (
            ("Copy latent\tCtrl+C", self.copy), ("Paste latent\tCtrl+V", self.paste),
            ("Open latent…", self.open), ("Save latent…", self.save), ("", None),
            ("Copy picture", self._copy_picture), ("Save picture…", self._save_picture),
        )  # fmt: skip
        for text, act in parts:
            if act is None:
                menu.addSeparator()
                continue
            action = menu.addAction(text)
            able = self._here() if "latent" in text else self.picture
            action.setEnabled(able is not None)
            action.triggered.connect(lambda _=False, act=act: act())
        menu.addSeparator()
        smooth = menu.addAction("Smooth pixels")
        smooth.setCheckable(True)
        smooth.setEnabled(not canvas.drawn)
        smooth.setChecked(canvas.smooth)
        smooth.toggled.connect(canvas.set_smooth)
        menu.popup(place)

    def _bring(self, source: Callable[[], Stand | None], fault: str) -> None:
        if self._here() is None:
            return
        try:
            stand = source()
            if stand is not None:
                self._go(stand)
        except ValueError as error:
            self.say(f"{fault}: {str(error).rstrip('.')}.")

    def _copy_picture(self) -> None:
        if self.picture is not None:
            pictures.copy(pictures.enlarged(self.picture))

    def _save_picture(self) -> None:
        if self.picture is not None:
            shown = pictures.enlarged(self.picture)
            note = pictures.save(self._canvas, shown, "latent.png")
            if note is not None:
                self._studio.noted.emit(note)
