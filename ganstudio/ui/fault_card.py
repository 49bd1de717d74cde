"""A failure shown in full: in the place of a panel, or in a dialog of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.ui import theme
from ganstudio.ui.report import report


class FaultCard(QWidget):
    """Stands where a panel should be that failed; all others work.

    Args:
        heading: what failed.
        reason: the error in one line.
        trace: where it came from.
        again: builds the panel anew.
    """

    def __init__(self, heading: str, reason: str, trace: str, again: Callable[[], object]) -> None:
        super().__init__()
        self.trace = trace
        outer = QVBoxLayout(self)
        card = QFrame()
        theme.tone(card, "failed")
        outer.addWidget(card)
        column = QVBoxLayout(card)
        title, why = QLabel(heading), QLabel(reason)
        theme.tone(title, "heading")
        for label in (title, why):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.again = QPushButton("Try again")
        self.again.setToolTip("Build the panel anew")
        self.again.clicked.connect(lambda _=False: again())
        row = QHBoxLayout()
        row.addWidget(self.again)
        row.addWidget(_copy_button(trace))
        row.addStretch(1)
        column.addWidget(title)
        column.addWidget(why)
        column.addWidget(_trace_view(trace), 1)
        column.addLayout(row)


class FaultDialog(QDialog):
    """What happened, where the work is, and a report that can be copied; the window lives on.

    Args:
        reason: the error in one line.
        trace: where it came from.
        safe: where the work is, in a sentence.
        parent: the window.
    """

    def __init__(self, reason: str, trace: str, safe: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Something went wrong")
        self.resize(680, 420)
        self.more = 0
        column = QVBoxLayout(self)
        column.setSpacing(theme.SPACE[2])
        heading, what, self.safe = QLabel("Something went wrong"), QLabel(reason), QLabel(safe)
        self.note = QLabel(
            "The window goes on working. Nothing is sent anywhere: copy the report if you want "
            "to tell someone."
        )
        theme.tone(heading, "title")
        theme.tone(self.note, "muted")
        for label in (what, self.safe, self.note):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        shut = QPushButton("Go on")
        shut.setDefault(True)
        shut.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addWidget(_copy_button(trace))
        row.addStretch(1)
        row.addWidget(shut)
        for label in (heading, what, self.safe):
            column.addWidget(label)
        column.addWidget(_trace_view(report(trace)), 1)
        column.addWidget(self.note)
        column.addLayout(row)
        shut.setFocus()

    def say_safe(self, text: str) -> None:
        """Say where the work is now."""
        self.safe.setText(text)

    def count_another(self) -> None:
        """More went wrong while this is open; the log has it."""
        self.more += 1
        times = "One more fault" if self.more == 1 else f"{self.more} more faults"
        self.note.setText(f"{times} followed; the log has them. Nothing is sent anywhere.")


def _trace_view(text: str) -> QPlainTextEdit:
    view = QPlainTextEdit(text)
    view.setReadOnly(True)
    view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    view.setAccessibleName("Where it came from")
    return view


def _copy_button(trace: str) -> QPushButton:
    button = QPushButton("Copy report")
    button.setToolTip("Versions and the trace, without the name of your home folder")
    button.clicked.connect(lambda _=False: QGuiApplication.clipboard().setText(report(trace)))
    return button
