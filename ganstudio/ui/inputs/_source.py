"""What the inputs share that tell a picture: from the set, from a file, or painted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QPushButton, QVBoxLayout, QWidget

from ganstudio.train.messages import Examples, Model
from ganstudio.ui import photo, pictures, theme
from ganstudio.ui.brush import BrushBox
from ganstudio.ui.easel import Easel
from ganstudio.ui.flow import FlowLayout
from ganstudio.ui.inputs.base import Input
from ganstudio.ui.strip import Strip

VIEW_TIP = "What the generator starts from. Drop a picture on it, or paste one with Ctrl+V."


class PictureInput(Input):
    """A source picture: chosen from the data, opened, dropped, pasted or painted."""

    def __init__(self) -> None:
        super().__init__()
        self.easel, self.strip = Easel(), Strip()
        self.easel.setToolTip(VIEW_TIP)
        self.easel.setAccessibleName("Source picture")
        self.easel.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.view = self.easel
        self._exact: np.ndarray | None = None
        self.brush = BrushBox(self.easel)
        self.brush.hide()
        self.open, self.paste = QPushButton("Open…"), QPushButton("Paste")
        self.paint = QPushButton("Paint")
        self._lay_out()
        self._connect()

    def take(self, model: Model, examples: Examples | None) -> None:
        """Show its examples, and the colours they use."""
        super().take(model, examples)
        if self.known is None:
            self.strip.show_pictures(np.zeros((0, 1, 1, 3), np.uint8))
            pixels = np.full((1, *self.spec.shape[1:], 3), 255, np.uint8)
        else:
            pixels = pictures.to_bytes(self.known)
            self.strip.show_pictures(pixels)
            self.strip.mark(0)
        self.strip.setVisible(self.known is not None)
        self.brush.offer(pixels, grey=self.spec.shape[0] == 1)

    @property
    def first(self) -> np.ndarray:
        """The first example, or a white sheet."""
        known = self.known is not None and len(self.known) > 0
        return super().first if known else np.ones((1, *self.spec.shape), np.float32)

    @property
    def told(self) -> np.ndarray:
        """(1, C, H, W) float32 in [-1, 1]: to the bit what the data holds, unless painted on."""
        if self._exact is not None:
            return self._exact
        return pictures.to_unit(self.easel.image, self.spec.shape[0])

    def show_told(self, value: np.ndarray) -> None:
        """Show a picture (1, C, H, W), and which example it is if it is one."""
        self.easel.show_image(pictures.to_qimage(pictures.to_bytes(value)[0]))
        self._exact = value
        self.brush.refresh()
        same = -1
        if self.known is not None:
            equal = (self.known == value).reshape(len(self.known), -1).all(axis=1)
            same = int(np.argmax(equal)) if equal.any() else -1
        self.strip.mark(same)

    def open_file(self, path: Path) -> None:
        """Take a picture file, its middle cut out where the proportions differ."""
        try:
            self._take_image(photo.read(path, *self._form))
        except ValueError as error:
            self.refused.emit(str(error))

    def paste_image(self) -> None:
        """Take the picture, or the picture file, that the clipboard holds."""
        data = QGuiApplication.clipboard().mimeData()
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if data.hasImage():
            self._take_image(photo.cut(QGuiApplication.clipboard().image(), *self._form))
        elif paths:
            self.open_file(paths[0])
        else:
            self.refused.emit("Not pasted: the clipboard holds no picture.")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.strip)
        row = QWidget()
        buttons = FlowLayout(row, theme.SPACE[1])
        for button, icon, tip in (
            (self.open, "folder", "Take a picture file as the source"),
            (self.paste, "import", "Take the picture on the clipboard as the source"),
            (self.paint, "brush", "Paint on the source with the mouse"),
        ):
            theme.decorate(button, icon)
            button.setToolTip(tip)
            button.setStyleSheet("padding: 5px 8px;")  # all three in a line of a narrow panel
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button)
        column.addWidget(row)
        column.addWidget(self.brush)

    def _connect(self) -> None:
        self.paint.setCheckable(True)
        self.paint.toggled.connect(self.easel.set_painting)
        self.paint.toggled.connect(self.brush.setVisible)
        self.open.clicked.connect(self._open)
        self.paste.clicked.connect(self.paste_image)
        self.strip.chosen.connect(self._choose)
        self.easel.painted.connect(self._on_painted)
        self.easel.fileDropped.connect(self.open_file)
        self.easel.imageDropped.connect(
            lambda image: self._take_image(photo.cut(image, *self._form))
        )
        self.easel.pasteWanted.connect(self.paste_image)

    @property
    def _form(self) -> tuple[int, int, bool]:
        """Width, height, and whether it has colours."""
        channels, height, width = self.spec.shape
        return width, height, channels > 1

    def _open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Source picture", "", photo.KINDS)
        if path:
            self.open_file(Path(path))

    def _choose(self, index: int) -> None:
        if self.known is not None:
            self.show_told(self.known[index : index + 1])
            self.changed.emit()

    def _take_image(self, image: QImage) -> None:
        self.show_told(pictures.to_unit(image, self.spec.shape[0]))
        self.changed.emit()

    def _on_painted(self) -> None:
        self._exact = None
        self.strip.mark(-1)
        self.changed.emit()
