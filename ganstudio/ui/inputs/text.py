"""A caption: typed, with the words it knows offered, or taken from the data."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLabel, QLineEdit, QPushButton, QVBoxLayout

from ganstudio.train.messages import Examples, Model
from ganstudio.ui import theme
from ganstudio.ui.inputs.base import Input, row
from ganstudio.words import decode, encode, split

MOST_OFFERED = 8


class TextInput(Input):
    """A line of text; words that the model never learnt are named below it."""

    kind = "text"

    def __init__(self) -> None:
        super().__init__()
        self.line, self.example, self.hint = QLineEdit(), QPushButton("Example"), QLabel()
        self.line.setPlaceholderText("Describe what to draw")
        self.line.setAccessibleName("Caption")
        self.line.setClearButtonEnabled(True)
        self.example.setToolTip("The caption of the next sample of the data")
        self.example.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hint.setWordWrap(True)
        theme.tone(self.hint, "small")
        self._turn = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        head = row("Caption")
        head.addStretch(1)
        head.addWidget(self.example)
        column.addLayout(head)
        column.addWidget(self.line)
        column.addWidget(self.hint)
        self.line.textChanged.connect(self._on_typed)
        self.example.clicked.connect(self._next)

    def take(self, model: Model, examples: Examples | None) -> None:
        """Offer the words that it knows."""
        self._turn = 0
        taken = model.input(self.kind)
        words = [word for word in (taken.names if taken else ()) if split(word)]
        self.line.setCompleter(WordCompleter(sorted(words), self.line))
        self.line.setToolTip(f"It knows {len(words):,} words: {', '.join(words[:40])}"
                             f"{' …' if len(words) > 40 else ''}")  # fmt: skip
        super().take(model, examples)
        self.example.setEnabled(self.known is not None)

    @property
    def first(self) -> np.ndarray:
        """The first caption, or none."""
        return super().first.astype(np.int64)

    @property
    def told(self) -> np.ndarray:
        """(1, L) int64, indices of words."""
        indices, _ = encode(self.line.text(), self.spec.names, self.spec.shape[0])
        return np.array([indices], np.int64)

    def show_told(self, value: np.ndarray) -> None:
        """Write a row of indices as words, unless the line says the same already."""
        if not np.array_equal(self.told, value):
            self.line.blockSignals(True)
            self.line.setText(decode((int(index) for index in value[0]), self.spec.names))
            self.line.setCursorPosition(0)
            self.line.blockSignals(False)
        self._say()

    def _on_typed(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        """Name what is not understood."""
        text, most = self.line.text(), self.spec.shape[0]
        _, missing = encode(text, self.spec.names, most)
        lines = []
        if missing:
            lines.append(f"Not among its words: {', '.join(dict.fromkeys(missing))}.")
        if len(split(text)) > most:
            lines.append(f"Only the first {most} words count.")
        theme.tone(self.hint, "warn" if lines else "small")
        self.hint.setText(" ".join(lines))
        self.hint.setVisible(bool(lines))

    def _next(self) -> None:
        if self.known is not None:
            self._turn = (self._turn + 1) % len(self.known)
            self.show_told(self.known[self._turn : self._turn + 1])
            self.changed.emit()


class WordCompleter(QCompleter):
    """Completes the last word of a line instead of the whole line."""

    def __init__(self, words: list[str], line: QLineEdit) -> None:
        super().__init__(words, line)
        self._line = line
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(MOST_OFFERED)

    def splitPath(self, path: str) -> list[str]:
        """What is looked for: the word that is being typed."""
        return [path.rsplit(" ", 1)[-1]]

    def pathFromIndex(self, index: object) -> str:
        """The line with that word completed."""
        lead, gap, _ = self._line.text().rpartition(" ")
        return f"{lead}{gap}{super().pathFromIndex(index)}"  # type: ignore[arg-type]
